/* SPDX-License-Identifier: MIT */
/*
 * The machine that a pickle is a program for: a stack, marks in it, a memo.
 * What each opcode does to it is in the files that operations.h names.
 */
#ifndef TLI_PICKLE_MACHINE_H
#define TLI_PICKLE_MACHINE_H

#include "memo.h"
#include "opcodes.h"
#include "unpickle.h"

#define TLI_STACK_NEAR 48u /* nodes that need no memory of their own */

struct tli_machine {
	struct tli_values *values;
	struct tli_operation operation; /* the one that is under way */
	size_t pickle_bytes;
	int protocol;
	enum tli_unpickle_bytes bytes;

	struct tli_value *near[TLI_STACK_NEAR];
	struct tli_value **stack;
	size_t depth;
	size_t capacity;
	size_t *marks; /* how deep the stack was at each */
	size_t mark_count;
	size_t mark_capacity;

	struct tli_memo memo;
	uint32_t memo_count; /* the number that MEMOIZE takes */
};

void tli_machine_init(struct tli_machine *machine, struct tli_values *values);
void tli_machine_fini(struct tli_machine *machine);

/* Sets the error of the values. Returns false. */
bool tli_machine_fail(struct tli_machine *machine, int code, const char *format,
	...) __attribute__((format(printf, 3, 4)));
bool tli_machine_no_memory(struct tli_machine *machine);

/* Whether so many bytes of memory, for one of its parts, are no more than the
 * limit for values; false with the error set. */
bool tli_machine_may_hold(struct tli_machine *machine, size_t bytes);

/* Puts where it happened in front of the error: "offset 5, APPEND: ...". */
void tli_machine_place_error(struct tli_machine *machine);

/* Sets the error for an operation that could not be read. Returns false. */
bool tli_machine_refuse(struct tli_machine *machine, int result);

/* Reads the operation at *offset and moves behind it; false with the error set.
 */
static inline bool tli_machine_read(
	struct tli_machine *machine, const uint8_t *pickle, size_t *offset)
{
	int result = tli_operation_read(
		pickle, machine->pickle_bytes, offset, &machine->operation);

	return result == TLI_OPERATION_OK ||
		tli_machine_refuse(machine, result);
}

/* Makes room on the stack; false with the error set. */
bool tli_grow_stack(struct tli_machine *machine);

/* Sets the error for a stack with nothing above the last mark. Returns NULL. */
struct tli_value *tli_stack_lacks(struct tli_machine *machine);

/* Puts a node on the stack; false, as all the others, with the error set. NULL
 * is what could not be made: its error is set already. */
static inline bool tli_push(
	struct tli_machine *machine, struct tli_value *value)
{
	if (!value ||
		(machine->depth == machine->capacity &&
			!tli_grow_stack(machine)))
		return false;
	machine->stack[machine->depth++] = value;
	return true;
}

bool tli_push_mark(struct tli_machine *machine);

/* How many nodes there are above the last mark. */
static inline size_t tli_above_mark(const struct tli_machine *machine)
{
	return machine->mark_count == 0
		? machine->depth
		: machine->depth - machine->marks[machine->mark_count - 1];
}

/* The top node, and takes it away or not; NULL with the error set if there is
 * none above the last mark. */
static inline struct tli_value *tli_top(struct tli_machine *machine)
{
	return tli_above_mark(machine) > 0 ? machine->stack[machine->depth - 1]
					   : tli_stack_lacks(machine);
}

static inline struct tli_value *tli_pop(struct tli_machine *machine)
{
	struct tli_value *value = tli_top(machine);

	if (value)
		machine->depth--;
	return value;
}

/*
 * Takes the last mark and all above it away. The nodes stay where they are
 * until the next push. NULL with the error set if there is no mark.
 */
struct tli_value *const *tli_pop_mark(
	struct tli_machine *machine, size_t *count_out);

#endif
