/* SPDX-License-Identifier: MIT */
#include "cell.h"

#include "../../../proto/item_value.h"
#include "links.h"

static bool raise(struct call *call, const struct tli_value_error *error)
{
	call_raise_values(call, error);
	return false;
}

struct tli_item *item_pickle(struct call *call, const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_item *item = tli_item_of_value(
		TLI_FORMAT_PICKLE, value, TLI_ITEM_BODY_MAX, &error);

	if (!item) {
		call_raise_values(call, &error);
		return NULL;
	}
	if (links_attach(call, item, value, call->object))
		return item;
	tli_item_unref(item);
	call_raise_memory(call);
	return NULL;
}

bool cell_print(struct call *call, const struct tli_value *value,
	struct tli_fingerprint *print_out)
{
	struct tli_fingerprints all;
	struct tli_value_error error;
	int result;

	tli_fingerprints_init(&all, &call->values->arena,
		call->model->limits.seed, TLI_ALL_BY_CONTENT);
	result = tli_fingerprint_of(&all, value, print_out);
	if (result == TLI_VALUE_OK)
		return true;
	tli_fingerprint_error(&error, result, NULL);
	return raise(call, &error);
}

bool cell_make(
	struct call *call, const struct tli_value *value, struct cell *cell_out)
{
	cell_out->item = NULL;
	if (!cell_print(call, value, &cell_out->print))
		return false;
	cell_out->item = item_pickle(call, value);
	return cell_out->item != NULL;
}

bool cell_key_print(struct call *call, const struct tli_value *value,
	struct tli_fingerprint *print_out)
{
	struct tli_fingerprints all;
	struct tli_value_error error;
	struct tli_key key;
	int result;

	tli_fingerprints_init(&all, &call->values->arena,
		call->model->limits.seed, TLI_ALL_BY_CONTENT);
	result = tli_key_of(&all, value, &key);
	*print_out = key.fingerprint;
	if (result == TLI_VALUE_OK)
		return true;
	tli_fingerprint_error(&error, result, key.culprit);
	return raise(call, &error);
}

bool cell_make_key(
	struct call *call, const struct tli_value *value, struct cell *cell_out)
{
	cell_out->item = NULL;
	if (!cell_key_print(call, value, &cell_out->print))
		return false;
	cell_out->item = item_pickle(call, value);
	return cell_out->item != NULL;
}

uint64_t cell_bytes(const struct cell *cell)
{
	return sizeof(*cell->item) + tli_item_len(cell->item);
}

struct tli_value *item_value(struct call *call, const struct tli_item *item)
{
	struct tli_value *value = tli_item_value(call->values, item);

	if (!value)
		call_raise_values(call, &call->values->error);
	return value;
}

struct tli_value *cell_value(struct call *call, const struct cell *cell)
{
	return item_value(call, cell->item);
}

void cell_drop(struct cell *cell)
{
	tli_item_unref(cell->item);
	cell->item = NULL;
}
