/* SPDX-License-Identifier: MIT */
#include "rights.h"

#include "../proto/quote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ALL_BITS (RIGHT_BIT(RIGHT_COUNT) - 1)

static const struct {
	const char *word;
	bool is_named;
} verbs[RIGHT_COUNT] = {
#define X(right, word, named, help) [RIGHT_##right] = {word, named},
	RIGHTS(X)
#undef X
};

const struct rights rights_all = {.everywhere = ALL_BITS};

const char *right_word(enum right right)
{
	return verbs[right].word;
}

bool right_is_named(enum right right)
{
	return verbs[right].is_named;
}

/* ---- Entries ---------------------------------------------------------- */

/* RIGHT_COUNT if it is none. */
static enum right find_verb(const char *word, size_t len)
{
	unsigned right = 0;

	while (right < RIGHT_COUNT &&
		(strlen(verbs[right].word) != len ||
			memcmp(verbs[right].word, word, len) != 0))
		right++;
	return (enum right)right;
}

static int no_verb(const char *entry, char why[RIGHTS_WHY])
{
	char quoted[TLI_QUOTE_TEXT];
	size_t len = (size_t)snprintf(why, RIGHTS_WHY, "%s has no verb: all",
		tli_quote(entry, quoted));

	for (unsigned i = 0; i < RIGHT_COUNT; i++)
		len += (size_t)snprintf(why + len, RIGHTS_WHY - len, "%s %s",
			i + 1 < RIGHT_COUNT ? "," : " or", verbs[i].word);
	return RIGHTS_BAD;
}

/* A pattern is a name but for its stars, and the @ of objects without one. */
static bool is_pattern(const char *pattern)
{
	char name[TLI_ADDRESS_NAME_MAX + 1];
	size_t len = strlen(pattern);

	if (len >= sizeof(name))
		return false;
	for (size_t i = 0; i <= len; i++)
		name[i] = pattern[i] == '*' ? '_' : pattern[i];
	return !tli_name_check(name[0] == '@' ? name + 1 : name);
}

static int bad_pattern(
	const char *verb, const char *pattern, char why[RIGHTS_WHY])
{
	char quoted[TLI_QUOTE_TEXT];

	snprintf(why, RIGHTS_WHY,
		"%s behind \"%s\" is no pattern: 1 to "
		"128 " TLI_ADDRESS_NAME_CHARS " *",
		tli_quote(pattern, quoted), verb);
	return RIGHTS_BAD;
}

static int add(struct rights *rights, uint32_t bits, const char *pattern)
{
	struct right_entry *entries = realloc(
		rights->entries, (rights->count + 1) * sizeof(*entries));

	if (!entries)
		return RIGHTS_NOMEM;
	rights->entries = entries;
	entries[rights->count].bits = bits;
	strcpy(entries[rights->count++].pattern, pattern);
	return RIGHTS_OK;
}

static int parse_pattern(struct rights *rights, enum right right,
	const char *pattern, char why[RIGHTS_WHY])
{
	const char *word = verbs[right].word;

	if (!verbs[right].is_named) {
		snprintf(why, RIGHTS_WHY,
			"\"%s\" is not done to a name: leave out what is "
			"behind it",
			word);
		return RIGHTS_BAD;
	}
	if (!is_pattern(pattern))
		return bad_pattern(word, pattern, why);
	if (rights->count < RIGHTS_MAX)
		return add(rights, RIGHT_BIT(right), pattern);
	snprintf(why, RIGHTS_WHY, "there are more than %u entries", RIGHTS_MAX);
	return RIGHTS_BAD;
}

int rights_parse(struct rights *rights, const char *entry, char why[RIGHTS_WHY])
{
	size_t len = strcspn(entry, " ");
	enum right right = find_verb(entry, len);

	if (strcmp(entry, "all") == 0)
		rights->everywhere = ALL_BITS;
	else if (right == RIGHT_COUNT)
		return no_verb(entry, why);
	else if (entry[len])
		return parse_pattern(rights, right, entry + len + 1, why);
	else
		rights->everywhere |= RIGHT_BIT(right);
	return RIGHTS_OK;
}

void rights_fini(struct rights *rights)
{
	free(rights->entries);
	*rights = (struct rights){.count = 0};
}

/* ---- Names ------------------------------------------------------------ */

/* A star takes as little as it can, and more when what follows does not match:
 * only the last star has to be tried again. */
static bool matches(const char *pattern, const char *name)
{
	const char *star = NULL, *taken = NULL;

	while (*name)
		if (*pattern == '*') {
			star = ++pattern;
			taken = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star;
			name = ++taken;
		} else {
			return false;
		}
	return pattern[strspn(pattern, "*")] == '\0';
}

uint32_t rights_on(const struct rights *rights, const char *name)
{
	uint32_t bits = rights->everywhere;

	for (size_t i = 0; i < rights->count; i++)
		if ((rights->entries[i].bits & ~bits) &&
			matches(rights->entries[i].pattern, name))
			bits |= rights->entries[i].bits;
	return bits;
}

bool rights_permit(
	const struct rights *rights, enum right right, const char *name)
{
	if (rights->everywhere & RIGHT_BIT(right))
		return true;
	for (size_t i = 0; name && i < rights->count; i++)
		if ((rights->entries[i].bits & RIGHT_BIT(right)) &&
			matches(rights->entries[i].pattern, name))
			return true;
	return false;
}
