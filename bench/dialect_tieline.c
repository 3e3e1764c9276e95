/* SPDX-License-Identifier: MIT */
/* The frames of Tieline's sessions; docs/protocol.md has them. */
#include "dialect.h"
#include "team.h"

#include <tieline/tieline.h>

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HEADER_BYTES 36u /* with the length in front */
#define RECORD_BYTES 24u
#define PIECE_BYTES  65536u
#define ACKS_MAX     65536u

enum {
	HELLO = 0x54,
	OPEN = 0x01,
	PUT_ITEMS = 0x03,
	GET_ITEMS = 0x04,
	ACK = 0x08,
	PUBLISH_ITEMS = 0x0b,
	SUBSCRIBE_TO = 0x0c,
	MESSAGE = 0x21,
};
enum { MORE = 2, QUIET = 4, UNLEASED = 8 };
enum { BYTES = 1, JSON = 3 };

static uint8_t acks[ACKS_MAX * HEADER_BYTES];
static size_t ack_count;
static unsigned ack_tag = 1u << 31; /* the last one */

static void put_u32(uint8_t *at, size_t number)
{
	uint32_t big = htonl((uint32_t)number);

	memcpy(at, &big, sizeof(big));
}

static size_t u32_of(const uint8_t *at)
{
	uint32_t big;

	memcpy(&big, at, sizeof(big));
	return ntohl(big);
}

struct header {
	uint8_t op, flags, format;
	unsigned tag, count;
	size_t payload_bytes;
};

/* It waits for ever. Of the argument, the low half. */
static void put_header(uint8_t *at, const struct header *header)
{
	memset(at, 0, HEADER_BYTES);
	put_u32(at, HEADER_BYTES - 4 + header->payload_bytes);
	at[4] = header->op;
	at[5] = header->flags;
	at[7] = header->format;
	put_u32(at + 8, header->tag);
	put_u32(at + 12, 1);
	put_u32(at + 16, header->count);
	put_u32(at + 20, UINT32_MAX);
}

/* ---- Requests --------------------------------------------------------- */

static const char *topic_name = "bench";

static uint8_t *put_item(uint8_t *at, const struct request *request)
{
	size_t subject_bytes =
		request->kind == PUBLISH ? strlen(topic_name) : 0;

	memset(at, 0, RECORD_BYTES);
	put_u32(at, request->item_bytes);
	at[6] = (uint8_t)subject_bytes;
	at[7] = BYTES;
	memcpy(at + RECORD_BYTES, topic_name, subject_bytes);
	at += RECORD_BYTES + subject_bytes;
	memset(at, 'x', request->item_bytes);
	return at + request->item_bytes;
}

/* A payload of text behind the header. */
static uint8_t *put_text(uint8_t *at, const char *text)
{
	memcpy(at, text, strlen(text));
	return at + strlen(text);
}

/* The payload stands behind room for a header: makes as many frames of it as
 * are needed, from the last one on. Returns their length. */
static size_t put_frames(
	uint8_t *start, const struct header *header, size_t payload_bytes)
{
	size_t last =
		payload_bytes == 0 ? 0 : (payload_bytes - 1) / PIECE_BYTES;
	struct header piece = *header;

	for (size_t i = last + 1; i-- > 0;) {
		uint8_t *at = start + i * (HEADER_BYTES + PIECE_BYTES);

		piece.payload_bytes = i < last
			? PIECE_BYTES
			: payload_bytes - last * PIECE_BYTES;
		if (i < last)
			piece.flags = header->flags | MORE;
		memmove(at + HEADER_BYTES,
			start + HEADER_BYTES + i * PIECE_BYTES,
			piece.payload_bytes);
		put_header(at, &piece);
	}
	return payload_bytes + (last + 1) * HEADER_BYTES;
}

static size_t ask(uint8_t *start, const struct request *request, unsigned tag)
{
	static const struct header headers[] = {
		[PUT] = {.op = PUT_ITEMS},
		[GET] = {.op = GET_ITEMS, .flags = UNLEASED},
		[LEASE] = {.op = GET_ITEMS},
		[PUBLISH] = {.op = PUBLISH_ITEMS},
		[SUBSCRIBE] = {.op = SUBSCRIBE_TO, .format = JSON},
	};
	struct header header = headers[request->kind];
	uint8_t *at = start + HEADER_BYTES;

	header.tag = tag;
	header.count = request->kind == SUBSCRIBE ? UINT32_MAX : request->items;
	if (request->kind == PUT || request->kind == PUBLISH)
		for (unsigned i = 0; i < request->items; i++)
			at = put_item(at, request);
	if (request->kind == SUBSCRIBE)
		at = put_text(at,
			"{\"max_messages\":1000000,"
			"\"max_bytes\":268435456}");
	return put_frames(start, &header, (size_t)(at - start) - HEADER_BYTES);
}

/* ---- Answers ---------------------------------------------------------- */

static void note_leases(const uint8_t *payload, unsigned count)
{
	while (count-- > 0) {
		uint8_t *ack = acks + ack_count++ * HEADER_BYTES;

		put_header(ack,
			&(struct header){
				.op = ACK, .flags = QUIET, .tag = ++ack_tag});
		memcpy(ack + 28, payload + 16, 8);
		payload += RECORD_BYTES + u32_of(payload);
	}
}

static size_t take(const uint8_t *bytes, size_t len,
	const struct request *request, struct answer *answer)
{
	size_t whole = len < HEADER_BYTES ? 0 : 4 + u32_of(bytes);

	if (whole == 0 || len < whole)
		return 0;
	if (bytes[6] != 0) {
		fprintf(stderr, "status %u: %.*s\n", bytes[6],
			(int)(whole - HEADER_BYTES), bytes + HEADER_BYTES);
		exit(1);
	}
	*answer = (struct answer){.is_part = bytes[5] & MORE};
	if (answer->is_part)
		return whole;
	answer->items = (unsigned)u32_of(bytes + 16);
	answer->tag = (unsigned)u32_of(bytes + 8);
	if (request->kind == LEASE)
		note_leases(bytes + HEADER_BYTES, answer->items);
	return whole;
}

static void acknowledge(int fd)
{
	write_all(fd, acks, ack_count * HEADER_BYTES);
	ack_count = 0;
}

/* ---- Connecting ------------------------------------------------------- */

static void ask_first(int fd, const struct header *header, const char *value)
{
	static const struct request none = {.items = 0};
	uint8_t bytes[4096];
	struct header whole = *header;
	struct input input = {.bytes = bytes, .size = sizeof(bytes)};
	struct answer answer;

	whole.payload_bytes = strlen(value);
	put_header(bytes, &whole);
	if (whole.op == HELLO) {
		put_u32(bytes + 12, 0);
		bytes[35] = 1;
	}
	memcpy(bytes + HEADER_BYTES, value, whole.payload_bytes);
	write_all(fd, bytes, HEADER_BYTES + whole.payload_bytes);
	while (input_take(&input, &dialect_tieline, fd, &none, &answer, 1) == 0)
		;
}

/* The address is that of the broker, and the file with its key behind a comma.
 */
static int dial(const char *address, const char *name, bool is_topic)
{
	tieline_options options = tieline_options_default();
	tieline_connection *connection;
	char url[256], value[256];
	int fd = -1;

	snprintf(url, sizeof(url), "%s", address);
	options.authkey_file = strchr(url, ',') + 1;
	*strchr(url, ',') = '\0';
	if (tieline_client(url, &options, &connection) < 0 ||
		tieline_connection_detach(connection, &fd) < 0)
		die(tieline_handle_error(NULL));
	ask_first(fd, &(struct header){.op = HELLO, .format = JSON}, "");
	snprintf(value, sizeof(value), "{\"name\":\"%s\",\"kind\":\"%s\"}",
		name, is_topic ? "Topic" : "Queue");
	ask_first(fd, &(struct header){.op = OPEN, .format = JSON}, value);
	return fd;
}

const struct dialect dialect_tieline = {
	.dial = dial, .ask = ask, .take = take, .acknowledge = acknowledge};
