/* SPDX-License-Identifier: MIT */
/*
 * Dialects that this version knows but does not serve. A manager's client is
 * told in its own words, so that a stock Python program raises RemoteError with
 * the text instead of failing to read the reply.
 */
#include "closing.h"
#include "dialect.h"

#include <stdio.h>
#include <string.h>

#define REPLY_BYTES 1024u
#define TRACEBACK   "#TRACEBACK"
#define NO_MANAGER                                                             \
	"this broker does not serve managers: it relays connections that ask " \
	"for it with a JSON object, see docs/protocol.md, section 9"

static void answer(struct peer *peer, const void *body, size_t len)
{
	if (peer_put_frame(peer, body, len, REPLY_BYTES))
		closing_end(peer);
	else
		peer_close(peer);
}

static size_t put_unicode(uint8_t *out, const char *text)
{
	size_t len = strlen(text);

	/* BINUNICODE: its length is little-endian. */
	out[0] = 'X';
	for (int i = 0; i < 4; i++)
		out[1 + i] = (uint8_t)(len >> 8 * i);
	memcpy(out + 5, text, len);
	return 5 + len;
}

/* The pickle of ("#TRACEBACK", text). */
void manager_start(struct peer *peer)
{
	static const uint8_t start[] = {0x80, 2}; /* PROTO */
	static const uint8_t end[] = {0x86, '.'}; /* TUPLE2, STOP */
	uint8_t body[REPLY_BYTES];
	size_t len = sizeof(start);

	memcpy(body, start, sizeof(start));
	len += put_unicode(body + len, TRACEBACK);
	len += put_unicode(body + len, NO_MANAGER);
	memcpy(body + len, end, sizeof(end));
	answer(peer, body, len + sizeof(end));
}

void xmlrpc_start(struct peer *peer)
{
	static const char body[] =
		"<params><param><value><array><data>"
		"<value><string>" TRACEBACK "</string></value>"
		"<value><string>" NO_MANAGER "</string></value>"
		"</data></array></value></param></params>";

	answer(peer, body, sizeof(body) - 1);
}

void unknown_start(struct peer *peer)
{
	closing_refuse(peer, TLI_REFUSAL_UNSUPPORTED,
		"the first message is none that this broker knows: it takes "
		"JSON objects such as {\"dial\":\"name\"}");
}
