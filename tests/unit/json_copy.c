/* SPDX-License-Identifier: MIT */
#include "json_copy.h"

static void copy_inside(
	struct tli_json_writer *writer, tli_json *copy, const tli_json *json)
{
	for (const tli_json *inner = tli_json_first(json); inner;
		inner = tli_json_next(inner))
		json_copy(writer, copy, tli_json_key(inner), inner);
}

void json_copy(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const tli_json *json)
{
	switch (tli_json_kind(json)) {
	case TLI_JSON_NULL:
		tli_json_add_text(writer, parent, key, "null");
		break;
	case TLI_JSON_BOOL:
		tli_json_add_bool(writer, parent, key, tli_json_bool(json));
		break;
	case TLI_JSON_NUMBER:
		tli_json_add_number(writer, parent, key, tli_json_number(json));
		break;
	case TLI_JSON_TEXT:
		tli_json_add_text(writer, parent, key, tli_json_text(json));
		break;
	case TLI_JSON_ARRAY:
		copy_inside(
			writer, tli_json_add_array(writer, parent, key), json);
		break;
	case TLI_JSON_OBJECT:
		copy_inside(
			writer, tli_json_add_object(writer, parent, key), json);
		break;
	}
}
