/* SPDX-License-Identifier: MIT */
/*
 * What a pickle is written with: opcodes with their arguments, the memo. Once
 * something has failed nothing more is written, and code says why; so nobody
 * has to look before the end.
 */
#ifndef TLI_PICKLE_WRITER_H
#define TLI_PICKLE_WRITER_H

#include "../buf.h"
#include "../value/value.h"

#include <string.h>

#define TLI_WRITER_BYTES_MAX 9u /* of an opcode with a number */

/* Globals that stand for what has no opcode. */
enum tli_constructor {
	TLI_CONSTRUCT_RANGE,
	TLI_CONSTRUCT_SLICE,
	TLI_CONSTRUCT_SET,
	TLI_CONSTRUCT_FROZENSET,
	TLI_CONSTRUCT_COMPLEX,
	TLI_CONSTRUCT_BYTES,
	TLI_CONSTRUCT_BYTEARRAY,
	TLI_CONSTRUCT_ENCODED,
	TLI_CONSTRUCT_ARRAY,
	TLI_CONSTRUCT_ARRAY_TYPE,
	TLI_CONSTRUCT_GETATTR,
	TLI_CONSTRUCT_NEWOBJ_EX,
	TLI_CONSTRUCTORS
};

struct tli_writer {
	uint8_t *at; /* the room in the buffer that has not been used */
	uint8_t *end;
	int code; /* an enum tli_value_result */
	int protocol;
	struct tli_buf *buf;
	struct tli_value_error *error;
	const struct tli_value *root;
	uint32_t ids;      /* of the root's tree; 0 if it has no items */
	uint32_t *numbers; /* in the memo, from 1 on, by the node's id */
	uint32_t memo_count;
	uint32_t constructors[TLI_CONSTRUCTORS]; /* the same, of those */
	uint8_t nowhere[TLI_WRITER_BYTES_MAX]; /* what is written after that */
};

void tli_writer_init(struct tli_writer *writer, const struct tli_value *root,
	int protocol, struct tli_buf *pickle, struct tli_value_error *error);

/* Has the buffer hold what was written, and frees the memo. Returns the code.
 */
int tli_writer_fini(struct tli_writer *writer);

/* Writes nothing more, for an error that has been set. Returns the code. */
int tli_writer_stop(struct tli_writer *writer, int code);

/* Fails with an error, unless it has already. Returns the code. */
int tli_writer_fail(struct tli_writer *writer, int code, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* Room for so many bytes, at most TLI_WRITER_BYTES_MAX, where there is none. */
uint8_t *tli_writer_room(struct tli_writer *writer, size_t len);

/* Copies bytes of any length. */
void tli_put_bytes(struct tli_writer *writer, const void *bytes, size_t len);

static inline uint8_t *tli_take_room(struct tli_writer *writer, size_t len)
{
	uint8_t *room = writer->at;

	if ((size_t)(writer->end - room) < len)
		return tli_writer_room(writer, len);
	writer->at += len;
	return room;
}

static inline void tli_put(struct tli_writer *writer, uint8_t opcode)
{
	*tli_take_room(writer, 1) = opcode;
}

/* An opcode and a little-endian number of so many bytes. */
static inline void tli_put_number(struct tli_writer *writer, uint8_t opcode,
	uint64_t number, unsigned bytes)
{
	uint8_t *room = tli_take_room(writer, 1 + bytes);

	*room++ = opcode;
	for (unsigned i = 0; i < bytes; i++)
		room[i] = (uint8_t)(number >> 8 * i);
}

/* Has the memo keep what was written last. Returns its number, from 1 on. */
uint32_t tli_put_memoize(struct tli_writer *writer);

/* Writes a reference to what has that number. */
void tli_put_get(struct tli_writer *writer, uint32_t number_from_1);

/* Whether the node is referred to again. */
static inline bool tli_is_met_again(
	const struct tli_writer *writer, const struct tli_value *value)
{
	if (value->id == 0 || value->id >= writer->ids)
		return false;
	return value->flags & TLI_SHARED ||
		(value == writer->root && value->flags & TLI_ATTACHED);
}

/* Has the memo keep the node, which was written last, and has an id. */
void tli_memoize(struct tli_writer *writer, const struct tli_value *value);

/* Notes that a node is being written which can be kept only then. False if it
 * is noted already: then it is inside itself. */
bool tli_memo_announce(
	struct tli_writer *writer, const struct tli_value *value);

#define TLI_MEMO_ANNOUNCED UINT32_MAX

/* The number under which the memo has the node; 0 if it has not. */
static inline uint32_t tli_memo_number(
	const struct tli_writer *writer, const struct tli_value *value)
{
	uint32_t number = writer->numbers ? writer->numbers[value->id] : 0;

	return number == TLI_MEMO_ANNOUNCED ? 0 : number;
}

#endif
