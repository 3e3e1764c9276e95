/* SPDX-License-Identifier: MIT */
/* Pickles opcode by opcode: the lines for them, and where they end. */
#include "unit.h"

#include "../../proto/pickle/disassemble.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *pickle;
	size_t len;
	const char *lines;
	const char *error; /* NULL: none */
};

#define ROW(pickle, lines, error)                                              \
	{                                                                      \
		pickle, sizeof(pickle) - 1, lines, error                       \
	}

static void check_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t *pickle = exact_copy(rows[i].pickle, rows[i].len);
		struct tli_value_error error;
		struct tli_buf lines;
		int result;

		tli_buf_init(&lines, 4096);
		result = tli_disassemble(pickle, rows[i].len, &lines, &error);
		assert_int_equal(tli_buf_append(&lines, "", 1), TLI_BUF_OK);
		assert_string_equal(
			(char *)tli_buf_head(&lines), rows[i].lines);
		assert_int_equal(result,
			rows[i].error ? TLI_VALUE_SYNTAX : TLI_VALUE_OK);
		if (rows[i].error)
			assert_string_equal(error.text, rows[i].error);
		tli_buf_fini(&lines);
		free(pickle);
	}
}

static void each_opcode_has_a_line(void **state)
{
	static const struct row rows[] = {
		ROW("\x80\x04](K\x01\x94"
		    "e.",
			"    0: \\x80 PROTO      4\n"
			"    2: ]    EMPTY_LIST\n"
			"    3: (    MARK\n"
			"    4: K        BININT1    1\n"
			"    6: \\x94     MEMOIZE    (as 0)\n"
			"    7: e        APPENDS    (MARK at 3)\n"
			"    8: .    STOP\n",
			NULL),
		ROW("cos\nsystem\n.",
			"    0: c    GLOBAL     'os system'\n"
			"   11: .    STOP\n",
			NULL),
		ROW("Np5\ng5\n.",
			"    0: N    NONE\n"
			"    1: p    PUT        5\n"
			"    4: g    GET        5\n"
			"    7: .    STOP\n",
			NULL),
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* Peers' lines are no commands to a terminal, and not text up to a NUL. */
static void lines_are_quoted(void **state)
{
	static const struct row rows[] = {
		ROW("P\x1b[1m\n.",
			"    0: P    PERSID     '\\x1b[1m'\n"
			"    6: .    STOP\n",
			NULL),
		ROW("g\x1b[1m\n.",
			"    0: g    GET        '\\x1b[1m'\n"
			"    6: .    STOP\n",
			NULL),
		ROW("ca\0b\nc\n.",
			"    0: c    GLOBAL     'a\\x00b c'\n"
			"    7: .    STOP\n",
			NULL),
		ROW("P\xff\n.",
			"    0: P    PERSID     b'\\xff'\n"
			"    3: .    STOP\n",
			NULL),
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

static void what_cannot_be_read_ends_it(void **state)
{
	static const struct row rows[] = {
		ROW("N", "    0: N    NONE\n",
			"offset 1, opcode: the pickle ends without STOP"),
		ROW("Ix\n.", "    0: I    INT        \n",
			"offset 0, INT: a decimal number expected, not \"x\""),
	};

	(void)state;
	check_rows(rows, LENGTH(rows));
}

/* Not because of the text's. */
static void a_number_has_a_limit(void **state)
{
	char pickle[4310];
	const struct row row = {pickle, sizeof(pickle),
		"    0: L    LONG       \n",
		"offset 0, LONG: a number with more than 4300 digits"};

	(void)state;
	memset(pickle, '1', sizeof(pickle));
	pickle[0] = 'L';
	memcpy(pickle + sizeof(pickle) - 2, "\n.", 2);
	check_rows(&row, 1);
}

static void the_text_has_a_limit(void **state)
{
	struct tli_value_error error;
	struct tli_buf lines;

	(void)state;
	tli_buf_init(&lines, 30);
	assert_int_equal(
		tli_disassemble("NN.", 3, &lines, &error), TLI_VALUE_LIMIT);
	assert_string_equal(error.text, "the text is longer than 30 bytes");
	tli_buf_fini(&lines);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_opcode_has_a_line),
		cmocka_unit_test(lines_are_quoted),
		cmocka_unit_test(what_cannot_be_read_ends_it),
		cmocka_unit_test(a_number_has_a_limit),
		cmocka_unit_test(the_text_has_a_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
