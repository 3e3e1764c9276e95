/* SPDX-License-Identifier: MIT */
/*
 * What listeners and connections have in common: each goes on when told, says
 * what it is ready for, and what it waits for. Blocking calls and event loops
 * are both built on these three.
 */
#ifndef TLI_HANDLE_H
#define TLI_HANDLE_H

#include "../system/clock.h"
#include "../system/error.h"
#include "poller.h"

#include <tieline/tieline.h>

#include <poll.h>

/* What to sleep on before a handle can go on. No events: on nothing but time.
 */
struct tli_interest {
	int fd;
	short events; /* of poll(2) */
	int64_t deadline_ms;
};

struct tli_handle_class {
	/* Does what can be done without blocking (but see `patient` of
	 * connections). */
	void (*process)(tieline_handle *handle);
	/* What an operation would not wait for, wanted or not, as bits: it
	 * would succeed, or fail at once. */
	int (*ready)(tieline_handle *handle);
	struct tli_interest (*interest)(tieline_handle *handle);
	/* For event loops: brings what the open poller watches in step. Returns
	 * 0 or -errno. */
	int (*watch)(tieline_handle *handle);
};

/* The first member of every handle. */
struct tieline_handle {
	const struct tli_handle_class *class;
	unsigned fork_generation;
	int want;     /* TIELINE_READ, TIELINE_WRITE */
	bool overdue; /* the poller lags behind: process has to come soon */
	struct tli_poller poller;
	struct tli_error error;
};

/* Fills in a handle. Returns 0, or the code in *error. */
int tli_handle_init(tieline_handle *handle,
	const struct tli_handle_class *class, struct tli_error *error);

void tli_handle_fini(tieline_handle *handle);

/* What the handle is ready for of what it wants. */
int tli_handle_wanted(tieline_handle *handle);

/* What to hand to poll(2) for the handle. */
struct pollfd tli_interest_pollfd(struct tli_interest interest);

/* True in a forked child, where all but closing is refused. */
bool tli_handle_is_foreign(const tieline_handle *handle);

/* What acts on a handle starts with this: 0, or TIELINE_EFORKED. */
int tli_handle_check(tieline_handle *handle);

/* What has acted on a handle ends with this: it brings the descriptor in step
 * with the handle, and returns result. */
int tli_handle_settle(tieline_handle *handle, int result);

/* Sleeps until the handle can go on, or the deadline is over. Returns 0, or the
 * code in the handle's error. */
int tli_handle_sleep(tieline_handle *handle, int64_t deadline_ms);

/*
 * Goes on, sleeping in between, until the handle is ready for event, whatever
 * else it wants. Returns 1, 0 when the deadline is over, or TIELINE_ESYSTEM.
 */
int tli_handle_await(tieline_handle *handle, int event, int64_t deadline_ms);

/* Sets TIELINE_ETIMEDOUT with a text and returns it. */
int tli_handle_timed_out(tieline_handle *handle, const char *what);

#endif
