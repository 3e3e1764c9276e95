/* SPDX-License-Identifier: MIT */
/*
 * JSON, read from people and peers who may not be trusted, and written. The
 * home of cJSON, which sees a text only after it was checked here: cJSON alone
 * would cut a string at an escaped NUL, and take duplicate keys, bytes behind
 * the value, bad UTF-8 and numbers that are not finite.
 */
#ifndef TLI_JSON_H
#define TLI_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_JSON_ERROR_TEXT 200
#define TLI_JSON_DEPTH_MAX  64u /* of any text, whatever its limits say */

/* What a text may be. */
struct tli_json_limits {
	size_t max_bytes;
	unsigned max_depth; /* 1 = an object or array with no other inside */
	bool comments;      /* to the end of the line, and C's; for people */
	bool big_numbers;   /* any, to be read with tli_json_next_number():
			     * tli_json_number() is 0 for all */
	size_t max_values;  /* 0 = any number */
};

/* What is wrong with a text: for people, and where. */
struct tli_json_error {
	unsigned line; /* from 1; 0 = there was no memory */
	char text[TLI_JSON_ERROR_TEXT];
};

/* A value, and all values inside it. The same key is not twice in an object. */
typedef struct cJSON tli_json;

enum tli_json_kind {
	TLI_JSON_NULL,
	TLI_JSON_BOOL,
	TLI_JSON_NUMBER,
	TLI_JSON_TEXT,
	TLI_JSON_ARRAY,
	TLI_JSON_OBJECT,
};

/*
 * Reads one value, with nothing but white space around it. NULL with *error
 * set otherwise. To be freed with tli_json_free().
 */
tli_json *tli_json_parse(const char *text, size_t len,
	const struct tli_json_limits *limits, struct tli_json_error *error);

/* Frees a value with all inside it. NULL is fine. */
void tli_json_free(tli_json *json);

enum tli_json_kind tli_json_kind(const tli_json *json);

/* "a number", "an object" ...: for messages. */
const char *tli_json_kind_name(enum tli_json_kind kind);

/* The first member or element of an object or array, and the next one; NULL
 * behind the last. */
const tli_json *tli_json_first(const tli_json *json);
const tli_json *tli_json_next(const tli_json *json);

/* The key of an object's member. */
const char *tli_json_key(const tli_json *member);

/* The member with that key, upper and lower case told apart; NULL if there is
 * none. */
const tli_json *tli_json_find(const tli_json *object, const char *key);

/* What a value of that kind is; for no other kind. Texts have no NUL inside. */
bool tli_json_bool(const tli_json *json);
double tli_json_number(const tli_json *json);
const char *tli_json_text(const tli_json *json);

/* True for a number without a fraction that lies in [-2^53, 2^53]; false for
 * all else. */
bool tli_json_is_integer(const tli_json *json);

/*
 * The numbers of a parsed text without comments, as they are written, in their
 * order, which is that of a walk over the values: the next one from *at (at
 * first the start of the text) on, behind which *at then is. NULL if there is
 * none.
 */
const char *tli_json_next_number(
	const char **at, const char *end, size_t *len_out);

/*
 * The line on which a member (its key) or an element of the parsed text starts:
 * the one that is the path[depth - 1]-th (from 0) of the path[depth - 2]-th ...
 * of the outermost value. 1 for an empty path.
 */
unsigned tli_json_line(
	const char *text, size_t len, const size_t path[], size_t depth);

/* Writes a value that was parsed as JSON without white space, with a NUL behind
 * it. False if it needs more than about size bytes. */
bool tli_json_print(const tli_json *json, char *text, size_t size);

/*
 * Writing: a value is made member by member. Whatever fails for lack of memory
 * makes `failed` true, and all later calls do nothing, so that only
 * tli_json_finish() has to be looked at. To be zeroed at first.
 */
struct tli_json_writer {
	tli_json *root;
	bool failed;
};

/*
 * Adds a value to an object under a key, to an array with a key of NULL; the
 * outermost value has neither parent nor key. Those that can have others inside
 * are returned, to be a parent; NULL after a failure, which is fine as a parent
 * too. Keys and texts are copied, and must be UTF-8; a number must be finite.
 */
tli_json *tli_json_add_object(
	struct tli_json_writer *writer, tli_json *parent, const char *key);
tli_json *tli_json_add_array(
	struct tli_json_writer *writer, tli_json *parent, const char *key);
void tli_json_add_text(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const char *text);
void tli_json_add_number(struct tli_json_writer *writer, tli_json *parent,
	const char *key, double number);

void tli_json_add_bool(struct tli_json_writer *writer, tli_json *parent,
	const char *key, bool value);

/* Adds what is JSON already: a number of any size, or null. */
void tli_json_add_raw(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const char *json);

/*
 * The text of what was written, without white space and with a NUL behind its
 * *len_out bytes, to be freed with free(); NULL for lack of memory. Frees all
 * else.
 */
char *tli_json_finish(struct tli_json_writer *writer, size_t *len_out);

#endif
