/* SPDX-License-Identifier: MIT */
/* What the typed handles call methods with. */
#ifndef TLI_CALL_H
#define TLI_CALL_H

#include "object.h"

/* What a caller wants to have of an answer; each may be NULL. */
struct tli_call_result {
	tieline_values *values;
	tieline_value **value_out; /* what was returned, in values */
	uint64_t *token_out;       /* of what was acquired */
};

/*
 * Calls a method with arguments as for tieline_value_build(), a tuple; NULL for
 * none. They tell the method how long to wait: timeout_ms bounds only how long
 * its answer is waited for, with answer_timeout_ms besides. Returns 0, or the
 * code in the session's error.
 */
int tli_call(tieline_object *object, int timeout_ms,
	struct tli_call_result *result, const char *method, const char *args,
	...);

/* Starts to; as tieline_object_call_start(). */
int tli_call_start(tieline_object *object, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out,
	const char *method, const char *args, ...);

/* The same for what returns a bool, an int of at least 0, nothing. */
int tli_call_bool(tieline_object *object, const char *method);
int tli_call_count(
	tieline_object *object, uint64_t *count_out, const char *method);
int tli_call_none(tieline_object *object, const char *method);

#endif
