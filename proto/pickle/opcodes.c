/* SPDX-License-Identifier: MIT */
#include "opcodes.h"

#include "../wire.h"

#include <stdbool.h>
#include <string.h>

static const struct {
	const char *name; /* NULL: no opcode */
	enum tli_argument argument;
} opcodes[256] = {
#define OPCODE_ROW(name, byte, argument) [byte] = {#name, TLI_ARG_##argument},
	TLI_OPCODE_MAP(OPCODE_ROW)
#undef OPCODE_ROW
};

static const struct layout {
	uint8_t number_bytes;
	uint8_t lines;
	bool is_count; /* so many bytes follow the number */
	bool is_signed;
	bool is_big_endian;
} layouts[] = {
	[TLI_ARG_NONE] = {0},
	[TLI_ARG_1] = {.number_bytes = 1},
	[TLI_ARG_2] = {.number_bytes = 2},
	[TLI_ARG_4] = {.number_bytes = 4},
	[TLI_ARG_8] = {.number_bytes = 8},
	[TLI_ARG_BIG_8] = {.number_bytes = 8, .is_big_endian = true},
	[TLI_ARG_LINE] = {.lines = 1},
	[TLI_ARG_LINES] = {.lines = 2},
	[TLI_ARG_COUNT_1] = {.number_bytes = 1, .is_count = true},
	[TLI_ARG_COUNT_4] = {.number_bytes = 4, .is_count = true},
	[TLI_ARG_COUNT_8] = {.number_bytes = 8, .is_count = true},
	[TLI_ARG_SIGNED_4] = {.number_bytes = 4,
		.is_count = true,
		.is_signed = true},
};

/* What has not been read yet. */
struct rest {
	const uint8_t *at;
	size_t len;
};

const char *tli_opcode_name(uint8_t opcode)
{
	return opcodes[opcode].name;
}

static void skip(struct rest *rest, size_t len)
{
	rest->at += len;
	rest->len -= len;
}

static bool take_number(
	struct rest *rest, const struct layout *layout, uint64_t *number_out)
{
	uint64_t number = 0;

	if (rest->len < layout->number_bytes)
		return false;
	for (unsigned i = 0; i < layout->number_bytes; i++)
		number |= (uint64_t)rest->at[i] << 8 * i;
	*number_out = layout->is_big_endian ? tli_load_be64(rest->at) : number;
	skip(rest, layout->number_bytes);
	return true;
}

static int take_counted(struct rest *rest, const struct layout *layout,
	struct tli_operation *operation)
{
	uint64_t len;

	if (!take_number(rest, layout, &len))
		return TLI_OPERATION_CUT;
	if (layout->is_signed && len > INT32_MAX)
		return TLI_OPERATION_NEGATIVE;
	if (len > rest->len)
		return TLI_OPERATION_CUT;
	operation->data = rest->at;
	operation->len = (size_t)len;
	skip(rest, (size_t)len);
	return TLI_OPERATION_OK;
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

static int take_lines(struct rest *rest, const struct layout *layout,
	struct tli_operation *operation)
{
	bool is_there = take_line(rest, &operation->data, &operation->len);

	if (is_there && layout->lines == 2)
		is_there = take_line(
			rest, &operation->second, &operation->second_len);
	return is_there ? TLI_OPERATION_OK : TLI_OPERATION_CUT;
}

static int take_argument(struct rest *rest, const struct layout *layout,
	struct tli_operation *operation)
{
	if (layout->is_count)
		return take_counted(rest, layout, operation);
	if (layout->lines > 0)
		return take_lines(rest, layout, operation);
	return take_number(rest, layout, &operation->number)
		? TLI_OPERATION_OK
		: TLI_OPERATION_CUT;
}

int tli_operation_read(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation_out)
{
	struct rest rest;
	uint8_t opcode;
	int result = TLI_OPERATION_OK;

	*operation_out = (struct tli_operation){.offset = *offset};
	if (*offset >= len)
		return TLI_OPERATION_CUT;
	rest = (struct rest){pickle + *offset, len - *offset};
	opcode = *rest.at;
	operation_out->opcode = opcode;
	operation_out->name = opcodes[opcode].name;
	if (!operation_out->name)
		return TLI_OPERATION_UNKNOWN;
	skip(&rest, 1);
	if (opcodes[opcode].argument != TLI_ARG_NONE)
		result = take_argument(&rest,
			&layouts[opcodes[opcode].argument], operation_out);
	if (result == TLI_OPERATION_OK)
		*offset = len - rest.len;
	return result;
}
