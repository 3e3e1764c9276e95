/* SPDX-License-Identifier: MIT */
/* What the typed handles call methods with. */
#ifndef TLI_CALL_H
#define TLI_CALL_H

#include "object.h"
#include "value_build.h"

/*
 * Call a method with arguments as for tieline_value_build(), a tuple; NULL for
 * none. They return 0, or the code in the session's error.
 */

/* For what it does: what it returns is not looked at. */
int tli_call_none(
	tieline_object *object, const char *method, const char *args, ...);

/* For what it returns; value_out may be NULL. */
int tli_call_value(tieline_object *object, tieline_values *values,
	tieline_value **value_out, const char *method, const char *args, ...);

/* For a bool, which is returned as 1 or 0. */
int tli_call_bool(
	tieline_object *object, const char *method, const char *args, ...);

/* For an int of at least 0, without arguments. */
int tli_call_count(
	tieline_object *object, uint64_t *count_out, const char *method);

/* What was returned is not what the method returns: returns the code. The
 * object may be gone then: callbacks can close it while it is called. */
int tli_call_unexpected(tieline_session *session);

/* ---- in steps --------------------------------------------------------- */

/* Makes the request, with a tuple and a dict, each of which may be NULL. NULL
 * with the session's error set. */
struct tli_exchange *tli_call_new(tieline_object *object, const char *method,
	const tieline_value *args, const tieline_value *kwargs);

/* The same with arguments as above; hole is what one is called in errors. */
struct tli_exchange *tli_call_build(tieline_object *object, const char *method,
	const char *args, va_list *arguments, const char *hole);

/* Runs it, gets what was returned, unless value_out is NULL, and frees it. Of
 * one that could not be made the code, as tli_exchange_run(). */
int tli_call_run(tieline_object *object, struct tli_exchange *exchange,
	int timeout_ms, tieline_values *values, tieline_value **value_out);

/* The same for an int. */
int tli_call_run_int(tieline_object *object, struct tli_exchange *exchange,
	int timeout_ms, int64_t *integer_out);

/* Has the broker release what was acquired. */
void tli_call_release(struct tli_exchange *exchange);

#endif
