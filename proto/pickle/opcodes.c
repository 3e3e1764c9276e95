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

const uint8_t tli_arguments[256] = {
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

static bool take_number(struct rest *rest, unsigned bytes, uint64_t *number_out)
{
	if (rest->len < bytes)
		return false;
	*number_out = tli_load_le(rest->at, bytes);
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

int tli_operation_read_long(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation)
{
	enum tli_argument argument =
		(enum tli_argument)tli_arguments[operation->opcode];
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
