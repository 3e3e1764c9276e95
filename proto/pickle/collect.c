/* SPDX-License-Identifier: MIT */
/* Opcodes that make containers, and put nodes into them. */
#include "operations.h"

#include "../value/mapping.h"

/* What an opcode makes: of nothing, or of what is above the mark. */
static enum tli_kind kind_of(uint8_t opcode)
{
	switch (opcode) {
	case TLI_OP_EMPTY_LIST:
	case TLI_OP_LIST:
		return TLI_LIST;
	case TLI_OP_EMPTY_DICT:
	case TLI_OP_DICT:
		return TLI_DICT;
	case TLI_OP_EMPTY_SET:
		return TLI_SET;
	case TLI_OP_FROZENSET:
		return TLI_FROZENSET;
	default:
		return TLI_TUPLE;
	}
}

bool tli_op_empty(struct tli_machine *machine)
{
	return tli_push(machine,
		tli_container(
			machine->values, kind_of(machine->operation.opcode)));
}

static bool put_pairs(struct tli_machine *machine, struct tli_value *dict,
	struct tli_value *const *items, size_t count)
{
	if (count % 2 != 0)
		return tli_machine_fail(
			machine, TLI_VALUE_SYNTAX, "a key without a value");
	for (size_t i = 0; i < count; i += 2)
		if (!tli_dict_set(dict, items[i], items[i + 1]))
			return false;
	return true;
}

static bool put_members(
	struct tli_value *set, struct tli_value *const *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!tli_set_add(set, items[i]))
			return false;
	return true;
}

static struct tli_value *fill(struct tli_machine *machine,
	struct tli_value *container, struct tli_value *const *items,
	size_t count)
{
	bool filled = container &&
		(container->kind == TLI_DICT
				? put_pairs(machine, container, items, count)
				: put_members(container, items, count));

	return filled ? container : NULL;
}

bool tli_op_collect(struct tli_machine *machine)
{
	enum tli_kind kind = kind_of(machine->operation.opcode);
	size_t count;
	struct tli_value *const *items = tli_pop_mark(machine, &count);

	if (!items)
		return false;
	if (kind == TLI_LIST || kind == TLI_TUPLE)
		return tli_push(machine,
			tli_items(machine->values, kind, items, count));
	return tli_push(machine,
		fill(machine, tli_container(machine->values, kind), items,
			count));
}

/* Of 0 to 3 items without a mark. */
bool tli_op_small_tuple(struct tli_machine *machine)
{
	uint8_t opcode = machine->operation.opcode;
	size_t count =
		opcode == TLI_OP_EMPTY_TUPLE ? 0u : opcode - TLI_OP_TUPLE1 + 1u;

	if (tli_above_mark(machine) < count)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"the stack has fewer than %zu nodes", count);
	machine->depth -= count;
	return tli_push(machine,
		tli_items(machine->values, TLI_TUPLE,
			machine->stack + machine->depth, count));
}

static bool refuse(struct tli_machine *machine, const char *what)
{
	return tli_machine_fail(machine, TLI_VALUE_TYPE, "%s: %s",
		tli_kind_name(tli_top(machine)->kind), what);
}

/* An object's are kept as a list, for Python to put them in. */
static bool add_step(struct tli_machine *machine, enum tli_step step,
	struct tli_value *const *items, size_t count)
{
	return tli_object_step(tli_top(machine), step,
		tli_items(machine->values, TLI_LIST, items, count));
}

static bool append(struct tli_machine *machine, struct tli_value *const *items,
	size_t count)
{
	struct tli_value *target = tli_top(machine);

	if (target->kind == TLI_LIST)
		return tli_extend(target, items, count);
	if (target->kind == TLI_OBJECT)
		return add_step(machine, TLI_STEP_APPEND, items, count);
	return refuse(machine, "nothing can be appended to it");
}

static bool set_items(struct tli_machine *machine,
	struct tli_value *const *items, size_t count)
{
	struct tli_value *target = tli_top(machine);

	if (target->kind == TLI_DICT)
		return put_pairs(machine, target, items, count);
	if (target->kind != TLI_OBJECT)
		return refuse(machine, "it has no items to set");
	if (count % 2 != 0)
		return tli_machine_fail(
			machine, TLI_VALUE_SYNTAX, "a key without a value");
	return add_step(machine, TLI_STEP_SETITEM, items, count);
}

static bool add_items(struct tli_machine *machine,
	struct tli_value *const *items, size_t count)
{
	struct tli_value *target = tli_top(machine);

	if (target->kind == TLI_SET)
		return put_members(target, items, count);
	if (target->kind == TLI_OBJECT)
		return add_step(machine, TLI_STEP_ADD, items, count);
	return refuse(machine, "nothing can be added to it");
}

typedef bool put_function(struct tli_machine *machine,
	struct tli_value *const *items, size_t count);

/* Puts the nodes right on top into what is below them. */
static bool with_top(
	struct tli_machine *machine, size_t count, put_function *put)
{
	if (tli_above_mark(machine) < count + 1)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"the stack has fewer than %zu nodes", count + 1);
	machine->depth -= count;
	return put(machine, machine->stack + machine->depth, count);
}

/* The same with those above the mark. Python does not even look at what is
 * below it if there are none. */
static bool with_marked(struct tli_machine *machine, put_function *put)
{
	size_t count;
	struct tli_value *const *items = tli_pop_mark(machine, &count);

	return items && tli_top(machine) &&
		(count == 0 || put(machine, items, count));
}

bool tli_op_append(struct tli_machine *machine)
{
	return with_top(machine, 1, append);
}

bool tli_op_setitem(struct tli_machine *machine)
{
	return with_top(machine, 2, set_items);
}

bool tli_op_appends(struct tli_machine *machine)
{
	return with_marked(machine, append);
}

bool tli_op_setitems(struct tli_machine *machine)
{
	return with_marked(machine, set_items);
}

bool tli_op_additems(struct tli_machine *machine)
{
	return with_marked(machine, add_items);
}
