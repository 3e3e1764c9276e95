/* SPDX-License-Identifier: MIT */
#include "item_value.h"

#include "pickle/pickle.h"
#include "pickle/unpickle.h"
#include "value/json_value.h"

#include <stdlib.h>

static struct tli_item *item_of(enum tli_format format, const void *body,
	size_t len, struct tli_value_error *error)
{
	struct tli_item *item = tli_item_of(format, body, len);

	if (!item)
		tli_value_error_set(error, TLI_VALUE_NOMEM, "out of memory");
	return item;
}

static struct tli_item *json_item(const struct tli_value *value,
	size_t max_bytes, struct tli_value_error *error)
{
	struct tli_item *item;
	char *text;
	size_t len;

	if (tli_value_to_json(value, TLI_JSON_WRAPPED, max_bytes, &text, &len,
		    error) != TLI_VALUE_OK)
		return NULL;
	item = item_of(TLI_FORMAT_JSON, text, len, error);
	free(text);
	return item;
}

static struct tli_item *pickle_item(const struct tli_value *value,
	size_t max_bytes, struct tli_value_error *error)
{
	struct tli_item *item = NULL;
	struct tli_buf pickle;

	tli_buf_init(&pickle, max_bytes);
	if (tli_pickle(value, TLI_PICKLE_PROTOCOL_DEFAULT, &pickle, error) ==
		TLI_VALUE_OK)
		item = item_of(TLI_FORMAT_PICKLE, tli_buf_head(&pickle),
			tli_buf_len(&pickle), error);
	tli_buf_fini(&pickle);
	return item;
}

struct tli_item *tli_item_of_value(enum tli_format format,
	const struct tli_value *value, size_t max_bytes,
	struct tli_value_error *error)
{
	return format == TLI_FORMAT_JSON ? json_item(value, max_bytes, error)
					 : pickle_item(value, max_bytes, error);
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

struct tli_value *tli_item_value(
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
