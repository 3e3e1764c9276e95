/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include <string.h>

const char *const literals[] = {
	"None",
	"True",
	"False",
	"0",
	"-1",
	"9223372036854775807",
	"-9223372036854775809",
	"1.5",
	"-0.0",
	"inf",
	"(1+2j)",
	"''",
	"'h\xc3\xa4\xe2\x82\xac\xf0\x9f\x90\x8d'",
	"'\\ud800'",
	"b''",
	"b'\\x00\\xff'",
	"bytearray(b'ab')",
	"array('i', [1, -2])",
	"array('u', 'h\xc3\xa4')",
	"[]",
	"[1, [2, [3]], 'x']",
	"()",
	"(1,)",
	"(1, (2, 'y'), None, 4.5)",
	"{}",
	"{'a': 1, 2: b'two', (3, 4): {'b': []}}",
	"set()",
	"{1}",
	"frozenset()",
	"frozenset({b'x'})",
	"range(0, 10, 3)",
	"slice(None, 5, None)",
};
const size_t literals_count = LENGTH(literals);

tieline_values *new_values(const tieline_value_limits *limits)
{
	tieline_values *values = tieline_values_new(limits);

	assert_non_null(values);
	return values;
}

static void assert_text_at(
	const char *expected, const char *text, const char *file, int line)
{
	if (strcmp(expected, text) == 0)
		return;
	print_error("expected: %s\n     got: %s\n", expected, text);
	_fail(file, line);
}

void assert_repr_at(const char *expected, const tieline_value *value,
	const char *file, int line)
{
	char *text;
	size_t len;

	assert_code_at(TIELINE_OK, tieline_value_repr(value, 0, &text, &len),
		file, line);
	assert_int_equal(strlen(text), len);
	assert_text_at(expected, text, file, line);
	tieline_free(text);
}

void assert_fails_at(
	int code, const char *text, int result, const char *file, int line)
{
	assert_code_at(code, result, file, line);
	assert_text_at(text, tieline_handle_error(NULL), file, line);
}

void assert_unmade_at(int code, const char *text, const tieline_value *value,
	const char *file, int line)
{
	void *data;
	size_t len;

	if (value)
		_fail(file, line);
	assert_fails_at(code, text, tieline_value_pickle(value, 0, &data, &len),
		file, line);
}

tieline_value *nothing(void)
{
	tieline_values *values = new_values(NULL);

	/* Where everything begins anew, nothing has failed yet. */
	tieline_values_clear(values);
	tieline_values_free(values);
	return NULL;
}

tieline_value *parsed(tieline_values *values, const char *text)
{
	tieline_value *value = tieline_value_parse(values, text, strlen(text));

	if (!value)
		fail_msg("%s: %s", text, tieline_handle_error(NULL));
	return value;
}
