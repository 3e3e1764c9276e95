/* SPDX-License-Identifier: MIT */
/* Each function of sync.h and shared.h that calls a method, as a row: what it
 * asks, and what it makes of the answer; with a broker that answers them. */
#ifndef TESTS_TYPED_H
#define TESTS_TYPED_H

#include "fake.h"

#include <tieline/shared.h>
#include <tieline/sync.h>

/* What the functions are called on, and with, and what they stored. */
struct typed {
	tieline_session *session;
	tieline_lock *lock;
	tieline_semaphore *semaphore;
	tieline_condition *condition;
	tieline_event *event;
	tieline_barrier *barrier;
	tieline_dict *dict;
	tieline_list *list;
	tieline_set *set;
	tieline_shared_value *value;
	tieline_array *array;
	tieline_namespace *space;
	tieline_values *values;
	tieline_value *key, *item, *got;
	uint64_t number;
	uint32_t index;
};

#define TYPED_TEXT 512

struct typed_row {
	const char *name;
	int (*act)(struct typed *on);
	const char *asked;  /* the call, as Python shows it */
	const char *answer; /* what is returned; NULL = None */
	uint64_t token;
	int code;
	const char *got; /* NULL = nothing */
	uint64_t number;
};

extern const struct typed_row typed_rows[];
extern const size_t typed_row_count;

/* A fake broker for it. Calls that are in no row end the test's process. */
void typed_start(struct fake *fake);
/* After the last session was closed. */
void typed_stop(struct fake *fake);

/* What it was asked to open last, as Python shows it. */
extern char typed_opened[TYPED_TEXT];

/* It answers calls with this exception from now on; NULL = not any more. */
void typed_raise(enum tli_status status, const char *arguments);

/* A session with one of each. Returns 0, or the first code that is not, with
 * all closed. */
int typed_open(struct typed *on, const struct fake *fake);
void typed_close(struct typed *on);

#endif
