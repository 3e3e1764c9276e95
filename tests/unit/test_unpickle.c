/* SPDX-License-Identifier: MIT */
/* Pickles by hand, and what they are read as: by the text of the value, or of
 * the error. */
#include "alloc.h"
#include "unit.h"
#include "unpickling.h"

#include "../../proto/buf.h"
#include "../../proto/pickle/unpickle.h"

#include <stdlib.h>
#include <string.h>

static void plain_data_is_read(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("N.", "None"),
		ROW("\x80\x02\x88.", "True"),
		ROW("\x89.", "False"),
		ROW("I01\n.", "True"),
		ROW("I00\n.", "False"),
		ROW("I-12\n.", "-12"),
		ROW("I 5 \n.", "5"),
		ROW("Finf\n.", "inf"),
		ROW("]Nb.", "[]"),
		ROW("K\xff.", "255"),
		ROW("M\xff\xff.", "65535"),
		ROW("J\xff\xff\xff\xff.", "-1"),
		ROW("L123456789012345678901234567890L\n.",
			"123456789012345678901234567890"),
		ROW("\x8a\x00.", "0"),
		ROW("\x8a\x02\x00\xff.", "-256"),
		ROW("\x8b\x01\x00\x00\x00\x05.", "5"),
		ROW("F1e3\n.", "1000.0"),
		ROW("G\x3f\xb9\x99\x99\x99\x99\x99\x9a.", "0.1"),
		ROW("X\x02\x00\x00\x00hi.", "'hi'"),
		ROW("\x8c\x02hi.", "'hi'"),
		ROW("\x8d\x02\x00\x00\x00\x00\x00\x00\x00hi.", "'hi'"),
		ROW("Va\\u20ac\\U0001f600\xe9\n.",
			"'a\xe2\x82\xac\xf0\x9f\x98\x80\xc3\xa9'"),
		ROW("Va\\\\u20ac\\x\n.", "'a\\\\\\\\u20ac\\\\x'"),
		ROW("S'it\\'s\\x41\\n\\101\\q'\n.", "\"it'sA\\nA\\\\q\""),
		ROW("U\x02hi.", "'hi'"),
		ROW("U\x02\x80\xff.", "b'\\x80\\xff'"),
		ROW("T\x02\x00\x00\x00hi.", "'hi'"),
		ROW("C\x02\x00\xff.", "b'\\x00\\xff'"),
		ROW("B\x01\x00\x00\x00x.", "b'x'"),
		ROW("\x8e\x01\x00\x00\x00\x00\x00\x00\x00x.", "b'x'"),
		ROW("\x96\x01\x00\x00\x00\x00\x00\x00\x00x.",
			"bytearray(b'x')"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void containers_are_read(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("].", "[]"),
		ROW(").", "()"),
		ROW("}.", "{}"),
		ROW("\x8f.", "set()"),
		ROW("]K\x01"
		    "a.",
			"[1]"),
		ROW("](K\x01K\x02"
		    "e.",
			"[1, 2]"),
		ROW("(K\x01l.", "[1]"),
		ROW("(K\x01t.", "(1,)"),
		ROW("K\x01\x85.", "(1,)"),
		ROW("K\x01K\x02\x86.", "(1, 2)"),
		ROW("K\x01K\x02K\x03\x87.", "(1, 2, 3)"),
		ROW("}K\x01K\x02s.", "{1: 2}"),
		ROW("}(K\x01K\x02K\x01K\x03u.", "{1: 3}"),
		ROW("(K\x01K\x02"
		    "d.",
			"{1: 2}"),
		ROW("\x8f(K\x01K\x01\x90.", "{1}"),
		ROW("(K\x01\x91.", "frozenset({1})"),
		ROW("]q\x00h\x00"
		    "a.",
			"[[...]]"),
		ROW("]p5\ng5\na.", "[[...]]"),
		ROW("]r\xff\xff\x00\x00j\xff\xff\x00\x00"
		    "a.",
			"[[...]]"),
		ROW("]\x94h\x00"
		    "a.",
			"[[...]]"),
		ROW("]K\x01\x30.", "[]"),
		ROW("]2\x86.", "([], [])"),
		ROW("](K\x01K\x02\x31.", "[]"),
		ROW("](\x30.", "[]"),
		ROW("N(e(u(\x90.", "None"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void symbols_are_read(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("cos\nsystem\n.", "os.system"),
		ROW("cos\nsystem\n(S'ls'\ntR.", "os.system('ls')"),
		ROW("(S'ls'\nios\nsystem\n.", "os.system('ls')"),
		ROW("(cos\nsystem\nS'ls'\no.", "os.system('ls')"),
		ROW("\x8c\x02os\x8c\x06system\x93.", "os.system"),
		ROW("cm\nC\n)\x81.", "m.C()"),
		ROW("cm\nC\n)}X\x01\x00\x00\x00xK\x01s\x92.", "m.C(x=1)"),
		ROW("cm\nC\n)\x81}X\x01\x00\x00\x00xK\x01sb.",
			"<m.C() {'x': 1}>"),
		ROW("cm\nC\n)\x81K\x01"
		    "a.",
			"<m.C() [1]>"),
		ROW("cm\nC\n)\x81K\x01K\x02s.", "<m.C() {1: 2}>"),
		ROW("cm\nC\n)\x81(e(u(\x90.", "m.C()"),
		ROW("c__builtin__\nxrange\n(K\x00K\x03K\x01tR.", "range(0, 3)"),
		ROW("c__builtin__\nset\n]K\x01"
		    "a\x85R.",
			"{1}"),
		ROW("cbuiltins\ncomplex\nG\x3f\xf0\x00\x00\x00\x00\x00\x00G"
		    "\xbf\xf0\x00\x00\x00\x00\x00\x00\x86R.",
			"(1-1j)"),
		ROW("c_codecs\nencode\nX\x02\x00\x00\x00\xc3\xbfX\x06\x00\x00"
		    "\x00latin1\x86R.",
			"b'\\xff'"),
		ROW("c_codecs\nencode\nX\x01\x00\x00\x00xX\x05\x00\x00\x00utf-8"
		    "\x86R.",
			"_codecs.encode('x', 'utf-8')"),
		ROW("cbuiltins\nbytearray\n)R.", "bytearray(b'')"),
		ROW("cbuiltins\nbytearray\nK\x05\x85R.",
			"builtins.bytearray(5)"),
		ROW("cbuiltins\nlist\n](K\x01K\x02"
		    "e\x85R.",
			"[1, 2]"),
		ROW("cbuiltins\nslice\nK\x01NN\x87R.", "slice(1, None, None)"),
		ROW("}cbuiltins\nslice\nK\x01K\x02N\x87RK\x03s.",
			"{slice(1, 2, None): 3}"),
		ROW("carray\narray\nX\x01\x00\x00\x00hC\x04\x01\x00\xff\xff\x86"
		    "R.",
			"array('h', [1, -1])"),
		ROW("carray\narray\nX\x01\x00\x00\x00hC\x03\x01\x00\xff\x86R.",
			"array.array('h', b'\\x01\\x00\\xff')"),
		ROW("carray\narray\nX\x01\x00\x00\x00"
		    "B](K\x01K\xff"
		    "e\x86R.",
			"array('B', [1, 255])"),
		ROW("carray\narray\nX\x01\x00\x00\x00"
		    "b](K\x01K\xff"
		    "e\x86R.",
			"array.array('b', [1, 255])"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void depth_has_a_limit(void **state)
{
	char pickle[302];
	struct pickle_row row = {pickle, sizeof(pickle),
		"offset 200, TUPLE1: it is more than 100 levels deep"};

	(void)state;
	/* The root is a tuple of one item, and so on inside. */
	memset(pickle, ')', 1);
	memset(pickle + 1, '\x85', sizeof(pickle) - 2);
	pickle[sizeof(pickle) - 1] = '.';
	row.text = "offset 100, TUPLE1: it is more than 100 levels deep";
	check_pickles(&row, 1);
}

/* What is no array in the end takes as much as one. */
static void arrays_are_not_tried_for_nothing(void **state)
{
	static const struct tli_value_limits few = {1u << 16, 1u << 16, 100};
	static const char head[] = "carray\narray\nq\1U\1uq\2B\0\x10\0\0";
	static const char call[] = "h\1(h\2h\3tR0";
	static char pickle[sizeof(head) + 4096 + 3 + 100 * sizeof(call)];
	struct tli_values values;
	char *end = pickle;

	(void)state;
	memcpy(end, head, sizeof(head) - 1);
	end += sizeof(head) - 1;
	memset(end, 0xff, 4096);
	memcpy(end += 4096, "q\3", 2);
	end += 2;
	for (int i = 0; i < 100; i++, end += sizeof(call) - 1)
		memcpy(end, call, sizeof(call) - 1);
	*end++ = '.';
	tli_values_init(&values, &few, unpickle_seed);
	assert_null(tli_unpickle(&values, pickle, (size_t)(end - pickle),
		TLI_UNPICKLE_COPY, NULL));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	tli_values_fini(&values);
}

/* Each number of the memo is far from the others; 2 KiB of memory for 5 bytes.
 */
static void memory_has_a_limit_beside_that_for_values(void **state)
{
	static const struct tli_value_limits few = {1u << 16, 1u << 16, 100};
	static char pickle[2 + 255 * 5];
	struct tli_values values;

	(void)state;
	pickle[0] = 'N';
	for (int i = 1; i < 256; i++)
		memcpy(pickle + 1 + 5 * (i - 1),
			(char[]){'r', 0, (char)i, 0, 0}, 5);
	pickle[sizeof(pickle) - 1] = '.';
	tli_values_init(&values, &few, unpickle_seed);
	assert_null(tli_unpickle(
		&values, pickle, sizeof(pickle), TLI_UNPICKLE_COPY, NULL));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	assert_string_equal(values.error.text,
		"offset 156, LONG_BINPUT: it needs more than 65536 bytes of "
		"memory");
	tli_values_fini(&values);
}

/* Each list is put into the one before it while that is inside another. */
static void depth_has_a_limit_from_outside_too(void **state)
{
	static const char one_more[] = "]q\1a0h\1";
	static const size_t step = sizeof(one_more) - 1;
	char pickle[3 + 100 * (sizeof(one_more) - 1) + 4] = "]q";
	struct pickle_row row = {pickle, sizeof(pickle),
		"offset 706, STOP: it is more than 100 levels deep"};
	char *text;

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(pickle + 3 + i * step, one_more, step);
	memcpy(pickle + 3 + 100 * step, "0h\0.", 4);
	check_pickles(&row, 1);
	row.len -= step;
	memcpy(pickle + 3 + 99 * step, "0h\0.", 4);
	text = read_pickle_row(&row, TLI_UNPICKLE_COPY);
	assert_memory_equal(text, "[[[", 3);
	free(text);
}

static void what_is_often_inside_itself_is_not_deep(void **state)
{
	char pickle[4 + 2 * 200 + 2] = "]q\0(";
	struct pickle_row row = {pickle, sizeof(pickle), NULL};
	char *text;

	(void)state;
	for (size_t i = 4; i < sizeof(pickle) - 2; i += 2)
		memcpy(pickle + i, "h\0", 2);
	memcpy(pickle + sizeof(pickle) - 2, "e.", 2);
	text = read_pickle_row(&row, TLI_UNPICKLE_COPY);
	assert_memory_equal(text, "[[...], [...], ", 15);
	free(text);
}

static void numbers_as_text_have_a_limit(void **state)
{
	char pickle[4400];
	struct pickle_row row = {pickle, sizeof(pickle),
		"offset 0, LONG: a number with more than 4300 digits"};

	(void)state;
	memset(pickle, '1', sizeof(pickle));
	pickle[0] = 'L';
	memcpy(pickle + sizeof(pickle) - 3, "L\n.", 3);
	check_pickles(&row, 1);
}

static void put(struct tli_buf *pickle, const char *bytes, size_t len)
{
	assert_int_equal(tli_buf_append(pickle, bytes, len), TLI_BUF_OK);
}

/* Reads a pickle that ends at a limit, and frees it. */
static void reaches_a_limit(struct tli_buf *pickle)
{
	struct tli_values values;

	put(pickle, ".", 1);
	tli_values_init(&values, &unpickle_limits, unpickle_seed);
	assert_null(tli_unpickle(&values, tli_buf_head(pickle),
		tli_buf_len(pickle), TLI_UNPICKLE_COPY, NULL));
	assert_int_equal(values.error.code, TLI_VALUE_LIMIT);
	tli_values_fini(&values);
	tli_buf_fini(pickle);
}

/* A list that is copied again and again is counted each time. */
static void copies_are_counted(void **state)
{
	static const char copy[] = "cbuiltins\nlist\nh\x00\x85R0";
	struct tli_buf pickle;

	(void)state;
	tli_buf_init(&pickle, 1u << 20);
	put(&pickle, "]\x94(", 3);
	for (int i = 0; i < 5000; i++)
		put(&pickle, "N", 1);
	put(&pickle, "e", 1);
	for (int i = 0; i < 20; i++)
		put(&pickle, copy, sizeof(copy) - 1);
	reaches_a_limit(&pickle);
}

/* Whether or not they are arrays: a few bytes have a long argument looked at
 * once more. */
static void arrays_are_counted(void **state)
{
	static const char array[] = "carray\narray\n\x94\x8c\x01";
	static const char call[] = "h\x00h\x01R0";
	static const char wrong[4] = "\xff\xff\xff\xff";
	struct tli_buf pickle;

	(void)state;
	for (int is_wrong = 0; is_wrong < 2; is_wrong++) {
		tli_buf_init(&pickle, 1u << 20);
		put(&pickle, array, sizeof(array) - 1);
		put(&pickle, "B](", 3);
		for (int i = 0; i < 20000; i++)
			put(&pickle, "K\x01", 2);
		put(&pickle, is_wrong ? "Ne\x86\x94(" : "e\x86\x94(",
			is_wrong ? 5 : 4);
		for (int i = 0; i < 4; i++)
			put(&pickle, call, sizeof(call) - 1);
		reaches_a_limit(&pickle);
	}
	tli_buf_init(&pickle, 1u << 20);
	put(&pickle, array, sizeof(array) - 1);
	put(&pickle, "uB\x40\x0d\x03\0", 6); /* 200,000 bytes */
	for (int i = 0; i < 50000; i++)
		put(&pickle, wrong, sizeof(wrong));
	put(&pickle, "\x86\x94(", 3);
	for (int i = 0; i < 100; i++)
		put(&pickle, call, sizeof(call) - 1);
	reaches_a_limit(&pickle);
}

static void long_bytes_are_borrowed(void **state)
{
	uint8_t pickle[2000] = "B\x00\x07\x00\x00";
	struct tli_values values;
	struct tli_value *value;
	size_t used = 0;

	(void)state;
	pickle[5 + 0x700] = '.';
	tli_values_init(&values, &unpickle_limits, unpickle_seed);
	value = tli_unpickle(
		&values, pickle, sizeof(pickle), TLI_UNPICKLE_BORROW, &used);
	assert_non_null(value);
	assert_int_equal(used, 5 + 0x700 + 1);
	assert_ptr_equal(tli_bytes_of(value)->data, pickle + 5);
	value = tli_unpickle(
		&values, pickle, sizeof(pickle), TLI_UNPICKLE_COPY, NULL);
	assert_ptr_not_equal(tli_bytes_of(value)->data, pickle + 5);
	tli_values_fini(&values);
}

/* A pickle with a bit of everything, a deep stack, a long memo. */
static void make_rich(struct tli_buf *pickle)
{
	static const char head[] = "\x80\x04]\x94(cm\nC\n)\x81}X\x01\x00\x00"
				   "\x00xK\x01sb\x8f(K\x01K\x02\x90"
				   "S'a\\n'\nV\\u20ac\nL99999999999999999999L\n"
				   "carray\narray\nX\x01\x00\x00\x00hC\x02zz"
				   "\x86R}(K\x01NK\x02NK\x03NK\x04NK\x05NK\x06N"
				   "K\x07NK\x08NK\x09NK\x0aNu";

	assert_int_equal(tli_buf_append(pickle, head, sizeof(head) - 1), 0);
	for (int i = 0; i < 600; i++)
		assert_int_equal(tli_buf_append(pickle, ")\x94", 2), 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(tli_buf_append(pickle, "(", 1), 0);
	for (int i = 0; i < 40; i++)
		assert_int_equal(tli_buf_append(pickle, "t", 1), 0);
	assert_int_equal(tli_buf_append(pickle, "e.", 2), 0);
}

static void a_lack_of_memory_is_told(void **state)
{
	struct tli_values values;
	struct tli_buf pickle;

	(void)state;
	tli_buf_init(&pickle, 1u << 20);
	make_rich(&pickle);
	for (unsigned long n = 1;; n++) {
		struct tli_value *value;

		tli_values_init(&values, &unpickle_limits, unpickle_seed);
		alloc_fail_from(n, false);
		value = tli_unpickle(&values, tli_buf_head(&pickle),
			tli_buf_len(&pickle), TLI_UNPICKLE_COPY, NULL);
		if (alloc_count() < n) {
			assert_non_null(value);
			break;
		}
		assert_null(value);
		assert_int_equal(values.error.code, TLI_VALUE_NOMEM);
		assert_non_null(strstr(values.error.text, "out of memory"));
		tli_values_fini(&values);
	}
	alloc_reset();
	tli_values_fini(&values);
	tli_buf_fini(&pickle);
}

static void a_pickle_cut_anywhere_is_refused(void **state)
{
	struct tli_values values;
	struct tli_buf pickle;

	(void)state;
	tli_buf_init(&pickle, 1u << 20);
	make_rich(&pickle);
	for (size_t len = 0; len < tli_buf_len(&pickle); len++) {
		uint8_t *cut = exact_copy(tli_buf_head(&pickle), len);

		tli_values_init(&values, &unpickle_limits, unpickle_seed);
		assert_null(tli_unpickle(
			&values, cut, len, TLI_UNPICKLE_BORROW, NULL));
		assert_int_equal(values.error.code, TLI_VALUE_SYNTAX);
		tli_values_fini(&values);
		free(cut);
	}
	tli_buf_fini(&pickle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_data_is_read),
		cmocka_unit_test(containers_are_read),
		cmocka_unit_test(symbols_are_read),
		cmocka_unit_test(depth_has_a_limit),
		cmocka_unit_test(arrays_are_not_tried_for_nothing),
		cmocka_unit_test(memory_has_a_limit_beside_that_for_values),
		cmocka_unit_test(depth_has_a_limit_from_outside_too),
		cmocka_unit_test(what_is_often_inside_itself_is_not_deep),
		cmocka_unit_test(numbers_as_text_have_a_limit),
		cmocka_unit_test(copies_are_counted),
		cmocka_unit_test(arrays_are_counted),
		cmocka_unit_test(long_bytes_are_borrowed),
		cmocka_unit_test(a_lack_of_memory_is_told),
		cmocka_unit_test(a_pickle_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
