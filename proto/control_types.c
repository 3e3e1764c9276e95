/* SPDX-License-Identifier: MIT */
#include "control_types.h"

#include "control.h"
#include "quote.h"

#include <string.h>

#define TIMEOUT_MAX_S (TLI_TIMEOUT_MAX_MS / 1000)
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* The text, if it is one of so many bytes; NULL otherwise. */
static const char *text_of(const tli_json *value, size_t max_bytes)
{
	const char *text;

	if (tli_json_kind(value) != TLI_JSON_TEXT)
		return NULL;
	text = tli_json_text(value);
	return strlen(text) <= max_bytes ? text : NULL;
}

static bool copy_text(char *member, const char *text)
{
	if (!text)
		return false;
	strcpy(member, text);
	return true;
}

static bool read_name(const tli_json *value, void *member)
{
	const char *text = text_of(value, TLI_ADDRESS_NAME_MAX);

	return text && !tli_name_check(text) && copy_text(member, text);
}

static bool read_listener(const tli_json *value, void *member)
{
	const char *text = text_of(value, TLI_LISTENER_ID_MAX);

	return text && !tli_name_check(text) && copy_text(member, text);
}

static bool read_prefix(const tli_json *value, void *member)
{
	const char *text = text_of(value, TLI_ADDRESS_NAME_MAX);

	return text && (!*text || !tli_name_check(text)) &&
		copy_text(member, text);
}

static bool read_text(const tli_json *value, void *member)
{
	return copy_text(member, text_of(value, TLI_CONTROL_NAME - 1));
}

static bool read_json(
	const tli_json *value, enum tli_json_kind kind, char *member)
{
	char text[TLI_CONTROL_JSON];

	return tli_json_kind(value) == kind &&
		tli_json_print(value, text, sizeof(text)) &&
		copy_text(member, text);
}

static bool read_array(const tli_json *value, void *member)
{
	return read_json(value, TLI_JSON_ARRAY, member);
}

static bool read_object(const tli_json *value, void *member)
{
	return read_json(value, TLI_JSON_OBJECT, member);
}

static void write_json(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const char *json = member;

	if (*json)
		tli_json_add_raw(writer, parent, key, json);
}

static void write_text(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	tli_json_add_text(writer, parent, key, member);
}

static void write_given_text(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const char *text = member;

	if (*text)
		tli_json_add_text(writer, parent, key, text);
}

static bool read_true(const tli_json *value, void *member)
{
	(void)member;
	return tli_json_kind(value) == TLI_JSON_BOOL && tli_json_bool(value);
}

static void write_true(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	(void)member;
	tli_json_add_bool(writer, parent, key, true);
}

static bool read_flag(const tli_json *value, void *member)
{
	bool *flag = member;

	if (tli_json_kind(value) != TLI_JSON_BOOL)
		return false;
	*flag = tli_json_bool(value);
	return true;
}

static void write_flag(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const bool *flag = member;

	if (*flag)
		tli_json_add_bool(writer, parent, key, true);
}

/* The smallest number of milliseconds that is not shorter. Dividing is exact
 * to the last digit where multiplying is not: what was written is read again
 * as the same. */
static int64_t to_ms(double seconds)
{
	int64_t ms = (int64_t)(seconds * 1000);

	ms -= ms > 0;
	while ((double)ms / 1000 < seconds)
		ms++;
	return ms;
}

static bool read_seconds(const tli_json *value, void *member)
{
	int64_t *ms = member;

	if (tli_json_kind(value) != TLI_JSON_NUMBER ||
		tli_json_number(value) < 0 ||
		tli_json_number(value) > TIMEOUT_MAX_S)
		return false;
	*ms = to_ms(tli_json_number(value));
	return true;
}

static void write_seconds(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const int64_t *ms = member;

	if (*ms != TLI_NO_TIMEOUT_GIVEN)
		tli_json_add_number(writer, parent, key, (double)*ms / 1000);
}

static bool read_limit(const tli_json *value, void *member)
{
	unsigned *limit = member;

	if (!tli_json_is_integer(value) || tli_json_number(value) < 1 ||
		tli_json_number(value) > TLI_LIST_LIMIT)
		return false;
	*limit = (unsigned)tli_json_number(value);
	return true;
}

static void write_limit(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const unsigned *limit = member;

	if (*limit != TLI_LIST_LIMIT)
		tli_json_add_number(writer, parent, key, *limit);
}

static const char *const listings[] = {
	[TLI_LIST_NAMES] = "names",
	[TLI_LIST_CONNECTIONS] = "connections",
};

static bool read_listing(const tli_json *value, void *member)
{
	enum tli_listing *listing = member;
	const char *text = text_of(value, SIZE_MAX);

	for (size_t i = 0; text && i < LENGTH(listings); i++)
		if (strcmp(text, listings[i]) == 0) {
			*listing = (enum tli_listing)i;
			return true;
		}
	return false;
}

static void write_listing(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const void *member)
{
	const enum tli_listing *listing = member;

	tli_json_add_text(writer, parent, key, listings[*listing]);
}

static const char *const refusals[] = {
#define X(name, text) [TLI_REFUSAL_##name] = text,
	TLI_REFUSALS(X)
#undef X
};

static bool read_refusal(const tli_json *value, void *member)
{
	enum tli_refusal *refusal = member;
	const char *text = text_of(value, SIZE_MAX);

	if (!text)
		return false;
	*refusal = TLI_REFUSAL_INTERNAL;
	for (size_t i = TLI_REFUSAL_NONE + 1; i < LENGTH(refusals); i++)
		if (strcmp(text, refusals[i]) == 0)
			*refusal = (enum tli_refusal)i;
	return true;
}

static bool read_message(const tli_json *value, void *member)
{
	const char *text = text_of(value, SIZE_MAX);

	if (!text)
		return false;
	tli_plain(text, member, TLI_CONTROL_TEXT);
	return true;
}

static bool read_address(const tli_json *value, void *member)
{
	const char *text = text_of(value, TLI_ADDRESS_TEXT_MAX - 1);

	if (!text)
		return false;
	tli_plain(text, member, TLI_ADDRESS_TEXT_MAX);
	return true;
}

static bool read_uid(const tli_json *value, void *member)
{
	uint32_t *uid = member;

	if (!tli_json_is_integer(value) || tli_json_number(value) < 0 ||
		tli_json_number(value) > UINT32_MAX)
		return false;
	*uid = (uint32_t)tli_json_number(value);
	return true;
}

const struct tli_control_type tli_control_name = {
	"a name of 1 to 128 " TLI_ADDRESS_NAME_CHARS,
	read_name,
	write_text,
};
const struct tli_control_type tli_control_listener = {
	"1 to 64 " TLI_ADDRESS_NAME_CHARS,
	read_listener,
	write_given_text,
};
const struct tli_control_type tli_control_prefix = {
	"up to 128 " TLI_ADDRESS_NAME_CHARS,
	read_prefix,
	write_given_text,
};
const struct tli_control_type tli_control_text = {
	"a text of up to 128 bytes",
	read_text,
	write_text,
};
const struct tli_control_type tli_control_array = {
	"an array of about 1000 bytes at most",
	read_array,
	write_json,
};
const struct tli_control_type tli_control_object = {
	"an object of about 1000 bytes at most",
	read_object,
	write_json,
};
const struct tli_control_type tli_control_true = {
	"true", read_true, write_true};
const struct tli_control_type tli_control_flag = {
	"true or false", read_flag, write_flag};
const struct tli_control_type tli_control_seconds = {
	"seconds from 0 to 31536000",
	read_seconds,
	write_seconds,
};
const struct tli_control_type tli_control_limit = {
	"a whole number from 1 to 1000",
	read_limit,
	write_limit,
};
const struct tli_control_type tli_control_listing = {
	"\"names\" or \"connections\"",
	read_listing,
	write_listing,
};
const struct tli_control_type tli_control_refusal = {
	"a text", read_refusal, NULL};
const struct tli_control_type tli_control_message = {
	"a text", read_message, NULL};
const struct tli_control_type tli_control_address = {
	"an address", read_address, NULL};
const struct tli_control_type tli_control_uid = {"a user id", read_uid, NULL};

const char *tli_refusal_code(enum tli_refusal refusal)
{
	return refusals[refusal];
}
