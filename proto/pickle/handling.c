/* SPDX-License-Identifier: MIT */
/* Opcodes that move nodes about: stack, marks, memo; and those about the
 * pickle itself. */
#include "operations.h"

#include <inttypes.h>

#define PROTOCOL_MAX 5u

bool tli_op_mark(struct tli_machine *machine)
{
	return tli_push_mark(machine);
}

/* As in CPython, it can take a mark away too. */
bool tli_op_pop(struct tli_machine *machine)
{
	if (machine->mark_count > 0 && tli_above_mark(machine) == 0) {
		machine->mark_count--;
		return true;
	}
	return tli_pop(machine) != NULL;
}

bool tli_op_pop_mark(struct tli_machine *machine)
{
	size_t count;

	return tli_pop_mark(machine, &count) != NULL;
}

bool tli_op_dup(struct tli_machine *machine)
{
	return tli_push(machine, tli_top(machine));
}

bool tli_memo_fetch(struct tli_machine *machine, uint64_t number)
{
	struct tli_value *value = tli_memo_get(&machine->memo, number);

	if (!value)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"the memo has nothing at %" PRIu64, number);
	return tli_push(machine, value);
}

bool tli_memo_store(struct tli_machine *machine, uint64_t number)
{
	struct tli_value *value = tli_top(machine);

	if (!value)
		return false;
	if (number >= machine->values->limits.max_nodes)
		return tli_machine_fail(machine, TLI_VALUE_LIMIT,
			"the memo ends before %" PRIu64, number);
	machine->memo_count += !tli_memo_get(&machine->memo, number);
	if (!tli_memo_put(&machine->memo, (uint32_t)number, value))
		return tli_machine_no_memory(machine);
	return tli_machine_may_hold(machine, machine->memo.bytes);
}

bool tli_op_get(struct tli_machine *machine)
{
	return tli_memo_fetch(machine, machine->operation.number);
}

bool tli_op_put(struct tli_machine *machine)
{
	return tli_memo_store(machine, machine->operation.number);
}

bool tli_op_memoize(struct tli_machine *machine)
{
	return tli_memo_store(machine, machine->memo_count);
}

bool tli_op_protocol(struct tli_machine *machine)
{
	uint64_t protocol = machine->operation.number;

	if (protocol > PROTOCOL_MAX)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"protocol %" PRIu64 " is not known, only 0 to %u",
			protocol, PROTOCOL_MAX);
	machine->protocol = (int)protocol;
	return true;
}

bool tli_op_frame(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	size_t behind = machine->pickle_bytes - operation->offset - 9;

	if (operation->number <= behind)
		return true;
	return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
		"the frame has %" PRIu64 " bytes, and the pickle only %zu more",
		operation->number, behind);
}

/* What needs more than the pickle itself. */
bool tli_op_refused(struct tli_machine *machine)
{
	static const char *const why[256] = {
		[TLI_OP_PERSID] = "persistent ids are not taken",
		[TLI_OP_BINPERSID] = "persistent ids are not taken",
		[TLI_OP_EXT1] = "extension codes are not taken",
		[TLI_OP_EXT2] = "extension codes are not taken",
		[TLI_OP_EXT4] = "extension codes are not taken",
		[TLI_OP_NEXT_BUFFER] = "out-of-band buffers are not taken",
		[TLI_OP_READONLY_BUFFER] = "out-of-band buffers are not taken",
	};

	return tli_machine_fail(machine, TLI_VALUE_SYNTAX, "%s",
		why[machine->operation.opcode]);
}
