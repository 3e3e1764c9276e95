/* SPDX-License-Identifier: MIT */
#include "xmlrpc_date.h"

#include "value/mapping.h"

#include <string.h>

static const char module[] = "xmlrpc.client";
static const char name[] = "DateTime";
static const char attribute[] = "value";

struct tli_value *tli_xmlrpc_date(
	struct tli_values *values, const char *text, size_t len)
{
	struct tli_value *state = tli_container(values, TLI_DICT);
	struct tli_value *date =
		tli_object(values, TLI_NEWOBJ, tli_global(values, module, name),
			tli_items(values, TLI_TUPLE, NULL, 0), NULL);

	if (!tli_dict_put(state, attribute, tli_str(values, text, len)))
		return NULL;
	return tli_object_step(date, TLI_STEP_BUILD, state) ? date : NULL;
}

/* The value of a dict with that one attribute, if it is a str. */
static const struct tli_value *text_in(const struct tli_value *state)
{
	const struct tli_items *dict = tli_items_of(state);

	if (state->kind != TLI_DICT || dict->count != 2 ||
		!tli_is_text(dict->items[0], attribute) ||
		dict->items[1]->kind != TLI_STR)
		return NULL;
	return dict->items[1];
}

const struct tli_value *tli_xmlrpc_date_text(const struct tli_value *value)
{
	const struct tli_object *object = tli_object_of(value);
	struct tli_value *const *items = object->items.items;

	if (value->kind != TLI_OBJECT ||
		object->items.count != TLI_OBJECT_STEPS + 1 ||
		object->steps[0] != TLI_STEP_BUILD ||
		!tli_is_global(items[TLI_OBJECT_CALLABLE], module, name))
		return NULL;
	return text_in(items[TLI_OBJECT_STEPS]);
}
