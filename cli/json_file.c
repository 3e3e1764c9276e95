/* SPDX-License-Identifier: MIT */
#include "json_file.h"

#include <tieline/values.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Comments --------------------------------------------------------- */

/* Behind the text that starts there. */
static char *skip_text(char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return at < end ? at + 1 : at;
}

/* Behind the comment that starts there; NULL if none does, or it has no end. */
static char *find_comment_end(char *at, char *end)
{
	size_t len = (size_t)(end - at);
	char *found;

	if (len >= 2 && memcmp(at, "//", 2) == 0) {
		found = memchr(at, '\n', len);
		return found ? found : end;
	}
	if (len < 2 || memcmp(at, "/*", 2) != 0)
		return NULL;
	found = memmem(at + 2, len - 2, "*/", 2);
	return found ? found + 2 : NULL;
}

/* Lines stay, for what is told of them. */
static void blank(char *at, const char *end)
{
	for (; at < end; at++)
		if (*at != '\n')
			*at = ' ';
}

static void blank_comments(char *text, size_t len)
{
	char *at = text, *end = text + len;

	while (at < end) {
		char *behind = find_comment_end(at, end);

		if (behind) {
			blank(at, behind);
			at = behind;
		} else {
			at = *at == '"' ? skip_text(at, end) : at + 1;
		}
	}
}

/* ---- Texts ------------------------------------------------------------ */

static bool refuse(char why[JSON_FILE_WHY], const char *text)
{
	snprintf(why, JSON_FILE_WHY, "%s", text);
	return false;
}

static bool is_right(const char *text, size_t len, char why[JSON_FILE_WHY])
{
	tieline_values *values = tieline_values_new(NULL);
	bool is_read = values &&
		tieline_value_from_json(values, text, len, TIELINE_JSON_PLAIN);

	if (!is_read)
		refuse(why, tieline_handle_error(NULL));
	tieline_values_free(values);
	return is_read;
}

json *json_file_parse(char *text, size_t len, char why[JSON_FILE_WHY])
{
	json *value = NULL;

	blank_comments(text, len);
	if (!is_right(text, len, why))
		return NULL;
	value = json_parse(text, len);
	if (!value)
		refuse(why, "out of memory");
	return value;
}

bool json_file_can_have(const json *value, char why[JSON_FILE_WHY])
{
	char *text = json_text(value);
	bool can = text ? is_right(text, strlen(text), why)
			: refuse(why, "out of memory");

	free(text);
	return can;
}
