/* SPDX-License-Identifier: MIT */
#include "arguments.h"

#include "literal.h"
#include "status.h"

#include <string.h>

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS  "0123456789"

/* What needs no quotes, as there is nothing else that it could be. */
static bool is_bare_word(const char *text)
{
	return *text && strchr(LETTERS "_/", *text) &&
		text[strspn(text, LETTERS DIGITS "_.:/-")] == '\0';
}

/* NULL when it has complained. It lives until the next one is read. */
static tieline_value *read_argument(
	struct arguments *arguments, const char *text)
{
	char why[LITERAL_WHY_MAX];
	tieline_value *value = literal_read(arguments->scratch, text,
		strlen(text), TIELINE_JSON_WRAPPED, why);

	if (!value && is_bare_word(text))
		value = tieline_value_str(arguments->scratch, text);
	if (!value)
		complain(STATUS_USAGE, text,
			"it is no argument: %s; a text is \"'...'\"", why);
	return value;
}

/* The length of NAME in NAME=VALUE; 0 if it is no such thing. */
static size_t name_len(const char *text)
{
	size_t len = strspn(text, LETTERS DIGITS "_");

	return len > 0 && strchr(LETTERS "_", *text) && text[len] == '=' &&
			text[len + 1] != '='
		? len
		: 0;
}

static bool add_named(struct arguments *arguments, tieline_value *dict,
	const char *name, size_t len, const char *text)
{
	tieline_value *value = read_argument(arguments, text);

	return value &&
		tieline_value_set_item(dict,
			tieline_value_str_len(arguments->values, name, len),
			value) == TIELINE_OK;
}

static bool add_word(struct arguments *arguments, const char *word)
{
	size_t len = name_len(word);
	tieline_value *value;

	if (len > 0)
		return add_named(
			arguments, arguments->named, word, len, word + len + 1);
	value = read_argument(arguments, word);
	return value &&
		tieline_value_append(arguments->positional, value) ==
		TIELINE_OK;
}

static bool add_all(struct arguments *arguments, char *const words[],
	const struct pairs *options)
{
	bool is_fine = true;

	for (; *words && is_fine; words++)
		is_fine = add_word(arguments, *words);
	for (size_t i = 0; i < options->count && is_fine; i++)
		is_fine = add_named(arguments, arguments->options,
			options->list[i].key, strlen(options->list[i].key),
			options->list[i].value);
	return is_fine;
}

int arguments_read(struct arguments *arguments, const struct call *call,
	char *const words[])
{
	arguments->values = tieline_values_new(NULL);
	arguments->scratch = tieline_values_new(NULL);
	arguments->positional = tieline_value_list(arguments->values);
	arguments->named = tieline_value_dict(arguments->values);
	arguments->options = tieline_value_dict(arguments->values);
	if (!arguments->scratch || !arguments->options)
		return complain_of_memory(call->words[0]);
	return add_all(arguments, words, &call->settings.options)
		? STATUS_DONE
		: STATUS_USAGE;
}

void arguments_free(struct arguments *arguments)
{
	tieline_values_free(arguments->values);
	tieline_values_free(arguments->scratch);
}
