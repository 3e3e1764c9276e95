/* SPDX-License-Identifier: MIT */
/* Pickles by hand that are refused: where, and why. */
#include "unit.h"
#include "unpickling.h"

static void the_bytes_of_a_pickle_are_wrong(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("", "offset 0, opcode: the pickle ends without STOP"),
		ROW("N", "offset 1, opcode: the pickle ends without STOP"),
		ROW("\xff.", "offset 0, opcode: 0xff is none"),
		ROW("NK",
			"offset 1, BININT1: the pickle ends inside its "
			"argument"),
		ROW("T\xff\xff\xff\xff.",
			"offset 0, BINSTRING: its length is negative"),
		ROW("\x8e\xff\xff\xff\xff\xff\xff\xff\xffx.",
			"offset 0, BINBYTES8: the pickle ends inside its "
			"argument"),
		ROW("\x80\x06N.",
			"offset 0, PROTO: protocol 6 is not known, only 0 to "
			"5"),
		ROW("\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00N.",
			"offset 2, FRAME: the frame has 5 bytes, and the "
			"pickle only 2 more"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void the_stack_or_the_memo_lacks_something(void **state)
{
	static const struct pickle_row rows[] = {
		ROW(".", "offset 0, STOP: the stack is empty"),
		ROW("a.", "offset 0, APPEND: the stack has fewer than 2 nodes"),
		ROW("N(.",
			"offset 2, STOP: the stack has nothing above the "
			"mark"),
		ROW("Ne.", "offset 1, APPENDS: there is no mark on the stack"),
		ROW("h\x05.", "offset 0, BINGET: the memo has nothing at 5"),
		ROW("Nr\xff\xff\xff\xff.",
			"offset 1, LONG_BINPUT: the memo ends before "
			"4294967295"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void what_is_there_is_of_the_wrong_kind(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("NNa.",
			"offset 2, APPEND: NoneType: nothing can be appended "
			"to it"),
		ROW("NNNs.",
			"offset 3, SETITEM: NoneType: it has no items to set"),
		ROW("}(Nu.", "offset 3, SETITEMS: a key without a value"),
		ROW("}]Ns.", "offset 3, SETITEM: unhashable type: 'list'"),
		ROW("N)R.",
			"offset 2, REDUCE: what is called is of type NoneType"),
		ROW("NK\x01"
		    "b.",
			"offset 3, BUILD: NoneType: it has no state to "
			"set"),
		ROW("NK\x01\x93.",
			"offset 3, STACK_GLOBAL: it needs two str, and the "
			"stack has NoneType and int"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void what_needs_more_than_the_pickle_is_refused(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("Pid\n.",
			"offset 0, PERSID: persistent ids are not "
			"taken"),
		ROW("NQ.",
			"offset 1, BINPERSID: persistent ids are not "
			"taken"),
		ROW("\x82\x01.",
			"offset 0, EXT1: extension codes are not taken"),
		ROW("\x97.",
			"offset 0, NEXT_BUFFER: out-of-band buffers are not "
			"taken"),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

static void texts_and_names_are_wrong(void **state)
{
	static const struct pickle_row rows[] = {
		ROW("X\x01\x00\x00\x00\xff.",
			"offset 0, BINUNICODE: the text is not UTF-8: wrong "
			"byte 0xff at offset 0 of it"),
		ROW("Ix\ny\n.",
			"offset 0, INT: a decimal number expected, not \"x\""),
		ROW("I010\n.",
			"offset 0, INT: a decimal number expected, not "
			"\"010\""),
		ROW("L+1L\n.",
			"offset 0, LONG: a decimal number expected, not "
			"\"+1L\""),
		ROW("F1e400\n.",
			"offset 0, FLOAT: a floating-point number expected, "
			"not \"1e400\""),
		ROW("cm\nC.D\n.",
			"offset 0, GLOBAL: below protocol 4 a name has no "
			"dots"),
		ROW("cm\nC\0D\n.", "offset 0, GLOBAL: a name has a NUL"),
		ROW("\x80\x04\x8c\x01m\x8c\x03\xed\xa0\x80\x93.",
			"offset 10, STACK_GLOBAL: a name has a lone "
			"surrogate"),
		ROW("S'x\n.",
			"offset 0, STRING: a text between quotes expected, "
			"not \"'x\""),
		ROW("S'\\x4'\n.",
			"offset 0, STRING: right escapes expected, not "
			"\"'\\x4'\""),
		ROW("V\\u12\n.",
			"offset 0, UNICODE: right escapes expected, not "
			"\"\\u12\""),
	};

	(void)state;
	check_pickles(rows, LENGTH(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_bytes_of_a_pickle_are_wrong),
		cmocka_unit_test(the_stack_or_the_memo_lacks_something),
		cmocka_unit_test(what_is_there_is_of_the_wrong_kind),
		cmocka_unit_test(what_needs_more_than_the_pickle_is_refused),
		cmocka_unit_test(texts_and_names_are_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
