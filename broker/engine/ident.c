/* SPDX-License-Identifier: MIT */
#include "ident.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void ident_format(char text[IDENT_TEXT], const char *epoch, uint64_t object,
	const char *typeid)
{
	snprintf(text, IDENT_TEXT, "%s-%" PRIx64 "-%s", epoch, object, typeid);
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* At least one digit, at most 16, not 0. Returns what
 * follows; NULL if it is no such number. */
static const char *parse_hex(const char *text, uint64_t *number)
{
	unsigned count = 0;

	*number = 0;
	for (; digit_of(*text) >= 0 && count < 16; count++)
		*number = *number << 4 | (unsigned)digit_of(*text++);
	return count > 0 && *number != 0 ? text : NULL;
}

bool ident_parse(struct ident *ident_out, const char *text, const char *epoch)
{
	size_t len = strlen(epoch);

	if (len == 0 || strncmp(text, epoch, len) != 0 || text[len] != '-')
		return false;
	text = parse_hex(text + len + 1, &ident_out->object);
	if (!text || *text != '-')
		return false;
	ident_out->typeid = text + 1;
	len = strlen(ident_out->typeid);
	return len > 0 && len <= IDENT_TYPEID_MAX;
}
