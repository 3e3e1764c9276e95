/* SPDX-License-Identifier: MIT */
/* JSON, as peers and as people write it: what is taken is written and read
 * again as the same, and each value of it has a line. */
#include "fuzz.h"

#include "../../proto/json.h"
#include "../unit/json_copy.h"

#include <string.h>

#define MAX_BYTES 65536u

/* Where in a text a value is. */
struct place {
	const char *text;
	size_t len;
	unsigned lines;
	size_t path[TLI_JSON_DEPTH_MAX];
	size_t depth;
};

static void have_lines(struct place *place, const tli_json *json)
{
	unsigned line = tli_json_line(
		place->text, place->len, place->path, place->depth);
	size_t level = place->depth;

	require(line >= 1 && line <= place->lines);
	if (tli_json_kind(json) < TLI_JSON_ARRAY)
		return;
	place->depth = level + 1;
	place->path[level] = 0;
	for (const tli_json *inner = tli_json_first(json); inner;
		inner = tli_json_next(inner)) {
		/* Each is looked for from the start of the text. */
		if (place->path[level] < 50)
			have_lines(place, inner);
		place->path[level]++;
	}
	place->depth = level;
}

static void each_value_has_a_line(
	const char *text, size_t len, const tli_json *json)
{
	struct place place = {.text = text, .len = len, .lines = 1};

	for (size_t i = 0; i < len; i++)
		place.lines += text[i] == '\n';
	have_lines(&place, json);
}

static void are_same(const tli_json *one, const tli_json *copy);

static void have_same_inside(const tli_json *one, const tli_json *copy)
{
	one = tli_json_first(one);
	copy = tli_json_first(copy);
	for (; one && copy;
		one = tli_json_next(one), copy = tli_json_next(copy)) {
		require(!tli_json_key(one) == !tli_json_key(copy));
		if (tli_json_key(one))
			require(strcmp(tli_json_key(one), tli_json_key(copy)) ==
				0);
		are_same(one, copy);
	}
	require(!one && !copy);
}

static void are_same(const tli_json *one, const tli_json *copy)
{
	enum tli_json_kind kind = tli_json_kind(one);

	if (kind == TLI_JSON_NULL) {
		require(strcmp(tli_json_text(copy), "null") == 0);
		return;
	}
	require(tli_json_kind(copy) == kind);
	if (kind == TLI_JSON_BOOL)
		require(tli_json_bool(one) == tli_json_bool(copy));
	else if (kind == TLI_JSON_NUMBER)
		require(tli_json_number(one) == tli_json_number(copy));
	else if (kind == TLI_JSON_TEXT)
		require(strcmp(tli_json_text(one), tli_json_text(copy)) == 0);
	else
		have_same_inside(one, copy);
}

static void is_read_as_it_is_written(const tli_json *json)
{
	const struct tli_json_limits limits = {
		.max_bytes = MAX_BYTES * 6, .max_depth = TLI_JSON_DEPTH_MAX};
	struct tli_json_writer writer = {.failed = false};
	struct tli_json_error error;
	tli_json *copy;
	size_t len = 0;
	char *text;

	json_copy(&writer, NULL, NULL, json);
	text = tli_json_finish(&writer, &len);
	require(text && strlen(text) == len);
	copy = tli_json_parse(text, len, &limits, &error);
	require(copy);
	are_same(json, copy);
	tli_json_free(copy);
	free(text);
}

static void read_one(const char *text, size_t len, bool comments)
{
	const struct tli_json_limits limits = {
		.max_bytes = MAX_BYTES, .max_depth = 16, .comments = comments};
	struct tli_json_error error = {.line = 0};
	tli_json *json = tli_json_parse(text, len, &limits, &error);

	if (!json) {
		require(error.line >= 1 && error.line <= len + 1);
		require(strlen(error.text) > 0);
		return;
	}
	each_value_has_a_line(text, len, json);
	is_read_as_it_is_written(json);
	tli_json_free(json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_one((const char *)data, size, false);
	read_one((const char *)data, size, true);
	return 0;
}
