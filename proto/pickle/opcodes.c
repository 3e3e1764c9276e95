/* SPDX-License-Identifier: MIT */
#include "opcodes.h"

#include "../wire.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[256] = {
#define NAME_ROW(name, byte, argument) [byte] = #name,
	TLI_OPCODE_MAP(NAME_ROW)
#undef NAME_ROW
};

/* What follows each opcode: an enum tli_argument. */
static const uint8_t arguments[256] = {
#define ARGUMENT_ROW(name, byte, argument) [byte] = TLI_ARG_##argument,
	TLI_OPCODE_MAP(ARGUMENT_ROW)
#undef ARGUMENT_ROW
};

/* How many bytes the number in an argument has. */
static const uint8_t number_bytes[] = {
	[TLI_ARG_1] = 1,
	[TLI_ARG_2] = 2,
	[TLI_ARG_4] = 4,
	[TLI_ARG_8] = 8,
	[TLI_ARG_BIG_8] = 8,
	[TLI_ARG_COUNT_1] = 1,
	[TLI_ARG_COUNT_4] = 4,
	[TLI_ARG_COUNT_8] = 8,
	[TLI_ARG_SIGNED_4] = 4,
};

/* What has not been read yet. */
struct rest {
	const uint8_t *at;
	size_t len;
};

const char *tli_opcode_name(uint8_t opcode)
{
	return names[opcode];
}

static void skip(struct rest *rest, size_t len)
{
	rest->at += len;
	rest->len -= len;
}

/* A little-endian number of 1, 2, 4 or 8 bytes, which are there. */
static uint64_t load(const struct rest *rest, unsigned bytes)
{
	uint64_t number = 0;

	/* One load, and what is too much of it cut off. */
	if (rest->len >= sizeof(number))
		return tli_load_le64(rest->at) << (64 - 8 * bytes) >>
			(64 - 8 * bytes);
	for (unsigned i = 0; i < bytes; i++)
		number |= (uint64_t)rest->at[i] << 8 * i;
	return number;
}

static bool take_line(
	struct rest *rest, const uint8_t **line_out, size_t *len_out)
{
	const uint8_t *end =
		rest->len > 0 ? memchr(rest->at, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*line_out = rest->at;
	*len_out = (size_t)(end - rest->at);
	skip(rest, *len_out + 1);
	return true;
}

static int take_lines(struct rest *rest, enum tli_argument argument,
	struct tli_operation *operation)
{
	bool is_there = take_line(rest, &operation->data, &operation->len);

	operation->second = NULL;
	operation->second_len = 0;
	if (is_there && argument == TLI_ARG_LINES)
		is_there = take_line(
			rest, &operation->second, &operation->second_len);
	return is_there ? TLI_OPERATION_OK : TLI_OPERATION_CUT;
}

/* The bytes that a number says there are. */
static int take_counted(struct rest *rest, enum tli_argument argument,
	struct tli_operation *operation)
{
	uint64_t len = operation->number;

	if (argument == TLI_ARG_SIGNED_4 && len > INT32_MAX)
		return TLI_OPERATION_NEGATIVE;
	if (len > rest->len)
		return TLI_OPERATION_CUT;
	operation->data = rest->at;
	operation->len = (size_t)len;
	skip(rest, (size_t)len);
	return TLI_OPERATION_OK;
}

static int take_argument(struct rest *rest, enum tli_argument argument,
	struct tli_operation *operation)
{
	unsigned bytes = number_bytes[argument];

	if (argument == TLI_ARG_LINE || argument == TLI_ARG_LINES)
		return take_lines(rest, argument, operation);
	if (rest->len < bytes)
		return TLI_OPERATION_CUT;
	operation->number = load(rest, bytes);
	skip(rest, bytes);
	if (argument >= TLI_ARG_COUNT_1)
		return take_counted(rest, argument, operation);
	if (argument == TLI_ARG_BIG_8)
		operation->number = __builtin_bswap64(operation->number);
	return TLI_OPERATION_OK;
}

int tli_operation_read(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation_out)
{
	struct rest rest;
	enum tli_argument argument;
	int result;

	operation_out->offset = *offset;
	operation_out->opcode = 0;
	if (*offset == len)
		return TLI_OPERATION_CUT;
	rest = (struct rest){pickle + *offset, len - *offset};
	operation_out->opcode = *rest.at;
	argument = (enum tli_argument)arguments[*rest.at];
	if (argument == TLI_ARG_UNKNOWN)
		return TLI_OPERATION_UNKNOWN;
	skip(&rest, 1);
	result = argument == TLI_ARG_NONE
		? TLI_OPERATION_OK
		: take_argument(&rest, argument, operation_out);
	if (result == TLI_OPERATION_OK)
		*offset = len - rest.len;
	return result;
}
