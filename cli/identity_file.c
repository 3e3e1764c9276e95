/* SPDX-License-Identifier: MIT */
#include "identity_file.h"

#include "identity_time.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define PATTERN_CHARS                                                          \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/*"
#define PATTERN_MAX      128u
#define PATTERNS_MAX     1000u
#define UIDS_MAX         64u
#define CERTIFICATE_MAX  2048u /* bytes of a name */
#define CERTIFICATES_MAX 16u
#define CELL_MAX         128

#define EVERYTHING "all"
#define VERBS_OF_NAMES                                                         \
	"accept dial pipe put get publish subscribe call "                     \
	"create delete"
#define VERBS_WITHOUT_NAMES "list stat monitor typeid shutdown"

/* ---- Rights ----------------------------------------------------------- */

/* Whether the first len characters of the text are one of the words. */
static bool is_word_of(const char *words, const char *text, size_t len)
{
	while (*words) {
		size_t word_len = strcspn(words, " ");

		if (word_len == len && strncmp(words, text, len) == 0)
			return true;
		words += word_len + strspn(words + word_len, " ");
	}
	return false;
}

/* A name but for its stars; or "@", of what has none, and the like. */
static bool is_pattern(const char *text)
{
	const char *name = text + (*text == '@');

	return strlen(text) <= PATTERN_MAX && *name &&
		name[strspn(name, PATTERN_CHARS)] == '\0';
}

static bool has_pattern(const json *right)
{
	return strchr(json_text_of(right), ' ') != NULL;
}

/* This and its like say what is wrong with a value; NULL if nothing is. */
static const char *wrong_right(const json *value)
{
	const char *right = json_text_of(value);
	size_t len = right ? strcspn(right, " ") : 0;

	if (!right)
		return "is no text";
	if (strcmp(right, EVERYTHING) == 0)
		return NULL;
	if (is_word_of(VERBS_WITHOUT_NAMES, right, len))
		return right[len] ? "has more than the verb, which is not for "
				    "names"
				  : NULL;
	if (!is_word_of(VERBS_OF_NAMES, right, len))
		return "has no verb: " EVERYTHING " " VERBS_OF_NAMES
		       " " VERBS_WITHOUT_NAMES;
	if (!right[len] || is_pattern(right + len + 1))
		return NULL;
	return "has no pattern behind the verb: 1 to 128 letters, digits and "
	       ". _ - : / *";
}

/* ---- Times, users, certificates --------------------------------------- */

static const char *wrong_time(const json *value)
{
	struct identity_span span;

	return identity_parse_time(json_text_of(value), &span)
		? NULL
		: "is no time: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC";
}

static const char *wrong_uid(const json *value)
{
	const char *name = json_text_of(value);
	double number = json_number_of(value);

	if (name)
		return getpwnam(name) ? NULL : "is no user here";
	if (!json_is_number(value) || number < 0 || number > UINT32_MAX ||
		(double)(uint32_t)number != number)
		return "is no number or name of a user";
	return NULL;
}

static const char *wrong_certificate(const json *value)
{
	const char *name = json_text_of(value);

	if (!name)
		return "is no text";
	return *name && strlen(name) <= CERTIFICATE_MAX
		? NULL
		: "is no name of a certificate: 1 to 2048 bytes";
}

/* ---- Members ---------------------------------------------------------- */

/* What there can be, and what each element of it, or if it is no list, it
 * itself has to be. */
static const struct member {
	const char *name;
	const char *(*objection)(const json *value);
	unsigned max_elements;                 /* 0: it is no list */
	bool (*is_counted)(const json *value); /* NULL = all are */
} table[] = {
	{"rights", wrong_right, PATTERNS_MAX, has_pattern},
	{"not_before", wrong_time, 0, NULL},
	{"not_after", wrong_time, 0, NULL},
	{"uids", wrong_uid, UIDS_MAX, NULL},
	{"certificates", wrong_certificate, CERTIFICATES_MAX, NULL},
};

static const struct member *find_row(const char *name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static bool refuse(char why[IDENTITY_WHY], const char *name, const char *wrong)
{
	snprintf(why, IDENTITY_WHY, "%s: %s", name, wrong);
	return false;
}

static bool is_value_right(
	const struct member *row, const json *value, char why[IDENTITY_WHY])
{
	const char *wrong = row->objection(value);
	char cell[CELL_MAX];

	if (!wrong)
		return true;
	json_cell(value, cell, sizeof(cell));
	snprintf(why, IDENTITY_WHY, "%s: '%s' %s", row->name, cell, wrong);
	return false;
}

static bool is_list_right(
	const struct member *row, const json *list, char why[IDENTITY_WHY])
{
	size_t count = 0;

	for (const json *value = json_first(list); value;
		value = json_next(value)) {
		if (!is_value_right(row, value, why))
			return false;
		count += !row->is_counted || row->is_counted(value);
	}
	return count <= row->max_elements ||
		refuse(why, row->name, "there are too many");
}

static bool is_member_right(const json *member, char why[IDENTITY_WHY])
{
	const struct member *row = find_row(json_key(member));
	char cell[CELL_MAX];

	if (!row) {
		json_text_cell(json_key(member), cell, sizeof(cell));
		return refuse(why, cell, "there is no such member");
	}
	if (row->max_elements > 0)
		return json_is_array(member)
			? is_list_right(row, member, why)
			: refuse(why, row->name, "a list belongs there");
	return json_text_of(member)
		? is_value_right(row, member, why)
		: refuse(why, row->name, "a text belongs there");
}

/* ---- All of them ------------------------------------------------------ */

/* From when until when it is valid; both times are right, or missing. */
static struct identity_span read_span(const json *members)
{
	const char *from = json_text_of(json_find(members, "not_before"));
	const char *until = json_text_of(json_find(members, "not_after"));
	struct identity_span start = {.start_s = INT64_MIN};
	struct identity_span end = {.end_s = INT64_MAX};

	if (from)
		identity_parse_time(from, &start);
	if (until)
		identity_parse_time(until, &end);
	return (struct identity_span){start.start_s, end.end_s};
}

static bool are_together_right(
	const json *members, bool has_key, char why[IDENTITY_WHY])
{
	struct identity_span span = read_span(members);

	if (!json_find(members, "rights"))
		return refuse(why, "rights",
			"they are missing: a list, as [\"dial echo.*\"], "
			"[\"all\"] or []");
	if (span.start_s >= span.end_s)
		return refuse(why, "not_after", "it is before not_before");
	if (!has_key && !json_first(json_find(members, "certificates")))
		return refuse(why, "certificates",
			"there are none, and there is no key either");
	if (!has_key && json_find(members, "uids"))
		return refuse(why, "uids",
			"they say who has the key, and there is none");
	return true;
}

bool identity_file_is_right(
	const json *members, bool has_key, char why[IDENTITY_WHY])
{
	if (!json_is_object(members))
		return refuse(why, "the file", "an object belongs there");
	for (const json *member = json_first(members); member;
		member = json_next(member))
		if (!is_member_right(member, why))
			return false;
	return are_together_right(members, has_key, why);
}

/* The first of the texts that is in both lists; NULL if none is. */
static const json *find_common(const json *one, const json *other)
{
	for (const json *a = json_first(one); a; a = json_next(a))
		for (const json *b = json_first(other); b; b = json_next(b))
			if (strcmp(json_text_of(a), json_text_of(b)) == 0)
				return a;
	return NULL;
}

bool identity_file_is_alone(
	const json *members, const json *rows, char why[IDENTITY_WHY])
{
	const json *names = json_find(members, "certificates");
	char name[CELL_MAX];

	for (const json *row = json_first(rows); row; row = json_next(row)) {
		const json *common =
			find_common(names, json_find(row, "certificates"));

		if (!common)
			continue;
		json_cell(common, name, sizeof(name));
		snprintf(why, IDENTITY_WHY,
			"certificates: '%s' is the name of %s already", name,
			json_text_of(json_find(row, "id")));
		return false;
	}
	return true;
}

const char *identity_file_validity(const json *members)
{
	struct identity_span span = read_span(members);
	int64_t now_s = identity_now_s();

	if (now_s < span.start_s)
		return "not yet";
	return now_s < span.end_s ? "yes" : "no more";
}
