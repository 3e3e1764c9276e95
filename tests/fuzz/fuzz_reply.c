/* SPDX-License-Identifier: MIT */
/* A broker's reply: what is taken is written and read again as the same, and
 * nothing of it, or of the reason why it is not, is unfit to be shown. */
#include "fuzz.h"

#include "../../proto/control.h"

#include <string.h>

static void is_plain(const char *text)
{
	for (; *text; text++)
		require(*text >= ' ' && *text <= '~');
}

static void are_same(const struct tli_reply *one, const struct tli_reply *other)
{
	require(one->refusal == other->refusal);
	require(strcmp(one->message, other->message) == 0);
	require(one->parked == other->parked);
	require(strcmp(one->name, other->name) == 0);
	require(strcmp(one->peer_address, other->peer_address) == 0);
	require(one->has_peer_uid == other->has_peer_uid);
	require(one->peer_uid == other->peer_uid);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_reply reply, again;
	char why[TLI_CONTROL_TEXT], text[TLI_CONTROL_MAX];
	int result = tli_reply_parse(data, size, &reply, why);
	size_t len;

	if (result != TLI_CONTROL_OK) {
		require(result == TLI_CONTROL_BAD && why[0]);
		is_plain(why);
		return 0;
	}
	is_plain(reply.message);
	is_plain(reply.peer_address);
	require(reply.refusal < TLI_REFUSAL_COUNT);
	require(reply.refusal != TLI_REFUSAL_NONE ||
		!tli_name_check(reply.name));
	len = tli_reply_format(&reply, text);
	require(len > 0);
	require(tli_reply_parse(text, len, &again, why) == TLI_CONTROL_OK);
	are_same(&reply, &again);
	return 0;
}
