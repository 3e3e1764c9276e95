/* SPDX-License-Identifier: MIT */
#include "dict.h"

#include "../kinds.h"
#include "content.h"

/* What was found is the value of its key. */
static enum outcome return_value(struct call *call, const struct entry *entry)
{
	struct tli_value *value = entry_value(call, entry);

	return value ? call_return(call, value) : CALL_DONE;
}

static enum outcome no_key(struct call *call)
{
	return call_raise_value(call, TLI_STATUS_KEY_ERROR, call->args[0]);
}

/* Answers with what is given as second argument. */
static enum outcome return_default(struct call *call)
{
	return call->args[1] ? call_return(call, call->args[1]) : CALL_DONE;
}

static enum outcome contains(struct call *call)
{
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	return call_return_bool(call, entry);
}

static enum outcome getitem(struct call *call)
{
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	return entry ? return_value(call, entry) : no_key(call);
}

static enum outcome get(struct call *call)
{
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	return entry ? return_value(call, entry) : return_default(call);
}

static enum outcome setitem(struct call *call)
{
	struct entry *entry;

	if (keyed_find(call, call->args[0], &entry))
		(void)keyed_set(call, entry, call->args[0], call->args[1]);
	return CALL_DONE;
}

static enum outcome setdefault(struct call *call)
{
	struct tli_value *value = call->args[1];
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if (entry)
		return return_value(call, entry);
	if (!value)
		value = tli_none(call->values);
	if (call_settle(call, value))
		(void)keyed_set(call, NULL, call->args[0], value);
	return CALL_DONE;
}

static void remove_entry(
	struct call *call, struct entry *entry, struct tli_value *key)
{
	keyed_remove(call, entry);
	call_changed(call, key);
}

static enum outcome delitem(struct call *call)
{
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if (!entry)
		return no_key(call);
	remove_entry(call, entry, call->args[0]);
	return CALL_DONE;
}

static enum outcome pop(struct call *call)
{
	struct entry *entry = NULL;
	struct tli_value *value;

	/* In an empty one Python does not look at the key. */
	if (keyed_of(call)->entries && !keyed_find(call, call->args[0], &entry))
		return CALL_DONE;
	if (!entry)
		return call->args[1] ? return_default(call) : no_key(call);
	value = entry_value(call, entry);
	if (value && call_settle(call, value))
		remove_entry(call, entry, call->args[0]);
	return CALL_DONE;
}

static enum outcome popitem(struct call *call)
{
	struct entry *entry = keyed_of(call)->entries;
	struct tli_value *pair;

	if (!entry)
		return call_raise(call, TLI_STATUS_KEY_ERROR,
			"popitem(): dictionary is empty");
	entry = ELMT_FROM_HH(entry->hh.tbl, entry->hh.tbl->tail);
	pair = entry_pair(call, entry);
	if (!call_has_failed(call) && call_settle(call, pair))
		remove_entry(call, entry, tli_items_of(pair)->items[0]);
	return CALL_DONE;
}

static enum outcome return_list(struct call *call, entry_fn *of)
{
	struct tli_value *list = keyed_values(call, TLI_LIST, of);

	return list ? call_return(call, list) : CALL_DONE;
}

static enum outcome keys(struct call *call)
{
	return return_list(call, entry_key);
}

static enum outcome values(struct call *call)
{
	return return_list(call, entry_value);
}

static enum outcome items(struct call *call)
{
	return return_list(call, entry_pair);
}

static enum outcome reversed(struct call *call)
{
	struct tli_value *list = keyed_values(call, TLI_LIST, entry_key);

	return list ? call_return(call, content_reversed(list)) : CALL_DONE;
}

static enum outcome copy(struct call *call)
{
	struct tli_value *dict = keyed_dict(call);

	return dict ? call_return(call, dict) : CALL_DONE;
}

static enum outcome repr(struct call *call)
{
	return content_return_repr(call, keyed_dict(call));
}

static const struct method methods[] = {
	{"__contains__", "key", contains, NEEDS_CALL},
	{"__delitem__", "key", delitem, NEEDS_CALL},
	{"__getitem__", "key", getitem, NEEDS_CALL},
	{"__ior__", "value", dict_ior, NEEDS_CALL},
	{"__iter__", "", keys, NEEDS_CALL},
	{"__len__", "", keyed_len, NEEDS_CALL},
	{"__or__", "value", dict_or, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_CALL},
	{"__reversed__", "", reversed, NEEDS_CALL},
	{"__ror__", "value", dict_ror, NEEDS_CALL},
	{"__setitem__", "key value", setitem, NEEDS_CALL},
	{"__str__", "", repr, NEEDS_CALL},
	{"clear", "", keyed_clear, NEEDS_CALL},
	{"compare_and_set", "key version value", keyed_compare_and_set,
		NEEDS_CALL},
	{"copy", "", copy, NEEDS_CALL},
	{"fromkeys", "iterable value=None", dict_fromkeys, NEEDS_CALL},
	{"get", "key default=None", get, NEEDS_CALL},
	{"get_versioned", "key", keyed_get_versioned, NEEDS_CALL},
	{"items", "", items, NEEDS_CALL},
	{"keys", "", keys, NEEDS_CALL},
	{"pop", "key default=", pop, NEEDS_CALL},
	{"popitem", "", popitem, NEEDS_CALL},
	{"setdefault", "key default=None", setdefault, NEEDS_CALL},
	{"update", "*", dict_update, NEEDS_CALL},
	{"values", "", values, NEEDS_CALL},
	{.name = NULL},
};

const struct kind dict_kind = {
	.name = "dict",
	.size = sizeof(struct keyed),
	.options = "items=None **",
	.create = dict_create,
	.fini = keyed_fini,
	.deleted = content_deleted,
	.value = copy,
	.methods = methods,
};
