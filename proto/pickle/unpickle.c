/* SPDX-License-Identifier: MIT */
#include "unpickle.h"

#include "../value/levels.h"
#include "machine.h"
#include "operations.h"

static bool (*const operations[256])(struct tli_machine *machine) = {
	[TLI_OP_NONE] = tli_op_none,
	[TLI_OP_NEWTRUE] = tli_op_bool,
	[TLI_OP_NEWFALSE] = tli_op_bool,
	[TLI_OP_BININT1] = tli_op_unsigned,
	[TLI_OP_BININT2] = tli_op_unsigned,
	[TLI_OP_BININT] = tli_op_signed,
	[TLI_OP_LONG1] = tli_op_long,
	[TLI_OP_LONG4] = tli_op_long,
	[TLI_OP_BINFLOAT] = tli_op_float,
	[TLI_OP_SHORT_BINUNICODE] = tli_op_text,
	[TLI_OP_BINUNICODE] = tli_op_text,
	[TLI_OP_BINUNICODE8] = tli_op_text,
	[TLI_OP_SHORT_BINBYTES] = tli_op_bytes,
	[TLI_OP_BINBYTES] = tli_op_bytes,
	[TLI_OP_BINBYTES8] = tli_op_bytes,
	[TLI_OP_BYTEARRAY8] = tli_op_bytearray,
	[TLI_OP_SHORT_BINSTRING] = tli_op_python2_str,
	[TLI_OP_BINSTRING] = tli_op_python2_str,

	[TLI_OP_INT] = tli_op_int_line,
	[TLI_OP_LONG] = tli_op_long_line,
	[TLI_OP_FLOAT] = tli_op_float_line,
	[TLI_OP_STRING] = tli_op_string_line,
	[TLI_OP_UNICODE] = tli_op_unicode_line,
	[TLI_OP_GET] = tli_op_get_line,
	[TLI_OP_PUT] = tli_op_put_line,

	[TLI_OP_EMPTY_TUPLE] = tli_op_small_tuple,
	[TLI_OP_TUPLE1] = tli_op_small_tuple,
	[TLI_OP_TUPLE2] = tli_op_small_tuple,
	[TLI_OP_TUPLE3] = tli_op_small_tuple,
	[TLI_OP_EMPTY_LIST] = tli_op_empty,
	[TLI_OP_EMPTY_DICT] = tli_op_empty,
	[TLI_OP_EMPTY_SET] = tli_op_empty,
	[TLI_OP_TUPLE] = tli_op_collect,
	[TLI_OP_LIST] = tli_op_collect,
	[TLI_OP_DICT] = tli_op_collect,
	[TLI_OP_FROZENSET] = tli_op_collect,
	[TLI_OP_APPEND] = tli_op_append,
	[TLI_OP_APPENDS] = tli_op_appends,
	[TLI_OP_SETITEM] = tli_op_setitem,
	[TLI_OP_SETITEMS] = tli_op_setitems,
	[TLI_OP_ADDITEMS] = tli_op_additems,

	[TLI_OP_GLOBAL] = tli_op_global,
	[TLI_OP_STACK_GLOBAL] = tli_op_stack_global,
	[TLI_OP_INST] = tli_op_inst,
	[TLI_OP_OBJ] = tli_op_obj,
	[TLI_OP_REDUCE] = tli_op_reduce,
	[TLI_OP_NEWOBJ] = tli_op_newobj,
	[TLI_OP_NEWOBJ_EX] = tli_op_newobj_ex,
	[TLI_OP_BUILD] = tli_op_build,

	[TLI_OP_MARK] = tli_op_mark,
	[TLI_OP_POP] = tli_op_pop,
	[TLI_OP_POP_MARK] = tli_op_pop_mark,
	[TLI_OP_DUP] = tli_op_dup,
	[TLI_OP_BINGET] = tli_op_get,
	[TLI_OP_LONG_BINGET] = tli_op_get,
	[TLI_OP_BINPUT] = tli_op_put,
	[TLI_OP_LONG_BINPUT] = tli_op_put,
	[TLI_OP_MEMOIZE] = tli_op_memoize,
	[TLI_OP_PROTO] = tli_op_protocol,
	[TLI_OP_FRAME] = tli_op_frame,

	[TLI_OP_PERSID] = tli_op_refused,
	[TLI_OP_BINPERSID] = tli_op_refused,
	[TLI_OP_EXT1] = tli_op_refused,
	[TLI_OP_EXT2] = tli_op_refused,
	[TLI_OP_EXT4] = tli_op_refused,
	[TLI_OP_NEXT_BUFFER] = tli_op_refused,
	[TLI_OP_READONLY_BUFFER] = tli_op_refused,
};

bool tli_operate(struct tli_machine *machine)
{
	return operations[machine->operation.opcode](machine);
}

/* All operations up to STOP. */
static bool run(
	struct tli_machine *machine, const uint8_t *pickle, size_t *offset_out)
{
	struct tli_operation *operation = &machine->operation;
	size_t offset = 0;

	for (;;) {
		if (!tli_machine_read(machine, pickle, &offset))
			return false;
		if (operation->opcode == TLI_OP_STOP)
			break;
		if (!tli_operate(machine))
			return false;
	}
	*offset_out = offset;
	return true;
}

/* Only what is inside itself, or made by nobody but who wants to get round the
 * limit, grows where it is. */
static bool is_too_deep(struct tli_machine *machine, struct tli_value *value)
{
	return machine->values->has_grown_inside && !tli_settle_levels(value);
}

static struct tli_value *run_to_end(
	struct tli_machine *machine, const uint8_t *pickle, size_t *offset)
{
	bool had_grown = machine->values->has_grown_inside;
	struct tli_value *value;

	machine->values->has_grown_inside = false;
	value = run(machine, pickle, offset) ? tli_pop(machine) : NULL;
	if (value && is_too_deep(machine, value))
		value = NULL;
	machine->values->has_grown_inside = had_grown;
	if (!value)
		tli_machine_place_error(machine);
	return value;
}

struct tli_value *tli_unpickle(struct tli_values *values, const void *pickle,
	size_t len, enum tli_unpickle_bytes bytes, size_t *used_out)
{
	struct tli_machine machine;
	struct tli_value *value;
	size_t offset = 0;

	tli_machine_init(&machine, values);
	machine.pickle_bytes = len;
	machine.bytes = bytes;
	value = run_to_end(&machine, pickle, &offset);
	tli_machine_fini(&machine);
	if (value && used_out)
		*used_out = offset;
	return value;
}
