/* SPDX-License-Identifier: MIT */
#include "quote.h"

#include <stdbool.h>
#include <string.h>

#define CUT "..."

/* Of a character of several bytes in UTF-8 the first one stands for all. */
static bool continues(char byte)
{
	return ((unsigned char)byte & 0xc0) == 0x80;
}

void tli_plain(const char *text, char *out, size_t size)
{
	size_t len = 0;

	for (; *text; text++) {
		if (continues(*text))
			continue;
		if (len == size - 1)
			break;
		out[len++] = *text >= ' ' && *text <= '~' ? *text : '?';
	}
	out[len] = '\0';
	if (*text)
		strcpy(out + size - sizeof(CUT), CUT);
}

const char *tli_quote(const char *text, char out[TLI_QUOTE_TEXT])
{
	out[0] = '"';
	tli_plain(text, out + 1, TLI_QUOTE_TEXT - 2);
	strcat(out, "\"");
	return out;
}
