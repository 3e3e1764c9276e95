/* SPDX-License-Identifier: MIT */
/* What answers mean to the program: codes, texts, values, exceptions. */
#ifndef TLI_ANSWER_H
#define TLI_ANSWER_H

#include "exchange.h"

#include "../system/error.h"

/* The code of a done exchange, or one whose answer is there. */
int tli_answer_code(const struct tli_exchange *exchange);

/* The same with its text. Returns the code. */
int tli_answer_explain(
	const struct tli_exchange *exchange, struct tli_error *error);

/* Makes how a call was done the session's error, and keeps what was raised.
 * Returns the code. */
int tli_answer_report(const struct tli_exchange *exchange);

/* Keeps what was raised, for tieline_session_exception(). */
void tli_answer_keep_raised(const struct tli_exchange *exchange);

/* Reads what was returned, or the arguments of what was raised. NULL with this
 * thread's error set. */
tieline_value *tli_answer_value(
	const struct tli_exchange *exchange, tieline_values *values);

/* Calls the callback, and frees the exchange. */
void tli_answer_tell(struct tli_exchange *exchange);

#endif
