/* SPDX-License-Identifier: MIT */
/* The opcodes of pickles, as Python's pickletools names them: their bytes, and
 * what argument follows each. */
#ifndef TLI_OPCODES_H
#define TLI_OPCODES_H

#include "../wire.h"

#include <stddef.h>
#include <stdint.h>

/* How an opcode's argument is laid out; numbers are little-endian. */
enum tli_argument {
	TLI_ARG_UNKNOWN, /* the byte is no opcode */
	TLI_ARG_NONE,
	TLI_ARG_1, /* so many bytes */
	TLI_ARG_2,
	TLI_ARG_4,
	TLI_ARG_8,
	TLI_ARG_BIG_8,   /* big-endian */
	TLI_ARG_LINE,    /* text up to a line feed */
	TLI_ARG_LINES,   /* two such texts */
	TLI_ARG_COUNT_1, /* an unsigned length of so many bytes, and as many
			  * bytes as it says */
	TLI_ARG_COUNT_4,
	TLI_ARG_COUNT_8,
	TLI_ARG_SIGNED_4, /* the same, but the length is signed */
};

/* name, byte, argument */
#define TLI_OPCODE_MAP(X)                                                      \
	X(MARK, '(', NONE)                                                     \
	X(STOP, '.', NONE)                                                     \
	X(POP, '0', NONE)                                                      \
	X(POP_MARK, '1', NONE)                                                 \
	X(DUP, '2', NONE)                                                      \
	X(FLOAT, 'F', LINE)                                                    \
	X(INT, 'I', LINE)                                                      \
	X(BININT, 'J', 4)                                                      \
	X(BININT1, 'K', 1)                                                     \
	X(LONG, 'L', LINE)                                                     \
	X(BININT2, 'M', 2)                                                     \
	X(NONE, 'N', NONE)                                                     \
	X(PERSID, 'P', LINE)                                                   \
	X(BINPERSID, 'Q', NONE)                                                \
	X(REDUCE, 'R', NONE)                                                   \
	X(STRING, 'S', LINE)                                                   \
	X(BINSTRING, 'T', SIGNED_4)                                            \
	X(SHORT_BINSTRING, 'U', COUNT_1)                                       \
	X(UNICODE, 'V', LINE)                                                  \
	X(BINUNICODE, 'X', COUNT_4)                                            \
	X(APPEND, 'a', NONE)                                                   \
	X(BUILD, 'b', NONE)                                                    \
	X(GLOBAL, 'c', LINES)                                                  \
	X(DICT, 'd', NONE)                                                     \
	X(EMPTY_DICT, '}', NONE)                                               \
	X(APPENDS, 'e', NONE)                                                  \
	X(GET, 'g', LINE)                                                      \
	X(BINGET, 'h', 1)                                                      \
	X(INST, 'i', LINES)                                                    \
	X(LONG_BINGET, 'j', 4)                                                 \
	X(LIST, 'l', NONE)                                                     \
	X(EMPTY_LIST, ']', NONE)                                               \
	X(OBJ, 'o', NONE)                                                      \
	X(PUT, 'p', LINE)                                                      \
	X(BINPUT, 'q', 1)                                                      \
	X(LONG_BINPUT, 'r', 4)                                                 \
	X(SETITEM, 's', NONE)                                                  \
	X(TUPLE, 't', NONE)                                                    \
	X(EMPTY_TUPLE, ')', NONE)                                              \
	X(SETITEMS, 'u', NONE)                                                 \
	X(BINFLOAT, 'G', BIG_8)                                                \
	X(PROTO, 0x80, 1)                                                      \
	X(NEWOBJ, 0x81, NONE)                                                  \
	X(EXT1, 0x82, 1)                                                       \
	X(EXT2, 0x83, 2)                                                       \
	X(EXT4, 0x84, 4)                                                       \
	X(TUPLE1, 0x85, NONE)                                                  \
	X(TUPLE2, 0x86, NONE)                                                  \
	X(TUPLE3, 0x87, NONE)                                                  \
	X(NEWTRUE, 0x88, NONE)                                                 \
	X(NEWFALSE, 0x89, NONE)                                                \
	X(LONG1, 0x8a, COUNT_1)                                                \
	X(LONG4, 0x8b, SIGNED_4)                                               \
	X(BINBYTES, 'B', COUNT_4)                                              \
	X(SHORT_BINBYTES, 'C', COUNT_1)                                        \
	X(SHORT_BINUNICODE, 0x8c, COUNT_1)                                     \
	X(BINUNICODE8, 0x8d, COUNT_8)                                          \
	X(BINBYTES8, 0x8e, COUNT_8)                                            \
	X(EMPTY_SET, 0x8f, NONE)                                               \
	X(ADDITEMS, 0x90, NONE)                                                \
	X(FROZENSET, 0x91, NONE)                                               \
	X(NEWOBJ_EX, 0x92, NONE)                                               \
	X(STACK_GLOBAL, 0x93, NONE)                                            \
	X(MEMOIZE, 0x94, NONE)                                                 \
	X(FRAME, 0x95, 8)                                                      \
	X(BYTEARRAY8, 0x96, COUNT_8)                                           \
	X(NEXT_BUFFER, 0x97, NONE)                                             \
	X(READONLY_BUFFER, 0x98, NONE)

enum tli_opcode {
#define TLI_OPCODE_ENTRY(name, byte, argument) TLI_OP_##name = (byte),
	TLI_OPCODE_MAP(TLI_OPCODE_ENTRY)
#undef TLI_OPCODE_ENTRY
};

/* An opcode in a pickle, with its argument; what it has none of is not set. */
struct tli_operation {
	uint8_t opcode;
	size_t offset;       /* of the opcode */
	uint64_t number;     /* of an argument of 1, 2, 4 or 8 bytes: unsigned;
			      * of BINFLOAT the bits of the float */
	const uint8_t *data; /* of a text or counted argument: its bytes,
			      * without the line feed or the length */
	size_t len;
	const uint8_t *second; /* the second of two lines; NULL if one */
	size_t second_len;
};

/* "BINUNICODE"; NULL if the byte is no opcode. */
const char *tli_opcode_name(uint8_t opcode);

enum tli_operation_result {
	TLI_OPERATION_OK = 0,
	TLI_OPERATION_CUT = -1,      /* the pickle ends inside it */
	TLI_OPERATION_UNKNOWN = -2,  /* the byte is no opcode */
	TLI_OPERATION_NEGATIVE = -3, /* its length is negative */
};

/* What follows each opcode: an enum tli_argument. */
extern const uint8_t tli_arguments[256];

/* Of tli_operation_read(): arguments with lines, or with bytes of which there
 * are as many as a number says. */
int tli_operation_read_long(const uint8_t *pickle, size_t len, size_t *offset,
	struct tli_operation *operation);

/* The same: arguments that are a number of so many bytes. */
static inline int tli_operation_read_number(const uint8_t *pickle, size_t len,
	size_t *offset, unsigned bytes, struct tli_operation *operation)
{
	if (len - *offset <= bytes)
		return TLI_OPERATION_CUT;
	operation->number = tli_load_le(pickle + *offset + 1, bytes);
	if (tli_arguments[operation->opcode] == TLI_ARG_BIG_8)
		operation->number = __builtin_bswap64(operation->number);
	*offset += 1 + bytes;
	return TLI_OPERATION_OK;
}

/*
 * Reads the operation at *offset, with its argument, and moves behind it; on
 * failure *offset stays. An enum tli_operation_result; *operation has the
 * offset, and the opcode (0 at the end of the pickle), in any case.
 *
 * Inline, and a switch, because it is most of what reading costs: a branch is
 * foreseen, while a length out of a table would hold up the next operation
 * until it is loaded.
 */
static inline int tli_operation_read(const uint8_t *pickle, size_t len,
	size_t *offset, struct tli_operation *operation)
{
	operation->offset = *offset;
	operation->opcode = 0;
	operation->number = 0;
	if (*offset == len)
		return TLI_OPERATION_CUT;
	operation->opcode = pickle[*offset];
	switch (tli_arguments[operation->opcode]) {
	case TLI_ARG_UNKNOWN:
		return TLI_OPERATION_UNKNOWN;
	case TLI_ARG_NONE:
		++*offset;
		return TLI_OPERATION_OK;
	case TLI_ARG_1:
		return tli_operation_read_number(
			pickle, len, offset, 1, operation);
	case TLI_ARG_2:
		return tli_operation_read_number(
			pickle, len, offset, 2, operation);
	case TLI_ARG_4:
		return tli_operation_read_number(
			pickle, len, offset, 4, operation);
	case TLI_ARG_8:
	case TLI_ARG_BIG_8:
		return tli_operation_read_number(
			pickle, len, offset, 8, operation);
	default:
		return tli_operation_read_long(pickle, len, offset, operation);
	}
}

#endif
