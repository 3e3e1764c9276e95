/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Python's objects in C: what Connection.send() and recv() carry.
 *
 *     tieline_values *values = tieline_values_new(NULL);
 *     tieline_value *request =
 *             tieline_value_build(values, "{'op': %s, 'args': [%d, %d]}",
 *                     "add", 1, 2);
 *     tieline_value *reply;
 *
 *     if (tieline_send_value(connection, request, TIELINE_FOREVER) == 0 &&
 *             tieline_recv_value(connection, TIELINE_FOREVER, values,
 *                     &reply) == 0)
 *             ...
 *     tieline_values_free(values);
 *
 * **Ownership.** Values live in a tieline_values and die with it, all at once,
 * by tieline_values_free() or tieline_values_clear(); no value is ever freed by
 * itself. A value can be put in as many places as one likes, in itself too. Put
 * in a container of other tieline_values, it is copied with all inside it.
 *
 * **Errors.** What makes a value returns NULL on failure, and every function
 * takes a NULL for a value, for a tieline_values, or for a text that ends with
 * a NUL, and fails in turn, with the code of what failed before: a program can
 * build a whole message and look at the result of sending it alone.
 * tieline_handle_error(NULL) tells what went wrong. A NULL that has no failure
 * behind it is #TIELINE_EINVAL; so is any NULL to what looks at values. A
 * container that something could not be put into is broken: wherever it would
 * be sent or written it is refused, with the code of what could not be put
 * there first, but for tieline_value_repr(), which shows what is there. Codes
 * are call errors: nothing is changed unless it says so, *_out neither.
 *
 * **Kinds.** Plain data is read and compared as in Python. All else that can be
 * pickled, a class, an instance, a call, is a symbol: it can be looked at and
 * sent on, and means the same to the Python that gets it. Nothing is imported,
 * called, opened or run here, whatever a peer sends.
 *
 * **Threads.** A tieline_values with all its values belongs to one thread at a
 * time. No function here blocks but those that send and receive.
 */
#ifndef TIELINE_VALUES_H
#define TIELINE_VALUES_H

#include <tieline/tieline.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where values live. */
typedef struct tieline_values tieline_values;

/** A Python object. */
typedef struct tieline_value tieline_value;

typedef enum tieline_kind {
	TIELINE_NONE,
	TIELINE_BOOL,
	TIELINE_INT, /**< of any size */
	TIELINE_FLOAT,
	TIELINE_COMPLEX,
	TIELINE_STR,
	TIELINE_BYTES,
	TIELINE_BYTEARRAY,
	TIELINE_ARRAY, /**< array.array */
	TIELINE_LIST,
	TIELINE_TUPLE,
	TIELINE_DICT,
	TIELINE_SET,
	TIELINE_FROZENSET,
	TIELINE_RANGE,
	TIELINE_SLICE,
	TIELINE_GLOBAL, /**< a symbol: a module's class, function ... by name */
	TIELINE_OBJECT  /**< a symbol: anything else */
} tieline_kind;

/** Bounds on what is held; 0 is the default. */
typedef struct tieline_value_limits {
	/** sizeof(tieline_value_limits) of the program. */
	size_t size;

	/** Memory for values, in bytes; messages of more than 16 KiB are kept
	 *  there too, for the bytes in them. Default 256 MiB. */
	size_t max_bytes;

	/** Values in all, and items of one container; at most 2^31 - 1.
	 *  Default 16,777,216. */
	uint32_t max_values;

	/** Levels of containers in each other; of what a program puts together,
	 *  as they are when one is put into another. At most 65,000. Default
	 *  1,000. */
	uint32_t max_depth;
} tieline_value_limits;

/* ---- Where values live ----------------------------------------------- */

/**
 * Make room for values. Takes no memory for them yet.
 *
 * @param limits  NULL for the defaults.
 * @return what tieline_values_free() frees; NULL with #TIELINE_ENOMEM, with
 *         #TIELINE_EINVAL if a limit is out of its range, with
 *         #TIELINE_ESYSTEM if the kernel gives no random bytes. Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE tieline_values *tieline_values_new(
	const tieline_value_limits *limits);

/** Forget all values, and keep some memory for the next ones: for a loop that
 *  handles a message in each turn, which would reach a limit otherwise. NULL is
 *  fine. Since 0.3. */
TIELINE_API void tieline_values_clear(tieline_values *values);

/** Free all values. NULL is fine. Since 0.3. */
TIELINE_API void tieline_values_free(tieline_values *values);

/** How much memory the values hold, in bytes: what max_bytes limits. 0 for
 * NULL. Since 0.3. */
TIELINE_API size_t tieline_values_held_bytes(const tieline_values *values);

/* ---- Making values --------------------------------------------------- */

/*
 * Each returns NULL on failure: #TIELINE_ENOMEM, #TIELINE_ELIMIT, or what it
 * says. What is given is copied.
 */

/** None; True and False; a number. Since 0.3. */
TIELINE_API tieline_value *tieline_value_none(tieline_values *values);
TIELINE_API tieline_value *tieline_value_bool(
	tieline_values *values, bool truth);
TIELINE_API tieline_value *tieline_value_int(
	tieline_values *values, int64_t integer);
TIELINE_API tieline_value *tieline_value_uint(
	tieline_values *values, uint64_t integer);
TIELINE_API tieline_value *tieline_value_float(
	tieline_values *values, double number);
TIELINE_API tieline_value *tieline_value_complex(
	tieline_values *values, double real, double imag);

/** A str of UTF-8, up to its NUL, or of that many bytes, which may have NULs;
 *  #TIELINE_ESYNTAX if it is not UTF-8. Lone surrogates may be there as three
 *  bytes each. Since 0.3. */
TIELINE_API tieline_value *tieline_value_str(
	tieline_values *values, const char *text);
TIELINE_API tieline_value *tieline_value_str_len(
	tieline_values *values, const char *text, size_t len);

/** Bytes, or a bytearray. Since 0.3. */
TIELINE_API tieline_value *tieline_value_bytes(
	tieline_values *values, const void *data, size_t len);
TIELINE_API tieline_value *tieline_value_bytearray(
	tieline_values *values, const void *data, size_t len);

/**
 * An array.array.
 *
 * @param typecode  one of Python's: b B h H i I l L q Q f d u w.
 * @param data      the items, as in C, with the sizes of 64-bit Linux.
 * @param len       in bytes.
 * @return NULL with #TIELINE_EINVAL if that is no typecode, or len no multiple
 *         of its size; with #TIELINE_ESYNTAX if a character is beyond U+10FFFF.
 *
 * Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_array(
	tieline_values *values, char typecode, const void *data, size_t len);

/** An empty list, dict or set. Since 0.3. */
TIELINE_API tieline_value *tieline_value_list(tieline_values *values);
TIELINE_API tieline_value *tieline_value_dict(tieline_values *values);
TIELINE_API tieline_value *tieline_value_set(tieline_values *values);

/** A tuple or frozenset of `count` items, which cannot be changed afterwards.
 *  Since 0.3. */
TIELINE_API tieline_value *tieline_value_tuple(
	tieline_values *values, tieline_value *const items[], size_t count);
TIELINE_API tieline_value *tieline_value_frozenset(
	tieline_values *values, tieline_value *const items[], size_t count);

/** A list of str. Since 0.3. */
TIELINE_API tieline_value *tieline_value_strs(
	tieline_values *values, const char *const texts[], size_t count);

/**
 * Put an item at the end of a list; into a set, unless it is there; into a dict
 * under a key, in the place of what was there.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETYPE  the container is of another kind, or an item of a set
 *                        or a key is unhashable, as a list is.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_ELIMIT
 *
 * On failure the container lacks the item (a dict may have the key with its old
 * item), and is broken unless it is of another kind. Since 0.3.
 */
TIELINE_API int tieline_value_append(tieline_value *list, tieline_value *item);
TIELINE_API int tieline_value_add(tieline_value *set, tieline_value *item);
TIELINE_API int tieline_value_set_item(
	tieline_value *dict, tieline_value *key, tieline_value *item);

/** The same with a text as key. Since 0.3. */
TIELINE_API int tieline_value_set_text(
	tieline_value *dict, const char *key, tieline_value *item);

/**
 * Take a broken container as it is, without what could not be put into it: for
 * programs that have looked at each result, and go on with it.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL  it is NULL.
 *
 * Since 0.3.
 */
TIELINE_API int tieline_value_mend(tieline_value *container);

/** A class, function or other global, for Python to import: "decimal",
 *  "Decimal". Since 0.3. */
TIELINE_API tieline_value *tieline_value_global(
	tieline_values *values, const char *module, const char *name);

/**
 * What a callable returns, for the Python that gets it to call.
 *
 * @param callable  a global or object.
 * @param args      a tuple, empty for none.
 *
 * #TIELINE_ETYPE if they are of other kinds. Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_call(
	tieline_values *values, tieline_value *callable, tieline_value *args);

/** A copy with all that is inside, shared as it is there. Since 0.3. */
TIELINE_API tieline_value *tieline_value_copy(
	tieline_values *values, const tieline_value *value);

/* ---- Texts ----------------------------------------------------------- */

/**
 * Read a Python literal: what ast.literal_eval() takes, and what repr() prints
 * of plain data: "{'op': 'add', 'args': (1, 2)}".
 *
 * @return NULL with #TIELINE_ESYNTAX, with the line and column, if it is none;
 *         with #TIELINE_ETYPE if a key is unhashable. Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_parse(
	tieline_values *values, const char *text, size_t len);

/**
 * Make a value of a Python literal with holes in it:
 *
 *     %s   const char *, UTF-8: a str; NULL: None
 *     %b   const void *, size_t: bytes
 *     %d   int            %ld  long         %lld long long
 *     %u   unsigned       %lu  unsigned long  %llu unsigned long long
 *     %zu  size_t         %f   double
 *     %t   int: False if 0, else True
 *     %v   tieline_value *
 *
 * A hole stands where a value can stand. Inside quotes there is none: '%s'
 * there is text, and takes no argument. As with printf, what follows has to be
 * of those types. Errors as tieline_value_parse(), and of what fills a hole,
 * with its number: "hole 2: ...". Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_build(
	tieline_values *values, const char *format, ...);

/**
 * The text that Python's repr() gives. Globals and objects are shown as calls
 * with their state, "decimal.Decimal('1.5')", "<__main__.Point() {'x': 1}>";
 * integers of more than 4,300 digits in hexadecimal.
 *
 * @param max_bytes  how long it may be; 0 = 64 MiB.
 * @param text_out   with a NUL behind it, to be freed with tieline_free().
 * @param len_out    its length; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ELIMIT  it would be longer than that, or is deeper than
 *                         65,000 levels.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_repr(const tieline_value *value,
	size_t max_bytes, char **text_out, size_t *len_out);

/** How many values one JSON text can have: each needs about 100 bytes besides
 *  until it is read or written. */
#define TIELINE_JSON_VALUES_MAX 1048576u

/** What becomes of that which JSON cannot say. */
typedef enum tieline_json_wrapping {
	TIELINE_JSON_PLAIN = 0, /**< it is refused; tuples become arrays */
	TIELINE_JSON_WRAPPED    /**< {"$repr": "b'x'"} stands for it */
} tieline_json_wrapping;

/**
 * Read JSON: null, true, false, texts, numbers (integers of any size, exact),
 * arrays as lists, objects as dicts.
 *
 * @param wrapping  #TIELINE_JSON_WRAPPED: {"$repr": TEXT} is what
 *                  tieline_value_parse() makes of the text.
 * @return NULL with #TIELINE_ESYNTAX, with the line, if it is no JSON, has a
 * key twice, an escaped NUL, more than 64 levels, or more values than
 * #TIELINE_JSON_VALUES_MAX. Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_from_json(tieline_values *values,
	const char *text, size_t len, tieline_json_wrapping wrapping);

/**
 * Write JSON.
 *
 * @param wrapping  #TIELINE_JSON_WRAPPED: what JSON cannot say, tuples too, is
 *                  {"$repr": TEXT}, with the text of tieline_value_repr().
 * @param text_out  without white space, with a NUL behind it, to be freed with
 *                  tieline_free().
 * @param len_out   its length; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETYPE   something cannot be said in JSON, or is inside
 * itself; the text says what and where.
 * @retval TIELINE_ELIMIT  deeper than 64 levels, longer than 64 MiB, or more
 *                         values than #TIELINE_JSON_VALUES_MAX.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_to_json(
	const tieline_value *value, tieline_json_wrapping wrapping,
	char **text_out, size_t *len_out);

/* ---- Pickles, and messages ------------------------------------------- */

/**
 * Write a pickle; Python's pickle.dumps().
 *
 * @param protocol  2 to 5; 0 for the default.
 * @param data_out  to be freed with tieline_free().
 * @param len_out   its length; may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_EINVAL  the value is NULL, or there is no such protocol.
 * @retval TIELINE_ETYPE   something in it cannot be said in that protocol.
 * @retval TIELINE_ELIMIT  it is deeper than 65,000 levels, or inside itself in
 *                         so many ways that it would be many times as long as
 *                         the values.
 * @retval TIELINE_ENOMEM
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_pickle(
	const tieline_value *value, int protocol, void **data_out,
	size_t *len_out);

/**
 * Read a pickle of protocol 0 to 5, up to its end; Python's pickle.loads(), but
 * that nothing is imported or called.
 *
 * @return NULL with #TIELINE_ESYNTAX if it is no pickle, or has persistent ids,
 *         extension codes or out-of-band buffers; with #TIELINE_ETYPE for what
 *         Python would not do either, as a list as key. The text has the offset
 *         and the opcode. Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_unpickle(
	tieline_values *values, const void *pickle, size_t len);

/**
 * The same, but that long bytes are not copied out of the pickle: it has to
 * live as long as the values. Since 0.3.
 */
TIELINE_API tieline_value *tieline_value_unpickle_in_place(
	tieline_values *values, const void *pickle, size_t len);

/**
 * Show a pickle opcode by opcode, a line for each, as Python's
 * pickletools.dis() does.
 *
 * @param text_out  to be freed with tieline_free(); set with
 *                  #TIELINE_ESYNTAX too: up to what could not be read.
 * @param len_out   may be NULL.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ESYNTAX  there is something that is no opcode, or it ends too
 *                          early.
 * @retval TIELINE_ELIMIT   the text would be longer than 64 MiB.
 * @retval TIELINE_ENOMEM
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_pickle_disassemble(
	const void *pickle, size_t len, char **text_out, size_t *len_out);

/**
 * Send a value; Connection.send(). In the pickle protocol of the connection's
 * options.
 *
 * @retval TIELINE_EINVAL  the value is NULL.
 * @retval TIELINE_ETYPE, TIELINE_ELIMIT, TIELINE_ENOMEM
 *                         as for tieline_value_pickle(); nothing was sent.
 *
 * If the value is NULL for a failure before, the code of that. All else as
 * tieline_send_bytes(). Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_send_value(
	tieline_connection *connection, const tieline_value *value,
	int timeout_ms);

/**
 * Build a value, as tieline_value_build() does, and send it:
 * tieline_send_built(connection, TIELINE_FOREVER, "%s", "hello").
 *
 * Errors of both. Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_send_built(
	tieline_connection *connection, int timeout_ms, const char *format,
	...);

/**
 * Receive a value; Connection.recv().
 *
 * @param values     where the value and all inside it will live.
 * @param value_out  untouched on failure.
 *
 * @retval TIELINE_EINVAL   there are no values; nothing was received.
 * @retval TIELINE_ESYNTAX, TIELINE_ETYPE, TIELINE_ELIMIT
 *                          the message is no pickle that can be read, as for
 *                          tieline_value_unpickle(), or there is no more room
 *                          in the values. It is gone, and the next call gets
 *                          the next one.
 * @retval TIELINE_ENOMEM   the message stays for another call.
 *
 * After a failure there may be parts of the message in the values, until they
 * are cleared. All else as tieline_recv_bytes(). Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_recv_value(
	tieline_connection *connection, int timeout_ms, tieline_values *values,
	tieline_value **value_out);

/* ---- Looking at values ----------------------------------------------- */

/** What it is; -1 for NULL. Since 0.3. */
TIELINE_API int tieline_value_kind(const tieline_value *value);

/** Python's name of a kind: "int", "str" ... Since 0.3. */
TIELINE_API const char *tieline_kind_name(int kind);

/**
 * Get at what a number is. A bool is the int 0 or 1; an int is a float too, and
 * both are complex; a float is no int.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETYPE   it is of another kind.
 * @retval TIELINE_ELIMIT  the int does not fit: it has more than 64 bits, or is
 *                         too large for a double.
 * @retval TIELINE_EINVAL  it is NULL.
 *
 * On failure *_out is untouched. Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_get_int(
	const tieline_value *value, int64_t *integer_out);
TIELINE_API TIELINE_MUST_USE int tieline_value_get_float(
	const tieline_value *value, double *number_out);
TIELINE_API TIELINE_MUST_USE int tieline_value_get_complex(
	const tieline_value *value, double *real_out, double *imag_out);

/** The text of a str, UTF-8 with a NUL behind it, which may have others inside;
 *  NULL for other kinds. len_out may be NULL. Lives as long as the value. Since
 *  0.3. */
TIELINE_API const char *tieline_value_get_str(
	const tieline_value *value, size_t *len_out);

/** The bytes of bytes, a bytearray or an array; NULL for other kinds. Lives as
 *  long as the value. Since 0.3. */
TIELINE_API const void *tieline_value_get_bytes(
	const tieline_value *value, size_t *len_out);

/** An array's typecode; 0 for other kinds. Since 0.3. */
TIELINE_API char tieline_value_typecode(const tieline_value *value);

/** How many items there are in a list, tuple, dict, set, frozenset or array;
 *  the three of a range or slice; 0 for other kinds. Since 0.3. */
TIELINE_API size_t tieline_value_count(const tieline_value *value);

/** The i-th item, of a dict the value of the i-th key, in order of insertion;
 *  of a range or slice start, stop and step. NULL behind the last, for other
 *  kinds, and for an array, whose items are its bytes. Since 0.3. */
TIELINE_API tieline_value *tieline_value_item(
	const tieline_value *value, size_t i);

/** The i-th key of a dict; NULL behind the last, and for other kinds. Since
 *  0.3. */
TIELINE_API tieline_value *tieline_value_key(
	const tieline_value *dict, size_t i);

/** The value under a key of a dict, or a text as key; NULL if it is not there,
 *  if the key is unhashable, if there is no memory to look for it, and for
 *  other kinds; tieline_value_contains() tells these apart. Since 0.3. */
TIELINE_API tieline_value *tieline_value_find(
	const tieline_value *dict, const tieline_value *key);
TIELINE_API tieline_value *tieline_value_find_text(
	const tieline_value *dict, const char *key);

/** 1 if an item is in a list, tuple, set or frozenset, or a key in a dict; 0 if
 *  not; #TIELINE_ETYPE for other kinds and unhashable keys; #TIELINE_EINVAL,
 *  #TIELINE_ENOMEM. Since 0.3. */
TIELINE_API TIELINE_MUST_USE int tieline_value_contains(
	const tieline_value *container, const tieline_value *item);

/** A global's module and qualified name; NULL for other kinds. Since 0.3. */
TIELINE_API const char *tieline_value_module(const tieline_value *global);
TIELINE_API const char *tieline_value_name(const tieline_value *global);

/** How an object is made: its class or function, and a tuple of arguments.
 *  NULL for other kinds. Since 0.3. */
TIELINE_API tieline_value *tieline_value_callable(const tieline_value *object);
TIELINE_API tieline_value *tieline_value_args(const tieline_value *object);

/** The state that an object is given then: mostly a dict of its attributes.
 *  NULL if there is none, and for other kinds. Since 0.3. */
TIELINE_API tieline_value *tieline_value_state(const tieline_value *object);

/**
 * Python's ==: 1 if equal, 0 if not. Numbers are equal across kinds, 1 == 1.0
 * == True; bytes and bytearrays, sets and frozensets too; dicts whatever their
 * order. Globals are equal by name, objects if they are made in the same way of
 * equal parts. What is inside itself is equal to what has the same shape.
 *
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_ELIMIT
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_equal(
	const tieline_value *one, const tieline_value *other);

/**
 * Python's <: 1 or 0.
 *
 * @retval TIELINE_ETYPE  they have no order, as None, dicts, complex numbers,
 *                        globals and objects, a str and an int.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_ELIMIT
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_less(
	const tieline_value *one, const tieline_value *other);

/**
 * A number that is the same for equal values, in this process.
 *
 * @retval TIELINE_OK
 * @retval TIELINE_ETYPE  it is unhashable, as a list, dict or set.
 * @retval TIELINE_EINVAL, TIELINE_ENOMEM, TIELINE_ELIMIT
 *
 * Since 0.3.
 */
TIELINE_API TIELINE_MUST_USE int tieline_value_hash(
	const tieline_value *value, uint64_t *hash_out);

#ifdef __cplusplus
}
#endif

#endif
