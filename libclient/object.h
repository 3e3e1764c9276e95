/* SPDX-License-Identifier: MIT */
/* What is open at the broker: handles, with numbers that we choose, which are
 * opened again on each new connection. */
#ifndef TLI_CLIENT_OBJECT_H
#define TLI_CLIENT_OBJECT_H

#include "../system/error.h"
#include "exchange.h"
#include "stream.h"

struct tieline_object {
	tieline_session *session;
	uint32_t number;          /* 0 = the broker itself */
	uint32_t references;      /* the program's, and exchanges' */
	bool is_closed;           /* by the program */
	bool is_open;             /* it was, once */
	struct tli_error refusal; /* to open it again; code 0 = none */
	uint64_t id;
	struct tli_exchange *reopening; /* lasting; NULL of the broker itself */
	struct tli_streams streams;
};

/* By number. */
struct tli_remotes {
	struct tieline_object broker;
	tieline_object **all;
	uint32_t count;      /* of places */
	uint32_t first_free; /* none is free before */
};

void tli_remotes_init(struct tli_remotes *remotes, tieline_session *session);

/* Frees all of them, with their streams, as the session is closed. */
void tli_remotes_fini(struct tli_remotes *remotes);

/* The connection, which was open or not, is lost; for good, perhaps. */
void tli_remotes_lost(struct tli_remotes *remotes, bool was_open,
	bool has_ended, const struct tli_error *error);

/* Opens all again that were, and has their streams go on, before all else that
 * is unsent. */
void tli_remotes_reopen(tieline_session *session);

void tli_remote_ref(tieline_object *object);
/* A closed one without exchanges is gone after this. */
void tli_remote_unref(tieline_object *object);

/* The typed handles are objects. */
#define TLI_OBJECT(typed) ((tieline_object *)(typed))

/* What to open. */
struct tli_opening_of {
	const char *name;                      /* NULL = anonymous */
	const char *kind;                      /* NULL = any of the family */
	const char *family;                    /* NULL = any */
	const tieline_object_options *options; /* NULL = the defaults */
	const tieline_value *more; /* further options; NULL = none */
};

/* tieline_object_open_start() and tieline_object_open(), for any handle. */
int tli_remote_start(tieline_session *session,
	const struct tli_opening_of *opening, tieline_completion done,
	void *arg, tieline_object **object_out);
int tli_remote_open(tieline_session *session,
	const struct tli_opening_of *opening, tieline_object **object_out);

/*
 * What the broker is to be sent to open it: a pickle, to be freed with free();
 * for another time, when it may be there already, if is_again. Returns 0, or
 * the code in this thread's error.
 */
int tli_opening_pickle(const struct tli_opening_of *opening, bool is_again,
	void **data_out, size_t *len_out);

/* The options, with the defaults for none, as this version knows them. Returns
 * 0, or the code in the session's error. */
int tli_object_options_read(tieline_session *session,
	const tieline_object_options *options, tieline_object_options *known);

#endif
