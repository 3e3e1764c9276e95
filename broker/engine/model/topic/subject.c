/* SPDX-License-Identifier: MIT */
#include "subject.h"

#include "../../../../proto/siphash.h"
#include "../../../../proto/utf8.h"

#include <string.h>

bool part_next(struct part *part_out, const char *text, size_t len, size_t *at)
{
	const char *dot;

	if (*at > len)
		return false;
	part_out->text = text + *at;
	dot = memchr(part_out->text, '.', len - *at);
	part_out->len = dot ? (size_t)(dot - part_out->text) : len - *at;
	*at += part_out->len + 1;
	return true;
}

static bool has(const struct part *part, char character)
{
	return memchr(part->text, character, part->len) != NULL;
}

static bool has_wildcard(const struct part *part)
{
	return has(part, '*') || has(part, '>');
}

static bool has_control(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			return true;
	return false;
}

/* What subjects and patterns have in common. */
static const char *check(const char *text, size_t len)
{
	struct part part;
	size_t at = 0;

	if (len == 0)
		return "it is empty, and should be as in a.b.c";
	if (len > SUBJECT_MAX)
		return "it is longer than 255 bytes";
	if (has_control(text, len))
		return "there is a control character in it";
	if (!tli_is_utf8(text, len))
		return "there is a lone surrogate in it";
	while (part_next(&part, text, len, &at))
		if (part.len == 0)
			return "a part between, before or behind dots is empty";
	return NULL;
}

const char *subject_check(const char *subject, size_t len)
{
	const char *why = check(subject, len);

	if (!why && pattern_is_wild(subject, len))
		why = "'*' and '>' are for patterns alone";
	return why;
}

const char *pattern_check(const char *pattern, size_t len)
{
	const char *why = check(pattern, len);
	struct part part;
	size_t at = 0;

	while (!why && part_next(&part, pattern, len, &at)) {
		if (has_wildcard(&part) && part.len > 1)
			why = "'*' and '>' stand for whole parts, as in a.*.c";
		else if (part_is(&part, '>') && at <= len)
			why = "'>' is the last part, for all that follow";
	}
	return why;
}

bool pattern_is_wild(const char *pattern, size_t len)
{
	const struct part all = {pattern, len};

	return has_wildcard(&all);
}

static bool same(const struct part *part, const struct part *other)
{
	return part->len == other->len &&
		memcmp(part->text, other->text, part->len) == 0;
}

bool pattern_matches(const char *pattern, size_t pattern_len,
	const char *subject, size_t subject_len)
{
	struct part want, is;
	size_t want_at = 0, is_at = 0;

	while (part_next(&want, pattern, pattern_len, &want_at)) {
		if (!part_next(&is, subject, subject_len, &is_at))
			return false;
		if (part_is(&want, '>'))
			return true;
		if (!part_is(&want, '*') && !same(&want, &is))
			return false;
	}
	return is_at > subject_len;
}

unsigned text_hash(const uint64_t seed[2], const void *bytes, size_t len)
{
	uint64_t hash[2];

	tli_siphash(bytes, len, seed, hash);
	return (unsigned)hash[0];
}
