/* SPDX-License-Identifier: MIT */
/* The parts of a line, and what is answered: values and items. */
#include "driver.h"

#include "../../proto/item_value.h"
#include "../../proto/value/mapping.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_MAX 255u

void die(const char *why, const char *what)
{
	fprintf(stderr, "driver: %s: %s\n", why, what);
	exit(2);
}

/* ---- values ------------------------------------------------------------ */

struct tli_value *text(struct driver *driver, const char *string)
{
	return tli_str(&driver->values, string, strlen(string));
}

void put(struct driver *driver, const char *key, struct tli_value *value)
{
	if (!tli_dict_set(driver->answer, text(driver, key), value))
		die("cannot answer", key);
}

void put_int(struct driver *driver, const char *key, uint64_t integer)
{
	if (integer)
		put(driver, key, tli_int(&driver->values, (int64_t)integer));
}

struct tli_value *part(struct driver *driver, uint32_t i)
{
	const struct tli_items *parts = tli_items_of(driver->line);

	return i < parts->count ? parts->items[i] : NULL;
}

const char *part_text(struct driver *driver, uint32_t i)
{
	const struct tli_value *value = part(driver, i);

	if (!value || value->kind != TLI_STR)
		die("no text in the line", "");
	return (const char *)tli_bytes_of(value)->data;
}

int64_t part_int(struct driver *driver, uint32_t i)
{
	const struct tli_value *value = part(driver, i);

	if (!value || value->kind == TLI_NONE)
		return 0;
	return tli_int_of(value)->integer;
}

static const struct tli_value *option(
	struct driver *driver, uint32_t i, const char *key)
{
	const struct tli_value *options = part(driver, i);

	return options ? tli_dict_get(options, key, strlen(key)) : NULL;
}

int64_t option_int(struct driver *driver, uint32_t i, const char *key)
{
	const struct tli_value *value = option(driver, i, key);

	return value ? tli_int_of(value)->integer : 0;
}

const char *option_text(struct driver *driver, uint32_t i, const char *key,
	const char *fallback)
{
	const struct tli_value *value = option(driver, i, key);

	return value ? (const char *)tli_bytes_of(value)->data : fallback;
}

/* ---- items ------------------------------------------------------------- */

struct tli_item *pickled(const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_item *item = tli_item_of_value(
		TLI_FORMAT_PICKLE, value, TLI_ITEM_BODY_MAX, &error);

	if (!item)
		die("cannot pickle", error.text);
	return item;
}

/* An item of a value as the options in the i-th part say: format, subject. */
struct tli_item *make_item(
	struct driver *driver, const struct tli_value *value, uint32_t i)
{
	const char *subject = option_text(driver, i, "subject", "");
	int format = tli_format_of(option_text(driver, i, "format", "pickle"));
	struct tli_item *pickle = format ? NULL : pickled(value);
	size_t subject_len = strlen(subject);
	size_t body_len = pickle ? pickle->body_len : tli_bytes_of(value)->len;
	uint8_t *bytes = malloc(subject_len + body_len + 1);
	struct tli_record record = {
		.format = (uint8_t)format,
		.subject_len = (uint8_t)subject_len,
		.body_len = (uint32_t)body_len,
		.bytes = bytes,
	};
	struct tli_item *item;

	memcpy(bytes, subject, subject_len);
	memcpy(bytes + subject_len,
		pickle ? tli_item_body(pickle) : tli_bytes_of(value)->data,
		body_len);
	item = tli_item_new(&record);
	tli_item_unref(pickle);
	free(bytes);
	return item;
}

static struct tli_value *headers_value(
	struct driver *driver, const struct tli_item *item)
{
	struct tli_value *dict = tli_container(&driver->values, TLI_DICT);
	struct tli_header header;
	size_t at = 0;

	while (tli_header_next(&header, item->bytes + item->subject_len,
		item->headers_len, &at))
		if (!tli_dict_set(dict,
			    tli_str(&driver->values, header.key,
				    header.key_len),
			    tli_str(&driver->values, header.value,
				    header.value_len)))
			die("headers", "");
	return dict;
}

/* Proxies are for Python to read. */
void put_item(struct driver *driver, const struct tli_item *item)
{
	struct tli_value *value = tli_item_value(&driver->values, item);

	if (driver->values.objects > 0)
		put(driver, "pickle",
			tli_bytes(&driver->values, TLI_BYTES,
				tli_item_body(item), item->body_len));
	else
		put(driver, "value", value);
	put(driver, "format", text(driver, tli_format_word(item->format)));
	if (item->subject_len)
		put(driver, "subject",
			tli_str(&driver->values, (const char *)item->bytes,
				item->subject_len));
	if (item->headers_len)
		put(driver, "headers", headers_value(driver, item));
}
