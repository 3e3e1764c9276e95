/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The Unicode Standard's table 3-7, but that surrogates are let through: what
 * starts with up to first_max has so many bytes, and its second one is in that
 * range. */
static const struct sequence {
	uint8_t first_max;
	uint8_t len; /* 0 = nothing starts like that */
	uint8_t second_min, second_max;
} sequences[] = {
	{0x7f, 1, 0, 0},
	{0xc1, 0, 0, 0},
	{0xdf, 2, 0x80, 0xbf},
	{0xe0, 3, 0xa0, 0xbf},
	{0xef, 3, 0x80, 0xbf},
	{0xf0, 4, 0x90, 0xbf},
	{0xf3, 4, 0x80, 0xbf},
	{0xf4, 4, 0x80, 0x8f},
	{0xff, 0, 0, 0},
};

static const struct sequence *sequence_of(uint8_t first)
{
	const struct sequence *sequence = sequences;

	while (first > sequence->first_max)
		sequence++;
	return sequence;
}

static bool continues(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

size_t tli_utf8_sequence(const uint8_t *bytes, size_t len)
{
	const struct sequence *sequence = sequence_of(bytes[0]);

	if (sequence->len > len)
		return 0;
	if (sequence->len < 2)
		return sequence->len;
	if (bytes[1] < sequence->second_min || bytes[1] > sequence->second_max)
		return 0;
	for (size_t i = 2; i < sequence->len; i++)
		if (!continues(bytes[i]))
			return 0;
	return sequence->len;
}

/* The eight bits that show what is not ASCII, of eight bytes or'ed. */
#define NOT_ASCII 0x8080808080808080u
#define WORDS     8u

static inline bool are_ascii(const uint8_t *bytes, size_t words)
{
	uint64_t all = 0, word;

#pragma GCC unroll 8
	for (size_t i = 0; i < words; i++) {
		memcpy(&word, bytes + i * sizeof(word), sizeof(word));
		all |= word;
	}
	return !(all & NOT_ASCII);
}

/* How many bytes of ASCII alone there are at the start: most texts are nothing
 * else. Many at a time, so that it costs less than copying them. */
static size_t skip_ascii(const uint8_t *bytes, size_t len)
{
	size_t at = 0;

	while (len - at >= 8 * WORDS && are_ascii(bytes + at, WORDS))
		at += 8 * WORDS;
	while (len - at >= 8 && are_ascii(bytes + at, 1))
		at += 8;
	while (at < len && bytes[at] < 0x80)
		at++;
	return at;
}

size_t tli_utf8_valid(const uint8_t *bytes, size_t len)
{
	size_t at = 0;

	while (at < len) {
		size_t step = skip_ascii(bytes + at, len - at);

		if (step == 0)
			step = tli_utf8_sequence(bytes + at, len - at);
		if (step == 0)
			break;
		at += step;
	}
	return at;
}

void tli_utf8_mend(char *text)
{
	size_t len = strlen(text), at = 0;

	while ((at += tli_utf8_valid((const uint8_t *)text + at, len - at)) <
		len)
		text[at] = '?';
}

uint32_t tli_utf8_read(const uint8_t *bytes, size_t *len_out)
{
	size_t len = sequence_of(bytes[0])->len;
	uint32_t character = bytes[0];

	if (len > 1)
		character &= 0x7fu >> len;
	for (size_t i = 1; i < len; i++)
		character = character << 6 | (bytes[i] & 0x3f);
	*len_out = len;
	return character;
}

size_t tli_utf8_write(uint32_t character, uint8_t bytes[TLI_UTF8_BYTES_MAX])
{
	size_t len = character < 0x80 ? 1
		: character < 0x800   ? 2
		: character < 0x10000 ? 3
				      : 4;

	for (size_t i = len - 1; i > 0; i--) {
		bytes[i] = (uint8_t)(0x80 | (character & 0x3f));
		character >>= 6;
	}
	if (len > 1)
		character |= 0xf00u >> len;
	bytes[0] = (uint8_t)character;
	return len;
}

bool tli_utf8_has_surrogates(const uint8_t *bytes, size_t len)
{
	const uint8_t *end = bytes + len;

	/* U+D000 to U+DFFF start with this byte, and nothing else has it. */
	while (bytes < end) {
		bytes = memchr(bytes, 0xed, (size_t)(end - bytes));
		if (!bytes)
			return false;
		if (bytes[1] >= 0xa0)
			return true;
		bytes++;
	}
	return false;
}

bool tli_is_utf8(const void *text, size_t len)
{
	return len == 0 ||
		(tli_utf8_valid(text, len) == len &&
			!tli_utf8_has_surrogates(text, len));
}

/* In ascending order; none touches the next. */
static const struct range {
	uint32_t first;
	uint32_t last;
} printable[] = {
#include "printable.inc"
};

bool tli_is_printable(uint32_t character)
{
	size_t low = 0;
	size_t high = LENGTH(printable);

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (character > printable[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < LENGTH(printable) && character >= printable[low].first;
}
