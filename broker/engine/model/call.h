/* SPDX-License-Identifier: MIT */
/* One operation on its way through the model: what kinds see of it, and how
 * they answer, raise and wait. */
#ifndef MODEL_CALL_H
#define MODEL_CALL_H

#include "../../../proto/value/value.h"
#include "model.h"

#define CALL_ARGS_MAX 8u

struct call {
	struct model *model;
	struct object *object; /* NULL: the registry */
	struct op *op;
	int64_t now_ms;
	struct tli_values *values; /* for arguments and results; one call's */

	/* Of a method, or of options: */
	const struct method *method;
	struct tli_value *args[CALL_ARGS_MAX]; /* as the parameters; NULL = not
						* given */
	const struct tli_value *all;           /* a tuple; "*" */
	const struct tli_value *keywords;      /* a dict, or NULL; "*" */

	struct tli_value *result; /* NULL = None */
};

/* ---- answers ---------------------------------------------------------- */

/* Each returns what the method is to return. */

/* The value is the answer; a NULL is lack of memory, or a limit of values, and
 * is raised. */
enum outcome call_return(struct call *call, struct tli_value *result);
enum outcome call_return_none(struct call *call);
enum outcome call_return_bool(struct call *call, bool truth);
enum outcome call_return_int(struct call *call, int64_t integer);

/* The same for what changes something, before it does: nothing fails behind
 * it, but what raises even so. False with the error raised; otherwise all that
 * is left is to change it, and CALL_DONE. */
bool call_settle(struct call *call, struct tli_value *result);

/* An exception with a text, or with that value, as its argument. */
enum outcome call_raise(struct call *call, enum tli_status status,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
enum outcome call_raise_value(
	struct call *call, enum tli_status status, struct tli_value *argument);
/* With the text that the status has; for managers' clients without one if
 * Python has none. */
enum outcome call_raise_status(struct call *call, enum tli_status status);
/* What is wrong in call->values->error, or *error: lack of memory, a limit, or
 * TypeError and ValueError with its text. */
enum outcome call_raise_values(
	struct call *call, const struct tli_value_error *error);
enum outcome call_raise_memory(struct call *call);

/* Whether something was raised. */
bool call_has_failed(const struct call *call);

/*
 * It waits for this of the object, unless its time is over or it may not wait:
 * then it raises `status` with its text. timeout_ms as in struct op; it counts
 * from the first try.
 */
enum outcome call_wait(struct call *call, struct object *object,
	enum wait_class class, int64_t timeout_ms, enum tli_status status);

/* Whether it would: for what answers otherwise than by raising. */
bool call_may_wait(const struct call *call, int64_t timeout_ms);
enum outcome call_wait_on(struct call *call, struct object *object,
	enum wait_class class, int64_t timeout_ms);

/* ---- arguments -------------------------------------------------------- */

/* Python's truth of a value; `fallback` for NULL. */
bool call_truth(const struct tli_value *value, bool fallback);

/* An int of at least `min` and at most `max`; `fallback` for NULL. False with
 * the error raised: TypeError, or ValueError with the parameter's name. */
bool call_int(struct call *call, const struct tli_value *value,
	const char *name, int64_t min, int64_t max, int64_t fallback,
	int64_t *integer_out);

/* Seconds, an int or a float, as milliseconds, rounded up; NULL and None are
 * OP_FOREVER, what is negative is below that. False with TypeError, ValueError
 * for a NaN or OverflowError raised. */
bool call_seconds(
	struct call *call, const struct tli_value *value, int64_t *ms_out);

/* A str, not longer than max_len bytes. False with the error raised. */
bool call_text(struct call *call, const struct tli_value *value,
	const char *name, size_t max_len, const char **text_out,
	size_t *len_out);

/* A name at the broker; NULL for None, and for NULL. False with the error
 * raised.
 */
bool call_name(struct call *call, const struct tli_value *value,
	const char *parameter, const char **name_out);

/* ---- listings --------------------------------------------------------- */

/* For a kind's stat(): one thing more that there is to tell. */
void stat_put(struct call *call, const char *key, struct tli_value *value);
void stat_put_int(struct call *call, const char *key, uint64_t integer);
/* NULL is None. */
void stat_put_text(struct call *call, const char *key, const char *text);

/* ---- changes ---------------------------------------------------------- */

/* The content was changed: it has another version, and who watches it is told
 * of the method and the key, or index, NULL if it was all. */
void call_changed(struct call *call, struct tli_value *key);

#endif
