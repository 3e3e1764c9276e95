/* SPDX-License-Identifier: MIT */
/*
 * A listener with a name at a broker. Its openings are connections to the
 * broker, parked there until somebody dials the name; each that was is replaced
 * by another one. Those on their way stand in front of those that are parked,
 * which have no deadline. A broker that is lost is tried again and again.
 */
#include "../system/random.h"
#include "backoff.h"
#include "client.h"
#include "listener.h"

#include <stdio.h>
#include <stdlib.h>

#define DEFAULT_BACKLOG 1u
#define ID_BYTES        16u
#define UNDER_WAY_MAX   8  /* more at a time would look like an attack */
#define LATE_MS         50 /* more than a program that is on time can be late */

struct parking {
	tieline_listener base;
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX]; /* the broker's */
	size_t endpoint_count;
	size_t next; /* of them, to be tried */
	struct tli_request request;
	unsigned parked_count;
	bool found;         /* a connection was parked at least once */
	int64_t find_by_ms; /* until then */
	struct tli_backoff backoff;
};

static struct parking *of(tieline_handle *handle)
{
	return (struct parking *)handle;
}

static bool is_parked(const tieline_connection *connection)
{
	return connection->opening->meeting->parked;
}

static int64_t deadline_of(tieline_connection *connection)
{
	return tli_connection_interest(&connection->handle).deadline_ms;
}

/* The name can be dialled. */
static void note_success(struct parking *parking)
{
	parking->found = true;
	parking->base.absence.code = 0;
	parking->backoff = (struct tli_backoff){0, 0};
}

/* Told once, however many connections are lost, and tries fail, until one is
 * parked again. */
static void note_absence(struct parking *parking, const struct tli_error *cause)
{
	struct tli_error *absence = &parking->base.absence;

	if (absence->code)
		return;
	tli_error_set(absence, TIELINE_EBROKER,
		"waiting at the broker is being tried again: %.190s",
		cause->text);
	tli_listener_tell(&parking->base, absence->code, parking->base.address,
		absence->text);
}

static bool is_ours(int code)
{
	return code == TIELINE_ENOMEM || code == TIELINE_EDESCRIPTORS ||
		code == TIELINE_ESYSTEM;
}

static void note_failure(struct parking *parking, const struct tli_error *error)
{
	if (error->code == TIELINE_ECONNECT) {
		parking->next = (parking->next + 1) % parking->endpoint_count;
		if (parking->next != 0)
			return; /* the broker has another address */
	}
	if (error->code == TIELINE_EAUTH)
		tli_backoff_slow_down(&parking->backoff);
	tli_backoff_pause(&parking->backoff, tli_now_ms());
	if (!parking->found || is_ours(error->code))
		parking->base.trouble = *error;
	else
		note_absence(parking, error);
}

/* What is seen to have failed long after its time is not the broker's fault:
 * the program was busy with other things. */
static bool is_stale(const struct parking *parking, int64_t deadline_ms)
{
	return parking->found && deadline_ms != TLI_NEVER &&
		tli_now_ms() - deadline_ms > LATE_MS;
}

static void note_parked(struct parking *parking, tieline_connection *connection)
{
	struct tli_connections *openings = &parking->base.openings;

	TAILQ_REMOVE(openings, connection, link);
	TAILQ_INSERT_TAIL(openings, connection, link);
	parking->parked_count++;
}

/* Takes one connection a step on. */
static void step(struct parking *parking, tieline_connection *connection)
{
	bool was_parked = is_parked(connection);
	int64_t deadline_ms = connection->opening->deadline_ms;
	struct tli_error error;
	int result = tli_listener_step(&parking->base, connection, &error);

	if (was_parked && result != 0)
		parking->parked_count--;
	if (result < 0) {
		tli_listener_drop(&parking->base, connection);
		if (!is_stale(parking, deadline_ms))
			note_failure(parking, &error);
		return;
	}
	if (was_parked || (result == 0 && !is_parked(connection)))
		return;
	if (result == 0)
		note_parked(parking, connection);
	note_success(parking);
}

static void step_overdue(struct parking *parking)
{
	int64_t now_ms = tli_now_ms();
	tieline_connection *first, *next;

	for (first = TAILQ_FIRST(&parking->base.openings);
		first && !is_parked(first); first = next) {
		next = TAILQ_NEXT(first, link);
		if (deadline_of(first) <= now_ms)
			step(parking, first);
	}
}

/* Whether another connection is to be made, after a pause if there is one. */
static bool lacks_one(const struct parking *parking)
{
	const tieline_listener *base = &parking->base;
	unsigned under_way = base->opening_count - parking->parked_count;
	bool probing = !parking->found || base->absence.code;

	return base->opening_count + base->waiting_count <
		base->settings.backlog &&
		under_way < (probing ? 1 : UNDER_WAY_MAX);
}

/* How long connecting may take. A silent address leaves its share of the time
 * to others. And no longer than the broker waits for a handshake, or the
 * lateness of a busy program would not show. */
static int share_of(const struct parking *parking, int64_t total_ms)
{
	int share_ms = tli_time_left_ms(total_ms) /
		(int)(parking->endpoint_count - parking->next);
	int patience_ms = parking->base.settings.handshake_timeout_ms;

	return share_ms < patience_ms ? share_ms : patience_ms;
}

static void make_one(struct parking *parking)
{
	tieline_listener *base = &parking->base;
	int64_t total_ms = tli_earlier(parking->find_by_ms,
		tli_deadline_in(base->settings.connect_timeout_ms));
	struct tli_error error;
	tieline_connection *connection = tli_client_new(&base->settings,
		&parking->endpoints[parking->next], &parking->request,
		tli_deadline_in(share_of(parking, total_ms)), total_ms, &error);

	if (!connection) {
		note_failure(parking, &error);
		return;
	}
	TAILQ_INSERT_HEAD(&base->openings, connection, link);
	base->opening_count++;
	step(parking, connection);
}

static void process(tieline_handle *handle)
{
	struct parking *parking = of(handle);
	void *owners[TLI_LISTENER_BATCH];
	int count = tli_listener_events(&parking->base, owners);

	for (int i = 0; i < count; i++)
		step(parking, owners[i]);
	step_overdue(parking);
	while (lacks_one(parking) &&
		!tli_backoff_is_pausing(&parking->backoff, tli_now_ms()))
		make_one(parking);
}

static struct tli_interest interest(tieline_handle *handle)
{
	struct parking *parking = of(handle);
	int64_t deadline_ms =
		lacks_one(parking) ? parking->backoff.until_ms : TLI_NEVER;
	tieline_connection *connection;

	TAILQ_FOREACH (connection, &parking->base.openings, link) {
		if (is_parked(connection))
			break;
		deadline_ms = tli_earlier(deadline_ms, deadline_of(connection));
	}
	return (struct tli_interest){
		handle->poller.epoll_fd, POLLIN, deadline_ms};
}

/* The poller is the listener's own, and kept in step by each step. */
static int watch(tieline_handle *handle)
{
	(void)handle;
	return 0;
}

/* Its openings are all that it has. */
static void close_parking(tieline_listener *listener)
{
	(void)listener;
}

static const struct tli_listener_kind parking_kind = {
	.handle = {.process = process,
		.ready = tli_listener_ready,
		.interest = interest,
		.watch = watch},
	.close = close_parking,
};

/* What tells the broker that several connections are one listener's. */
static int make_id(char *id, struct tli_error *error)
{
	uint8_t bytes[ID_BYTES];
	int result = tli_random(bytes, sizeof(bytes));

	if (result < 0)
		return tli_error_system(
			error, TIELINE_ESYSTEM, "random bytes", -result);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(id + 2 * i, 3, "%02x", bytes[i]);
	return 0;
}

static int prepare(struct parking *parking, const struct tli_address *address,
	struct tli_error *error)
{
	struct tli_settings *settings = &parking->base.settings;
	struct tli_request *request = &parking->request;

	if (settings->backlog == 0)
		settings->backlog = DEFAULT_BACKLOG;
	request->verb = TLI_VERB_ACCEPT;
	request->confirm = true;
	request->exclusive = settings->exclusive;
	strcpy(request->name, address->name);
	tli_address_format(address, parking->base.address);
	if (make_id(request->listener, error) < 0)
		return error->code;
	return tli_endpoint_lookup(address, TLI_LOOKUP_CONNECT,
		parking->endpoints, &parking->endpoint_count, error);
}

/* Waits until the name can be dialled. */
static int be_found(struct parking *parking, struct tli_error *error)
{
	tieline_handle *handle = &parking->base.handle;
	int result = 0;

	parking->find_by_ms =
		tli_deadline_in(parking->base.settings.connect_timeout_ms);
	process(handle);
	while (result == 0 && !parking->found && !parking->base.trouble.code) {
		result = tli_handle_sleep(handle, TLI_NEVER);
		process(handle);
	}
	parking->find_by_ms = TLI_NEVER;
	if (parking->found)
		return 0;
	*error = result < 0 ? handle->error : parking->base.trouble;
	return error->code;
}

tieline_listener *tli_parking_open(const struct tli_address *address,
	const tieline_options *options, struct tli_error *error)
{
	const struct tli_use use = {address, TLI_AUTH_CLIENT};
	struct parking *parking = calloc(1, sizeof(*parking));
	int result;

	if (!parking) {
		tli_error_set(error, TIELINE_ENOMEM, "no memory to listen");
		return NULL;
	}
	result = tli_listener_init(
		&parking->base, &parking_kind, options, &use, error);
	if (result == 0)
		result = prepare(parking, address, error);
	if (result == 0)
		result = be_found(parking, error);
	if (result == 0)
		return &parking->base;
	tieline_listener_close(&parking->base);
	return NULL;
}
