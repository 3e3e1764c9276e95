/* SPDX-License-Identifier: MIT */
#include "fuzz_model.h"

#include "fuzz.h"

#include "../../broker/engine/ident.h"
#include "../../proto/pickle/pickle.h"
#include "../../proto/value/json_value.h"
#include "../../proto/value/literal.h"

#include <stdio.h>
#include <string.h>

#define TEXT_MAX 1000

static const char *take_value(struct input *input)
{
	static const char *const values[] = {
		"None",
		"0",
		"1",
		"-1",
		"2",
		"True",
		"False",
		"0.5",
		"-1.5",
		"'a'",
		"'b'",
		"''",
		"'a.b'",
		"'*'",
		"'>'",
		"b'x'",
		"[]",
		"[1, 2]",
		"['b', 'a']",
		"()",
		"(1, 'a')",
		"(0, 'b')",
		"{}",
		"{'a': 1}",
		"{'b': [1]}",
		"{1, 2}",
		"{'a'}",
		"frozenset({1})",
		"range(0, 3)",
		"slice(0, 1, None)",
		"slice(None, None, -1)",
		"slice(None, None, 2)",
		"1267650600228229401496703205376",
		"9223372036854775807",
		"1+2j",
		"[[1, 'a'], ('b', 2)]",
		"'a text that is long enough to reach limits'",
		"array('i', [1, 2])",
		"'i'",
		"'@0'",
		"['@1', '@1']",
		"{'a': ['@2']}",
		"('@3', '@0')",
	};

	return TAKE_FROM(input, values);
}

/* ---- Proxies ---------------------------------------------------------- */

/* The text "@n" stands for a token of the n-th object. */
static struct tli_value *token_of(
	struct tli_values *values, const struct tli_value *text)
{
	const struct object *object = world.model->by_id;
	char ident[IDENT_TEXT];
	struct tli_value *state[3], *token;

	for (int n = tli_bytes_of(text)->data[1] - '0'; object && n > 0; n--)
		object = object->by_id.next;
	ident_format(ident, world.model->limits.epoch, object ? object->id : 99,
		"a");
	for (int i = 0; i < 3; i++)
		state[i] = tli_str(values, ident, strlen(ident));
	token = tli_object(values, TLI_NEWOBJ,
		tli_global(values, "multiprocessing.managers", "Token"),
		tli_items(values, TLI_TUPLE, NULL, 0), NULL);
	require(tli_object_step(
		token, TLI_STEP_BUILD, tli_items(values, TLI_TUPLE, state, 3)));
	return token;
}

/* Literals are never deep. Returns the value, or what stands in its place. */
static struct tli_value *with_tokens(
	struct tli_values *values, struct tli_value *value)
{
	const struct tli_items *node = tli_items_of(value);

	if (value->kind == TLI_STR && tli_bytes_of(value)->data[0] == '@')
		return token_of(values, value);
	for (uint32_t i = 0; tli_has_items(value) && i < node->count; i++)
		node->items[i] = with_tokens(values, node->items[i]);
	return value;
}

/* ---- Values as items -------------------------------------------------- */

static struct tli_item *json_of(const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_item *item = NULL;
	char *text;
	size_t len;

	if (tli_value_to_json(
		    value, TLI_JSON_WRAPPED, SIZE_MAX, &text, &len, &error) < 0)
		return NULL;
	item = tli_item_of(TLI_FORMAT_JSON, text, len);
	free(text);
	return item;
}

static struct tli_item *pickle_of(const struct tli_value *value)
{
	struct tli_value_error error;
	struct tli_item *item;
	struct tli_buf bytes;

	tli_buf_init(&bytes, SIZE_MAX);
	require(tli_pickle(value, TLI_PICKLE_PROTOCOL_DEFAULT, &bytes,
			&error) == 0);
	item = tli_item_of(
		TLI_FORMAT_PICKLE, tli_buf_head(&bytes), tli_buf_len(&bytes));
	tli_buf_fini(&bytes);
	return item;
}

struct tli_item *item_of(const char *text, bool as_json)
{
	static const struct tli_value_limits limits = {1u << 20, 10000, 100};
	static const uint64_t seed[2];
	struct tli_values values;
	struct tli_value *value;
	struct tli_item *item = NULL;

	tli_values_init(&values, &limits, seed);
	value = tli_literal(&values, text, strlen(text), NULL);
	require(value);
	value = with_tokens(&values, value);
	if (as_json)
		item = json_of(value);
	if (!item)
		item = pickle_of(value);
	require(item);
	tli_values_fini(&values);
	return item;
}

/* ---- What operations take ---------------------------------------------- */

struct tli_item *take_opening(struct input *input)
{
	static const char *const names[] = {"None", "'a'", "'b'", "'c'"};
	static const char *const options[] = {
		"",
		"'maxsize': 1",
		"'maxsize': 2, 'max_bytes': 40",
		"'max_attempts': 1, 'dead_letter': 'b'",
		"'max_attempts': 2, 'dead_letter': 'a', 'maxsize': 1",
		"'value': 0",
		"'value': 2, 'owned': True",
		"'value': 1, 'owned': False",
		"'lock': 'a'",
		"'parties': 1",
		"'parties': 2",
		"'parties': 2, 'timeout': 0",
		"'retain': True, 'max_retained': 2",
		"'typecode': 'i', 'value': 1",
		"'typecode': 'o', 'value': [1]",
		"'typecode': 'b', 'sequence': 2",
		"'typecode': 'd', 'sequence': [1, 2.5]",
		"'typecode': 'u', 'sequence': 'ab'",
		"'items': [1, 'a', 1]",
		"'items': {'a': 1, '_b': (2,)}",
		"'temporary': True",
		"'expire_ms': 100",
		"'create': False",
		"'create': 'only'",
	};
	unsigned kind = take_byte(input);
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "{'name': %s, 'kind': '%s', %s}",
		TAKE_FROM(input, names), kinds[kind % kind_count()]->name,
		TAKE_FROM(input, options));
	return item_of(text, kind & 0x80);
}

/* The keywords of a call. */
static const char *keywords_of(unsigned how)
{
	static const char *const keywords[] = {"{}", "{'timeout': 0}",
		"{'immediate': True}", "{'reverse': True}"};

	return keywords[how & 3];
}

struct tli_item *take_call(struct input *input, const struct method *methods)
{
	unsigned how = take_byte(input), which = take_byte(input), count = 0;
	char text[TEXT_MAX];
	int len;

	while (methods[count].name)
		count++;
	len = snprintf(text, sizeof(text), "('%s', [",
		count ? methods[which % count].name : "nothing");
	for (unsigned i = 0; i < (how & 3); i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, "%s,",
			take_value(input));
	snprintf(text + len, sizeof(text) - (size_t)len, "], %s)",
		keywords_of(how & 4 ? how >> 3 : 0));
	return item_of(text, how & 0x80);
}

struct tli_item *take_item(struct input *input)
{
	unsigned how = take_byte(input);
	struct tli_item *value = item_of(take_value(input), how & 1), *item;
	struct tli_record record = tli_record_of(value);
	static const char *const subjects[] = {"", "a", "a.b", "b", "a.*"};
	const char *subject = subjects[(how >> 4) % 5];
	uint8_t bytes[TEXT_MAX];

	memcpy(bytes, subject, strlen(subject));
	memcpy(bytes + strlen(subject), record.bytes, record.body_len);
	record.subject_len = (uint8_t)strlen(subject);
	record.bytes = bytes;
	if (how & 2)
		record.format = how & 4 ? TLI_FORMAT_BYTES : TLI_FORMAT_PICKLE;
	item = tli_item_new(&record);
	require(item);
	tli_item_unref(value);
	return item;
}

struct tli_item *take_subscription(struct input *input)
{
	static const char *const options[] = {
		"{}",
		"{'max_messages': 1}",
		"{'max_messages': 1, 'overflow': 'drop_newest'}",
		"{'max_messages': 1, 'overflow': 'cut_off'}",
		"{'max_bytes': 20}",
		"{'pattern': 'a.*'}",
		"{'pattern': '*.b', 'retained': True}",
		"{'pattern': 'a', 'group': 'g'}",
		"{'group': 'g'}",
		"{'group': 'g', 'pattern': '>', 'retained': True}",
		"{'pattern': 'a..b'}",
		"[]",
	};
	return item_of(TAKE_FROM(input, options), false);
}
