/* SPDX-License-Identifier: MIT */
#include "literal.h"

#include <stdio.h>
#include <string.h>

#define REASON_MAX 256
#define BLANKS     " \t\r\f"

bool literal_is_blank(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!memchr(BLANKS, text[i], strlen(BLANKS)))
			return false;
	return true;
}

tieline_value *literal_read(tieline_values *values, const char *text,
	size_t len, tieline_json_wrapping wrapping, char why[LITERAL_WHY_MAX])
{
	char as_json[REASON_MAX];
	tieline_value *value;

	tieline_values_clear(values);
	value = tieline_value_from_json(values, text, len, wrapping);
	if (value)
		return value;
	snprintf(as_json, sizeof(as_json), "%s", tieline_handle_error(NULL));
	tieline_values_clear(values);
	value = tieline_value_parse(values, text, len);
	if (!value)
		snprintf(why, LITERAL_WHY_MAX, "as Python: %s; as JSON: %s",
			tieline_handle_error(NULL), as_json);
	return value;
}

int literal_show(const tieline_value *value, char **text_out)
{
	char *text;
	size_t len;
	int result = tieline_value_repr(value, 0, &text, &len);

	if (result < 0)
		return result;
	if (tieline_value_kind(value) == TIELINE_STR) {
		memmove(text, text + 1, len - 2);
		text[len - 2] = '\0';
	}
	*text_out = text;
	return TIELINE_OK;
}
