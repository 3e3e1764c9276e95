/* SPDX-License-Identifier: MIT */
#include "identity.h"

#include "identity_file.h"
#include "json_file.h"
#include "status.h"

#include <stdlib.h>
#include <string.h>

#define DIGITS "0123456789"
#define ID_CHARS                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "._-"
#define OF_AUTHKEY "authkey" /* the identity of the broker's authkey_file */
#define EVERYTHING "all"

/* ---- Ids -------------------------------------------------------------- */

const char *identity_wrong_id(const char *id)
{
	size_t len = strlen(id);

	if (strcmp(id, OF_AUTHKEY) == 0)
		return "that is the identity of the broker's authkey_file: "
		       "take another name";
	if (len >= 1 && len <= IDENTITY_ID_MAX && strspn(id, ID_CHARS) == len &&
		*id != '.')
		return NULL;
	return "an ID has 1 to 64 letters, digits and . _ -, and no . first";
}

int identity_check_id(const char *id)
{
	const char *wrong = identity_wrong_id(id);

	return wrong ? complain(STATUS_USAGE, id, "%s", wrong) : STATUS_DONE;
}

/* ---- The file --------------------------------------------------------- */

/* Whether it is a user's number. */
static bool parse_uid(const char *text, double *uid)
{
	unsigned long long number = strtoull(text, NULL, 10);

	*uid = (double)number;
	return *text && text[strspn(text, DIGITS)] == '\0' &&
		strlen(text) <= 10 && number <= UINT32_MAX;
}

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

static json *new_members(const struct settings *settings)
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

/* ---- What is wrong with it -------------------------------------------- */

static bool says_everything(const struct texts *rights)
{
	for (size_t i = 0; i < rights->count; i++)
		if (strcmp(rights->list[i], EVERYTHING) == 0)
			return true;
	return false;
}

/* What nobody is to say by the way. */
static int check_rights(const struct settings *settings)
{
	if (settings->rights.count == 0 && !settings->all_rights)
		return complain(STATUS_USAGE, "no right",
			"say what it may do: --right \"dial echo.*\", as often "
			"as needed, or --all-rights");
	if (says_everything(&settings->rights))
		return complain(STATUS_USAGE, "right",
			"for everything say --all-rights");
	return STATUS_DONE;
}

static int check_texts(const json *members)
{
	char why[JSON_FILE_WHY];

	for (const json *member = json_first(members); member;
		member = json_next(member))
		if (!json_file_can_have(member, why))
			return complain(STATUS_USAGE, json_key(member),
				"no file can have that: %s", why);
	return STATUS_DONE;
}

static int check_members(const json *members)
{
	char why[IDENTITY_WHY];

	if (!identity_file_is_right(members, true, why))
		return complain(STATUS_USAGE, NULL, "%s", why);
	return check_texts(members);
}

int identity_make(const struct settings *settings, json **members_out)
{
	int status = check_rights(settings);

	if (status != STATUS_DONE)
		return status;
	*members_out = new_members(settings);
	if (!*members_out)
		return complain_of_memory(NULL);
	status = check_members(*members_out);
	if (status != STATUS_DONE)
		json_free(*members_out);
	return status;
}
