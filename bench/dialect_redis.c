/* SPDX-License-Identifier: MIT */
/* The protocol of Redis, RESP: its lists as queues. */
#include "dialect.h"
#include "team.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* What is shorter is a name, not an item. */
#define NAME_MAX_BYTES 64

static char name[NAME_MAX_BYTES];

/* The address is a port. */
static int dial(const char *address, const char *of, bool is_topic)
{
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(address)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	int on = 1;

	(void)is_topic;
	snprintf(name, sizeof(name), "%s", of);
	if (fd < 0 || connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static uint8_t *put_text(uint8_t *at, const char *text)
{
	return at + sprintf((char *)at, "$%zu\r\n%s\r\n", strlen(text), text);
}

static uint8_t *put_item(uint8_t *at, size_t len)
{
	at += sprintf((char *)at, "$%zu\r\n", len);
	memset(at, 'x', len);
	memcpy(at + len, "\r\n", 2);
	return at + len + 2;
}

static uint8_t *put_command(uint8_t *at, const char *command, unsigned further)
{
	at += sprintf((char *)at, "*%u\r\n", 2 + further);
	return put_text(put_text(at, command), name);
}

static size_t ask(uint8_t *start, const struct request *request, unsigned tag)
{
	bool is_many = request->items > 1;
	char number[16];
	uint8_t *at = start;

	(void)tag;
	snprintf(number, sizeof(number), "%u", is_many ? request->items : 0);
	if (request->kind == SUBSCRIBE) {
		at += sprintf((char *)at, "*2\r\n");
		at = put_text(put_text(at, "SUBSCRIBE"), name);
	} else if (request->kind == GET) {
		at = put_command(at, is_many ? "LPOP" : "BRPOP", 1);
		at = put_text(at, number);
	} else {
		at = put_command(at,
			request->kind == PUBLISH ? "PUBLISH"
				: is_many        ? "RPUSH"
						 : "LPUSH",
			request->items);
		for (unsigned i = 0; i < request->items; i++)
			at = put_item(at, request->item_bytes);
	}
	return (size_t)(at - start);
}

/* Takes a line "*12\r\n"; 0 if it is not all there. */
static size_t take_number(const uint8_t *bytes, size_t len, long *number)
{
	const uint8_t *end = memchr(bytes, '\n', len);

	if (!end)
		return 0;
	*number = strtol((const char *)bytes + 1, NULL, 10);
	return (size_t)(end + 1 - bytes);
}

static size_t take_element(const uint8_t *bytes, size_t len, unsigned *items)
{
	long length;
	size_t used = take_number(bytes, len, &length);

	if (used == 0 || bytes[0] == ':')
		return used;
	used += (size_t)length + 2;
	if (length >= NAME_MAX_BYTES)
		++*items;
	return used <= len ? used : 0;
}

static size_t take(const uint8_t *bytes, size_t len,
	const struct request *request, struct answer *answer)
{
	long count;
	size_t used = take_number(bytes, len, &count);

	*answer = (struct answer){.items = request->items};
	if (used == 0 || bytes[0] == ':')
		return used;
	if (bytes[0] != '*') {
		fprintf(stderr, "Redis says %.*s", (int)used, bytes);
		exit(1);
	}
	answer->items = 0;
	for (; count > 0; count--) {
		size_t more =
			take_element(bytes + used, len - used, &answer->items);

		if (more == 0)
			return 0;
		used += more;
	}
	return used;
}

const struct dialect dialect_redis = {.dial = dial, .ask = ask, .take = take};
