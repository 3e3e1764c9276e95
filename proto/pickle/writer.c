/* SPDX-License-Identifier: MIT */
#include "writer.h"

#include "opcodes.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define FIRST_BYTES 64u
#define ITEM_BYTES  4u  /* what an item takes, at the least */
#define SPARE_BYTES 64u /* behind long bytes, for what closes the pickle */

/* ---- Bytes ----------------------------------------------------------- */

static void use_room(struct tli_writer *writer)
{
	writer->at = tli_buf_tail(writer->buf);
	writer->end =
		writer->at ? writer->at + tli_buf_room(writer->buf) : NULL;
}

static void keep_written(struct tli_writer *writer)
{
	if (writer->at)
		tli_buf_commit(writer->buf,
			(size_t)(writer->at - tli_buf_tail(writer->buf)));
}

/* Room for what is likely to come, or else for what is to be written now. */
static void make_room(struct tli_writer *writer, size_t len, size_t spare)
{
	int result = TLI_BUF_FULL;

	keep_written(writer);
	if (spare <= SIZE_MAX - len)
		result = tli_buf_reserve(writer->buf, len + spare);
	if (result == TLI_BUF_FULL)
		result = tli_buf_reserve(writer->buf, len);
	use_room(writer);
	if (result == TLI_BUF_NOMEM)
		tli_writer_fail(writer, TLI_VALUE_NOMEM, "out of memory");
	else if (result == TLI_BUF_FULL)
		tli_writer_fail(writer, TLI_VALUE_LIMIT,
			"the pickle is longer than %zu bytes",
			writer->buf->max_bytes);
}

void tli_writer_init(struct tli_writer *writer, const struct tli_value *root,
	int protocol, struct tli_buf *pickle, struct tli_value_error *error)
{
	size_t items = 0;

	*writer = (struct tli_writer){.protocol = protocol,
		.buf = pickle,
		.error = error,
		.root = root};
	if (tli_has_items(root)) {
		items = tli_items_of(root)->count;
		writer->ids = tli_items_of(root)->values->ids;
	}
	use_room(writer);
	make_room(writer, 0, FIRST_BYTES + items * ITEM_BYTES);
}

int tli_writer_fini(struct tli_writer *writer)
{
	keep_written(writer);
	free(writer->numbers);
	return writer->code;
}

int tli_writer_stop(struct tli_writer *writer, int code)
{
	writer->code = code;
	writer->end = writer->at;
	return code;
}

int tli_writer_fail(
	struct tli_writer *writer, int code, const char *format, ...)
{
	va_list arguments;
	char text[TLI_VALUE_ERROR_TEXT];

	if (writer->code != TLI_VALUE_OK)
		return writer->code;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	return tli_writer_stop(
		writer, tli_value_error_set(writer->error, code, "%s", text));
}

uint8_t *tli_writer_room(struct tli_writer *writer, size_t len)
{
	uint8_t *room;

	if (writer->code == TLI_VALUE_OK)
		make_room(writer, len, 0);
	if (writer->code != TLI_VALUE_OK)
		return writer->nowhere;
	room = writer->at;
	writer->at += len;
	return room;
}

void tli_put_bytes(struct tli_writer *writer, const void *bytes, size_t len)
{
	if (writer->code == TLI_VALUE_OK &&
		(size_t)(writer->end - writer->at) < len)
		make_room(writer, len, SPARE_BYTES);
	if (writer->code != TLI_VALUE_OK || len == 0)
		return;
	memcpy(writer->at, bytes, len);
	writer->at += len;
}

/* ---- The memo -------------------------------------------------------- */

uint32_t tli_put_memoize(struct tli_writer *writer)
{
	uint32_t number = writer->memo_count++;

	if (writer->protocol >= 4)
		tli_put(writer, TLI_OP_MEMOIZE);
	else if (number <= UINT8_MAX)
		tli_put_number(writer, TLI_OP_BINPUT, number, 1);
	else
		tli_put_number(writer, TLI_OP_LONG_BINPUT, number, 4);
	return number + 1;
}

void tli_put_get(struct tli_writer *writer, uint32_t number_from_1)
{
	uint32_t number = number_from_1 - 1;

	if (number <= UINT8_MAX)
		tli_put_number(writer, TLI_OP_BINGET, number, 1);
	else
		tli_put_number(writer, TLI_OP_LONG_BINGET, number, 4);
}

static bool have_numbers(struct tli_writer *writer)
{
	if (!writer->numbers)
		writer->numbers = calloc(writer->ids, sizeof(uint32_t));
	if (!writer->numbers)
		tli_writer_fail(writer, TLI_VALUE_NOMEM, "out of memory");
	return writer->numbers;
}

void tli_memoize(struct tli_writer *writer, const struct tli_value *value)
{
	if (have_numbers(writer))
		writer->numbers[value->id] = tli_put_memoize(writer);
}

bool tli_memo_announce(struct tli_writer *writer, const struct tli_value *value)
{
	if (!have_numbers(writer))
		return true;
	if (writer->numbers[value->id] == TLI_MEMO_ANNOUNCED)
		return false;
	writer->numbers[value->id] = TLI_MEMO_ANNOUNCED;
	return true;
}
