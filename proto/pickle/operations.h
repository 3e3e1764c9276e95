/* SPDX-License-Identifier: MIT */
/*
 * What the opcodes do: functions for unpickle.c's table, which return false
 * with the error set. In data.c what makes plain data of an argument, in
 * lines.c what reads text, in collect.c what works on containers, in symbols.c
 * what would be an import or a call, in handling.c what moves nodes about.
 */
#ifndef TLI_PICKLE_OPERATIONS_H
#define TLI_PICKLE_OPERATIONS_H

#include "machine.h"

/* unpickle.c: does what the machine's operation says; not STOP. */
bool tli_operate(struct tli_machine *machine);

/* data.c */
bool tli_op_none(struct tli_machine *machine);
bool tli_op_bool(struct tli_machine *machine);
bool tli_op_unsigned(struct tli_machine *machine);
bool tli_op_signed(struct tli_machine *machine);
bool tli_op_long(struct tli_machine *machine);
bool tli_op_float(struct tli_machine *machine);
bool tli_op_text(struct tli_machine *machine);
bool tli_op_bytes(struct tli_machine *machine);
bool tli_op_bytearray(struct tli_machine *machine);
bool tli_op_python2_str(struct tli_machine *machine);

/* lines.c */
bool tli_op_int_line(struct tli_machine *machine);
bool tli_op_long_line(struct tli_machine *machine);
bool tli_op_float_line(struct tli_machine *machine);
bool tli_op_string_line(struct tli_machine *machine);
bool tli_op_unicode_line(struct tli_machine *machine);
bool tli_op_get_line(struct tli_machine *machine);
bool tli_op_put_line(struct tli_machine *machine);

/* collect.c */
bool tli_op_empty(struct tli_machine *machine);
bool tli_op_collect(struct tli_machine *machine);
bool tli_op_small_tuple(struct tli_machine *machine);
bool tli_op_append(struct tli_machine *machine);
bool tli_op_appends(struct tli_machine *machine);
bool tli_op_setitem(struct tli_machine *machine);
bool tli_op_setitems(struct tli_machine *machine);
bool tli_op_additems(struct tli_machine *machine);

/* symbols.c */
bool tli_op_global(struct tli_machine *machine);
bool tli_op_stack_global(struct tli_machine *machine);
bool tli_op_inst(struct tli_machine *machine);
bool tli_op_obj(struct tli_machine *machine);
bool tli_op_reduce(struct tli_machine *machine);
bool tli_op_newobj(struct tli_machine *machine);
bool tli_op_newobj_ex(struct tli_machine *machine);
bool tli_op_build(struct tli_machine *machine);

/* handling.c */
bool tli_op_mark(struct tli_machine *machine);
bool tli_op_pop(struct tli_machine *machine);
bool tli_op_pop_mark(struct tli_machine *machine);
bool tli_op_dup(struct tli_machine *machine);
bool tli_op_get(struct tli_machine *machine);
bool tli_op_put(struct tli_machine *machine);
bool tli_op_memoize(struct tli_machine *machine);
bool tli_op_protocol(struct tli_machine *machine);
bool tli_op_frame(struct tli_machine *machine);
bool tli_op_refused(struct tli_machine *machine);

/* handling.c, for lines.c: what a number stands for in the memo. */
bool tli_memo_fetch(struct tli_machine *machine, uint64_t number);
bool tli_memo_store(struct tli_machine *machine, uint64_t number);

/* data.c, for lines.c: a str of Python 2 as text while it is ASCII; what
 * Python 3 would refuse is what it was in Python 2, bytes. */
bool tli_push_python2_str(
	struct tli_machine *machine, const uint8_t *bytes, size_t len);

#endif
