/* SPDX-License-Identifier: MIT */
/* Memory that is given back as a whole: its limit, growing in place, what it
 * owns and adopts. */
#include "alloc.h"
#include "unit.h"

#include "../../proto/value/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

static void memory_is_aligned_and_does_not_overlap(void **state)
{
	struct tli_arena arena;
	uint8_t *pieces[300];

	(void)state;
	tli_arena_init(&arena, SIZE_MAX);
	for (size_t i = 0; i < LENGTH(pieces); i++) {
		pieces[i] = tli_arena_take(&arena, i + 1);
		assert_non_null(pieces[i]);
		assert_int_equal((uintptr_t)pieces[i] % alignof(double), 0);
		memset(pieces[i], (int)i, i + 1);
	}
	for (size_t i = 0; i < LENGTH(pieces); i++)
		for (size_t j = 0; j <= i; j++)
			assert_int_equal(pieces[i][j], (uint8_t)i);
	tli_arena_fini(&arena);
}

static void what_was_taken_last_grows_in_place(void **state)
{
	struct tli_arena arena;
	char *first, *second;

	(void)state;
	tli_arena_init(&arena, SIZE_MAX);
	first = tli_arena_take(&arena, 10);
	memcpy(first, "0123456789", 10);
	assert_ptr_equal(tli_arena_grow(&arena, first, 10, 100), first);
	second = tli_arena_take(&arena, 8);
	assert_true(second >= first + 100);
	first = tli_arena_grow(&arena, first, 100, 200);
	assert_true(first > second);
	assert_memory_equal(first, "0123456789", 10);
	/* Beyond the block it moves too. */
	second = tli_arena_grow(&arena, first, 200, 5000);
	assert_ptr_not_equal(second, first);
	assert_memory_equal(second, "0123456789", 10);
	assert_non_null(tli_arena_grow(&arena, NULL, 0, 1));
	tli_arena_fini(&arena);
}

static void no_more_is_held_than_the_limit(void **state)
{
	struct tli_arena arena;
	size_t taken = 0;

	(void)state;
	tli_arena_init(&arena, 10000);
	while (tli_arena_take(&arena, 100))
		taken += 104;
	assert_true(arena.is_full);
	assert_true(arena.held_bytes <= 10000);
	assert_true(taken > 9000 && taken <= 10000);
	assert_null(tli_arena_take(&arena, SIZE_MAX));
	assert_null(tli_arena_take(&arena, SIZE_MAX / 2));
	assert_true(arena.is_full);
	tli_arena_clear(&arena);
	assert_non_null(tli_arena_take(&arena, 100));
	tli_arena_fini(&arena);
	assert_int_equal(arena.held_bytes, 0);
}

static void a_limit_below_a_block_is_kept(void **state)
{
	struct tli_arena arena;

	(void)state;
	tli_arena_init(&arena, 20);
	assert_null(tli_arena_take(&arena, 21));
	assert_non_null(tli_arena_take(&arena, 16));
	assert_null(tli_arena_take(&arena, 1));
	assert_true(arena.held_bytes <= 20);
	tli_arena_fini(&arena);
}

static void adopted_memory_counts_and_is_freed(void **state)
{
	struct tli_arena arena;
	void *memory = malloc(600), *other = malloc(600);

	(void)state;
	tli_arena_init(&arena, 1000);
	assert_true(tli_arena_adopt(&arena, memory, 600));
	assert_false(tli_arena_adopt(&arena, other, 600));
	assert_true(arena.is_full);
	assert_false(tli_arena_owns(&arena, memory));
	tli_arena_clear(&arena);
	assert_true(tli_arena_adopt(&arena, other, 600));
	tli_arena_fini(&arena);
}

/* What is adopted has any length, and the blocks are as large as all that is
 * held. */
static void nothing_grows_beyond_its_block(void **state)
{
	struct tli_arena arena;
	uint8_t *last;
	size_t left;

	(void)state;
	tli_arena_init(&arena, SIZE_MAX);
	assert_true(tli_arena_adopt(&arena, malloc(2001), 2001));
	last = tli_arena_take(&arena, 8);
	assert_non_null(last);
	left = (size_t)(arena.end - last);
	last = tli_arena_grow(&arena, last, 8, left);
	assert_true(arena.next <= arena.end);
	memset(last, 1, left);
	last = tli_arena_take(&arena, 64);
	assert_non_null(last);
	memset(last, 2, 64);
	tli_arena_fini(&arena);
}

static void it_knows_its_own(void **state)
{
	struct tli_arena arena, other;
	char *first, *last = NULL;

	(void)state;
	tli_arena_init(&arena, SIZE_MAX);
	tli_arena_init(&other, SIZE_MAX);
	first = tli_arena_take(&arena, 8);
	for (int i = 0; i < 1000; i++)
		last = tli_arena_take(&arena, 64);
	assert_true(tli_arena_owns(&arena, first));
	assert_true(tli_arena_owns(&arena, last + 63));
	assert_false(tli_arena_owns(&arena, tli_arena_take(&other, 8)));
	assert_false(tli_arena_owns(&arena, &arena));
	tli_arena_fini(&arena);
	tli_arena_fini(&other);
}

static void a_lack_of_memory_is_told_apart(void **state)
{
	struct tli_arena arena;
	void *memory = malloc(10);

	(void)state;
	tli_arena_init(&arena, SIZE_MAX);
	alloc_fail_from(1, true);
	assert_null(tli_arena_take(&arena, 10));
	assert_false(arena.is_full);
	assert_false(tli_arena_adopt(&arena, memory, 10));
	assert_false(arena.is_full);
	assert_int_equal(arena.held_bytes, 0);
	alloc_reset();
	assert_true(tli_arena_adopt(&arena, memory, 10));
	assert_non_null(tli_arena_take(&arena, 10));
	tli_arena_fini(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_is_aligned_and_does_not_overlap),
		cmocka_unit_test(what_was_taken_last_grows_in_place),
		cmocka_unit_test(no_more_is_held_than_the_limit),
		cmocka_unit_test(a_limit_below_a_block_is_kept),
		cmocka_unit_test(adopted_memory_counts_and_is_freed),
		cmocka_unit_test(nothing_grows_beyond_its_block),
		cmocka_unit_test(it_knows_its_own),
		cmocka_unit_test(a_lack_of_memory_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
