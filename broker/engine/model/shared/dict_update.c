/* SPDX-License-Identifier: MIT */
#include "dict.h"

#include "../../../../proto/value/mapping.h"
#include "content.h"
#include "iterate.h"

/* ---- what update() takes ---------------------------------------------- */

static bool collect_dict(
	struct call *call, struct entry **entries, const struct tli_items *dict)
{
	for (uint32_t i = 0; i < dict->count; i += 2)
		if (!entries_put(
			    call, entries, dict->items[i], dict->items[i + 1]))
			return false;
	return true;
}

/* The i-th of the pairs, whatever it is; NULL with the error raised. */
static const struct tli_items *take_pair(
	struct call *call, const struct tli_value *value, uint32_t i)
{
	const struct tli_items *pair;

	if (!can_iterate(value)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"cannot convert dictionary update sequence element "
			"#%u to a sequence",
			i);
		return NULL;
	}
	pair = iterate(call, value);
	if (!pair || pair->count == 2)
		return pair;
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"dictionary update sequence element #%u has length %u; 2 is "
		"required",
		i, pair->count);
	return NULL;
}

static bool collect_pairs(struct call *call, struct entry **entries,
	const struct tli_items *pairs)
{
	for (uint32_t i = 0; i < pairs->count; i++) {
		const struct tli_items *pair =
			take_pair(call, pairs->items[i], i);

		if (!pair ||
			!entries_put(
				call, entries, pair->items[0], pair->items[1]))
			return false;
	}
	return true;
}

bool dict_collect(struct call *call, struct entry **entries,
	const struct tli_value *source)
{
	const struct tli_items *pairs;

	if (source->kind == TLI_DICT)
		return collect_dict(call, entries, tli_items_of(source));
	pairs = iterate(call, source);
	return pairs && collect_pairs(call, entries, pairs);
}

/* ---- methods ---------------------------------------------------------- */

/* Takes in what these say; NULL = nothing. */
static enum outcome merge(struct call *call, const struct tli_value *source,
	const struct tli_value *keywords)
{
	struct entry *entries = NULL;

	if ((!source || dict_collect(call, &entries, source)) &&
		(!keywords || dict_collect(call, &entries, keywords)))
		(void)keyed_merge(call, &entries);
	entries_free(&entries);
	return CALL_DONE;
}

enum outcome dict_create(struct call *call)
{
	const struct tli_value *items = call->args[0];

	return merge(call, content_is_given(call, items) ? items : NULL,
		call->keywords);
}

enum outcome dict_update(struct call *call)
{
	const struct tli_items *all = tli_items_of(call->all);

	if (all->count > 1)
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"update expected at most 1 argument, got %u",
			all->count);
	return merge(call, all->count ? all->items[0] : NULL, call->keywords);
}

enum outcome dict_fromkeys(struct call *call)
{
	const struct tli_items *keys = iterate(call, call->args[0]);
	struct tli_value *value = call->args[1], *dict;

	if (!keys)
		return CALL_DONE;
	if (!value)
		value = tli_none(call->values);
	dict = tli_container(call->values, TLI_DICT);
	for (uint32_t i = 0; dict && i < keys->count; i++)
		if (!tli_dict_set(dict, keys->items[i], value))
			break;
	dict = content_made(call, dict);
	return dict ? call_return(call, dict) : CALL_DONE;
}

enum outcome dict_ior(struct call *call)
{
	return merge(call, call->args[0], NULL);
}

static void put_all(struct tli_value *dict, const struct tli_value *other)
{
	const struct tli_items *pairs = tli_items_of(other);

	for (uint32_t i = 0; i < pairs->count; i += 2)
		if (!tli_dict_set(dict, pairs->items[i], pairs->items[i + 1]))
			return;
}

/* Both in one new dict; what the second one has goes before. */
static enum outcome unite(struct call *call, const struct tli_value *first,
	const struct tli_value *second)
{
	struct tli_value *dict = tli_container(call->values, TLI_DICT);

	if (dict)
		put_all(dict, first);
	if (dict)
		put_all(dict, second);
	dict = content_made(call, dict);
	return dict ? call_return(call, dict) : CALL_DONE;
}

static enum outcome no_operand(
	struct call *call, const char *left, const char *right)
{
	return call_raise(call, TLI_STATUS_TYPE_ERROR,
		"unsupported operand type(s) for |: '%s' and '%s'", left,
		right);
}

enum outcome dict_or(struct call *call)
{
	const struct tli_value *other = call->args[0], *own;

	if (other->kind != TLI_DICT)
		return no_operand(call, "dict", tli_kind_name(other->kind));
	own = keyed_dict(call);
	return own ? unite(call, own, other) : CALL_DONE;
}

enum outcome dict_ror(struct call *call)
{
	const struct tli_value *other = call->args[0], *own;

	if (other->kind != TLI_DICT)
		return no_operand(call, tli_kind_name(other->kind), "dict");
	own = keyed_dict(call);
	return own ? unite(call, other, own) : CALL_DONE;
}
