/* SPDX-License-Identifier: MIT */
/* The options of objects as the broker takes them: a dict. */
#include "session.h"
#include "settings.h"
#include "values.h"

#include <string.h>

/* How a member is said. What is 0 is not. */
static tieline_value *say_count(tieline_values *values, const void *member)
{
	uint64_t count;

	memcpy(&count, member, sizeof(count));
	return count ? tieline_value_uint(values, count) : NULL;
}

static tieline_value *say_short_count(
	tieline_values *values, const void *member)
{
	uint32_t count;

	memcpy(&count, member, sizeof(count));
	return count ? tieline_value_uint(values, count) : NULL;
}

static tieline_value *say_text(tieline_values *values, const void *member)
{
	const char *text;

	memcpy(&text, member, sizeof(text));
	return text ? tieline_value_str(values, text) : NULL;
}

static tieline_value *say_true(tieline_values *values, const void *member)
{
	return *(const bool *)member ? tieline_value_bool(values, true) : NULL;
}

static tieline_value *say_false(tieline_values *values, const void *member)
{
	return *(const bool *)member ? tieline_value_bool(values, false) : NULL;
}

#define MEMBER(member) offsetof(tieline_object_options, member)

static const struct {
	const char *name;
	size_t at;
	tieline_value *(*say)(tieline_values *values, const void *member);
} options_of_kinds[] = {
	{"temporary", MEMBER(temporary), say_true},
	{"expire_ms", MEMBER(expire_ms), say_short_count},
	{"maxsize", MEMBER(maxsize), say_count},
	{"max_bytes", MEMBER(max_bytes), say_count},
	{"max_attempts", MEMBER(max_attempts), say_short_count},
	{"dead_letter", MEMBER(dead_letter), say_text},
	{"retain", MEMBER(retain), say_true},
	{"max_retained", MEMBER(max_retained), say_count},
	{"owned", MEMBER(unowned), say_false},
};

static void add_options(
	tieline_value *dict, const tieline_object_options *options)
{
	size_t count = sizeof(options_of_kinds) / sizeof(options_of_kinds[0]);
	tieline_values *values = tli_values_of(tli_node(dict));

	for (size_t i = 0; i < count; i++) {
		tieline_value *said = options_of_kinds[i].say(
			values, (const char *)options + options_of_kinds[i].at);

		if (said)
			tieline_value_set_text(
				dict, options_of_kinds[i].name, said);
	}
}

static void add_text(tieline_value *dict, const char *key, const char *text)
{
	if (text)
		tieline_value_set_text(dict, key,
			tieline_value_str(tli_values_of(tli_node(dict)), text));
}

static void add_others(tieline_value *dict, const tieline_value *others)
{
	size_t count = others ? tieline_value_count(others) : 0;

	for (size_t i = 0; i < count; i++)
		tieline_value_set_item(dict, tieline_value_key(others, i),
			tieline_value_item(others, i));
}

static tieline_value *say_creation(
	tieline_values *values, tieline_creation creation, bool is_again)
{
	if (creation == TIELINE_CREATE_ONLY && !is_again)
		return tieline_value_str(values, "only");
	return tieline_value_bool(values, creation != TIELINE_OPEN_ONLY);
}

static tieline_value *make_dict(tieline_values *values,
	const struct tli_opening_of *opening, bool is_again)
{
	tieline_value *dict = tieline_value_dict(values);

	if (!dict)
		return NULL;
	add_text(dict, "name", opening->name);
	add_text(dict, "kind", opening->kind);
	add_text(dict, "family", opening->family);
	tieline_value_set_text(dict, "create",
		say_creation(values, opening->options->creation, is_again));
	add_options(dict, opening->options);
	add_others(dict, opening->options->others);
	add_others(dict, opening->more);
	return dict;
}

int tli_opening_pickle(const struct tli_opening_of *opening, bool is_again,
	void **data_out, size_t *len_out)
{
	tieline_values *values = tieline_values_new(NULL);
	int result = tieline_value_pickle(
		values ? make_dict(values, opening, is_again) : NULL, 0,
		data_out, len_out);

	tieline_values_free(values);
	return result;
}

int tli_object_options_read(tieline_session *session,
	const tieline_object_options *options, tieline_object_options *known)
{
	int result = tli_session_check(session);

	if (result < 0)
		return result;
	*known = tieline_object_options_default();
	if (options && !tli_options_copy(known, sizeof(*known), options))
		return tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"the object options' size is wrong, or they ask for "
			"what version %s does not have: start from "
			"tieline_object_options_default()",
			TIELINE_VERSION);
	return 0;
}
