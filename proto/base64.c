/* SPDX-License-Identifier: MIT */
#include "base64.h"

#include <stdbool.h>
#include <string.h>

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz"
			     "0123456789+/";

/* Four digits, of as many of three bytes as there are. */
static void write_group(const uint8_t *bytes, size_t len, char text[4])
{
	uint32_t bits = (uint32_t)bytes[0] << 16;

	if (len > 1)
		bits |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		bits |= bytes[2];
	for (size_t i = 0; i < 4; i++)
		text[i] = i <= len ? digits[bits >> (18 - 6 * i) & 0x3f] : '=';
}

size_t tli_base64_line(
	const uint8_t *bytes, size_t len, char text[TLI_BASE64_LINE_TEXT])
{
	size_t count = 0;

	for (size_t i = 0; i < len; i += 3, count += 4)
		write_group(bytes + i, len - i < 3 ? len - i : 3, text + count);
	text[count++] = '\n';
	return count;
}

/* Six bits, or -1. */
static int digit_of(char c)
{
	const char *place = memchr(digits, c, sizeof(digits) - 1);

	return place ? (int)(place - digits) : -1;
}

struct reading {
	uint32_t bits;
	size_t count; /* of digits and padding */
	size_t padding;
	size_t len; /* of what was written */
};

/* False if it cannot be there. */
static bool take(struct reading *reading, char c, char *out)
{
	int digit = c == '=' ? 0 : digit_of(c);

	reading->padding += c == '=';
	if (digit < 0 || (c != '=' && reading->padding > 0))
		return false;
	reading->bits = reading->bits << 6 | (uint32_t)digit;
	if (++reading->count % 4 != 0)
		return true;
	for (int shift = 16; shift >= 0; shift -= 8)
		out[reading->len++] = (char)(reading->bits >> shift & 0xff);
	return true;
}

int64_t tli_base64_read(char *text, size_t len)
{
	struct reading reading = {.bits = 0};

	for (size_t i = 0; i < len; i++)
		if (!memchr(" \t\r\n", text[i], 4) &&
			!take(&reading, text[i], text))
			return -1;
	if (reading.count % 4 != 0 || reading.padding > 2)
		return -1;
	return (int64_t)(reading.len - reading.padding);
}
