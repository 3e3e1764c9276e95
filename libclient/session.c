/* SPDX-License-Identifier: MIT */
/* Sessions as handles: opened, waited for, closed. */
#include "session.h"

#include <limits.h>
#include <stdlib.h>

#define DEFAULT_ANSWER_TIMEOUT_MS 10000u
#define DEFAULT_MAX_REQUESTS      65536u
#define DEFAULT_MAX_UNSENT_BYTES  ((uint64_t)64 << 20)
#define MOST_REQUESTS             524288u /* half of the tags */

static tieline_session *of(tieline_handle *handle)
{
	return (tieline_session *)handle;
}

/* ---- the handle ------------------------------------------------------- */

static void elapse(tieline_session *session)
{
	struct tli_exchanges *exchanges = &session->exchanges;
	int64_t now_ms = tli_now_ms();

	if (exchanges->next_deadline_ms > now_ms)
		return;
	/* What has come has come in time, if we are late to look at it. */
	tli_link_read(session);
	tli_exchanges_elapse(exchanges, now_ms);
}

void tli_session_go_on(tieline_session *session)
{
	elapse(session);
	tli_link_step(session);
	tli_session_call_back(session);
	tli_link_flush(session);
}

static void process(tieline_handle *handle)
{
	tli_session_go_on(of(handle));
}

bool tli_session_is_busy(const tieline_session *session)
{
	const struct tli_exchanges *exchanges = &session->exchanges;

	return exchanges->under_way + exchanges->owed >=
		session->max_requests ||
		exchanges->unsent_bytes >= session->max_unsent_bytes;
}

static int ready(tieline_handle *handle)
{
	const tieline_session *session = of(handle);
	bool has_ended = session->link.state == TLI_LINK_ENDED;
	int events = 0;

	if (session->waiting > 0 || has_ended)
		events |= TIELINE_READ;
	if (has_ended || !tli_session_is_busy(session))
		events |= TIELINE_WRITE;
	return events;
}

static struct tli_interest interest(tieline_handle *handle)
{
	tieline_session *session = of(handle);
	struct tli_interest interest = tli_link_interest(session);

	interest.deadline_ms = tli_earlier(
		interest.deadline_ms, session->exchanges.next_deadline_ms);
	if (!session->is_in_callback && tli_session_has_news(session))
		interest.deadline_ms = 0;
	return interest;
}

static int watch(tieline_handle *handle)
{
	return tli_link_watch(of(handle));
}

static const struct tli_handle_class session_class = {
	.process = process,
	.ready = ready,
	.interest = interest,
	.watch = watch,
};

/* ---- opening ---------------------------------------------------------- */

static uint64_t or_default(uint64_t value, uint64_t standard)
{
	return value ? value : standard;
}

static int take_options(tieline_session *session,
	const tieline_session_options *options, struct tli_error *error)
{
	tieline_session_options known = tieline_session_options_default();

	if (options && !tli_options_copy(&known, sizeof(known), options))
		return tli_error_set(error, TIELINE_EINVAL,
			"the session options' size is wrong, or they ask for "
			"what version %s does not have: start from "
			"tieline_session_options_default()",
			TIELINE_VERSION);
	if (known.answer_timeout_ms > INT_MAX)
		return tli_error_set(error, TIELINE_EINVAL,
			"answer_timeout_ms must be at most 2147483647");
	if (known.max_requests > MOST_REQUESTS)
		return tli_error_set(error, TIELINE_EINVAL,
			"max_requests must be at most %u", MOST_REQUESTS);
	session->answer_timeout_ms = (int)or_default(
		known.answer_timeout_ms, DEFAULT_ANSWER_TIMEOUT_MS);
	session->max_requests =
		(uint32_t)or_default(known.max_requests, DEFAULT_MAX_REQUESTS);
	session->max_unsent_bytes =
		or_default(known.max_unsent_bytes, DEFAULT_MAX_UNSENT_BYTES);
	session->on_event = known.on_event;
	session->on_event_arg = known.on_event_arg;
	session->link.is_persistent = !known.no_reconnect;
	return 0;
}

static int fill_in(tieline_session *session, const char *address,
	enum tli_lookup lookup, const tieline_options *options,
	const tieline_session_options *session_options, struct tli_error *error)
{
	int result = tli_handle_init(&session->handle, &session_class, error);

	tli_exchanges_init(&session->exchanges);
	tli_remotes_init(&session->remotes, session);
	TAILQ_INIT(&session->arrivals);
	tli_buf_init(&session->raised_arguments, SIZE_MAX / 2);
	if (result == 0)
		result = tli_link_init(
			&session->link, address, lookup, options, error);
	if (result == 0)
		result = take_options(session, session_options, error);
	if (result < 0)
		return result;
	session->scratch = tieline_values_new(NULL);
	if (!session->scratch) {
		*error = *tli_thread_error();
		return error->code;
	}
	return 0;
}

/* NULL with *error set. */
static tieline_session *make(const char *address, enum tli_lookup lookup,
	const tieline_options *options,
	const tieline_session_options *session_options, struct tli_error *error)
{
	tieline_session *session = calloc(1, sizeof(*session));

	if (!session) {
		tli_error_set(error, TIELINE_ENOMEM, "no memory for a session");
		return NULL;
	}
	if (fill_in(session, address, lookup, options, session_options,
		    error) == 0)
		return session;
	tieline_session_close(session);
	return NULL;
}

/* Waits for the first connection. */
static int find_broker(tieline_session *session, struct tli_error *error)
{
	struct tli_link *link = &session->link;
	int result = 0;

	link->find_by_ms = tli_deadline_in(link->settings.connect_timeout_ms);
	tli_link_step(session);
	while (result == 0 && link->state != TLI_LINK_OPEN &&
		!link->absence.code) {
		result = tli_handle_sleep(&session->handle, TLI_NEVER);
		tli_link_step(session);
	}
	link->find_by_ms = TLI_NEVER;
	/* The program sees for itself. */
	session->news.is_connected = session->news.is_lost = false;
	if (link->state == TLI_LINK_OPEN)
		return 0;
	*error = result < 0 ? session->handle.error : link->absence;
	return error->code;
}

int tieline_session_open(const char *address, const tieline_options *options,
	const tieline_session_options *session_options,
	tieline_session **session_out)
{
	struct tli_error *error = tli_thread_error();
	tieline_session *session = make(
		address, TLI_LOOKUP_CONNECT, options, session_options, error);

	if (!session)
		return error->code;
	if (find_broker(session, error) < 0) {
		tieline_session_close(session);
		return error->code;
	}
	*session_out = session;
	return 0;
}

int tieline_session_start(const char *address, const tieline_options *options,
	const tieline_session_options *session_options,
	tieline_session **session_out)
{
	struct tli_error *error = tli_thread_error();
	tieline_session *session = make(
		address, TLI_LOOKUP_NUMERIC, options, session_options, error);

	if (!session)
		return error->code;
	tli_link_step(session);
	*session_out = session;
	return 0;
}

void tieline_session_close(tieline_session *session)
{
	if (!session)
		return;
	session->link.state = TLI_LINK_ENDED;
	tli_remotes_fini(&session->remotes);
	tli_exchanges_fini(&session->exchanges);
	tli_link_fini(session);
	tieline_values_free(session->scratch);
	tli_buf_fini(&session->raised_arguments);
	tli_handle_fini(&session->handle);
	free(session);
}

/* ---- using ------------------------------------------------------------ */

int tli_session_check(tieline_session *session)
{
	int result = tli_handle_check(&session->handle);

	if (result < 0 || session->link.state != TLI_LINK_ENDED)
		return result;
	session->handle.error = session->link.absence;
	return session->handle.error.code;
}

int tli_session_settle(tieline_session *session, int result)
{
	if (tli_handle_is_foreign(&session->handle))
		return result; /* the connection is the parent's */
	tli_link_flush(session);
	return tli_handle_settle(&session->handle, result);
}

int tli_session_blame(tieline_session *session)
{
	session->handle.error = *tli_thread_error();
	return session->handle.error.code;
}

const char *tli_session_absence(const tieline_session *session)
{
	return session->link.absence.code ? session->link.absence.text : "";
}

int tli_session_go_on_until(tieline_session *session, int64_t deadline_ms,
	bool (*is_over)(const void *arg), const void *arg)
{
	for (;;) {
		bool was_last = tli_time_left_ms(deadline_ms) == 0;
		int result;

		tli_session_go_on(session);
		if (is_over(arg))
			return 0;
		if (was_last)
			return TIELINE_ETIMEDOUT;
		result = tli_handle_sleep(&session->handle, deadline_ms);
		if (result < 0)
			return result;
	}
}

/* A wait for callbacks. */
struct calling {
	const tieline_session *session;
	uint64_t called; /* before */
};

static bool has_called(const void *arg)
{
	const struct calling *calling = arg;

	return calling->session->called > calling->called ||
		calling->session->link.state == TLI_LINK_ENDED;
}

int tieline_session_process(tieline_session *session, int timeout_ms)
{
	struct calling calling = {session, session->called};
	int result = tli_handle_check(&session->handle);
	uint64_t count;

	if (result == 0 && session->is_in_callback)
		result = tli_error_set(&session->handle.error, TIELINE_EINVAL,
			"no callback is called while one runs: there is "
			"nothing to wait for");
	if (result < 0)
		return result;
	result = tli_session_go_on_until(
		session, tli_deadline_in(timeout_ms), has_called, &calling);
	tli_handle_settle(&session->handle, 0);
	count = session->called - calling.called;
	if (count > 0)
		return count > INT_MAX ? INT_MAX : (int)count;
	if (result == TIELINE_ETIMEDOUT)
		return 0;
	return result < 0 ? result : tli_session_check(session);
}

static bool is_all_done(const void *arg)
{
	const tieline_session *session = arg;

	return session->exchanges.under_way == 0 &&
		!tli_link_has_output(session) &&
		(session->is_in_callback ||
			TAILQ_EMPTY(&session->exchanges.done));
}

int tieline_session_flush(tieline_session *session, int timeout_ms)
{
	int result = tli_handle_check(&session->handle);

	if (result < 0)
		return result;
	result = tli_session_go_on_until(
		session, tli_deadline_in(timeout_ms), is_all_done, session);
	if (result == TIELINE_ETIMEDOUT)
		tli_handle_timed_out(&session->handle,
			"some of what was started is not done yet");
	return tli_handle_settle(&session->handle, result);
}

int tieline_session_ping(tieline_session *session)
{
	const struct tli_session_frame ping = {.op = TLI_OP_PING};

	return tli_exchange_finish(
		session, tli_exchange_new(session, NULL, &ping, 0), 0);
}

int tieline_session_cancel(tieline_session *session, tieline_request request)
{
	int result = tli_handle_check(&session->handle);
	struct tli_exchange *exchange;

	if (result < 0)
		return result;
	exchange = tli_exchange_of_request(&session->exchanges, request);
	if (!exchange || exchange->is_lasting || exchange->is_abandoned)
		return 0;
	result = tli_exchange_cancel(exchange);
	return tli_handle_settle(&session->handle, result);
}

tieline_handle *tieline_session_handle(tieline_session *session)
{
	return &session->handle;
}

bool tieline_session_is_connected(const tieline_session *session)
{
	return session->link.state == TLI_LINK_OPEN &&
		!session->link.failure.code;
}

uint64_t tieline_session_connections(const tieline_session *session)
{
	return session->connections;
}

const char *tieline_session_epoch(const tieline_session *session)
{
	return session->epoch;
}
