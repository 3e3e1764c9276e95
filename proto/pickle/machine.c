/* SPDX-License-Identifier: MIT */
#include "machine.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_MARKS 16u

void tli_machine_init(struct tli_machine *machine, struct tli_values *values)
{
	machine->values = values;
	machine->protocol = 0;
	machine->stack = machine->near;
	machine->depth = 0;
	machine->capacity = TLI_STACK_NEAR;
	machine->marks = NULL;
	machine->mark_count = 0;
	machine->mark_capacity = 0;
	machine->memo_count = 0;
	tli_memo_init(&machine->memo);
}

void tli_machine_fini(struct tli_machine *machine)
{
	if (machine->stack != machine->near)
		free(machine->stack);
	free(machine->marks);
	tli_memo_fini(&machine->memo);
}

bool tli_machine_fail(
	struct tli_machine *machine, int code, const char *format, ...)
{
	struct tli_value_error *error = &machine->values->error;
	va_list arguments;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return false;
}

bool tli_machine_no_memory(struct tli_machine *machine)
{
	return tli_machine_fail(machine, TLI_VALUE_NOMEM, "out of memory");
}

/* What has that many entries: as many as there are parts, and as much memory as
 * these may take, at most. */
static bool may_grow(struct tli_machine *machine, size_t count)
{
	const struct tli_value_limits *limits = &machine->values->limits;

	if (count >= limits->max_nodes)
		return tli_values_too_many(machine->values) != NULL;
	return tli_machine_may_hold(machine, count * sizeof(void *));
}

bool tli_machine_may_hold(struct tli_machine *machine, size_t bytes)
{
	if (bytes <= machine->values->limits.max_bytes)
		return true;
	return tli_machine_fail(machine, TLI_VALUE_LIMIT,
		"it needs more than %zu bytes of memory",
		machine->values->limits.max_bytes);
}

bool tli_grow_stack(struct tli_machine *machine)
{
	size_t bytes = machine->depth * sizeof(machine->stack[0]);
	bool is_near = machine->stack == machine->near;
	struct tli_value **stack;

	if (!may_grow(machine, machine->depth))
		return false;
	stack = realloc(is_near ? NULL : machine->stack, 2 * bytes);
	if (!stack)
		return tli_machine_no_memory(machine);
	if (is_near)
		memcpy(stack, machine->near, bytes);
	machine->stack = stack;
	machine->capacity *= 2;
	return true;
}

static bool grow_marks(struct tli_machine *machine)
{
	size_t capacity = machine->mark_capacity ? 2 * machine->mark_capacity
						 : FIRST_MARKS;
	size_t *marks;

	if (!may_grow(machine, machine->mark_count))
		return false;
	marks = realloc(machine->marks, capacity * sizeof(*marks));
	if (!marks)
		return tli_machine_no_memory(machine);
	machine->marks = marks;
	machine->mark_capacity = capacity;
	return true;
}

bool tli_push_mark(struct tli_machine *machine)
{
	if (machine->mark_count == machine->mark_capacity &&
		!grow_marks(machine))
		return false;
	machine->marks[machine->mark_count++] = machine->depth;
	return true;
}

struct tli_value *tli_stack_lacks(struct tli_machine *machine)
{
	tli_machine_fail(machine, TLI_VALUE_SYNTAX, "%s",
		machine->mark_count ? "the stack has nothing above the mark"
				    : "the stack is empty");
	return NULL;
}

struct tli_value *const *tli_pop_mark(
	struct tli_machine *machine, size_t *count_out)
{
	if (machine->mark_count == 0) {
		tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"there is no mark on the stack");
		return NULL;
	}
	*count_out = tli_above_mark(machine);
	machine->depth = machine->marks[--machine->mark_count];
	return machine->stack + machine->depth;
}

void tli_machine_place_error(struct tli_machine *machine)
{
	struct tli_value_error *error = &machine->values->error;
	const struct tli_operation *operation = &machine->operation;
	const char *name = tli_opcode_name(operation->opcode);
	char why[TLI_VALUE_ERROR_TEXT];

	memcpy(why, error->text, sizeof(why));
	tli_value_error_set(error, error->code, "offset %zu, %s: %s",
		operation->offset, name ? name : "opcode", why);
}

bool tli_machine_refuse(struct tli_machine *machine, int result)
{
	uint8_t opcode = machine->operation.opcode;

	if (machine->operation.offset == machine->pickle_bytes)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"the pickle ends without STOP");
	if (result == TLI_OPERATION_UNKNOWN)
		return tli_machine_fail(
			machine, TLI_VALUE_SYNTAX, "0x%02x is none", opcode);
	return tli_machine_fail(machine, TLI_VALUE_SYNTAX, "%s",
		result == TLI_OPERATION_NEGATIVE
			? "its length is negative"
			: "the pickle ends inside its argument");
}
