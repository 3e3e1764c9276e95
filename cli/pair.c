/* SPDX-License-Identifier: MIT */
#include "pair.h"

#include "breaking.h"
#include "clock.h"
#include "copy.h"
#include "status.h"

#include <tieline/adapters/poll.h>

#include <stdlib.h>

#define PAUSE_FIRST_MS 100
#define PAUSE_MAX_MS   5000
#define PAUSE_VARIES   4 /* by a fourth, up or down */

struct pair {
	struct party party;
	struct carrier *carrier;
	tieline_connection *taken;  /* until bytes are copied */
	tieline_connection *called; /* likewise; NULL during a pause */
	size_t attempt;             /* which of the target's addresses */
	int64_t deadline_ms;
	int pause_ms; /* the last one; 0 = there was none */
	int64_t pause_until_ms;
	bool copies;
	struct copy copy;
};

static struct pair *of(struct party *party)
{
	return (struct pair *)party;
}

static const char *address_of(const struct pair *pair)
{
	return pair->carrier->target.addresses[pair->attempt];
}

static void tell(const struct pair *pair, enum carrier_event event, int code,
	const char *message)
{
	pair->carrier->tell(pair->carrier->arg, event, code,
		what_of(address_of(pair), code), message);
}

/* ---- Calling ---------------------------------------------------------- */

/* A silent address leaves its share of the time to others. */
static uint32_t share_ms(const struct pair *pair)
{
	int left_ms = tieline_ms_until(pair->deadline_ms);
	size_t addresses = pair->carrier->target.count - pair->attempt;
	uint32_t share = (uint32_t)left_ms / (uint32_t)addresses;

	return share > 0 ? share : 1; /* 0 is the default */
}

/* Returns as tieline_client_start(). What comes is not read here. */
static int call(struct pair *pair)
{
	tieline_options options = pair->carrier->options;
	int result;

	options.connect_timeout_ms = share_ms(pair);
	result =
		tieline_client_start(address_of(pair), &options, &pair->called);
	if (result == TIELINE_OK)
		tieline_handle_want(
			tieline_connection_handle(pair->called), TIELINE_WRITE);
	return result;
}

/* Each twice as long as the one before; by chance a little more or less, as
 * many may wait. */
static void pause_calling(struct pair *pair)
{
	/* Microseconds are chance enough. */
	unsigned chance = (unsigned)(int64_t)(now_s() * 1e6);
	int span_ms;

	pair->attempt = 0;
	pair->pause_ms *= 2;
	if (pair->pause_ms < PAUSE_FIRST_MS)
		pair->pause_ms = PAUSE_FIRST_MS;
	if (pair->pause_ms > PAUSE_MAX_MS)
		pair->pause_ms = PAUSE_MAX_MS;
	span_ms = pair->pause_ms / PAUSE_VARIES;
	pair->pause_until_ms = deadline_in(pair->pause_ms - span_ms +
		(int)(chance % (2 * (unsigned)span_ms)));
	if (pair->pause_until_ms > pair->deadline_ms)
		pair->pause_until_ms = pair->deadline_ms;
}

/* Those that are no answer of the place, or none that will be the same later.
 */
static bool may_pass(int code)
{
	static const int codes[] = {TIELINE_ECONNECT, TIELINE_ELOST,
		TIELINE_EHANDSHAKE, TIELINE_EBROKER, TIELINE_EFULL,
		TIELINE_EDESCRIPTORS, TIELINE_ENOMEM};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i] == code)
			return true;
	return false;
}

/* Whether it goes on after a call that failed for what the handle, or NULL, has
 * as its error. */
static bool survives(struct pair *pair, int code, const tieline_handle *handle)
{
	const char *why = tieline_handle_error(handle);
	bool goes_on = pair->carrier->tries_again && may_pass(code) &&
		tieline_ms_until(pair->deadline_ms) > 0;

	tell(pair, goes_on ? CARRIER_AWAY : CARRIER_FAILED, code, why);
	if (goes_on)
		pause_calling(pair);
	return goes_on;
}

static bool has_another_address(const struct pair *pair, int code)
{
	return code == TIELINE_ECONNECT &&
		pair->attempt + 1 < pair->carrier->target.count;
}

/* Calls one address after the other until one may answer. */
static bool call_any(struct pair *pair)
{
	int result = call(pair);

	while (result < 0 && has_another_address(pair, result)) {
		pair->attempt++;
		result = call(pair);
	}
	return result == TIELINE_OK || survives(pair, result, NULL);
}

static void hang_up(struct pair *pair)
{
	tieline_connection_close(pair->called);
	pair->called = NULL;
}

static bool call_again(struct pair *pair, int code)
{
	bool goes_on;

	if (has_another_address(pair, code)) {
		hang_up(pair);
		pair->attempt++;
		return call_any(pair);
	}
	goes_on = survives(pair, code, tieline_connection_handle(pair->called));
	hang_up(pair);
	return goes_on;
}

/* ---- As a party ------------------------------------------------------- */

static int prepare(struct party *party, struct pollfd entries[PARTY_ENTRIES])
{
	struct pair *pair = of(party);
	tieline_handle *handle;

	if (pair->copies)
		return copy_prepare(&pair->copy, entries);
	if (!pair->called)
		return tieline_ms_until(pair->pause_until_ms);
	handle = tieline_connection_handle(pair->called);
	return tieline_pollfd_prepare(&handle, 1, entries);
}

static void connect_them(struct pair *pair)
{
	tell(pair, CARRIER_REACHED, TIELINE_OK, "connected");
	copy_start(&pair->copy, pair->taken, pair->called);
	pair->copies = true;
	pair->taken = pair->called = NULL;
}

static bool process_call(struct pair *pair)
{
	int result = tieline_flush(pair->called, 0);

	if (result == TIELINE_ETIMEDOUT)
		return true;
	if (result < 0)
		return call_again(pair, result);
	connect_them(pair);
	return true;
}

static bool process(
	struct party *party, const struct pollfd entries[PARTY_ENTRIES])
{
	struct pair *pair = of(party);

	if (pair->copies)
		return copy_process(&pair->copy, entries);
	if (pair->called)
		return process_call(pair);
	return tieline_ms_until(pair->pause_until_ms) > 0 || call_any(pair);
}

static void end_copy(struct pair *pair)
{
	const tieline_handle *far_end =
		tieline_connection_handle(pair->copy.ends[COPY_FAR]);

	if (copy_is_broken(&pair->copy, COPY_FAR))
		tell(pair, CARRIER_BROKE, TIELINE_ELOST,
			tieline_handle_error(far_end));
	copy_close(&pair->copy, &pair->carrier->loop);
}

static void close_pair(struct party *party)
{
	struct pair *pair = of(party);

	pair->carrier->pair_count--;
	/* What may have been sent on it has not arrived. */
	if (pair->taken)
		break_connection(pair->taken, &pair->carrier->loop);
	tieline_connection_close(pair->called);
	if (pair->copies)
		end_copy(pair);
	free(pair);
}

static const struct party_class pair_class = {
	.prepare = prepare,
	.process = process,
	.close = close_pair,
};

void pair_start(struct carrier *carrier, tieline_connection *taken)
{
	struct pair *pair = calloc(1, sizeof(*pair));

	if (!pair) {
		carrier->tell(carrier->arg, CARRIER_TROUBLE, TIELINE_ENOMEM,
			carrier->name, "out of memory");
		break_connection(taken, &carrier->loop);
		return;
	}
	/* What it sends is for the other end. */
	tieline_handle_want(tieline_connection_handle(taken), 0);
	pair->party.class = &pair_class;
	pair->carrier = carrier;
	pair->taken = taken;
	pair->deadline_ms = deadline_in(carrier->timeout_ms);
	carrier->pair_count++;
	if (call_any(pair))
		loop_add(&carrier->loop, &pair->party);
	else
		close_pair(&pair->party);
}
