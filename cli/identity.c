/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include "identity_time.h"
#include "status.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

#define ID_CHARS      LETTERS DIGITS "._-"
#define PATTERN_CHARS ID_CHARS ":/*"
#define OF_AUTHKEY    "authkey" /* the identity of the broker's authkey_file */

#define PATTERN_MAX     128u
#define CERTIFICATE_MAX 2048u /* bytes of a name */
#define EVERYTHING      "all"
#define VERBS_OF_NAMES                                                         \
	"accept dial pipe put get publish subscribe call "                     \
	"create delete"
#define VERBS_WITHOUT_NAMES "list stat monitor typeid shutdown"

int identity_check_id(const char *id)
{
	size_t len = strlen(id);

	if (strcmp(id, OF_AUTHKEY) == 0)
		return complain(STATUS_USAGE, id,
			"that is the identity of the broker's authkey_file: "
			"take another name");
	if (len >= 1 && len <= IDENTITY_ID_MAX && strspn(id, ID_CHARS) == len &&
		*id != '.')
		return STATUS_DONE;
	return complain(STATUS_USAGE, id,
		"an ID has 1 to %u letters, digits and . _ -, and no . first",
		IDENTITY_ID_MAX);
}

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
	size_t len = strlen(text);
	const char *name = text + (*text == '@');

	return len <= PATTERN_MAX && *name &&
		name[strspn(name, PATTERN_CHARS)] == '\0';
}

static int check_right(const char *right)
{
	size_t len = strcspn(right, " ");
	bool is_of_names = is_word_of(VERBS_OF_NAMES, right, len);

	if (strcmp(right, EVERYTHING) == 0)
		return complain(STATUS_USAGE, "right",
			"for everything say --all-rights");
	if (!is_of_names && !is_word_of(VERBS_WITHOUT_NAMES, right, len))
		return complain(STATUS_USAGE, "right",
			"'%s' has no verb: " VERBS_OF_NAMES
			" " VERBS_WITHOUT_NAMES,
			right);
	if (!right[len] || (is_of_names && is_pattern(right + len + 1)))
		return STATUS_DONE;
	return complain(STATUS_USAGE, "right",
		is_of_names ? "'%s' has no pattern behind the verb: 1 to 128 "
			      "letters, digits and . _ - : / *"
			    : "'%s' has more than the verb, which is not for "
			      "names",
		right);
}

static int check_rights(const struct settings *settings)
{
	int status = STATUS_DONE;

	if (settings->rights.count == 0 && !settings->all_rights)
		return complain(STATUS_USAGE, "no right",
			"say what it may do: --right \"dial echo.*\", as often "
			"as needed, or --all-rights");
	for (size_t i = 0; i < settings->rights.count && status == STATUS_DONE;
		i++)
		status = check_right(settings->rights.list[i]);
	return status;
}

/* ---- Times, users, certificates --------------------------------------- */

static int check_time(const char *option, const char *text)
{
	struct identity_span span;

	if (!text || identity_parse_time(text, &span))
		return STATUS_DONE;
	return complain(STATUS_USAGE, option,
		"'%s' is no time: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, in UTC",
		text);
}

static int check_times(const struct settings *settings)
{
	struct identity_span from = {0}, until = {0};
	int status = check_time("not-before", settings->not_before);

	if (status == STATUS_DONE)
		status = check_time("not-after", settings->not_after);
	if (status != STATUS_DONE || !settings->not_before ||
		!settings->not_after)
		return status;
	identity_parse_time(settings->not_before, &from);
	identity_parse_time(settings->not_after, &until);
	if (from.start_s < until.end_s)
		return STATUS_DONE;
	return complain(STATUS_USAGE, "not-after", "it is before --not-before");
}

/* Whether it is a user's number. */
static bool parse_uid(const char *text, double *uid)
{
	unsigned long long number = strtoull(text, NULL, 10);

	*uid = (double)number;
	return *text && text[strspn(text, DIGITS)] == '\0' &&
		strlen(text) <= 10 && number <= UINT32_MAX;
}

static int check_uid(const char *text)
{
	double uid;

	if (parse_uid(text, &uid) || getpwnam(text))
		return STATUS_DONE;
	return complain(
		STATUS_USAGE, "uid", "there is no user '%s' here", text);
}

static int check_uids(const struct texts *uids)
{
	int status = STATUS_DONE;

	for (size_t i = 0; i < uids->count && status == STATUS_DONE; i++)
		status = check_uid(uids->list[i]);
	return status;
}

static int check_certificates(const struct texts *names)
{
	for (size_t i = 0; i < names->count; i++) {
		size_t len = strlen(names->list[i]);

		if (len < 1 || len > CERTIFICATE_MAX)
			return complain(STATUS_USAGE, "certificate",
				"a name has 1 to %u bytes", CERTIFICATE_MAX);
	}
	return STATUS_DONE;
}

int identity_check(const struct settings *settings)
{
	int status = check_rights(settings);

	if (status == STATUS_DONE)
		status = check_times(settings);
	if (status == STATUS_DONE)
		status = check_uids(&settings->uids);
	if (status == STATUS_DONE)
		status = check_certificates(&settings->certificates);
	return status;
}

/* ---- The file --------------------------------------------------------- */

static json *new_uid(const char *text)
{
	double uid;

	return parse_uid(text, &uid) ? json_new_number(uid)
				     : json_new_text(text);
}

/* Adds a list, if there is anything in it. */
static bool add_list(json *members, const char *key, const struct texts *texts,
	json *make(const char *text))
{
	json *list = texts->count ? json_array() : NULL;

	for (size_t i = 0; i < texts->count; i++)
		if (!json_append(list, make(texts->list[i]))) {
			json_free(list);
			return false;
		}
	return texts->count == 0 || json_add(members, key, list);
}

static bool add_text(json *members, const char *key, const char *text)
{
	return !text || json_add_text(members, key, text);
}

json *identity_new(const struct settings *settings)
{
	static const struct texts everything = {{EVERYTHING}, 1};
	json *members = json_object();

	if (add_list(members, "rights",
		    settings->all_rights ? &everything : &settings->rights,
		    json_new_text) &&
		add_text(members, "not_before", settings->not_before) &&
		add_text(members, "not_after", settings->not_after) &&
		add_list(members, "uids", &settings->uids, new_uid) &&
		add_list(members, "certificates", &settings->certificates,
			json_new_text))
		return members;
	json_free(members);
	return NULL;
}

/* Takes one of the two times, which may be missing. */
static bool read_time(
	const json *members, const char *key, struct identity_span *span)
{
	const json *member = json_find(members, key);
	const char *text = json_text_of(member);

	return !member || (text && identity_parse_time(text, span));
}

const char *identity_validity(const json *members)
{
	struct identity_span from = {.start_s = 0};
	struct identity_span until = {.end_s = INT64_MAX};

	if (!json_find(members, "rights") ||
		!read_time(members, "not_before", &from) ||
		!read_time(members, "not_after", &until))
		return "?";
	if (identity_now_s() < from.start_s)
		return "not yet";
	return identity_now_s() < until.end_s ? "yes" : "no more";
}
