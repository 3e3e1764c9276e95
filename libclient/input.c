/* SPDX-License-Identifier: MIT */
#include "input.h"

#include <tieline/tieline.h>

#include <stdlib.h>
#include <string.h>

#define AHEAD_BYTES (16u << 10) /* messages up to here stay in `ahead` */
#define CHUNK_BYTES (64u << 10) /* first memory for a large one */
#define READS_MAX   16          /* in one go */

void tli_input_init(struct tli_input *input, size_t max_message_bytes)
{
	*input = (struct tli_input){.in_message = false};
	tli_frame_reader_init(&input->reader, max_message_bytes, false);
	tli_buf_init(&input->ahead, AHEAD_BYTES);
}

void tli_input_fini(struct tli_input *input)
{
	tli_buf_fini(&input->ahead);
	tli_buf_fini(&input->large);
}

bool tli_input_push(struct tli_input *input, const uint8_t *bytes, size_t len)
{
	return tli_buf_append(&input->ahead, bytes, len) == TLI_BUF_OK;
}

size_t tli_input_message_bytes(const struct tli_input *input)
{
	return (size_t)input->reader.body_bytes;
}

/* At rest a connection holds no buffer. */
static void release_if_empty(struct tli_input *input)
{
	if (tli_buf_len(&input->ahead) == 0)
		tli_buf_fini(&input->ahead);
}

static void consume_ahead(struct tli_input *input, size_t len)
{
	tli_buf_consume(&input->ahead, len);
	release_if_empty(input);
}

bool tli_input_is_large(const struct tli_input *input)
{
	return input->in_message &&
		tli_input_message_bytes(input) > AHEAD_BYTES;
}

static void end(struct tli_input *input, int code, const char *text)
{
	tli_error_set(&input->error, code, "%s", text);
}

static void refuse_length(struct tli_input *input, int result)
{
	if (result == TLI_FRAME_TOO_LONG)
		tli_error_set(&input->error, TIELINE_EMSGSIZE,
			"the peer sends a message of %llu bytes, and "
			"max_message_bytes is %llu",
			(unsigned long long)input->reader.body_bytes,
			(unsigned long long)input->reader.max_bytes);
	else
		end(input, TIELINE_EPROTOCOL,
			"the peer sent a message length that no Python sends");
}

/* Chooses where a large message goes. */
static void start_message(struct tli_input *input)
{
	size_t len = tli_input_message_bytes(input);

	input->in_message = true;
	/* One byte more than the message, for the NUL behind it. */
	tli_buf_init(&input->large, len + 1);
	if (tli_input_is_large(input) && input->lent &&
		len <= input->lent_bytes)
		tli_buf_lend(&input->large, input->lent, len);
}

/*
 * Parses the next header, if enough has been read ahead. Done as late as it is
 * asked for, because memory for the message may still be lent.
 */
static void parse(struct tli_input *input)
{
	size_t used;
	int result;

	if (input->in_message || input->error.code ||
		tli_buf_len(&input->ahead) == 0)
		return;
	result = tli_frame_reader_feed(&input->reader,
		tli_buf_head(&input->ahead), tli_buf_len(&input->ahead), &used);
	consume_ahead(input, used);
	if (result < 0)
		refuse_length(input, result);
	if (result == TLI_FRAME_READY)
		start_message(input);
}

bool tli_input_has_message(struct tli_input *input)
{
	size_t have;

	parse(input);
	if (!input->in_message)
		return false;
	have = tli_buf_len(
		tli_input_is_large(input) ? &input->large : &input->ahead);
	return have >= tli_input_message_bytes(input);
}

bool tli_input_is_ready(struct tli_input *input)
{
	bool has_some = input->as_bytes ? tli_buf_len(&input->ahead) > 0
					: tli_input_has_message(input);

	return has_some || input->error.code || input->no_memory;
}

bool tli_input_shortage(struct tli_input *input)
{
	bool shortage = input->no_memory;

	input->no_memory = false;
	return shortage;
}

/* Whether a message was begun and not taken. */
static bool has_begun(const struct tli_input *input)
{
	return input->in_message || tli_frame_reader_started(&input->reader);
}

bool tli_input_is_pending(const struct tli_input *input)
{
	return has_begun(input) || tli_buf_len(&input->ahead) > 0;
}

bool tli_input_set_bytes(struct tli_input *input)
{
	if (!has_begun(input))
		input->as_bytes = true;
	return input->as_bytes;
}

static size_t missing_of_large(const struct tli_input *input)
{
	return tli_input_message_bytes(input) - tli_buf_len(&input->large);
}

/* How much of the message there is room for. */
static size_t room_of_large(const struct tli_input *input)
{
	size_t missing = missing_of_large(input);
	size_t room = tli_buf_room(&input->large);

	return room < missing ? room : missing;
}

/* Makes room in proportion to what has come, not to what is announced. */
static bool reserve_large(struct tli_input *input)
{
	size_t have = tli_buf_len(&input->large);
	size_t missing = missing_of_large(input);
	size_t chunk = have > CHUNK_BYTES ? have : CHUNK_BYTES;

	if (room_of_large(input) > 0)
		return true;
	return tli_buf_reserve(&input->large,
		       missing <= chunk ? missing + 1 : chunk) == TLI_BUF_OK;
}

/* Moves the start of a large message over from what was read ahead. */
static bool move_over(struct tli_input *input)
{
	size_t missing = missing_of_large(input);
	size_t have = tli_buf_len(&input->ahead);

	if (have > missing)
		have = missing;
	if (tli_buf_append(&input->large, tli_buf_head(&input->ahead), have) !=
		TLI_BUF_OK)
		return false;
	consume_ahead(input, have);
	return true;
}

/*
 * Where the next bytes go: into the large message, and what follows it into
 * `ahead` if this read can complete it. Returns 0 for lack of memory.
 */
static size_t gather(struct tli_input *input, struct iovec parts[2])
{
	size_t count = 0;
	bool all = true;

	if (tli_input_is_large(input)) {
		if (!move_over(input) || !reserve_large(input))
			return 0;
		parts[count++] = (struct iovec){
			tli_buf_tail(&input->large), room_of_large(input)};
		all = room_of_large(input) == missing_of_large(input);
	}
	if (!all)
		return count;
	if (tli_buf_reserve(&input->ahead,
		    AHEAD_BYTES - tli_buf_len(&input->ahead)) != TLI_BUF_OK)
		return count; /* the message itself, if there is one, first */
	parts[count++] = (struct iovec){
		tli_buf_tail(&input->ahead), tli_buf_room(&input->ahead)};
	return count;
}

static void commit(struct tli_input *input, size_t got)
{
	size_t to_large = tli_input_is_large(input) ? room_of_large(input) : 0;

	if (to_large > got)
		to_large = got;
	if (to_large > 0)
		tli_buf_commit(&input->large, to_large);
	if (got > to_large)
		tli_buf_commit(&input->ahead, got - to_large);
}

/* Nothing came. */
static void not_read(
	struct tli_input *input, const struct tli_channel *channel, ssize_t how)
{
	if (how == TLI_SOCKET_AGAIN)
		return;
	if (how != TLI_SOCKET_END)
		tli_channel_lost(channel, (int)-how, &input->error);
	else if (has_begun(input))
		end(input, TIELINE_ETRUNCATED,
			"the peer closed the connection inside a message");
	else
		end(input, TIELINE_EEOF, "the peer has closed the connection");
}

/* One read. False when there is no use in another one at the moment. */
static bool read_once(struct tli_input *input, struct tli_channel *channel,
	enum tli_socket_mode mode)
{
	struct iovec parts[2];
	size_t count = gather(input, parts);
	size_t room = 0;
	ssize_t got;

	input->no_memory = count == 0;
	if (input->no_memory)
		return false;
	for (size_t i = 0; i < count; i++)
		room += parts[i].iov_len;
	got = tli_channel_read(channel, parts, count, mode);
	if (got > 0)
		commit(input, (size_t)got);
	else
		not_read(input, channel, got);
	/* A short read has emptied the socket. */
	return got > 0 && (mode == TLI_SOCKET_BLOCK || (size_t)got == room);
}

void tli_input_read(struct tli_input *input, struct tli_channel *channel,
	enum tli_socket_mode mode)
{
	bool more = true;

	/* A long message leaves others their turn. */
	for (int i = 0; more && i < READS_MAX && !tli_input_is_ready(input);
		i++)
		more = read_once(input, channel, mode);
	release_if_empty(input);
}

/* What was read ahead. */
static size_t take_ahead(struct tli_input *input, void *bytes, size_t size)
{
	size_t len = tli_buf_len(&input->ahead);

	if (len > size)
		len = size;
	if (len == 0)
		return 0;
	memcpy(bytes, tli_buf_head(&input->ahead), len);
	consume_ahead(input, len);
	return len;
}

size_t tli_input_read_bytes(struct tli_input *input,
	struct tli_channel *channel, void *bytes, size_t size)
{
	size_t len = take_ahead(input, bytes, size);
	struct iovec part = {(char *)bytes + len, size - len};
	ssize_t got;

	if (len == size || input->error.code)
		return len;
	got = tli_channel_read(channel, &part, 1, TLI_SOCKET_TRY);
	if (got > 0)
		return len + (size_t)got;
	not_read(input, channel, got);
	return len;
}

void tli_input_drop(struct tli_input *input)
{
	if (tli_input_is_large(input))
		tli_buf_fini(&input->large);
	else
		consume_ahead(input, tli_input_message_bytes(input));
	input->in_message = false;
	tli_frame_reader_next(&input->reader);
}

bool tli_input_look(struct tli_input *input, void **data_out)
{
	bool is_large = tli_input_is_large(input);

	/* Room for the NUL now, as that may move it. */
	if (is_large && tli_buf_reserve(&input->large, 1) != TLI_BUF_OK)
		return false;
	*data_out = tli_buf_head(is_large ? &input->large : &input->ahead);
	return true;
}

void tli_input_take_into(struct tli_input *input, void *data)
{
	struct tli_buf *from =
		tli_input_is_large(input) ? &input->large : &input->ahead;
	size_t len = tli_input_message_bytes(input);

	if (len > 0 && tli_buf_head(from) != data)
		memcpy(data, tli_buf_head(from), len);
	tli_input_drop(input);
}

void tli_input_lend(struct tli_input *input, void *data, size_t len)
{
	input->lent = data;
	input->lent_bytes = len;
}

void tli_input_unlend(struct tli_input *input)
{
	input->lent = NULL;
	if (!input->in_message || !input->large.lent)
		return;
	tli_buf_fini(&input->large);
	if (!input->error.code)
		end(input, TIELINE_ELOST, "a message was given up half-way");
}

void *tli_input_take(struct tli_input *input)
{
	size_t len = tli_input_message_bytes(input);
	void *data;

	if (tli_input_is_large(input)) {
		if (!tli_input_look(input, &data))
			return NULL;
		data = tli_buf_steal(&input->large);
		tli_input_drop(input);
	} else {
		data = malloc(len + 1);
		if (!data)
			return NULL;
		tli_input_take_into(input, data);
	}
	((char *)data)[len] = '\0';
	return data;
}
