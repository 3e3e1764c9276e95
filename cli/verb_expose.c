/* SPDX-License-Identifier: MIT */
/*
 * The verb expose: a listener whose diallers are each connected to a program's
 * own listener. Both have authenticated, each with its own key, before bytes
 * are copied between them.
 */
#include "breaking.h"
#include "broker.h"
#include "clock.h"
#include "copy.h"
#include "loop.h"
#include "status.h"
#include "target.h"

#include <tieline/adapters/poll.h>

#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define PAIRS_MAX 1024 /* at a time */

struct exposure {
	struct party party;
	const char *name;
	struct loop *loop;
	tieline_listener *listener;
	struct target target;
	tieline_options target_options;
	unsigned pair_count;
};

/* A dialler, and the program that it is connected to. */
struct pair {
	struct party party;
	struct exposure *exposure;
	size_t attempt;              /* which of the target's addresses */
	tieline_connection *dialler; /* until bytes are copied */
	tieline_connection *program; /* likewise */
	bool copies;
	struct copy copy;
};

static struct pair *pair_of(struct party *party)
{
	return (struct pair *)party;
}

static int prepare_pair(
	struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct pair *pair = pair_of(party);
	tieline_handle *handle;

	if (pair->copies)
		return copy_prepare(&pair->copy, entries);
	handle = tieline_connection_handle(pair->program);
	return tieline_pollfd_prepare(&handle, 1, entries);
}

static const char *address_of(const struct pair *pair)
{
	return pair->exposure->target.addresses[pair->attempt];
}

/* Starts to connect to the program. What it sends is not read here. */
static bool call_program(struct pair *pair)
{
	int result = tieline_client_start(address_of(pair),
		&pair->exposure->target_options, &pair->program);

	if (result < 0) {
		complain_of(address_of(pair), result, NULL);
		return false;
	}
	tieline_handle_want(
		tieline_connection_handle(pair->program), TIELINE_WRITE);
	return true;
}

/* Goes on with the next of the target's addresses, if that may help. */
static bool call_next(struct pair *pair, int code)
{
	if (code != TIELINE_ECONNECT ||
		pair->attempt + 1 == pair->exposure->target.count) {
		complain_of(address_of(pair), code,
			tieline_connection_handle(pair->program));
		return false;
	}
	tieline_connection_close(pair->program);
	pair->program = NULL;
	pair->attempt++;
	return call_program(pair);
}

/* Takes the socket out of a connection that carried no message yet. */
static bool detach(tieline_connection **connection, const char *what, int *fd)
{
	int result = tieline_connection_detach(*connection, fd);

	if (result < 0) {
		complain_of(
			what, result, tieline_connection_handle(*connection));
		return false;
	}
	*connection = NULL;
	return true;
}

static bool start_copy(struct pair *pair)
{
	int dialler_fd, program_fd;

	if (!detach(&pair->dialler, pair->exposure->name, &dialler_fd))
		return false;
	if (!detach(&pair->program, address_of(pair), &program_fd)) {
		break_socket(dialler_fd, true);
		return false;
	}
	copy_init(&pair->copy, dialler_fd, program_fd);
	pair->copies = true;
	return true;
}

static bool process_pair(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct pair *pair = pair_of(party);
	int result;

	if (pair->copies)
		return copy_process(&pair->copy, entries);
	result = tieline_flush(pair->program, 0);
	if (result == TIELINE_ETIMEDOUT)
		return true;
	return result == TIELINE_OK ? start_copy(pair)
				    : call_next(pair, result);
}

static void close_pair(struct party *party)
{
	struct pair *pair = pair_of(party);

	pair->exposure->pair_count--;
	/* What the dialler may have sent has not arrived. */
	if (pair->dialler)
		break_connection(pair->dialler, pair->exposure->loop);
	tieline_connection_close(pair->program);
	if (pair->copies)
		copy_close(&pair->copy);
	free(pair);
}

static const struct party_class pair_class = {
	.prepare = prepare_pair,
	.process = process_pair,
	.close = close_pair,
};

static struct exposure *of(struct party *party)
{
	return (struct exposure *)party;
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct exposure *exposure = of(party);
	tieline_handle *handle = tieline_listener_handle(exposure->listener);

	tieline_handle_want(
		handle, exposure->pair_count < PAIRS_MAX ? TIELINE_READ : 0);
	return tieline_pollfd_prepare(&handle, 1, entries);
}

/* Takes a dialler. */
static void start_pair(struct exposure *exposure, tieline_connection *dialler)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair) {
		complain_of_memory(exposure->name);
		break_connection(dialler, exposure->loop);
		return;
	}
	/* What it sends is for the program. */
	tieline_handle_want(tieline_connection_handle(dialler), 0);
	pair->party.class = &pair_class;
	pair->exposure = exposure;
	pair->dialler = dialler;
	exposure->pair_count++;
	if (call_program(pair))
		loop_add(exposure->loop, &pair->party);
	else
		close_pair(&pair->party);
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct exposure *exposure = of(party);
	tieline_handle *handle = tieline_listener_handle(exposure->listener);
	tieline_connection *dialler;
	int result = TIELINE_ETIMEDOUT;

	(void)entries;
	tieline_handle_process(handle);
	while (exposure->pair_count < PAIRS_MAX) {
		result = tieline_listener_accept(
			exposure->listener, 0, &dialler);
		if (result < 0)
			break;
		start_pair(exposure, dialler);
	}
	/* What it lacks now, it may have later. */
	if (result < 0 && result != TIELINE_ETIMEDOUT)
		complain_of(exposure->name, result, handle);
	return true;
}

static void close_exposure(struct party *party)
{
	tieline_listener_close(of(party)->listener);
}

static const struct party_class exposure_class = {
	.prepare = prepare,
	.process = process,
	.close = close_exposure,
};

/* How to connect to the program. */
static tieline_options target_options(
	const struct settings *settings, const struct broker *broker)
{
	tieline_options options = tieline_options_default();

	options.connect_timeout_ms = broker->options.connect_timeout_ms;
	options.no_authkey = settings->target_no_authkey;
	if (!options.no_authkey)
		options.authkey_file = settings->target_authkey_file
			? settings->target_authkey_file
			: broker->key_file;
	return options;
}

/* Each pair takes a few. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int run(struct exposure *exposure)
{
	struct loop loop;
	int status = loop_open(&loop);

	allow_descriptors();
	exposure->loop = &loop;
	exposure->party.class = &exposure_class;
	loop_add(&loop, &exposure->party);
	if (status == STATUS_DONE)
		status = loop_run(&loop);
	loop_close(&loop);
	return status;
}

int verb_expose(const struct call *call)
{
	const struct settings *settings = &call->settings;
	struct exposure exposure = {.name = call->words[0]};
	struct broker broker;
	int status = target_find(&exposure.target, call->words[1]);
	int result;

	if (status == STATUS_DONE)
		status = broker_init(&broker, call, call->words[0]);
	if (status != STATUS_DONE)
		return status;
	exposure.target_options = target_options(settings, &broker);
	broker.options.backlog = settings->backlog;
	broker.options.exclusive = settings->exclusive;
	result = tieline_listener_open(
		broker.address, &broker.options, &exposure.listener);
	if (result < 0)
		return broker_complain(&broker, result);
	return run(&exposure);
}
