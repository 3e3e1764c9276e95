/* SPDX-License-Identifier: MIT */
/* The verb lock: runs a program while it holds a lock. */
#include "arguments.h"
#include "child.h"
#include "loop.h"
#include "session.h"
#include "status.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <tieline/adapters/poll.h>

#define STATUS_CANNOT_RUN 127 /* as shells and env(1) say */

struct holding {
	struct party party;
	struct session session;
	const struct call *call;
	tieline_object *lock;
	int result; /* of acquiring it */
	uint64_t token;
	pid_t pid; /* 0 = it has ended */
	int wait_status;
	bool is_lost;
};

static int complain_of_lock(const struct holding *holding, int code)
{
	return session_complain(
		&holding->session, holding->call->words[0], code);
}

/* ---- while it is held ------------------------------------------------ */

static struct holding *of(struct party *party)
{
	return (struct holding *)party;
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct holding *holding = of(party);
	tieline_handle *handle =
		tieline_session_handle(holding->session.session);

	/* Then it is the program alone that is waited for. */
	if (holding->is_lost)
		return -1;
	return tieline_pollfd_prepare(&handle, 1, entries);
}

static void watch_connection(struct holding *holding)
{
	tieline_session *session = holding->session.session;

	tieline_handle_process(tieline_session_handle(session));
	if (tieline_session_is_connected(session))
		return;
	holding->is_lost = true;
	complain(STATUS_LOST, holding->call->words[0],
		"the connection is lost, and the lock with it: the command is "
		"asked to end");
	kill(holding->pid, SIGTERM);
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct holding *holding = of(party);

	(void)entries;
	if (holding->pid > 0 && !holding->is_lost)
		watch_connection(holding);
	return holding->pid > 0;
}

static void close_holding(struct party *party)
{
	(void)party;
}

static const struct party_class holding_class = {
	.prepare = prepare,
	.process = process,
	.close = close_holding,
};

static void on_child(void *arg, pid_t pid, int wait_status)
{
	struct holding *holding = arg;

	if (pid != holding->pid)
		return;
	holding->pid = 0;
	holding->wait_status = wait_status;
}

/* The program is to end first, as it may need the lock to its end. */
static bool on_signal(void *arg, int number, bool is_of_terminal)
{
	const struct holding *holding = arg;

	if (holding->pid > 0 && !is_of_terminal)
		kill(holding->pid, number);
	return true;
}

/* ---- before and after ------------------------------------------------ */

static void on_acquired(void *arg, const tieline_result *result)
{
	struct holding *holding = arg;
	bool is_late = result->code == TIELINE_ETIMEDOUT;

	holding->result = result->code;
	holding->token = result->token;
	if (result->code < 0)
		complain(status_of_open(result->code), holding->call->words[0],
			"%s",
			is_late ? "it was not free in time" : result->message);
}

/* What is there is a lock of whatever kind, or a semaphore. */
static int open_any(struct holding *holding, const tieline_value *options)
{
	const struct call *call = holding->call;
	const char *kind = call->settings.kind;
	int result = session_open_object(
		&holding->session, call, kind, options, &holding->lock);

	if (result == TIELINE_ENOOBJECT)
		result = session_open_object(&holding->session, call, "Lock",
			options, &holding->lock);
	return result < 0 ? complain_of_lock(holding, result) : STATUS_DONE;
}

static int open_lock(struct holding *holding)
{
	char *const no_words[] = {NULL};
	struct arguments arguments;
	int status = arguments_read(&arguments, holding->call, no_words);

	if (status == STATUS_DONE)
		status = open_any(holding, arguments.options);
	arguments_free(&arguments);
	return status;
}

static int acquire(struct holding *holding)
{
	int result = tieline_object_call_start(holding->lock, "acquire", NULL,
		NULL, holding->call->settings.timeout_ms, on_acquired, holding,
		NULL);

	if (result == TIELINE_OK)
		result = tieline_session_flush(
			holding->session.session, TIELINE_FOREVER);
	return result < 0 ? complain_of_lock(holding, result)
			  : status_of_open(holding->result);
}

static void tell_environment(const struct holding *holding)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, holding->token);
	setenv("TIELINE_TOKEN", text, 1);
	setenv("TIELINE_LOCK", holding->call->words[0], 1);
}

/* So that it is free when we have ended. */
static int release(struct holding *holding)
{
	int result = holding->is_lost
		? TIELINE_ELOST
		: tieline_object_call(holding->lock, "release", NULL, NULL,
			  TIELINE_FOREVER, NULL, NULL);

	if (result < 0 && !holding->is_lost)
		complain_of_lock(holding, result);
	return result < 0 ? STATUS_LOST : STATUS_DONE;
}

static int status_of_program(int wait_status)
{
	return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
				      : STATUS_SIGNAL + WTERMSIG(wait_status);
}

static int start(struct holding *holding)
{
	char *const *words = holding->call->words + 1;
	int result = child_start_here(&holding->pid, words);

	return result < 0
		? complain(STATUS_CANNOT_RUN, words[0], "%s", strerror(-result))
		: STATUS_DONE;
}

static int run(struct holding *holding)
{
	struct loop loop;
	int status = loop_open(&loop), released;

	if (status != STATUS_DONE)
		return status;
	loop.on_child = on_child;
	loop.on_signal = on_signal;
	loop.arg = holding;
	tell_environment(holding);
	status = start(holding);
	if (status == STATUS_DONE) {
		loop_add(&loop, &holding->party);
		status = loop_run(&loop);
	}
	loop_close(&loop);
	released = release(holding);
	if (status == STATUS_DONE)
		status = status_of_program(holding->wait_status);
	return released == STATUS_DONE ? status : released;
}

int verb_lock(const struct call *call)
{
	struct holding holding = {
		.party = {.class = &holding_class},
		.call = call,
	};
	int status = session_begin(
		&holding.session, call, call->words[0], SESSION_ENDS);

	if (status == STATUS_DONE)
		status = open_lock(&holding);
	if (status == STATUS_DONE)
		status = acquire(&holding);
	if (status == STATUS_DONE)
		status = run(&holding);
	session_end(&holding.session);
	return status;
}
