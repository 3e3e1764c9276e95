/* SPDX-License-Identifier: MIT */
#include "set.h"

#include "../kinds.h"
#include "content.h"

/* What cannot be in it is looked for by what it is equal to: a set is equal to
 * a frozenset. */
static bool find(
	struct call *call, const struct tli_value *item, struct entry **found)
{
	struct tli_fingerprint print;

	if (item->kind != TLI_SET)
		return keyed_find(call, item, found);
	if (!cell_print(call, item, &print))
		return false;
	*found = entries_find(keyed_of(call)->entries, &print);
	return true;
}

static enum outcome contains(struct call *call)
{
	struct entry *entry;

	if (!find(call, call->args[0], &entry))
		return CALL_DONE;
	return call_return_bool(call, entry);
}

static enum outcome add(struct call *call)
{
	struct entry *entry;

	if (!keyed_find(call, call->args[0], &entry) || entry)
		return CALL_DONE;
	entry = entry_new(call, call->args[0], NULL);
	if (entry && keyed_add(call, entry))
		call_changed(call, call->args[0]);
	return CALL_DONE;
}

static void remove_entry(
	struct call *call, struct entry *entry, struct tli_value *item)
{
	keyed_remove(call, entry);
	call_changed(call, item);
}

static enum outcome discard(struct call *call)
{
	struct entry *entry;

	if (find(call, call->args[0], &entry) && entry)
		remove_entry(call, entry, call->args[0]);
	return CALL_DONE;
}

static enum outcome remove_item(struct call *call)
{
	struct entry *entry;

	if (!find(call, call->args[0], &entry))
		return CALL_DONE;
	if (!entry)
		return call_raise_value(
			call, TLI_STATUS_KEY_ERROR, call->args[0]);
	remove_entry(call, entry, call->args[0]);
	return CALL_DONE;
}

/* The oldest one. */
static enum outcome pop(struct call *call)
{
	struct entry *entry = keyed_of(call)->entries;
	struct tli_value *item;

	if (!entry)
		return call_raise(
			call, TLI_STATUS_KEY_ERROR, "pop from an empty set");
	item = entry_key(call, entry);
	if (item && call_settle(call, item))
		remove_entry(call, entry, item);
	return CALL_DONE;
}

static enum outcome return_all(struct call *call, enum tli_kind kind)
{
	struct tli_value *all = keyed_values(call, kind, entry_key);

	return all ? call_return(call, all) : CALL_DONE;
}

static enum outcome copy(struct call *call)
{
	return return_all(call, TLI_SET);
}

static enum outcome iter(struct call *call)
{
	return return_all(call, TLI_LIST);
}

static enum outcome repr(struct call *call)
{
	return content_return_repr(
		call, keyed_values(call, TLI_SET, entry_key));
}

static const struct method methods[] = {
	{"__and__", "value", set_combine, NEEDS_CALL},
	{"__contains__", "item", contains, NEEDS_CALL},
	{"__eq__", "value", set_relate, NEEDS_CALL},
	{"__ge__", "value", set_relate, NEEDS_CALL},
	{"__gt__", "value", set_relate, NEEDS_CALL},
	{"__iand__", "value", set_combine, NEEDS_CALL},
	{"__ior__", "value", set_combine, NEEDS_CALL},
	{"__isub__", "value", set_combine, NEEDS_CALL},
	{"__iter__", "", iter, NEEDS_CALL},
	{"__ixor__", "value", set_combine, NEEDS_CALL},
	{"__le__", "value", set_relate, NEEDS_CALL},
	{"__len__", "", keyed_len, NEEDS_CALL},
	{"__lt__", "value", set_relate, NEEDS_CALL},
	{"__ne__", "value", set_relate, NEEDS_CALL},
	{"__or__", "value", set_combine, NEEDS_CALL},
	{"__rand__", "value", set_combine, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_CALL},
	{"__ror__", "value", set_combine, NEEDS_CALL},
	{"__rsub__", "value", set_combine, NEEDS_CALL},
	{"__rxor__", "value", set_combine, NEEDS_CALL},
	{"__str__", "", repr, NEEDS_CALL},
	{"__sub__", "value", set_combine, NEEDS_CALL},
	{"__xor__", "value", set_combine, NEEDS_CALL},
	{"add", "item", add, NEEDS_CALL},
	{"clear", "", keyed_clear, NEEDS_CALL},
	{"copy", "", copy, NEEDS_CALL},
	{"difference", "*", set_combine, NEEDS_CALL},
	{"difference_update", "*", set_combine, NEEDS_CALL},
	{"discard", "item", discard, NEEDS_CALL},
	{"intersection", "*", set_combine, NEEDS_CALL},
	{"intersection_update", "*", set_combine, NEEDS_CALL},
	{"isdisjoint", "other", set_relate, NEEDS_CALL},
	{"issubset", "other", set_relate, NEEDS_CALL},
	{"issuperset", "other", set_relate, NEEDS_CALL},
	{"pop", "", pop, NEEDS_CALL},
	{"remove", "item", remove_item, NEEDS_CALL},
	{"symmetric_difference", "other", set_combine, NEEDS_CALL},
	{"symmetric_difference_update", "other", set_combine, NEEDS_CALL},
	{"union", "*", set_combine, NEEDS_CALL},
	{"update", "*", set_combine, NEEDS_CALL},
	{.name = NULL},
};

const struct kind set_kind = {
	.name = "set",
	.size = sizeof(struct keyed),
	.options = "items=None",
	.create = set_create,
	.fini = keyed_fini,
	.deleted = content_deleted,
	.value = copy,
	.methods = methods,
};
