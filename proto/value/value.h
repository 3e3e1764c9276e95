/* SPDX-License-Identifier: MIT */
/*
 * Python's values as a tree of nodes: plain data, and symbols for all else. A
 * global is two names, an object is a callable with arguments; nothing is ever
 * looked up or called.
 *
 * All nodes of a tree are in one struct tli_values, and die with it. A node can
 * be in several places, and inside itself. What makes a node returns NULL on
 * failure, with the reason in values->error; what takes a NULL for a node
 * returns NULL too and leaves the reason alone, so that only the last step has
 * to be looked at.
 */
#ifndef TLI_VALUE_H
#define TLI_VALUE_H

#include "arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_VALUE_ERROR_TEXT 200
#define TLI_VALUE_DEPTH_MAX  65000u

enum tli_value_result {
	TLI_VALUE_OK = 0,
	TLI_VALUE_NOMEM = -1,  /* the allocator refused */
	TLI_VALUE_LIMIT = -2,  /* more bytes, nodes or depth than allowed */
	TLI_VALUE_TYPE = -3,   /* a kind that cannot be used for that */
	TLI_VALUE_SYNTAX = -4, /* a text or pickle that is none */
	TLI_VALUE_BROKEN = -5, /* something could not be put into it */
};

struct tli_value_error {
	int code; /* an enum tli_value_result */
	char text[TLI_VALUE_ERROR_TEXT];
};

/* Sets code and text, cut if too long. Returns the code. */
int tli_value_error_set(struct tli_value_error *error, int code,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

enum tli_kind {
	TLI_NONE,
	TLI_BOOL,
	TLI_INT,    /* fits an int64_t */
	TLI_BIGINT, /* does not */
	TLI_FLOAT,
	TLI_COMPLEX,
	TLI_STR,
	TLI_BYTES,
	TLI_BYTEARRAY,
	TLI_ARRAY, /* array.array */
	TLI_LIST,
	TLI_TUPLE,
	TLI_DICT,
	TLI_SET,
	TLI_FROZENSET,
	TLI_RANGE,
	TLI_SLICE,
	TLI_GLOBAL, /* a module's class, function ...: two names */
	TLI_OBJECT, /* what a callable would return, and what is done to it */
	TLI_KINDS
};

/* Python's name of a kind: "int", "str" ...; an object's is "object". */
const char *tli_kind_name(enum tli_kind kind);

enum {
	TLI_ATTACHED = 1, /* it is inside something */
	TLI_SHARED = 2,   /* in more than one place, or inside itself */
	TLI_BROKEN = 4,   /* something could not be put inside */
	TLI_KEY = 8,      /* its fingerprint was needed */
};

/* What every node starts with. */
struct tli_value {
	uint8_t kind;
	uint8_t flags;
	uint16_t depth; /* of what was put inside, as far as that is known then:
			 * 0 = nothing can be */
	uint32_t id;    /* below values->ids; 0 of what is short: None to
			 * TLI_COMPLEX, but for TLI_BIGINT */
};

/* TLI_BOOL, TLI_INT */
struct tli_int {
	struct tli_value value;
	int64_t integer;
};

/* TLI_FLOAT, TLI_COMPLEX */
struct tli_float {
	struct tli_value value;
	double real;
	double imag; /* of a complex one alone: a float's is not there */
};

/*
 * TLI_STR: UTF-8, with lone surrogates as three bytes each; a NUL follows.
 * TLI_BYTES, TLI_BYTEARRAY: the bytes.
 * TLI_BIGINT: two's complement, little-endian, as short as can be.
 * TLI_ARRAY: the items, little-endian, packed, by typecode.
 */
struct tli_bytes {
	struct tli_value value;
	size_t len;
	const uint8_t *data;
	char typecode; /* of an array */
};

struct tli_fingerprints;
struct tli_index;
struct tli_values;

/*
 * Kinds from TLI_LIST on. The items of
 * TLI_DICT: keys and their values in turn, in order of insertion;
 * TLI_RANGE, TLI_SLICE: start, stop, step;
 * TLI_GLOBAL: the module and the qualified name, each a str.
 */
struct tli_items {
	struct tli_value value;
	struct tli_values *values; /* whose it is */
	struct tli_value **items;
	uint32_t count;
	uint32_t capacity;
	struct tli_index *index; /* of a large dict or set: see mapping.h */
};

/* How an object is made of its callable and arguments. */
enum tli_making {
	TLI_REDUCE,     /* callable(*args) */
	TLI_NEWOBJ,     /* callable.__new__(callable, *args) */
	TLI_NEWOBJ_EX,  /* callable.__new__(callable, *args, **kwargs) */
	TLI_INSTANTIATE /* an instance as Python 2 made them: opcode OBJ */
};

/* What is done to it then. */
enum tli_step {
	TLI_STEP_BUILD,   /* its state is set: the item */
	TLI_STEP_APPEND,  /* the item, a list, is appended item by item */
	TLI_STEP_SETITEM, /* the item is a list of keys and values in turn */
	TLI_STEP_ADD,     /* the item, a list, is added item by item */
};

#define TLI_OBJECT_CALLABLE 0u
#define TLI_OBJECT_ARGS     1u /* a tuple */
#define TLI_OBJECT_KWARGS   2u /* a dict; None if there are none */
#define TLI_OBJECT_STEPS    3u /* from here on, what is done to it */

/* TLI_OBJECT; its items are those four. */
struct tli_object {
	struct tli_items items;
	uint8_t making; /* an enum tli_making */
	uint8_t *steps; /* enum tli_step of items[TLI_OBJECT_STEPS + i] */
	uint32_t steps_capacity;
};

/* What a node is, if it is of that kind. */
static inline const struct tli_int *tli_int_of(const struct tli_value *value)
{
	return (const struct tli_int *)value;
}

static inline const struct tli_float *tli_float_of(
	const struct tli_value *value)
{
	return (const struct tli_float *)value;
}

static inline const struct tli_bytes *tli_bytes_of(
	const struct tli_value *value)
{
	return (const struct tli_bytes *)value;
}

static inline const struct tli_items *tli_items_of(
	const struct tli_value *value)
{
	return (const struct tli_items *)value;
}

static inline const struct tli_object *tli_object_of(
	const struct tli_value *value)
{
	return (const struct tli_object *)value;
}

/* Whether it has items: all kinds from TLI_LIST on. */
static inline bool tli_has_items(const struct tli_value *value)
{
	return value->kind >= TLI_LIST;
}

static inline bool tli_is_sequence(const struct tli_value *value)
{
	return value->kind == TLI_LIST || value->kind == TLI_TUPLE;
}

/* The text of a str without NULs; NULL if it is none. */
const char *tli_text_of(const struct tli_value *value);

/* Whether it is a str with that text, or a global with those names. */
bool tli_is_text(const struct tli_value *value, const char *text);
bool tli_is_global(
	const struct tli_value *value, const char *module, const char *name);

struct tli_value_limits {
	size_t max_bytes;   /* of memory for nodes */
	uint32_t max_nodes; /* below 2^31 */
	uint32_t max_depth; /* 1 = a list of what is no container; at most
			     * TLI_VALUE_DEPTH_MAX */
};

/* Where nodes live. */
struct tli_values {
	struct tli_arena arena;
	struct tli_value_limits limits;
	uint64_t seed[2]; /* secret, so that nobody can make keys collide */
	size_t borrowed_bytes; /* of nodes that have no copy of them */
	uint32_t nodes;
	uint32_t ids;
	uint32_t objects;      /* of the nodes, those of TLI_OBJECT */
	bool has_grown_inside; /* something was put into what is inside another:
				* depths may be wrong; see levels.h */
	struct tli_value_error error;  /* of the last failure */
	struct tli_fingerprints *keys; /* of large keys; NULL at first */
	struct tli_value none;
	struct tli_int bools[2];
};

/* Makes an empty one. Allocates nothing. */
void tli_values_init(struct tli_values *values,
	const struct tli_value_limits *limits, const uint64_t seed[2]);

/* Frees all nodes. After _clear it can be used again, at less cost. */
void tli_values_fini(struct tli_values *values);
void tli_values_clear(struct tli_values *values);
/* As _clear, but that a lot of memory is not kept for the next use. */
void tli_values_forget(struct tli_values *values);

/* Sets the error to "out of memory", or to the arena's limit. Returns NULL. */
void *tli_values_shortage(struct tli_values *values);

/* Sets the error for more nodes than allowed. Returns NULL. */
void *tli_values_too_many(struct tli_values *values);

/* Counts what is looked at or copied as if it were made: otherwise a few bytes
 * of a pickle could have a long list copied any number of times. False with the
 * error set. */
bool tli_values_charge(struct tli_values *values, uint32_t count);

/* Making nodes. Bytes and texts are copied. */
struct tli_value *tli_none(struct tli_values *values);
struct tli_value *tli_bool(struct tli_values *values, bool truth);
struct tli_value *tli_int(struct tli_values *values, int64_t integer);
struct tli_value *tli_float(struct tli_values *values, double real);
struct tli_value *tli_complex(
	struct tli_values *values, double real, double imag);

/* Two's complement, little-endian, of any length, also 0 (which is 0). A
 * TLI_INT if it fits. */
struct tli_value *tli_int_from_bytes(
	struct tli_values *values, const uint8_t *bytes, size_t len);

/* UTF-8, which may have NULs, and lone surrogates as three bytes; anything else
 * is TLI_VALUE_SYNTAX, with the offset of the first wrong byte in the text. */
struct tli_value *tli_str(
	struct tli_values *values, const char *text, size_t len);
struct tli_value *tli_text(struct tli_values *values, const char *text);

/* TLI_BYTES or TLI_BYTEARRAY. */
struct tli_value *tli_bytes(struct tli_values *values, enum tli_kind kind,
	const void *data, size_t len);

/* The same of bytes that live as long as the values, and are not copied. */
struct tli_value *tli_bytes_borrowed(struct tli_values *values,
	enum tli_kind kind, const void *data, size_t len);

/* Empty ones of TLI_LIST, TLI_DICT, TLI_SET, TLI_FROZENSET; a frozenset is
 * filled before it is put anywhere. */
struct tli_value *tli_container(struct tli_values *values, enum tli_kind kind);

/* TLI_TUPLE, TLI_LIST, TLI_RANGE, TLI_SLICE or TLI_GLOBAL of these items. */
struct tli_value *tli_items(struct tli_values *values, enum tli_kind kind,
	struct tli_value *const *items, size_t count);

/* A range of stop, of start and stop, or of these and step, as Python's takes
 * them. NULL with no error set if one is no int, or step is 0. */
struct tli_value *tli_range(struct tli_values *values,
	struct tli_value *const *args, uint32_t count);

/* How many numbers there are in a range; step is not 0. */
uint64_t tli_range_count(int64_t start, int64_t stop, int64_t step);

/* A global by two names. */
struct tli_value *tli_global(
	struct tli_values *values, const char *module, const char *name);

/* An object; kwargs may be NULL. TLI_VALUE_TYPE if the callable is plain data
 * or args no tuple, or kwargs no dict. */
struct tli_value *tli_object(struct tli_values *values, enum tli_making making,
	struct tli_value *callable, struct tli_value *args,
	struct tli_value *kwargs);

/* Adds a step to an object. False on failure, with the object broken. */
bool tli_object_step(
	struct tli_value *object, enum tli_step step, struct tli_value *item);

/* A node of the kind that `like`, which has items, is, made in the same way and
 * with the same steps, but with no items yet: they are to be appended. */
struct tli_value *tli_hollow(
	struct tli_values *values, const struct tli_value *like);

/*
 * Puts an item behind the others: of a list, or as a part of filling another
 * kind. Nobody looks at keys here: see mapping.h. False on failure, as for a
 * NULL item: then the list is broken.
 */
bool tli_append(struct tli_value *list, struct tli_value *item);

/* The same with several. Those before one that fails are there. */
bool tli_extend(
	struct tli_value *list, struct tli_value *const *items, size_t count);

/* Puts an item where the i-th was. False on failure, as above. */
bool tli_replace(struct tli_value *list, uint32_t i, struct tli_value *item);

#endif
