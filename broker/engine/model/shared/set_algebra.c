/* SPDX-License-Identifier: MIT */
#include "set.h"

#include "content.h"
#include "iterate.h"

#include <string.h>

#define PRINT_BYTES sizeof(struct tli_fingerprint)

/* ---- the other sets --------------------------------------------------- */

/* An item of others. It is in the arena of the call's values. */
struct member {
	struct tli_fingerprint print;
	struct tli_value *value;
	uint32_t hits; /* in how many of the others it is */
	uint32_t last; /* and which was the last one, from 1 */
	UT_hash_handle hh;
};

/* All items of some others. */
struct others {
	struct member *members;
	uint32_t count; /* of others */
};

static struct member *find_member(
	const struct others *others, const struct tli_fingerprint *print)
{
	struct member *member;

	HASH_FIND_BYHASHVALUE(hh, others->members, print, PRINT_BYTES,
		(unsigned)print->low, member);
	return member;
}

static struct member *new_member(struct call *call, struct others *others,
	const struct tli_fingerprint *print, struct tli_value *value)
{
	struct member *member =
		tli_arena_take(&call->values->arena, sizeof(*member));

	if (!member) {
		call_return(call, tli_values_shortage(call->values));
		return NULL;
	}
	*member = (struct member){.print = *print, .value = value};
	HASH_ADD_BYHASHVALUE(hh, others->members, print, PRINT_BYTES,
		(unsigned)print->low, member);
	if (member->hh.tbl)
		return member;
	call_raise_memory(call);
	return NULL;
}

static bool add_member(
	struct call *call, struct others *others, struct tli_value *value)
{
	struct tli_fingerprint print;
	struct member *member;

	if (!cell_key_print(call, value, &print))
		return false;
	member = find_member(others, &print);
	if (!member)
		member = new_member(call, others, &print, value);
	if (!member)
		return false;
	if (member->last != others->count)
		member->hits++;
	member->last = others->count;
	return true;
}

/* Adds one more. False with the error raised. */
static bool add_other(
	struct call *call, struct others *others, const struct tli_value *other)
{
	const struct tli_items *items = iterate(call, other);

	if (!items)
		return false;
	others->count++;
	for (uint32_t i = 0; i < items->count; i++)
		if (!add_member(call, others, items->items[i]))
			return false;
	return true;
}

static void free_others(struct others *others)
{
	HASH_CLEAR(hh, others->members);
}

static bool is_set(const struct tli_value *value)
{
	return value->kind == TLI_SET || value->kind == TLI_FROZENSET;
}

/* ---- one set of several ----------------------------------------------- */

struct combining {
	const char *method;
	const char *symbol; /* of an operator */
	bool is_reflected;  /* the other one is its left side */
	bool is_in_place;
	bool keeps_common;
	bool common_to_all; /* what is common is in all the others, not in any
			     */
	bool keeps_own;     /* what is not common */
	bool adds;          /* what only others have */
};

#define UNION        .keeps_common = true, .keeps_own = true, .adds = true
#define INTERSECTION .keeps_common = true, .common_to_all = true
#define DIFFERENCE   .keeps_own = true
#define SYMMETRIC    .keeps_own = true, .adds = true
#define IN_PLACE     .is_in_place = true
#define REFLECTED    .is_reflected = true

static const struct combining combinings[] = {
	{"__and__", "&", INTERSECTION},
	{"__iand__", "&=", IN_PLACE, INTERSECTION},
	{"__ior__", "|=", IN_PLACE, UNION},
	{"__isub__", "-=", IN_PLACE, DIFFERENCE},
	{"__ixor__", "^=", IN_PLACE, SYMMETRIC},
	{"__or__", "|", UNION},
	{"__rand__", "&", REFLECTED, INTERSECTION},
	{"__ror__", "|", REFLECTED, UNION},
	{"__rsub__", "-", REFLECTED, .adds = true},
	{"__rxor__", "^", REFLECTED, SYMMETRIC},
	{"__sub__", "-", DIFFERENCE},
	{"__xor__", "^", SYMMETRIC},
	{"difference", NULL, DIFFERENCE},
	{"difference_update", NULL, IN_PLACE, DIFFERENCE},
	{"intersection", NULL, INTERSECTION},
	{"intersection_update", NULL, IN_PLACE, INTERSECTION},
	{"symmetric_difference", NULL, SYMMETRIC},
	{"symmetric_difference_update", NULL, IN_PLACE, SYMMETRIC},
	{"union", NULL, UNION},
	{"update", NULL, IN_PLACE, UNION},
};

static bool keeps(const struct combining *how, const struct others *others,
	const struct entry *entry)
{
	const struct member *member = find_member(others, &entry->key.print);
	uint32_t hits = member ? member->hits : 0;
	bool is_common = how->common_to_all ? hits == others->count : hits > 0;

	return is_common ? how->keeps_common : how->keeps_own;
}

static bool adds(const struct combining *how, const struct entry *own,
	const struct member *member)
{
	return how->adds && !entries_find((struct entry *)own, &member->print);
}

static enum outcome return_combined(struct call *call,
	const struct combining *how, const struct others *others)
{
	struct tli_value *set = tli_container(call->values, TLI_SET), *item;
	const struct entry *own = keyed_of(call)->entries;

	for (const struct entry *it = own; set && it; it = it->hh.next) {
		if (!keeps(how, others, it))
			continue;
		item = entry_key(call, it);
		if (!item)
			return CALL_DONE;
		if (!tli_append(set, item))
			break;
	}
	for (const struct member *it = others->members; set && it;
		it = it->hh.next)
		if (adds(how, own, it) && !tli_append(set, it->value))
			break;
	set = content_made(call, set);
	return set ? call_return(call, set) : CALL_DONE;
}

/* What is to come, as entries of no object yet. */
static bool make_added(struct call *call, const struct combining *how,
	const struct others *others, struct entry **added)
{
	const struct entry *own = keyed_of(call)->entries;

	for (const struct member *it = others->members; it; it = it->hh.next)
		if (adds(how, own, it) &&
			!entries_put(call, added, it->value, NULL))
			return false;
	return true;
}

/* Drops what is not kept of the first `count` entries. */
static void drop_others(struct call *call, const struct combining *how,
	const struct others *others, size_t count)
{
	struct entry **own = &keyed_of(call)->entries, *next;

	for (struct entry *it = *own; count > 0; it = next, count--) {
		next = it->hh.next;
		if (!keeps(how, others, it))
			entries_remove(own, it);
	}
}

static enum outcome combine_in_place(struct call *call,
	const struct combining *how, const struct others *others)
{
	struct keyed *set = keyed_of(call);
	struct entry *added = NULL;
	struct usage goes = {.items = 0};
	size_t before = HASH_COUNT(set->entries);
	bool changes;

	for (struct entry *it = set->entries; it; it = it->hh.next)
		if (!keeps(how, others, it))
			usage_add(&goes, entry_usage(it));
	changes = make_added(call, how, others, &added) &&
		(added || goes.items > 0) && keyed_adopt(call, &added, &goes);
	entries_free(&added);
	if (!changes)
		return CALL_DONE;
	drop_others(call, how, others, before);
	call_changed(call, NULL);
	return CALL_DONE;
}

static const struct combining *combining_of(const char *method)
{
	const struct combining *it = combinings;

	while (strcmp(it->method, method) != 0)
		it++;
	return it;
}

static enum outcome no_operand(struct call *call, const struct combining *how)
{
	const char *other = tli_kind_name(call->args[0]->kind);

	return call_raise(call, TLI_STATUS_TYPE_ERROR,
		"unsupported operand type(s) for %s: '%s' and '%s'",
		how->symbol, how->is_reflected ? other : "set",
		how->is_reflected ? "set" : other);
}

static enum outcome combine(struct call *call, const struct combining *how,
	struct tli_value *const *sources, uint32_t count)
{
	struct others others = {.count = 0};
	enum outcome outcome = CALL_DONE;

	for (uint32_t i = 0; i < count && !call_has_failed(call); i++)
		(void)add_other(call, &others, sources[i]);
	if (!call_has_failed(call))
		outcome = how->is_in_place
			? combine_in_place(call, how, &others)
			: return_combined(call, how, &others);
	free_others(&others);
	return outcome;
}

enum outcome set_combine(struct call *call)
{
	const struct combining *how = combining_of(call->method->name);

	if (how->symbol && !is_set(call->args[0]))
		return no_operand(call, how);
	if (strcmp(call->method->parameters, "*") != 0)
		return combine(call, how, call->args, 1);
	if (call->keywords && tli_items_of(call->keywords)->count > 0)
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"set.%s() takes no keyword arguments", how->method);
	return combine(call, how, tli_items_of(call->all)->items,
		tli_items_of(call->all)->count);
}

enum outcome set_create(struct call *call)
{
	struct tli_value *items = call->args[0];

	return combine(call, combining_of("update"), &items,
		content_is_given(call, items));
}

/* ---- two of them ------------------------------------------------------ */

/* How many items there are in both, in this one and in the other one. */
struct overlap {
	uint32_t common, own, other;
};

static bool is_equal(const struct overlap *overlap)
{
	return overlap->common == overlap->own &&
		overlap->common == overlap->other;
}

static bool is_not_equal(const struct overlap *overlap)
{
	return !is_equal(overlap);
}

static bool is_subset(const struct overlap *overlap)
{
	return overlap->common == overlap->own;
}

static bool is_proper_subset(const struct overlap *overlap)
{
	return is_subset(overlap) && !is_equal(overlap);
}

static bool is_superset(const struct overlap *overlap)
{
	return overlap->common == overlap->other;
}

static bool is_proper_superset(const struct overlap *overlap)
{
	return is_superset(overlap) && !is_equal(overlap);
}

static bool is_disjoint(const struct overlap *overlap)
{
	return overlap->common == 0;
}

struct relation {
	const char *method;
	const char *symbol; /* of an operator that refuses what is no set */
	bool (*holds)(const struct overlap *overlap);
};

static const struct relation relations[] = {
	{"__eq__", NULL, is_equal},
	{"__ge__", ">=", is_superset},
	{"__gt__", ">", is_proper_superset},
	{"__le__", "<=", is_subset},
	{"__lt__", "<", is_proper_subset},
	{"__ne__", NULL, is_not_equal},
	{"isdisjoint", NULL, is_disjoint},
	{"issubset", NULL, is_subset},
	{"issuperset", NULL, is_superset},
};

static const struct relation *relation_of(const char *method)
{
	const struct relation *it = relations;

	while (strcmp(it->method, method) != 0)
		it++;
	return it;
}

static struct overlap overlap_with(
	struct entry *own, const struct others *others)
{
	struct overlap overlap = {
		.own = HASH_COUNT(own),
		.other = HASH_COUNT(others->members),
	};

	for (const struct member *it = others->members; it; it = it->hh.next)
		if (entries_find(own, &it->print))
			overlap.common++;
	return overlap;
}

enum outcome set_relate(struct call *call)
{
	const struct relation *relation = relation_of(call->method->name);
	const struct tli_value *other = call->args[0];
	struct others others = {.count = 0};
	struct overlap overlap;

	if (relation->symbol && !is_set(other))
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' not supported between instances of 'set' and "
			"'%s'",
			relation->symbol, tli_kind_name(other->kind));
	/* Nothing but a set is equal to one. */
	if (relation->holds == is_equal && !is_set(other))
		return call_return_bool(call, false);
	if (relation->holds == is_not_equal && !is_set(other))
		return call_return_bool(call, true);
	(void)add_other(call, &others, other);
	overlap = overlap_with(keyed_of(call)->entries, &others);
	free_others(&others);
	if (call_has_failed(call))
		return CALL_DONE;
	return call_return_bool(call, relation->holds(&overlap));
}
