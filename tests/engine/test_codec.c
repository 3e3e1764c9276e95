/* SPDX-License-Identifier: MIT */
/* Operations as bytes and back. */
#include "codec.h"

#include "../unit/alloc.h"
#include "../unit/unit.h"

#include <stdlib.h>
#include <string.h>

#define BYTES_MAX 4096u

/* A value in each field, and zero between them. */
static void fill(struct op *op)
{
	memset(op, 0, sizeof(*op));
	op->code = 1;
	op->format = 2;
	op->expired = true;
	op->unleased = true;
	op->untold = true;
	op->is_python = true;
	op->object = UINT64_MAX - 1;
	op->owner = UINT64_MAX - 2;
	op->identity = UINT32_MAX - 3;
	op->lease_ms = UINT32_MAX - 4;
	op->delay_ms = UINT32_MAX - 5;
	op->ttl_ms = UINT32_MAX - 6;
	op->priority = INT64_MIN + 7;
	op->token = UINT64_MAX - 8;
	op->count = UINT64_MAX - 9;
	op->item = tli_item_of(TLI_FORMAT_TEXT, "asked", 5);
	op->ticket = UINT64_MAX - 10;
	op->timeout_ms = INT64_MIN + 11;
	op->status = 12;
	op->result = tli_item_of(TLI_FORMAT_BYTES, "told", 4);
	op->attempts = UINT32_MAX - 13;
	op->created = true;
	op->deliveries = UINT64_MAX - 14;
	op->lost_messages = UINT64_MAX - 15;
	op->lost_bytes = UINT64_MAX - 16;
	op->granted = UINT64_MAX - 17;
	op->dropped = UINT64_MAX - 18;
	op->dropped_owner = UINT64_MAX - 19;
	op->wait_object = UINT64_MAX - 20;
	op->wait_class = 21;
	op->forbidden = UINT32_MAX - 22;
	op->forbidden_beside = UINT32_MAX - 23;
	op->needed = UINT32_MAX - 24;
	op->forbidden_links = UINT32_MAX - 25;
	op->is_beside = true;
}

static void drop(struct op *op)
{
	tli_item_unref(op->item);
	tli_item_unref(op->result);
	op->item = op->result = NULL;
}

static void expect_item(
	const struct tli_item *actual, const struct tli_item *expected)
{
	if (!expected) {
		assert_null(actual);
		return;
	}
	assert_int_equal(actual->format, expected->format);
	check_bytes("an item", actual->bytes, tli_item_len(actual),
		expected->bytes, tli_item_len(expected));
}

/* Byte for byte, but for the items and what lies between fields. */
static void expect_op(struct op *actual, struct op *expected)
{
	struct tli_item *items[] = {
		actual->item, actual->result, expected->item, expected->result};

	expect_item(actual->item, expected->item);
	expect_item(actual->result, expected->result);
	actual->item = actual->result = NULL;
	expected->item = expected->result = NULL;
	assert_memory_equal(actual, expected, sizeof(*actual));
	actual->item = items[0];
	actual->result = items[1];
	expected->item = items[2];
	expected->result = items[3];
}

static void expect_round_trip(struct op *op)
{
	struct op taken;
	struct tli_buf buf;

	tli_buf_init(&buf, BYTES_MAX);
	assert_true(codec_put_op(&buf, op));
	memset(&taken, 0, sizeof(taken));
	assert_true(
		codec_take_op(&taken, tli_buf_head(&buf), tli_buf_len(&buf)));
	expect_op(&taken, op);
	drop(&taken);
	tli_buf_fini(&buf);
}

/* A field that fill() does not know leaves a word of nothing but zeros, unless
 * it is a small one. */
static void expect_no_field_forgotten(const struct op *op)
{
	uint64_t words[sizeof(*op) / sizeof(uint64_t)];

	memcpy(words, op, sizeof(words));
	for (size_t i = 0; i < LENGTH(words); i++)
		assert_true(words[i] != 0);
}

static void every_field_goes_and_comes(void **state)
{
	struct op op;

	(void)state;
	memset(&op, 0, sizeof(op));
	expect_round_trip(&op);
	fill(&op);
	expect_no_field_forgotten(&op);
	expect_round_trip(&op);
	drop(&op);
}

static void what_is_cut_short_is_refused(void **state)
{
	struct op op, taken = {.item = NULL};
	struct tli_buf buf;
	size_t len;

	(void)state;
	fill(&op);
	tli_buf_init(&buf, BYTES_MAX);
	assert_true(codec_put_op(&buf, &op));
	len = tli_buf_len(&buf);
	for (size_t i = 0; i < len; i++) {
		uint8_t *bytes = exact_copy(tli_buf_head(&buf), i);

		assert_false(codec_take_op(&taken, bytes, i));
		free(bytes);
	}
	assert_int_equal(tli_buf_append(&buf, "", 1), TLI_BUF_OK);
	assert_false(codec_take_op(&taken, tli_buf_head(&buf), len + 1));
	tli_buf_fini(&buf);
	drop(&op);
}

static void without_memory_it_fails(void **state)
{
	struct op op, taken = {.item = NULL};
	struct tli_buf buf;

	(void)state;
	fill(&op);
	tli_buf_init(&buf, BYTES_MAX);
	alloc_fail_from(1, false);
	assert_false(codec_put_op(&buf, &op));
	alloc_reset();
	tli_buf_fini(&buf);
	assert_true(codec_put_op(&buf, &op));
	for (unsigned long n = 1; n <= 2; n++) {
		alloc_fail_from(n, false);
		assert_false(codec_take_op(
			&taken, tli_buf_head(&buf), tli_buf_len(&buf)));
		alloc_reset();
	}
	tli_buf_fini(&buf);
	drop(&op);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_goes_and_comes),
		cmocka_unit_test(what_is_cut_short_is_refused),
		cmocka_unit_test(without_memory_it_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
