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

/* How many bytes the length in an argument has. */
static const uint8_t number_bytes[] = {
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

/* A little-endian number of 0, 1, 2, 4 or 8 bytes. */
static inline bool take_number(
	struct rest *rest, unsigned bytes, uint64_t *number_out)
{
	uint64_t number = 0;

	if (rest->len < bytes)
		return false;
	for (unsigned i = 0; i < bytes; i++)
		number |= (uint64_t)rest->at[i] << 8 * i;
	*number_out = number;
	skip(rest, bytes);
	return true;
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

/* Arguments with lines, or bytes of which there are as many as a number says:
 * apart, so that all others need few registers. */
__attribute__((noinline)) static int read_long(const uint8_t *pickle,
	size_t len, size_t *offset, struct tli_operation *operation)
{
	enum tli_argument argument = arguments[operation->opcode];
	struct rest rest = {pickle + *offset + 1, len - *offset - 1};
	int result;

	if (argument >= TLI_ARG_COUNT_1)
		result = take_number(&rest, number_bytes[argument],
				 &operation->number)
			? take_counted(&rest, argument, operation)
			: TLI_OPERATION_CUT;
	else
		result = take_lines(&rest, argument, operation);
	if (result == TLI_OPERATION_OK)
		*offset = len - rest.len;
	return result;
}

/* An argument that is a number of so many bytes, or none. */
static inline int read_number(const uint8_t *pickle, size_t len, size_t *offset,
	unsigned bytes, struct tli_operation *operation)
{
	struct rest rest = {pickle + *offset + 1, len - *offset - 1};

	if (!take_number(&rest, bytes, &operation->number))
		return TLI_OPERATION_CUT;
	*offset += 1 + bytes;
	return TLI_OPERATION_OK;
}

static inline int read_float(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation)
{
	int result = read_number(pickle, len, offset, 8, operation);

	operation->number = __builtin_bswap64(operation->number);
	return result;
}

/* A switch, because a length out of a table would hold up the next operation
 * until it is loaded, where a branch is foreseen. */
int tli_operation_read(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation_out)
{
	operation_out->offset = *offset;
	operation_out->opcode = 0;
	operation_out->number = 0;
	if (*offset == len)
		return TLI_OPERATION_CUT;
	operation_out->opcode = pickle[*offset];
	switch (arguments[operation_out->opcode]) {
	case TLI_ARG_UNKNOWN:
		return TLI_OPERATION_UNKNOWN;
	case TLI_ARG_NONE:
		++*offset;
		return TLI_OPERATION_OK;
	case TLI_ARG_1:
		return read_number(pickle, len, offset, 1, operation_out);
	case TLI_ARG_2:
		return read_number(pickle, len, offset, 2, operation_out);
	case TLI_ARG_4:
		return read_number(pickle, len, offset, 4, operation_out);
	case TLI_ARG_8:
		return read_number(pickle, len, offset, 8, operation_out);
	case TLI_ARG_BIG_8:
		return read_float(pickle, len, offset, operation_out);
	default:
		return read_long(pickle, len, offset, operation_out);
	}
}
