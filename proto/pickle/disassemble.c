/* SPDX-License-Identifier: MIT */
#include "disassemble.h"

#include "../value/repr.h"
#include "operations.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LEVELS_MAX  32 /* that are shown by moving in */
#define LEVEL_WIDTH 4
#define NAME_WIDTH  10
#define LINE_BYTES  320
#define SHOWN_MAX   128u /* bytes of a line */

/* How an opcode's argument is shown. */
enum show {
	SHOW_VALUE = 1, /* as what it puts on the stack */
	SHOW_NUMBER,
	SHOW_DIGITS, /* a line with a number */
	SHOW_LINES,
};

static const uint8_t shows[256] = {
	[TLI_OP_INT] = SHOW_VALUE,
	[TLI_OP_LONG] = SHOW_VALUE,
	[TLI_OP_FLOAT] = SHOW_VALUE,
	[TLI_OP_STRING] = SHOW_VALUE,
	[TLI_OP_UNICODE] = SHOW_VALUE,
	[TLI_OP_BININT] = SHOW_VALUE,
	[TLI_OP_BININT1] = SHOW_VALUE,
	[TLI_OP_BININT2] = SHOW_VALUE,
	[TLI_OP_LONG1] = SHOW_VALUE,
	[TLI_OP_LONG4] = SHOW_VALUE,
	[TLI_OP_BINFLOAT] = SHOW_VALUE,
	[TLI_OP_BINSTRING] = SHOW_VALUE,
	[TLI_OP_SHORT_BINSTRING] = SHOW_VALUE,
	[TLI_OP_BINUNICODE] = SHOW_VALUE,
	[TLI_OP_SHORT_BINUNICODE] = SHOW_VALUE,
	[TLI_OP_BINUNICODE8] = SHOW_VALUE,
	[TLI_OP_BINBYTES] = SHOW_VALUE,
	[TLI_OP_SHORT_BINBYTES] = SHOW_VALUE,
	[TLI_OP_BINBYTES8] = SHOW_VALUE,
	[TLI_OP_BYTEARRAY8] = SHOW_VALUE,
	[TLI_OP_BINGET] = SHOW_NUMBER,
	[TLI_OP_LONG_BINGET] = SHOW_NUMBER,
	[TLI_OP_BINPUT] = SHOW_NUMBER,
	[TLI_OP_LONG_BINPUT] = SHOW_NUMBER,
	[TLI_OP_PROTO] = SHOW_NUMBER,
	[TLI_OP_FRAME] = SHOW_NUMBER,
	[TLI_OP_EXT1] = SHOW_NUMBER,
	[TLI_OP_EXT2] = SHOW_NUMBER,
	[TLI_OP_EXT4] = SHOW_NUMBER,
	[TLI_OP_GET] = SHOW_DIGITS,
	[TLI_OP_PUT] = SHOW_DIGITS,
	[TLI_OP_PERSID] = SHOW_LINES,
	[TLI_OP_GLOBAL] = SHOW_LINES,
	[TLI_OP_INST] = SHOW_LINES,
};

/* Opcodes that take a mark away. */
static const bool closes[256] = {
	[TLI_OP_POP_MARK] = true,
	[TLI_OP_DICT] = true,
	[TLI_OP_APPENDS] = true,
	[TLI_OP_INST] = true,
	[TLI_OP_LIST] = true,
	[TLI_OP_OBJ] = true,
	[TLI_OP_TUPLE] = true,
	[TLI_OP_SETITEMS] = true,
	[TLI_OP_ADDITEMS] = true,
	[TLI_OP_FROZENSET] = true,
};

/* How much less an opcode puts on the stack, on balance, than one node. */
static const uint8_t lessens[256] = {
	[TLI_OP_PUT] = 1,
	[TLI_OP_BINPUT] = 1,
	[TLI_OP_LONG_BINPUT] = 1,
	[TLI_OP_MEMOIZE] = 1,
	[TLI_OP_PROTO] = 1,
	[TLI_OP_FRAME] = 1,
	[TLI_OP_BINPERSID] = 1,
	[TLI_OP_READONLY_BUFFER] = 1,
	[TLI_OP_POP_MARK] = 1,
	[TLI_OP_APPENDS] = 1,
	[TLI_OP_SETITEMS] = 1,
	[TLI_OP_ADDITEMS] = 1,
	[TLI_OP_TUPLE1] = 1,
	[TLI_OP_TUPLE2] = 2,
	[TLI_OP_TUPLE3] = 3,
	[TLI_OP_POP] = 2,
	[TLI_OP_APPEND] = 2,
	[TLI_OP_SETITEM] = 3,
	[TLI_OP_REDUCE] = 2,
	[TLI_OP_NEWOBJ] = 2,
	[TLI_OP_NEWOBJ_EX] = 3,
	[TLI_OP_STACK_GLOBAL] = 2,
	[TLI_OP_BUILD] = 2,
};

struct mark {
	size_t offset;
	size_t below; /* nodes between the mark before and this one */
};

struct disassembly {
	struct tli_buf *text;
	struct tli_values values;
	struct tli_machine machine; /* makes nothing but arguments */
	struct mark *marks;         /* those that are open */
	size_t mark_count;
	size_t mark_capacity;
	size_t above; /* nodes above the last mark */
	uint64_t memoized;
	int result; /* sticky: an enum tli_value_result */
};

static void put(struct disassembly *show, const void *bytes, size_t len)
{
	int result = show->result == TLI_VALUE_OK
		? tli_buf_append(show->text, bytes, len)
		: TLI_BUF_OK;

	if (result != TLI_BUF_OK)
		show->result = result == TLI_BUF_FULL ? TLI_VALUE_LIMIT
						      : TLI_VALUE_NOMEM;
}

__attribute__((format(printf, 2, 3))) static void print(
	struct disassembly *show, const char *format, ...)
{
	char line[LINE_BYTES];
	va_list arguments;
	int len;

	va_start(arguments, format);
	len = vsnprintf(line, sizeof(line), format, arguments);
	va_end(arguments);
	put(show, line, (size_t)len);
}

static void show_opcode(
	struct disassembly *show, const struct tli_operation *operation)
{
	int levels = show->mark_count < LEVELS_MAX ? (int)show->mark_count
						   : LEVELS_MAX;
	char code[8];

	snprintf(code, sizeof(code),
		operation->opcode < 0x7f ? "%c" : "\\x%02x", operation->opcode);
	print(show, "%5zu: %-4s %*s%s", operation->offset, code,
		levels * LEVEL_WIDTH, "", tli_opcode_name(operation->opcode));
}

/* What stands behind a name is aligned, if that is short. */
static void align(struct disassembly *show)
{
	uint8_t opcode = show->machine.operation.opcode;
	int len = (int)strlen(tli_opcode_name(opcode));

	print(show, "%*s ", len < NAME_WIDTH ? NAME_WIDTH - len : 0, "");
}

/* Ends with what the machine could not read. */
static void give_up(struct disassembly *show)
{
	struct tli_value_error *error = &show->values.error;

	if (error->code != TLI_VALUE_NOMEM)
		error->code = TLI_VALUE_SYNTAX;
	show->result = error->code;
	tli_machine_place_error(&show->machine);
}

static void show_value(struct disassembly *show)
{
	struct tli_value *value;

	if (!tli_operate(&show->machine)) {
		put(show, "\n", 1);
		give_up(show);
		return;
	}
	value = tli_pop(&show->machine);
	show->result = tli_repr(value, show->text);
	tli_values_clear(&show->values);
}

/* Copies the start of a line. Returns how much. */
static size_t take_line(char *place, const uint8_t *line, size_t len)
{
	if (len > SHOWN_MAX)
		len = SHOWN_MAX;
	memcpy(place, line, len);
	return len;
}

/* Lines, as the str that they are: a terminal would obey some. */
static void show_lines(
	struct disassembly *show, const struct tli_operation *operation)
{
	char lines[2 * SHOWN_MAX + 1];
	size_t len = take_line(lines, operation->data, operation->len);
	struct tli_value *value;

	if (operation->second) {
		lines[len++] = ' ';
		len += take_line(
			lines + len, operation->second, operation->second_len);
	}
	value = tli_str(&show->values, lines, len);
	if (!value)
		value = tli_bytes(&show->values, TLI_BYTES, lines, len);
	show->result =
		value ? tli_repr(value, show->text) : show->values.error.code;
	tli_values_clear(&show->values);
}

static bool are_digits(const struct tli_operation *operation)
{
	for (size_t i = 0; i < operation->len; i++)
		if (operation->data[i] < '0' || operation->data[i] > '9')
			return false;
	return operation->len <= SHOWN_MAX;
}

static void show_digits(
	struct disassembly *show, const struct tli_operation *operation)
{
	if (are_digits(operation))
		put(show, operation->data, operation->len);
	else
		show_lines(show, operation);
}

static void show_argument(struct disassembly *show)
{
	const struct tli_operation *operation = &show->machine.operation;

	if (shows[operation->opcode] == 0 || show->result != TLI_VALUE_OK)
		return;
	align(show);
	switch (shows[operation->opcode]) {
	case SHOW_VALUE:
		show_value(show);
		break;
	case SHOW_NUMBER:
		print(show, "%" PRIu64, operation->number);
		break;
	case SHOW_DIGITS:
		show_digits(show, operation);
		break;
	default:
		show_lines(show, operation);
	}
}

static void push_mark(struct disassembly *show, size_t offset)
{
	size_t capacity = show->mark_capacity ? 2 * show->mark_capacity : 16;
	struct mark *marks = show->marks;

	if (show->mark_count == show->mark_capacity) {
		marks = realloc(marks, capacity * sizeof(*marks));
		if (!marks) {
			show->result = TLI_VALUE_NOMEM;
			return;
		}
		show->marks = marks;
		show->mark_capacity = capacity;
	}
	marks[show->mark_count++] = (struct mark){offset, show->above};
	show->above = 0;
}

static size_t pop_mark(struct disassembly *show)
{
	const struct mark *mark = &show->marks[--show->mark_count];

	show->above = mark->below;
	return mark->offset;
}

/* What is a node more or less, down to the last mark. */
static void count_nodes(struct disassembly *show, uint8_t opcode)
{
	size_t above = show->above + 1;

	show->above = above > lessens[opcode] ? above - lessens[opcode] : 0;
}

/* What an opcode does that one looks for. */
static void show_effect(struct disassembly *show)
{
	const struct tli_operation *operation = &show->machine.operation;
	bool has_argument = shows[operation->opcode] != 0;
	bool pops_mark = operation->opcode == TLI_OP_POP && show->above == 0;

	if (show->mark_count > 0 && (closes[operation->opcode] || pops_mark)) {
		if (!has_argument)
			align(show);
		print(show, "%s(MARK at %zu)", has_argument ? " " : "",
			pop_mark(show));
	}
	if (operation->opcode == TLI_OP_MEMOIZE) {
		align(show);
		print(show, "(as %" PRIu64 ")", show->memoized++);
	}
	if (operation->opcode == TLI_OP_MARK)
		push_mark(show, operation->offset);
	else if (!pops_mark)
		count_nodes(show, operation->opcode);
}

static void show_all(struct disassembly *show, const uint8_t *pickle)
{
	struct tli_operation *operation = &show->machine.operation;
	size_t offset = 0;

	do {
		if (!tli_machine_read(&show->machine, pickle, &offset)) {
			give_up(show);
			return;
		}
		show_opcode(show, operation);
		show_argument(show);
		show_effect(show);
		put(show, "\n", 1);
	} while (show->result == TLI_VALUE_OK &&
		operation->opcode != TLI_OP_STOP);
}

int tli_disassemble(const void *pickle, size_t len, struct tli_buf *text,
	struct tli_value_error *error)
{
	static const struct tli_value_limits limits = {
		SIZE_MAX / 2, INT32_MAX, 1};
	static const uint64_t seed[2]; /* there are no keys */
	struct disassembly show = {.text = text};

	tli_values_init(&show.values, &limits, seed);
	tli_machine_init(&show.machine, &show.values);
	show.machine.pickle_bytes = len;
	show.machine.bytes = TLI_UNPICKLE_BORROW;
	show_all(&show, pickle);
	if (show.result == TLI_VALUE_LIMIT)
		tli_machine_fail(&show.machine, TLI_VALUE_LIMIT,
			"the text is longer than %zu bytes", text->max_bytes);
	else if (show.result == TLI_VALUE_NOMEM)
		tli_machine_no_memory(&show.machine);
	*error = show.values.error;
	free(show.marks);
	tli_machine_fini(&show.machine);
	tli_values_fini(&show.values);
	return show.result;
}
