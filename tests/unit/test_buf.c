/* SPDX-License-Identifier: MIT */
/* The buffer: its limit, its growth, and what it keeps when memory is short. */
#include "unit.h"

#include "../../proto/buf.h"
#include "alloc.h"

#include <stdlib.h>
#include <string.h>

#define NEVER_NEEDED 64ul /* more allocations than any scenario makes */

static const uint8_t letters[] = "abcdefghijklmnopqrstuvwxyz";

static struct tli_buf buffer_of(size_t max_bytes)
{
	struct tli_buf buf;

	tli_buf_init(&buf, max_bytes);
	return buf;
}

static void holds(const struct tli_buf *buf, const void *bytes, size_t len)
{
	assert_int_equal(tli_buf_len(buf), len);
	if (len > 0)
		assert_memory_equal(tli_buf_head(buf), bytes, len);
}

static void a_fresh_buffer_owns_nothing(void **state)
{
	struct tli_buf buf;

	(void)state;
	alloc_fail_from(0, false);
	buf = buffer_of(1000);
	assert_null(buf.data);
	assert_int_equal(tli_buf_len(&buf), 0);
	assert_int_equal(tli_buf_room(&buf), 0);
	assert_int_equal(tli_buf_reserve(&buf, 0), TLI_BUF_OK);
	assert_int_equal(tli_buf_append(&buf, letters, 0), TLI_BUF_OK);
	assert_int_equal(alloc_count(), 0);
	tli_buf_fini(&buf);
}

/* Without storage, and with storage that is at rest. */
static void an_empty_buffer_has_an_empty_head_and_tail(void **state)
{
	struct tli_buf buf = buffer_of(1000);

	(void)state;
	assert_ptr_equal(tli_buf_head(&buf), tli_buf_tail(&buf));
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	tli_buf_consume(&buf, 26);
	assert_ptr_equal(tli_buf_head(&buf), tli_buf_tail(&buf));
	tli_buf_fini(&buf);
}

static void fini_frees_and_leaves_an_empty_buffer(void **state)
{
	struct tli_buf buf = buffer_of(10);

	(void)state;
	assert_int_equal(tli_buf_append(&buf, letters, 10), TLI_BUF_OK);
	tli_buf_fini(&buf);
	assert_null(buf.data);
	assert_int_equal(tli_buf_len(&buf), 0);
	assert_int_equal(tli_buf_append(&buf, letters, 11), TLI_BUF_FULL);
	assert_int_equal(tli_buf_append(&buf, letters, 10), TLI_BUF_OK);
	holds(&buf, letters, 10);
	tli_buf_fini(&buf);
}

static const size_t limits[] = {0, 1, 2, 63, 64, 65, 127, 128, 129, 4096, 4097};

static void exactly_max_fits_at_once(void **state)
{
	static const uint8_t bytes[5000];

	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++) {
		struct tli_buf buf = buffer_of(limits[i]);

		assert_int_equal(tli_buf_append(&buf, bytes, limits[i] + 1),
			TLI_BUF_FULL);
		assert_null(buf.data);
		assert_int_equal(
			tli_buf_append(&buf, bytes, limits[i]), TLI_BUF_OK);
		assert_int_equal(tli_buf_append(&buf, bytes, 1), TLI_BUF_FULL);
		holds(&buf, bytes, limits[i]);
		tli_buf_fini(&buf);
	}
}

static void exactly_max_fits_byte_by_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(limits); i++) {
		struct tli_buf buf = buffer_of(limits[i]);

		for (size_t n = 0; n < limits[i]; n++) {
			assert_int_equal(
				tli_buf_append(&buf, "x", 1), TLI_BUF_OK);
			assert_in_range(buf.capacity, n + 1, limits[i]);
		}
		assert_int_equal(tli_buf_append(&buf, "x", 1), TLI_BUF_FULL);
		assert_int_equal(tli_buf_len(&buf), limits[i]);
		tli_buf_fini(&buf);
	}
}

static void the_limit_counts_what_is_held(void **state)
{
	struct tli_buf buf = buffer_of(8);

	(void)state;
	assert_int_equal(tli_buf_append(&buf, "01234567", 8), TLI_BUF_OK);
	tli_buf_consume(&buf, 3);
	assert_int_equal(tli_buf_append(&buf, "89ab", 4), TLI_BUF_FULL);
	holds(&buf, "34567", 5);
	assert_int_equal(tli_buf_append(&buf, "89a", 3), TLI_BUF_OK);
	holds(&buf, "3456789a", 8);
	assert_int_equal(tli_buf_append(&buf, "b", 1), TLI_BUF_FULL);
	tli_buf_fini(&buf);
}

static void lengths_that_would_wrap_are_too_long(void **state)
{
	struct tli_buf buf = buffer_of(SIZE_MAX / 2);

	(void)state;
	assert_int_equal(tli_buf_append(&buf, "abc", 3), TLI_BUF_OK);
	assert_int_equal(tli_buf_reserve(&buf, SIZE_MAX), TLI_BUF_FULL);
	assert_int_equal(tli_buf_reserve(&buf, SIZE_MAX - 2), TLI_BUF_FULL);
	assert_int_equal(tli_buf_reserve(&buf, SIZE_MAX / 2 - 2), TLI_BUF_FULL);
	holds(&buf, "abc", 3);
	tli_buf_fini(&buf);
}

static void reserved_room_is_filled_by_commit(void **state)
{
	struct tli_buf buf = buffer_of(100);

	(void)state;
	assert_int_equal(tli_buf_reserve(&buf, 10), TLI_BUF_OK);
	assert_in_range(tli_buf_room(&buf), 10, 100);
	assert_int_equal(tli_buf_len(&buf), 0);
	memcpy(tli_buf_tail(&buf), "0123456789", 10);
	tli_buf_commit(&buf, 4);
	holds(&buf, "0123", 4);
	tli_buf_commit(&buf, 6);
	holds(&buf, "0123456789", 10);
	assert_int_equal(tli_buf_reserve(&buf, 91), TLI_BUF_FULL);
	assert_int_equal(tli_buf_reserve(&buf, 90), TLI_BUF_OK);
	holds(&buf, "0123456789", 10);
	tli_buf_fini(&buf);
}

static void it_grows_by_doubling(void **state)
{
	struct tli_buf buf = buffer_of(1u << 20);

	(void)state;
	alloc_fail_from(0, false);
	for (size_t i = 0; i < 1u << 16; i++)
		assert_int_equal(tli_buf_append(&buf, "x", 1), TLI_BUF_OK);
	assert_in_range(alloc_count(), 1, 11); /* 64 * 2^10 */
	assert_in_range(buf.capacity, 1u << 16, 1u << 17);
	tli_buf_fini(&buf);
}

static void a_small_need_takes_little_under_a_big_limit(void **state)
{
	struct tli_buf buf = buffer_of(1u << 30);

	(void)state;
	assert_int_equal(tli_buf_reserve(&buf, 5), TLI_BUF_OK);
	assert_in_range(buf.capacity, 5, 64);
	assert_int_equal(tli_buf_reserve(&buf, 1000), TLI_BUF_OK);
	assert_in_range(buf.capacity, 1000, 2000);
	tli_buf_fini(&buf);
}

static void room_of_what_was_consumed_is_used_again(void **state)
{
	struct tli_buf buf = buffer_of(64);

	(void)state;
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	alloc_fail_from(1, true);
	tli_buf_consume(&buf, 26);
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	tli_buf_consume(&buf, 26);
	holds(&buf, letters, 26);
	tli_buf_consume(&buf, 26);
	assert_int_equal(tli_buf_len(&buf), 0);
	assert_int_equal(tli_buf_room(&buf), 64);
	assert_int_equal(alloc_count(), 0);
	alloc_reset();
	tli_buf_fini(&buf);
}

static void what_is_stolen_starts_with_what_is_held(void **state)
{
	struct tli_buf buf = buffer_of(64);
	uint8_t *data;

	(void)state;
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	tli_buf_consume(&buf, 3);
	data = tli_buf_steal(&buf);
	assert_memory_equal(data, "defghijklmnopqrstuvwxyz", 23);
	free(data);
	assert_null(buf.data);
	assert_int_equal(tli_buf_len(&buf), 0);
	assert_int_equal(tli_buf_append(&buf, letters, 65), TLI_BUF_FULL);
	assert_int_equal(tli_buf_append(&buf, letters, 1), TLI_BUF_OK);
	tli_buf_fini(&buf);
	assert_null(tli_buf_steal(&buf));
}

/* ---- Storage of somebody else's -------------------------------------- */

static void lent_storage_is_used_in_full_and_never_left(void **state)
{
	uint8_t *storage = exact_copy("????????", 8);
	struct tli_buf buf = buffer_of(100);

	(void)state;
	alloc_fail_from(0, false);
	tli_buf_lend(&buf, storage, 8);
	assert_int_equal(tli_buf_room(&buf), 8);
	assert_int_equal(tli_buf_append(&buf, letters, 9), TLI_BUF_FULL);
	holds(&buf, "", 0);
	assert_int_equal(tli_buf_append(&buf, "0123", 4), TLI_BUF_OK);
	assert_int_equal(tli_buf_append(&buf, "4567", 4), TLI_BUF_OK);
	assert_int_equal(tli_buf_append(&buf, "8", 1), TLI_BUF_FULL);
	assert_int_equal(tli_buf_reserve(&buf, 93), TLI_BUF_FULL);
	assert_memory_equal(storage, "01234567", 8);
	assert_int_equal(alloc_count(), 0);
	tli_buf_fini(&buf);
	assert_memory_equal(storage, "01234567", 8);
	free(storage);
}

static void room_in_lent_storage_is_used_again(void **state)
{
	uint8_t storage[8];
	struct tli_buf buf = buffer_of(100);

	(void)state;
	tli_buf_lend(&buf, storage, sizeof(storage));
	assert_int_equal(tli_buf_append(&buf, "01234567", 8), TLI_BUF_OK);
	tli_buf_consume(&buf, 3);
	assert_int_equal(tli_buf_append(&buf, "89ab", 4), TLI_BUF_FULL);
	assert_int_equal(tli_buf_append(&buf, "89a", 3), TLI_BUF_OK);
	holds(&buf, "3456789a", 8);
	assert_ptr_equal(tli_buf_head(&buf), storage);
	tli_buf_fini(&buf);
}

static void after_lent_storage_it_uses_its_own(void **state)
{
	uint8_t storage[8];
	struct tli_buf buf = buffer_of(26);
	uint8_t *data;

	(void)state;
	tli_buf_lend(&buf, storage, sizeof(storage));
	tli_buf_fini(&buf);
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	data = tli_buf_steal(&buf);
	assert_memory_equal(data, letters, 26);
	free(data);
}

static void the_limit_holds_for_lent_storage(void **state)
{
	uint8_t storage[8];
	struct tli_buf buf = buffer_of(4);

	(void)state;
	tli_buf_lend(&buf, storage, sizeof(storage));
	assert_int_equal(tli_buf_append(&buf, "01234", 5), TLI_BUF_FULL);
	assert_int_equal(tli_buf_append(&buf, "0123", 4), TLI_BUF_OK);
	tli_buf_fini(&buf);
}

/* ---- Short of memory ------------------------------------------------- */

/* A failing append leaves what is held, and works when there is memory. */
static int append_under(unsigned long n, bool persistent)
{
	struct tli_buf buf = buffer_of(1000);
	int worst = TLI_BUF_OK;
	int result;

	alloc_fail_from(n, persistent);
	for (size_t held = 0; held < 26 * 30; held += 26) {
		result = tli_buf_append(&buf, letters, 26);
		assert_true(result == TLI_BUF_OK || result == TLI_BUF_NOMEM);
		assert_int_equal(tli_buf_len(&buf),
			result == TLI_BUF_OK ? held + 26 : held);
		if (result == TLI_BUF_NOMEM) {
			worst = result;
			alloc_reset();
			result = tli_buf_append(&buf, letters, 26);
			assert_int_equal(result, TLI_BUF_OK);
		}
		assert_memory_equal(tli_buf_head(&buf) + held, letters, 26);
	}
	tli_buf_fini(&buf);
	return worst;
}

static void every_allocation_may_fail(void **state)
{
	unsigned long n;

	(void)state;
	for (n = 1; n < NEVER_NEEDED; n++) {
		int once = append_under(n, false);

		assert_int_equal(append_under(n, true), once);
		if (alloc_count() < n)
			break;
		assert_int_equal(once, TLI_BUF_NOMEM);
	}
	alloc_reset();
	assert_in_range(n, 3, NEVER_NEEDED - 1);
}

static void a_failed_reserve_leaves_a_consumed_head(void **state)
{
	struct tli_buf buf = buffer_of(1000);

	(void)state;
	assert_int_equal(tli_buf_append(&buf, letters, 26), TLI_BUF_OK);
	tli_buf_consume(&buf, 20);
	alloc_fail_from(1, true);
	assert_int_equal(tli_buf_reserve(&buf, 500), TLI_BUF_NOMEM);
	assert_int_equal(tli_buf_reserve(&buf, 500), TLI_BUF_NOMEM);
	holds(&buf, "uvwxyz", 6);
	alloc_reset();
	assert_int_equal(tli_buf_reserve(&buf, 500), TLI_BUF_OK);
	holds(&buf, "uvwxyz", 6);
	tli_buf_fini(&buf);
}

/* A stream of numbered bytes through a small buffer, in pieces of all sizes. */
static void bytes_leave_in_the_order_they_came(void **state)
{
	struct tli_buf buf = buffer_of(100);
	uint8_t in = 0, out = 0, piece[100];
	unsigned random = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t free_bytes = 100 - tli_buf_len(&buf);
		size_t len = (random = random * 1103515245u + 12345u) >> 16;

		len %= free_bytes + 1;
		for (size_t i = 0; i < len; i++)
			piece[i] = in++;
		assert_int_equal(tli_buf_append(&buf, piece, len), TLI_BUF_OK);
		len = (random >> 8) % (tli_buf_len(&buf) + 1);
		for (size_t i = 0; i < len; i++)
			assert_int_equal(tli_buf_head(&buf)[i], out++);
		tli_buf_consume(&buf, len);
	}
	tli_buf_fini(&buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fresh_buffer_owns_nothing),
		cmocka_unit_test(an_empty_buffer_has_an_empty_head_and_tail),
		cmocka_unit_test(fini_frees_and_leaves_an_empty_buffer),
		cmocka_unit_test(exactly_max_fits_at_once),
		cmocka_unit_test(exactly_max_fits_byte_by_byte),
		cmocka_unit_test(the_limit_counts_what_is_held),
		cmocka_unit_test(lengths_that_would_wrap_are_too_long),
		cmocka_unit_test(reserved_room_is_filled_by_commit),
		cmocka_unit_test(it_grows_by_doubling),
		cmocka_unit_test(a_small_need_takes_little_under_a_big_limit),
		cmocka_unit_test(room_of_what_was_consumed_is_used_again),
		cmocka_unit_test(what_is_stolen_starts_with_what_is_held),
		cmocka_unit_test(lent_storage_is_used_in_full_and_never_left),
		cmocka_unit_test(room_in_lent_storage_is_used_again),
		cmocka_unit_test(after_lent_storage_it_uses_its_own),
		cmocka_unit_test(the_limit_holds_for_lent_storage),
		cmocka_unit_test(every_allocation_may_fail),
		cmocka_unit_test(a_failed_reserve_leaves_a_consumed_head),
		cmocka_unit_test(bytes_leave_in_the_order_they_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
