/* SPDX-License-Identifier: MIT */
#include "json_parsing.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

const struct tli_json_limits strict_json = {
	.max_bytes = 1000, .max_depth = TLI_JSON_DEPTH_MAX};
const struct tli_json_limits human_json = {
	.max_bytes = 1000, .max_depth = TLI_JSON_DEPTH_MAX, .comments = true};

tli_json *parse_json_bytes(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error)
{
	char *copy = (char *)exact_copy(text, len);
	tli_json *json = tli_json_parse(copy, len, limits, error);

	free(copy);
	return json;
}

tli_json *parse_json(const char *text, const struct tli_json_limits *limits)
{
	struct tli_json_error error;
	tli_json *json = parse_json_bytes(text, strlen(text), limits, &error);

	if (!json)
		fail_msg("%s: line %u: %s", text, error.line, error.text);
	return json;
}
