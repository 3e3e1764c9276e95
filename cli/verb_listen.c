/* SPDX-License-Identifier: MIT */
/* The verb listen: a listener whose connections are tied to standard input and
 * output one by one, or to commands side by side. */
#include "broker.h"
#include "clock.h"
#include "commands.h"
#include "status.h"
#include "talk.h"

#include <tieline/adapters/poll.h>

struct reception {
	struct party party;
	const struct call *call;
	struct loop *loop;
	tieline_listener *listener;
	int64_t deadline_ms; /* for the next connection */
	int status;
	/* With --exec the one is used, without it the other. */
	struct commands commands;
	struct talk talk;
};

static struct reception *of(struct party *party)
{
	return (struct reception *)party;
}

static bool is_busy(const struct reception *reception)
{
	return reception->call->settings.exec
		? commands_are_full(&reception->commands)
		: reception->talk.connected;
}

static bool is_idle(const struct reception *reception)
{
	return reception->commands.count == 0 && !reception->talk.connected;
}

/* The time to wait starts when nobody is there any more. */
static void watch_the_time(struct reception *reception)
{
	if (!is_idle(reception))
		reception->deadline_ms = NEVER;
	else if (reception->deadline_ms == NEVER)
		reception->deadline_ms =
			deadline_in(reception->call->settings.timeout_ms);
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct reception *reception = of(party);
	tieline_handle *handle = tieline_listener_handle(reception->listener);

	if (talk_has_failed(&reception->talk))
		return 0;
	watch_the_time(reception);
	tieline_handle_want(handle, is_busy(reception) ? 0 : TIELINE_READ);
	return earlier(tieline_pollfd_prepare(&handle, 1, entries),
		tieline_ms_until(reception->deadline_ms));
}

static void start(struct reception *reception, tieline_connection *connection)
{
	if (reception->call->settings.exec)
		commands_start(
			&reception->commands, connection, reception->loop);
	else
		talk_start(&reception->talk, connection, reception->loop);
}

/* Takes who has come. False when no more are to be taken. */
static bool accept_some(struct reception *reception)
{
	const struct settings *settings = &reception->call->settings;
	tieline_connection *connection;

	while (!is_busy(reception)) {
		int result = tieline_listener_accept(
			reception->listener, 0, &connection);

		if (result == TIELINE_ETIMEDOUT)
			return true;
		/* What it lacks now, it may have later. */
		if (result < 0) {
			complain_of(reception->call->words[0], result,
				tieline_listener_handle(reception->listener));
			return true;
		}
		start(reception, connection);
		if (!settings->keep && !settings->exec)
			return false;
	}
	return true;
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct reception *reception = of(party);

	(void)entries;
	tieline_handle_process(tieline_listener_handle(reception->listener));
	if (talk_has_failed(&reception->talk) || !accept_some(reception))
		return false;
	if (tieline_ms_until(reception->deadline_ms) != 0 ||
		!is_idle(reception))
		return true;
	reception->status = complain(STATUS_TIMED_OUT,
		reception->call->words[0], "nobody dialled in time");
	return false;
}

static void close_reception(struct party *party)
{
	tieline_listener_close(of(party)->listener);
}

static const struct party_class reception_class = {
	.prepare = prepare,
	.process = process,
	.close = close_reception,
};

/* Runs with a listener, which it takes. */
static int receive(const struct call *call, tieline_listener *listener)
{
	struct loop loop;
	struct reception reception = {
		.party = {.class = &reception_class},
		.call = call,
		.loop = &loop,
		.listener = listener,
		.deadline_ms = NEVER,
		.talk = {.source = {.fd = -1}, .sink = {.fd = -1}},
	};
	int status = loop_open(&loop);

	if (call->settings.keep || call->settings.exec)
		complain_without_waiting();
	loop_add(&loop, &reception.party);
	commands_open(&reception.commands, call, &loop);
	if (status == STATUS_DONE && !call->settings.exec)
		status = talk_open(&reception.talk, call, call->settings.keep);
	if (status == STATUS_DONE)
		status = loop_run(&loop);
	loop_close(&loop);
	commands_close(&reception.commands);
	talk_close(&reception.talk);
	if (status == STATUS_DONE)
		status = reception.status;
	return status == STATUS_DONE ? reception.talk.status : status;
}

int verb_listen(const struct call *call)
{
	const struct settings *settings = &call->settings;
	struct broker broker;
	tieline_listener *listener;
	int status = broker_init(&broker, call, call->words[0]);
	int result;

	if (status != STATUS_DONE)
		return status;
	broker.options.backlog = settings->backlog;
	broker.options.exclusive = settings->exclusive;
	result = tieline_listener_open(
		broker.address, &broker.options, &listener);
	if (result < 0)
		return broker_complain(&broker, result);
	return receive(call, listener);
}
