/* SPDX-License-Identifier: MIT */
#include "pickle.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Opcodes of CPython's Lib/pickletools.py. */
enum {
	PROTO = 0x80,
	FRAME = 0x95,
	SHORT_BINUNICODE = 0x8c,
	BINUNICODE = 'X',
	BINUNICODE8 = 0x8d,
	MEMOIZE = 0x94,
	BINPUT = 'q',
	LONG_BINPUT = 'r',
	STOP = '.',
};

/* How many bytes the character takes by its first byte; 0 = none starts so. */
static size_t utf8_len(uint8_t first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first < 0xe0)
		return 2;
	if (first >= 0xe0 && first < 0xf0)
		return 3;
	return first >= 0xf0 && first < 0xf5 ? 4 : 0;
}

/* The second byte is held to what is neither overlong, nor a surrogate, nor
 * beyond U+10FFFF (RFC 3629). */
static bool is_second(uint8_t first, uint8_t second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

static bool is_utf8(const char *text)
{
	const uint8_t *next = (const uint8_t *)text;

	while (*next) {
		size_t len = utf8_len(*next);

		if (len == 0 || (len > 1 && !is_second(next[0], next[1])))
			return false;
		for (size_t i = 1; i < len; i++)
			if ((next[i] & 0xc0) != 0x80)
				return false;
		next += len;
	}
	return true;
}

void *pickle_str(const char *text, size_t *len_out)
{
	size_t len = strlen(text);
	uint8_t *pickle;

	if (!is_utf8(text) || len > UINT32_MAX)
		return NULL;
	pickle = malloc(len + 8);
	if (!pickle)
		return NULL;
	pickle[0] = PROTO;
	pickle[1] = 2;
	pickle[2] = BINUNICODE;
	for (int i = 0; i < 4; i++)
		pickle[3 + i] = (uint8_t)(len >> 8 * i);
	memcpy(pickle + 7, text, len);
	pickle[len + 7] = STOP;
	*len_out = len + 8;
	return pickle;
}

/* A pickle being read; left is what has not been. */
struct reader {
	const uint8_t *next;
	size_t left;
};

static const uint8_t *skip(struct reader *reader, size_t len)
{
	const uint8_t *here = reader->next;

	if (len > reader->left)
		return NULL;
	reader->next += len;
	reader->left -= len;
	return here;
}

static bool take_opcode(struct reader *reader, uint8_t opcode)
{
	if (reader->left == 0 || *reader->next != opcode)
		return false;
	return skip(reader, 1);
}

/* Reads a little-endian length and the text of that length. */
static bool take_text(struct reader *reader, size_t length_bytes,
	const char **text_out, size_t *len_out)
{
	const uint8_t *length = skip(reader, length_bytes);
	const uint8_t *text;
	uint64_t len = 0;

	if (!length)
		return false;
	for (size_t i = length_bytes; i > 0; i--)
		len = len << 8 | length[i - 1];
	if (len > reader->left)
		return false;
	text = skip(reader, (size_t)len);
	*text_out = (const char *)text;
	*len_out = (size_t)len;
	return true;
}

bool unpickle_str(
	const void *pickle, size_t len, const char **text_out, size_t *len_out)
{
	struct reader reader = {pickle, len};
	bool taken = false;

	if (take_opcode(&reader, PROTO) && !skip(&reader, 1))
		return false;
	if (take_opcode(&reader, FRAME) && !skip(&reader, 8))
		return false;
	if (take_opcode(&reader, SHORT_BINUNICODE))
		taken = take_text(&reader, 1, text_out, len_out);
	else if (take_opcode(&reader, BINUNICODE))
		taken = take_text(&reader, 4, text_out, len_out);
	else if (take_opcode(&reader, BINUNICODE8))
		taken = take_text(&reader, 8, text_out, len_out);
	if (take_opcode(&reader, BINPUT))
		skip(&reader, 1);
	else if (take_opcode(&reader, LONG_BINPUT))
		skip(&reader, 4);
	else
		take_opcode(&reader, MEMOIZE);
	return taken && take_opcode(&reader, STOP) && reader.left == 0;
}
