/* SPDX-License-Identifier: MIT */
/* Shared namespaces: managers.Namespace. Attributes that anybody can set. */
#include "../kinds.h"
#include "content.h"
#include "dict.h"

#include <stdlib.h>
#include <string.h>

static bool is_name(struct call *call, const struct tli_value *name)
{
	if (name->kind == TLI_STR)
		return true;
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		"attribute name must be string, not '%s'",
		tli_kind_name(name->kind));
	return false;
}

/* Finds the attribute that the first argument names. */
static bool find(struct call *call, struct entry **entry_out)
{
	return is_name(call, call->args[0]) &&
		keyed_find(call, call->args[0], entry_out);
}

static enum outcome no_attribute(struct call *call)
{
	return call_raise(call, TLI_STATUS_ATTRIBUTE_ERROR,
		"'Namespace' object has no attribute '%.300s'",
		(const char *)tli_bytes_of(call->args[0])->data);
}

static enum outcome getattribute(struct call *call)
{
	struct tli_value *value;
	struct entry *entry;

	if (!find(call, &entry))
		return CALL_DONE;
	if (entry)
		value = entry_value(call, entry);
	else if (tli_is_text(call->args[0], "__dict__"))
		value = keyed_dict(call);
	else
		return no_attribute(call);
	return value ? call_return(call, value) : CALL_DONE;
}

static enum outcome setattr(struct call *call)
{
	struct entry *entry;

	if (find(call, &entry))
		(void)keyed_set(call, entry, call->args[0], call->args[1]);
	return CALL_DONE;
}

static enum outcome delattr(struct call *call)
{
	struct entry *entry;

	if (!find(call, &entry))
		return CALL_DONE;
	if (!entry)
		return no_attribute(call);
	keyed_remove(call, entry);
	call_changed(call, call->args[0]);
	return CALL_DONE;
}

static enum outcome get_versioned(struct call *call)
{
	return is_name(call, call->args[0]) ? keyed_get_versioned(call)
					    : CALL_DONE;
}

static enum outcome compare_and_set(struct call *call)
{
	return is_name(call, call->args[0]) ? keyed_compare_and_set(call)
					    : CALL_DONE;
}

/* Whether what it is made of will do for attributes, if there is anything. */
static bool check_names(struct call *call, const struct tli_value *items)
{
	if (!items || items->kind == TLI_NONE)
		return true;
	if (items->kind != TLI_DICT) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"items is a dict of attributes, not %s",
			tli_kind_name(items->kind));
		return false;
	}
	for (uint32_t i = 0; i < tli_items_of(items)->count; i += 2)
		if (!is_name(call, tli_items_of(items)->items[i]))
			return false;
	return true;
}

static enum outcome create(struct call *call)
{
	return check_names(call, call->args[0]) ? dict_create(call) : CALL_DONE;
}

static enum outcome whole(struct call *call)
{
	return content_return_instance(call, "Namespace", keyed_dict(call));
}

/* ---- as text ---------------------------------------------------------- */

struct attribute {
	const struct entry *entry;
	const struct tli_bytes *name;
};

/* As Python sorts them: with the '=' behind the name. */
static unsigned character(const struct tli_bytes *name, size_t i)
{
	return i < name->len ? name->data[i] : '=';
}

static int by_name(const void *one, const void *other)
{
	const struct tli_bytes *a = ((const struct attribute *)one)->name;
	const struct tli_bytes *b = ((const struct attribute *)other)->name;
	size_t i = 0;

	while (i < a->len && i < b->len && a->data[i] == b->data[i])
		i++;
	return (int)character(a, i) - (int)character(b, i);
}

/* Those whose names do not start with a '_'. False with the error raised. */
static bool take_public(
	struct call *call, struct attribute *attributes, size_t *count_out)
{
	const struct entry *entry = keyed_of(call)->entries;

	*count_out = 0;
	for (; entry; entry = entry->hh.next) {
		const struct tli_value *name = entry_key(call, entry);
		const struct tli_bytes *text = tli_bytes_of(name);

		if (!name)
			return false;
		if (text->len > 0 && text->data[0] == '_')
			continue;
		attributes[(*count_out)++] = (struct attribute){entry, text};
	}
	qsort(attributes, *count_out, sizeof(*attributes), by_name);
	return true;
}

static void add_attribute(struct text *text, const struct attribute *attribute)
{
	const struct tli_value *value =
		entry_value(text->call, attribute->entry);

	text_add(text, attribute->name->data, attribute->name->len);
	text_add(text, "=", 1);
	if (value)
		text_add_repr(text, value);
}

static enum outcome return_text(
	struct call *call, const struct attribute *attributes, size_t count)
{
	static const char name[] = "Namespace(";
	struct tli_value *whole;
	struct text text;

	text_start(&text, call);
	text_add(&text, name, strlen(name));
	for (size_t i = 0; i < count; i++) {
		text_add(&text, ", ", i > 0 ? 2 : 0);
		add_attribute(&text, &attributes[i]);
	}
	text_add(&text, ")", 1);
	whole = text_end(&text);
	return whole ? call_return(call, whole) : CALL_DONE;
}

static enum outcome repr(struct call *call)
{
	size_t count = HASH_COUNT(keyed_of(call)->entries);
	struct attribute *attributes = calloc(count + 1, sizeof(*attributes));
	enum outcome outcome = CALL_DONE;

	if (!attributes)
		return call_raise_memory(call);
	if (take_public(call, attributes, &count))
		outcome = return_text(call, attributes, count);
	free(attributes);
	return outcome;
}

static const struct method methods[] = {
	{"__delattr__", "name", delattr, NEEDS_CALL},
	{"__getattribute__", "name", getattribute, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_CALL},
	{"__setattr__", "name value", setattr, NEEDS_CALL},
	{"__str__", "", repr, NEEDS_CALL},
	{"compare_and_set", "name version value", compare_and_set, NEEDS_CALL},
	{"get_versioned", "name", get_versioned, NEEDS_CALL},
	{.name = NULL},
};

const struct kind namespace_kind = {
	.name = "Namespace",
	.size = sizeof(struct keyed),
	.options = "* items=None **",
	.create = create,
	.fini = keyed_fini,
	.deleted = content_deleted,
	.value = whole,
	.methods = methods,
};
