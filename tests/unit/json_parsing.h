/* SPDX-License-Identifier: MIT */
/* Short JSON, read for tests, without comments and with them. */
#ifndef TESTS_JSON_PARSING_H
#define TESTS_JSON_PARSING_H

#include "../../proto/json.h"

extern const struct tli_json_limits strict_json;
extern const struct tli_json_limits human_json;

/* Of an exact copy, so that reading behind it is noticed. */
tli_json *parse_json_bytes(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error);

/* What has to be JSON. */
tli_json *parse_json(const char *text, const struct tli_json_limits *limits);

#endif
