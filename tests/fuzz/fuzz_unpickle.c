/* SPDX-License-Identifier: MIT */
/*
 * Pickles of anybody's. What is read is written in each protocol, copied, and
 * as plain data also printed and wrapped as JSON: each time it comes back as
 * equal, with the same text and the same sharing. Its items are equal, less or
 * more in one way. What is not read has an error with its place. Either is
 * disassembled, as text that fits a terminal.
 */
#include "fuzz.h"

#include "../../proto/pickle/disassemble.h"
#include "../../proto/pickle/names.h"
#include "../../proto/pickle/pickle.h"
#include "../../proto/pickle/unpickle.h"
#include "../../proto/utf8.h"
#include "../../proto/value/compare.h"
#include "../../proto/value/copy.h"
#include "../../proto/value/fingerprint.h"
#include "../../proto/value/json_value.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/mapping.h"
#include "../../proto/value/repr.h"

#include <string.h>

#define PAIRS_MAX     10u
#define TEXT_BYTES    (1u << 16)
#define OPCODE_BYTES  400u /* of the text that an opcode has, at most, */
#define WRITTEN_BYTES 10u  /* and each byte of its argument */

static const struct tli_value_limits limits = {4u << 20, 20000, 200};
/* What is written of sets and old bytes can be a little more, and the name of
 * an attribute's attribute is calls in each other. */
static const struct tli_value_limits more = {
	32u << 20, 400000, TLI_VALUE_DEPTH_MAX};
static const uint64_t seed[2] = {3, 4};

/* ---- What a tree consists of ----------------------------------------- */

enum { NOT_MET, INSIDE, MET };

struct survey {
	struct tli_visitor visitor;
	uint8_t *met;              /* by the node's id */
	uint32_t nodes[TLI_KINDS]; /* each once, of those that have an id */
	int lowest;                /* protocol that has words for all of it */
	bool is_plain; /* neither symbols nor anything inside itself */
};

static struct tli_word word_of(const struct tli_value *text)
{
	const struct tli_bytes *node = tli_bytes_of(text);

	return (struct tli_word){(const char *)node->data, node->len};
}

static bool same_word(struct tli_word one, struct tli_word other)
{
	return one.len == other.len &&
		memcmp(one.text, other.text, one.len) == 0;
}

/* Some names of Python 3 become others on their way through Python 2, and
 * attributes of globals are calls in old protocols. */
static int lowest_of_global(const struct tli_value *global)
{
	struct tli_value *const *items = tli_items_of(global)->items;
	const struct tli_names names = {word_of(items[0]), word_of(items[1])};
	struct tli_names through = names;

	if (memchr(names.name.text, '.', names.name.len))
		return 4;
	tli_names_to_python2(&through);
	tli_names_from_python2(&through);
	return same_word(names.module, through.module) &&
			same_word(names.name, through.name)
		? 2
		: 3;
}

static int lowest_of(const struct tli_value *value)
{
	if (value->kind == TLI_GLOBAL)
		return lowest_of_global(value);
	return value->kind == TLI_OBJECT &&
			tli_object_of(value)->making == TLI_NEWOBJ_EX
		? 4
		: 2;
}

static int look_at(struct survey *survey, const struct tli_value *value)
{
	int lowest = lowest_of(value);

	survey->nodes[value->kind]++;
	if (lowest > survey->lowest)
		survey->lowest = lowest;
	if (value->kind >= TLI_GLOBAL)
		survey->is_plain = false;
	return value->kind == TLI_GLOBAL ? TLI_WALK_PAST : TLI_WALK_INSIDE;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct survey *survey = (struct survey *)visitor;
	bool is_empty_tuple =
		value->kind == TLI_TUPLE && tli_items_of(value)->count == 0;

	if (value->id == 0 || is_empty_tuple)
		return TLI_WALK_PAST;
	survey->is_plain &= survey->met[value->id] != INSIDE;
	if (survey->met[value->id] != NOT_MET)
		return TLI_WALK_PAST;
	survey->met[value->id] = tli_has_items(value) ? INSIDE : MET;
	return look_at(survey, value);
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	((struct survey *)visitor)->met[value->id] = MET;
	return TLI_WALK_PAST;
}

static struct survey survey_of(
	const struct tli_values *values, const struct tli_value *value)
{
	struct survey survey = {
		.visitor = {.enter = enter, .leave = leave},
		.met = calloc(values->ids, 1),
		.lowest = TLI_PICKLE_PROTOCOL_MIN,
		.is_plain = true,
	};

	require(survey.met);
	require(tli_walk(&survey.visitor, value, TLI_VALUE_DEPTH_MAX) == 0);
	free(survey.met);
	return survey;
}

/* ---- What is the same ------------------------------------------------ */

/* False if it is too long. */
static bool print(const struct tli_value *value, struct tli_buf *text)
{
	int result;

	tli_buf_init(text, TEXT_BYTES);
	result = tli_repr(value, text);
	require(result == TLI_VALUE_OK || result == TLI_VALUE_LIMIT);
	return result == TLI_VALUE_OK;
}

static bool has_nan(const struct tli_buf *text)
{
	return memmem(tli_buf_head(text), tli_buf_len(text), "nan", 3);
}

static void are_same_texts(
	const struct tli_buf *one, const struct tli_buf *other)
{
	require(tli_buf_len(one) == tli_buf_len(other));
	require(tli_buf_len(one) == 0 ||
		memcmp(tli_buf_head(one), tli_buf_head(other),
			tli_buf_len(one)) == 0);
}

/* But for a NaN, which is equal to nothing, not even to itself read again. */
static void are_equal(
	const struct tli_value *value, const struct tli_value *again)
{
	struct tli_buf one, other;
	struct tli_value_error error;
	int equal = tli_equal(value, again);
	bool is_short = print(value, &one);

	require(print(again, &other) == is_short);
	are_same_texts(&one, &other);
	if (is_short && !has_nan(&one)) {
		require(equal == 1 || equal == TLI_VALUE_LIMIT);
		require(tli_less(value, again, &error) <= 0);
	}
	tli_buf_fini(&one);
	tli_buf_fini(&other);
}

static void are_same(const struct tli_values *values,
	const struct tli_value *value, const struct tli_values *others,
	const struct tli_value *other)
{
	struct survey one = survey_of(values, value);
	struct survey two = survey_of(others, other);

	are_equal(value, other);
	require(memcmp(one.nodes, two.nodes, sizeof(one.nodes)) == 0);
}

static bool have_same_fingerprint(
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_fingerprint a, b;

	return tli_fingerprint(one, seed, &a) == TLI_VALUE_OK &&
		tli_fingerprint(other, seed, &b) == TLI_VALUE_OK &&
		tli_same_fingerprint(&a, &b);
}

/* At most one of <, == and > is true, and == is one thing everywhere. */
static void agree(const struct tli_value *one, const struct tli_value *other)
{
	struct tli_value_error error;
	int equal = tli_equal(one, other);
	int less = tli_less(one, other, &error);
	int greater = tli_less(other, one, &error);

	if (equal < 0 || less == TLI_VALUE_LIMIT || greater == TLI_VALUE_LIMIT)
		return;
	require(tli_equal(other, one) == equal);
	require(one == other || have_same_fingerprint(one, other) == equal);
	require((less < 0) == (greater < 0));
	require(less < 0 || less + greater + equal <= 1);
}

static void items_agree(const struct tli_value *value)
{
	const struct tli_items *node = tli_items_of(value);

	if (!tli_has_items(value))
		return;
	for (uint32_t i = 1; i < node->count && i < PAIRS_MAX; i++)
		agree(node->items[i - 1], node->items[i]);
}

/* ---- Ways there and back --------------------------------------------- */

/* The value as it is read again; NULL if it cannot be written. */
static struct tli_value *there_and_back(struct tli_values *values,
	const struct tli_value *value, int protocol, struct tli_buf *pickle)
{
	struct tli_value *again = NULL;
	struct tli_value_error error;
	int result;

	tli_buf_init(pickle, 8u << 20);
	result = tli_pickle(value, protocol, pickle, &error);
	require(result == TLI_VALUE_OK || result == TLI_VALUE_LIMIT ||
		result == TLI_VALUE_TYPE);
	if (result == TLI_VALUE_OK) {
		again = tli_unpickle(values, tli_buf_head(pickle),
			tli_buf_len(pickle), TLI_UNPICKLE_BORROW, NULL);
		require(again);
	}
	return again;
}

/* What its protocol has other words for stays as it is from then on. */
static void is_written_and_read_again(const struct tli_values *values,
	const struct tli_value *value, int protocol)
{
	struct tli_values others, thirds;
	struct tli_value *again, *third = NULL;
	struct tli_buf pickle, second;

	tli_values_init(&others, &more, seed);
	tli_values_init(&thirds, &more, seed);
	again = there_and_back(&others, value, protocol, &pickle);
	if (again && protocol >= survey_of(values, value).lowest)
		are_same(values, value, &others, again);
	if (again) {
		third = there_and_back(&thirds, again, protocol, &second);
		require(third);
		are_same(&others, again, &thirds, third);
		tli_buf_fini(&second);
	}
	tli_buf_fini(&pickle);
	tli_values_fini(&thirds);
	tli_values_fini(&others);
}

static void has_the_same_keys(
	const struct tli_value *value, const struct tli_value *copy)
{
	const struct tli_items *node = tli_items_of(value);
	struct tli_value_error error;
	uint32_t step = value->kind == TLI_DICT ? 2 : 1;

	if (value->kind != TLI_DICT && value->kind != TLI_SET &&
		value->kind != TLI_FROZENSET)
		return;
	for (uint32_t i = 0; i < node->count; i += step)
		require(tli_find_key(copy, node->items[i], &error) == i);
}

static void is_copied(
	const struct tli_values *values, const struct tli_value *value)
{
	struct tli_values others;
	struct tli_value *copy;
	struct tli_buf text;

	tli_values_init(&others, &more, seed);
	copy = tli_copy(&others, value, NULL);
	require(copy);
	are_same(values, value, &others, copy);
	if (print(value, &text) && !has_nan(&text) &&
		survey_of(values, value).is_plain)
		has_the_same_keys(value, copy);
	tli_buf_fini(&text);
	tli_values_fini(&others);
}

static void is_printed_and_read_again(const struct tli_value *value)
{
	struct tli_values values;
	struct tli_value *again;
	struct tli_buf text;

	tli_values_init(&values, &more, seed);
	if (print(value, &text)) {
		again = tli_literal(&values, (const char *)tli_buf_head(&text),
			tli_buf_len(&text), NULL);
		require(again || values.error.code == TLI_VALUE_LIMIT);
		if (again)
			are_equal(value, again);
	}
	tli_buf_fini(&text);
	tli_values_fini(&values);
}

static void is_wrapped(const struct tli_value *value, bool is_plain)
{
	struct tli_value_error error;
	struct tli_values values;
	struct tli_value *again;
	char *text;
	size_t len;
	int result = tli_value_to_json(
		value, TLI_JSON_WRAPPED, TEXT_BYTES, &text, &len, &error);

	require(result == TLI_VALUE_OK || result == TLI_VALUE_LIMIT ||
		(result == TLI_VALUE_TYPE && !is_plain));
	if (result != TLI_VALUE_OK)
		return;
	tli_values_init(&values, &more, seed);
	again = tli_value_from_json(&values, text, len, TLI_JSON_WRAPPED);
	require(again || !is_plain || values.error.code == TLI_VALUE_LIMIT);
	if (again && is_plain)
		are_equal(value, again);
	tli_values_fini(&values);
	free(text);
}

/* ---- As text --------------------------------------------------------- */

static void fits_a_terminal(const uint8_t *text, size_t len)
{
	require(tli_utf8_valid(text, len) == len);
	for (size_t i = 0, step; i < len; i += step) {
		uint32_t character = tli_utf8_read(text + i, &step);

		require(character == '\n' || tli_is_printable(character));
	}
}

static void is_disassembled(const uint8_t *data, size_t size, bool is_taken)
{
	struct tli_value_error error;
	struct tli_buf text;
	int result;

	tli_buf_init(
		&text, (OPCODE_BYTES + WRITTEN_BYTES) * size + OPCODE_BYTES);
	result = tli_disassemble(data, size, &text, &error);
	require(result == TLI_VALUE_OK ||
		(!is_taken && result == TLI_VALUE_SYNTAX));
	if (tli_buf_len(&text) > 0)
		fits_a_terminal(tli_buf_head(&text), tli_buf_len(&text));
	tli_buf_fini(&text);
}

static void is_the_same_in_every_way(
	const struct tli_values *values, const struct tli_value *value)
{
	bool is_plain = survey_of(values, value).is_plain;

	for (int protocol = TLI_PICKLE_PROTOCOL_MIN;
		protocol <= TLI_PICKLE_PROTOCOL_MAX; protocol++)
		is_written_and_read_again(values, value, protocol);
	items_agree(value);
	is_copied(values, value);
	is_wrapped(value, is_plain);
	if (is_plain)
		is_printed_and_read_again(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_values values;
	struct tli_value *value;
	size_t used = 0;

	tli_values_init(&values, &limits, seed);
	value = tli_unpickle(&values, data, size, TLI_UNPICKLE_COPY, &used);
	if (value) {
		require(used > 0 && used <= size && data[used - 1] == '.');
		is_the_same_in_every_way(&values, value);
	} else {
		require(strncmp(values.error.text, "offset ", 7) == 0);
		fits_a_terminal((const uint8_t *)values.error.text,
			strlen(values.error.text));
	}
	is_disassembled(data, size, value);
	tli_values_fini(&values);
	return 0;
}
