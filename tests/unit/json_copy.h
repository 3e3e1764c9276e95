/* SPDX-License-Identifier: MIT */
/* Writes a value that was read, with all inside it. What is null, which nobody
 * writes, becomes the text "null". */
#ifndef TESTS_JSON_COPY_H
#define TESTS_JSON_COPY_H

#include "../../proto/json.h"

void json_copy(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const tli_json *json);

#endif
