/* SPDX-License-Identifier: MIT */
#include "creating.h"

#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"

#include <stdio.h>
#include <string.h>

static const struct tli_value_limits limits = {1 << 20, 10000, 100};
static const uint64_t seed[2] = {1, 2};

static void put_text(char text[CREATED_TEXT], const char *more, size_t len)
{
	size_t start = strlen(text);

	assert_in_range(len, 0, CREATED_TEXT - 1 - start);
	memcpy(text + start, more, len);
	text[start + len] = '\0';
}

static void put_repr(char text[CREATED_TEXT], const struct tli_value *value)
{
	struct tli_buf repr;

	tli_buf_init(&repr, CREATED_TEXT);
	assert_int_equal(tli_repr(value, &repr), TLI_VALUE_OK);
	put_text(text, (const char *)tli_buf_head(&repr), tli_buf_len(&repr));
	tli_buf_fini(&repr);
}

static void put_creation(
	char text[CREATED_TEXT], const struct creation *creation)
{
	assert_non_null(creation->kind);
	put_repr(text, creation->options);
	if (creation->call) {
		put_text(text, " then ", 6);
		put_repr(text, creation->call);
	}
}

const char *created(const char *settings, const char *typeid, const char *args,
	const char *kwds, char text[CREATED_TEXT])
{
	static const char *const words[] = {
		[CREATION_UNKNOWN] = "unknown: ",
		[CREATION_REFUSED] = "refused: ",
		[CREATION_NOMEM] = "no memory: ",
	};
	struct creation creation;
	struct tli_values values;
	char why[TYPEID_WHY];
	enum creation_result result;

	expect_good(settings);
	tli_values_init(&values, &limits, seed);
	result = typeids_create(&config, &values, typeid,
		tli_literal(&values, args, strlen(args), NULL),
		tli_literal(&values, kwds, strlen(kwds), NULL), &creation, why);
	text[0] = '\0';
	if (result == CREATION_OK)
		put_creation(text, &creation);
	else
		snprintf(text, CREATED_TEXT, "%s%s", words[result], why);
	tli_values_fini(&values);
	config_fini(&config);
	return text;
}

void expect_created(const char *settings, const char *typeid, const char *args,
	const char *kwds, const char *expected)
{
	char text[CREATED_TEXT];

	created(settings, typeid, args, kwds, text);
	if (strcmp(text, expected) != 0)
		fail_msg("%s: %s%s%s:\n%s\nnot\n%s", settings, typeid, args,
			kwds, text, expected);
}
