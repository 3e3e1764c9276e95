/* SPDX-License-Identifier: MIT */
/* Operations of pickles, as bytes and as structs; test_pickle_tables.py has
 * Python's opinion on all of them. */
#include "unit.h"

#include "../../proto/pickle/opcodes.h"

#include <stdlib.h>
#include <string.h>

static int read_one(
	const void *bytes, size_t len, struct tli_operation *operation)
{
	size_t offset = 0;
	uint8_t *copy = exact_copy(bytes, len);
	int result;

	*operation = (struct tli_operation){.opcode = 0};
	result = tli_operation_read(copy, len, &offset, operation);

	assert_int_equal(offset, result == TLI_OPERATION_OK ? len : 0);
	/* The caller looks into its own bytes. */
	if (operation->data)
		operation->data =
			(const uint8_t *)bytes + (operation->data - copy);
	if (operation->second)
		operation->second =
			(const uint8_t *)bytes + (operation->second - copy);
	free(copy);
	return result;
}

static const struct {
	const char *name;
	const char *bytes;
	uint8_t opcode;
	uint64_t number;
	const char *data;
	const char *second;
} operations[] = {
	{"MARK", "28", TLI_OP_MARK, 0, NULL, NULL},
	{"STOP", "2e", TLI_OP_STOP, 0, NULL, NULL},
	{"BININT1", "4b ff", TLI_OP_BININT1, 255, NULL, NULL},
	{"BININT2", "4d 01 ff", TLI_OP_BININT2, 0xff01, NULL, NULL},
	{"BININT", "4a 01 02 03 ff", TLI_OP_BININT, 0xff030201u, NULL, NULL},
	{"FRAME", "95 01 02 03 04 05 06 07 ff", TLI_OP_FRAME,
		0xff07060504030201u, NULL, NULL},
	{"BINFLOAT", "47 3f f8 00 00 00 00 00 01", TLI_OP_BINFLOAT,
		0x3ff8000000000001u, NULL, NULL},
	{"INT", "49 34 32 0a", TLI_OP_INT, 0, "42", NULL},
	{"INT", "49 0a", TLI_OP_INT, 0, "", NULL},
	{"GLOBAL", "63 61 62 0a 63 0a", TLI_OP_GLOBAL, 0, "ab", "c"},
	{"INST", "69 0a 0a", TLI_OP_INST, 0, "", ""},
	{"SHORT_BINBYTES", "43 00", TLI_OP_SHORT_BINBYTES, 0, "", NULL},
	{"SHORT_BINBYTES", "43 02 61 0a", TLI_OP_SHORT_BINBYTES, 0, "a\n",
		NULL},
	{"BINUNICODE", "58 01 00 00 00 61", TLI_OP_BINUNICODE, 0, "a", NULL},
	{"BINBYTES8", "8e 01 00 00 00 00 00 00 00 61", TLI_OP_BINBYTES8, 0, "a",
		NULL},
	{"BINSTRING", "54 01 00 00 00 61", TLI_OP_BINSTRING, 0, "a", NULL},
	{"LONG4", "8b 00 00 00 00", TLI_OP_LONG4, 0, "", NULL},
};

static void check_text(const char *row, const uint8_t *actual, size_t len,
	const char *expected)
{
	check(row, (actual != NULL) == (expected != NULL));
	if (expected)
		check_bytes(row, actual, len, expected, strlen(expected));
}

static void operations_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(operations); i++) {
		const char *name = operations[i].name;
		uint8_t bytes[32];
		size_t len = from_hex(operations[i].bytes, bytes, sizeof bytes);
		struct tli_operation operation;

		check_equal(name, read_one(bytes, len, &operation),
			TLI_OPERATION_OK);
		check_equal(name, operation.opcode, operations[i].opcode);
		check_equal(name, operation.offset, 0);
		if (!operations[i].data)
			check_equal(
				name, operation.number, operations[i].number);
		check(name,
			strcmp(tli_opcode_name(operation.opcode), name) == 0);
		check_text(name, operation.data, operation.len,
			operations[i].data);
		check_text(name, operation.second, operation.second_len,
			operations[i].second);
	}
}

static void operations_are_cut_at_every_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(operations); i++) {
		const char *name = operations[i].name;
		uint8_t bytes[32];
		size_t len = from_hex(operations[i].bytes, bytes, sizeof bytes);
		struct tli_operation operation;

		for (size_t cut = 0; cut < len; cut++) {
			check_equal(name, read_one(bytes, cut, &operation),
				TLI_OPERATION_CUT);
			check_equal(name,
				tli_opcode_name(operation.opcode) != NULL,
				cut > 0);
		}
	}
}

static void claimed_lengths_are_not_believed(void **state)
{
	static const struct {
		const char *name;
		const char *bytes;
		int result;
	} rows[] = {
		{"BINSTRING", "54 ff ff ff ff 61", TLI_OPERATION_NEGATIVE},
		{"LONG4", "8b 00 00 00 80", TLI_OPERATION_NEGATIVE},
		{"LONG4", "8b ff ff ff 7f 61", TLI_OPERATION_CUT},
		{"BINUNICODE", "58 ff ff ff ff 61", TLI_OPERATION_CUT},
		{"BINBYTES8", "8e ff ff ff ff ff ff ff ff 61",
			TLI_OPERATION_CUT},
		{"BYTEARRAY8", "96 ff ff ff ff ff ff ff 7f 61",
			TLI_OPERATION_CUT},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t bytes[16];
		size_t len = from_hex(rows[i].bytes, bytes, sizeof bytes);
		struct tli_operation operation;

		check_equal(rows[i].name, read_one(bytes, len, &operation),
			rows[i].result);
		check(rows[i].name,
			strcmp(tli_opcode_name(operation.opcode),
				rows[i].name) == 0);
	}
}

static void a_byte_has_a_name_or_is_unknown(void **state)
{
	unsigned known = 0;

	(void)state;
	for (unsigned byte = 0; byte < 256; byte++) {
		uint8_t opcode = (uint8_t)byte;
		struct tli_operation operation;
		int result = read_one(&opcode, 1, &operation);

		assert_int_equal(operation.opcode, byte);
		assert_int_equal(result == TLI_OPERATION_UNKNOWN,
			!tli_opcode_name(operation.opcode));
		known += tli_opcode_name(operation.opcode) != NULL;
	}
	assert_int_equal(known, 68);
}

static void reading_goes_on_behind_an_operation(void **state)
{
	static const uint8_t pickle[] = {0x80, 4, 'K', 7, '.'};
	static const size_t offsets[] = {0, 2, 4};
	struct tli_operation operation;
	size_t offset = 0;

	(void)state;
	for (size_t i = 0; i < LENGTH(offsets); i++) {
		assert_int_equal(tli_operation_read(pickle, sizeof pickle,
					 &offset, &operation),
			TLI_OPERATION_OK);
		assert_int_equal(operation.offset, offsets[i]);
	}
	assert_int_equal(
		tli_operation_read(pickle, sizeof pickle, &offset, &operation),
		TLI_OPERATION_CUT);
	assert_null(tli_opcode_name(operation.opcode));
	assert_int_equal(operation.offset, sizeof pickle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(operations_are_read),
		cmocka_unit_test(operations_are_cut_at_every_byte),
		cmocka_unit_test(claimed_lengths_are_not_believed),
		cmocka_unit_test(a_byte_has_a_name_or_is_unknown),
		cmocka_unit_test(reading_goes_on_behind_an_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
