/* SPDX-License-Identifier: MIT */
#include "cell.h"

#include "../../../proto/pickle/pickle.h"
#include "../../../proto/pickle/unpickle.h"
#include "../../../proto/value/json_value.h"

#define CELL_MAX_BYTES TLI_ITEM_BODY_MAX

static bool raise(struct call *call, const struct tli_value_error *error)
{
	call_raise_values(call, error);
	return false;
}

struct tli_item *item_pickle(struct call *call, const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_item *item = NULL;
	struct tli_buf bytes;

	tli_buf_init(&bytes, CELL_MAX_BYTES);
	if (tli_pickle(value, TLI_PICKLE_PROTOCOL_DEFAULT, &bytes, &error) < 0)
		call_raise_values(call, &error);
	else if (!(item = tli_item_of(TLI_FORMAT_PICKLE, tli_buf_head(&bytes),
			   tli_buf_len(&bytes))))
		call_raise_memory(call);
	tli_buf_fini(&bytes);
	return item;
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

static struct tli_value *from_pickle(
	struct tli_values *values, const uint8_t *body, size_t len)
{
	return tli_unpickle(values, body, len, TLI_UNPICKLE_COPY, NULL);
}

static struct tli_value *from_bytes(
	struct tli_values *values, const uint8_t *body, size_t len)
{
	return tli_bytes(values, TLI_BYTES, body, len);
}

static struct tli_value *from_text(
	struct tli_values *values, const uint8_t *body, size_t len)
{
	return tli_str(values, (const char *)body, len);
}

static struct tli_value *from_json(
	struct tli_values *values, const uint8_t *body, size_t len)
{
	return tli_value_from_json(
		values, (const char *)body, len, TLI_JSON_WRAPPED);
}

struct tli_value *item_read(
	struct tli_values *values, const struct tli_item *item)
{
	static struct tli_value *(*const readers[TLI_FORMATS])(
		struct tli_values *, const uint8_t *, size_t) = {
		[TLI_FORMAT_PICKLE] = from_pickle,
		[TLI_FORMAT_BYTES] = from_bytes,
		[TLI_FORMAT_TEXT] = from_text,
		[TLI_FORMAT_JSON] = from_json,
	};

	return readers[item->format](
		values, tli_item_body(item), item->body_len);
}

struct tli_value *item_value(struct call *call, const struct tli_item *item)
{
	struct tli_value *value = item_read(call->values, item);

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
