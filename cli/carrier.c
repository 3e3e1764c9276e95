/* SPDX-License-Identifier: MIT */
#include "carrier.h"

#include "pair.h"
#include "status.h"

#include <tieline/adapters/poll.h>

#include <stdio.h>
#include <sys/resource.h>

#define FULL_TEXT "%u connections are there: more wait"

static struct carrier *of(struct party *party)
{
	return (struct carrier *)party;
}

static bool is_full(const struct carrier *carrier)
{
	return carrier->pair_count >= carrier->max_pairs;
}

/* Once, until there is room again. */
static void tell_if_full(struct carrier *carrier)
{
	char text[sizeof(FULL_TEXT) + 16];

	if (is_full(carrier) && !carrier->is_full) {
		snprintf(text, sizeof(text), FULL_TEXT, carrier->max_pairs);
		carrier->tell(carrier->arg, CARRIER_FULL, TIELINE_EFULL,
			carrier->name, text);
	}
	carrier->is_full = is_full(carrier);
}

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct carrier *carrier = of(party);
	tieline_handle *handle = tieline_listener_handle(carrier->listener);

	tell_if_full(carrier);
	tieline_handle_want(handle, carrier->is_full ? 0 : TIELINE_READ);
	return tieline_pollfd_prepare(&handle, 1, entries);
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct carrier *carrier = of(party);
	tieline_handle *handle = tieline_listener_handle(carrier->listener);
	tieline_connection *taken;
	int result = TIELINE_ETIMEDOUT;

	(void)entries;
	tieline_handle_process(handle);
	while (!is_full(carrier)) {
		result = tieline_listener_accept(carrier->listener, 0, &taken);
		if (result < 0)
			break;
		pair_start(carrier, taken);
	}
	/* What it lacks now, it may have later. */
	if (result < 0 && result != TIELINE_ETIMEDOUT)
		carrier->tell(carrier->arg, CARRIER_TROUBLE, result,
			carrier->name, tieline_handle_error(handle));
	return true;
}

static void close_carrier(struct party *party)
{
	tieline_listener_close(of(party)->listener);
	of(party)->listener = NULL;
}

static const struct party_class carrier_class = {
	.prepare = prepare,
	.process = process,
	.close = close_carrier,
};

/* Each pair takes a few. */
static void allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

int carrier_open(struct carrier *carrier)
{
	allow_descriptors();
	complain_without_waiting();
	return loop_open(&carrier->loop);
}

int carrier_run(struct carrier *carrier)
{
	carrier->party.class = &carrier_class;
	loop_add(&carrier->loop, &carrier->party);
	return loop_run(&carrier->loop);
}

void carrier_close(struct carrier *carrier)
{
	loop_close(&carrier->loop);
	tieline_listener_close(carrier->listener);
}
