/* SPDX-License-Identifier: MIT */
/* Opcodes that make plain data of their binary argument. */
#include "operations.h"

#include <string.h>

/* Shorter ones are copied in any case: keeping the pickle costs more. */
#define BORROWED_BYTES_MIN 1024u

bool tli_op_none(struct tli_machine *machine)
{
	return tli_push(machine, tli_none(machine->values));
}

bool tli_op_bool(struct tli_machine *machine)
{
	bool truth = machine->operation.opcode == TLI_OP_NEWTRUE;

	return tli_push(machine, tli_bool(machine->values, truth));
}

bool tli_op_unsigned(struct tli_machine *machine)
{
	return tli_push(machine,
		tli_int(machine->values, (int64_t)machine->operation.number));
}

bool tli_op_signed(struct tli_machine *machine)
{
	int32_t number = (int32_t)(uint32_t)machine->operation.number;

	return tli_push(machine, tli_int(machine->values, number));
}

bool tli_op_long(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;

	return tli_push(machine,
		tli_int_from_bytes(
			machine->values, operation->data, operation->len));
}

bool tli_op_float(struct tli_machine *machine)
{
	double number;

	memcpy(&number, &machine->operation.number, sizeof(number));
	return tli_push(machine, tli_float(machine->values, number));
}

bool tli_op_text(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;

	return tli_push(machine,
		tli_str(machine->values, (const char *)operation->data,
			operation->len));
}

static bool push_bytes(struct tli_machine *machine, enum tli_kind kind)
{
	const struct tli_operation *operation = &machine->operation;
	bool borrows = machine->bytes == TLI_UNPICKLE_BORROW &&
		operation->len >= BORROWED_BYTES_MIN;

	return tli_push(machine,
		(borrows ? tli_bytes_borrowed : tli_bytes)(machine->values,
			kind, operation->data, operation->len));
}

bool tli_op_bytes(struct tli_machine *machine)
{
	return push_bytes(machine, TLI_BYTES);
}

bool tli_op_bytearray(struct tli_machine *machine)
{
	return push_bytes(machine, TLI_BYTEARRAY);
}

bool tli_push_python2_str(
	struct tli_machine *machine, const uint8_t *bytes, size_t len)
{
	bool is_ascii = true;

	for (size_t i = 0; i < len; i++)
		is_ascii &= bytes[i] < 0x80;
	return tli_push(machine,
		is_ascii ? tli_str(machine->values, (const char *)bytes, len)
			 : tli_bytes(machine->values, TLI_BYTES, bytes, len));
}

bool tli_op_python2_str(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;

	return tli_push_python2_str(machine, operation->data, operation->len);
}
