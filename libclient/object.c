/* SPDX-License-Identifier: MIT */
#include "object.h"

#include "answer.h"
#include "session.h"

#include <stdlib.h>

#define FEWEST 8u

/* ---- numbers ---------------------------------------------------------- */

static bool make_room(struct tli_remotes *remotes)
{
	uint32_t count = remotes->count ? 2 * remotes->count : FEWEST;
	tieline_object **all;

	if (remotes->first_free < remotes->count)
		return true;
	all = realloc(remotes->all, count * sizeof(tieline_object *));
	if (!all)
		return false;
	for (uint32_t i = remotes->count; i < count; i++)
		all[i] = NULL;
	remotes->all = all;
	remotes->count = count;
	return true;
}

/* Gives it the smallest number that is free. False for lack of memory. */
static bool take_number(tieline_object *object)
{
	struct tli_remotes *remotes = &object->session->remotes;

	while (remotes->first_free < remotes->count &&
		remotes->all[remotes->first_free])
		remotes->first_free++;
	if (!make_room(remotes))
		return false;
	object->number = remotes->first_free++;
	remotes->all[object->number] = object;
	return true;
}

static void give_number_back(tieline_object *object)
{
	struct tli_remotes *remotes = &object->session->remotes;

	remotes->all[object->number] = NULL;
	if (object->number < remotes->first_free)
		remotes->first_free = object->number;
}

void tli_remotes_init(struct tli_remotes *remotes, tieline_session *session)
{
	/* Number 0 is the broker, which is not among the others. */
	*remotes = (struct tli_remotes){.first_free = 1};
	remotes->broker = (struct tieline_object){
		.session = session,
		.references = 1,
		.is_open = true,
	};
	LIST_INIT(&remotes->broker.streams);
}

/* ---- lives ------------------------------------------------------------ */

void tli_remote_ref(tieline_object *object)
{
	object->references++;
}

static void tell_broker(const tieline_object *object)
{
	const struct tli_session_frame note = {
		.op = TLI_OP_CLOSE,
		.flags = TLI_FLAG_QUIET,
		.handle = object->number,
	};

	if (object->is_open)
		tli_link_note(object->session, &note);
}

static void free_object(tieline_object *object)
{
	give_number_back(object);
	if (object->reopening) {
		object->reopening->object = NULL;
		object->reopening->is_lasting = false;
		tli_exchange_abandon(object->reopening);
	}
	free(object);
}

void tli_remote_unref(tieline_object *object)
{
	if (--object->references > 0)
		return;
	tell_broker(object);
	free_object(object);
}

static void free_streams(tieline_object *object)
{
	struct tli_stream *stream;

	while ((stream = LIST_FIRST(&object->streams)))
		tli_stream_free(stream);
}

void tli_remotes_fini(struct tli_remotes *remotes)
{
	free_streams(&remotes->broker);
	for (uint32_t i = 0; i < remotes->count; i++)
		if (remotes->all[i]) {
			free_streams(remotes->all[i]);
			free(remotes->all[i]);
		}
	free(remotes->all);
}

/* ---- connections ------------------------------------------------------ */

/* The i-th of all, from 0, the broker, on; NULL if there is none. */
static tieline_object *nth(struct tli_remotes *remotes, uint32_t i)
{
	return i == 0 ? &remotes->broker : remotes->all[i];
}

static uint32_t count_of(const struct tli_remotes *remotes)
{
	return remotes->count ? remotes->count : 1;
}

void tli_remotes_lost(struct tli_remotes *remotes, bool was_open,
	bool has_ended, const struct tli_error *error)
{
	struct tli_stream *stream, *next;

	for (uint32_t i = 0; i < count_of(remotes); i++) {
		tieline_object *object = nth(remotes, i);

		if (!object)
			continue;
		for (stream = LIST_FIRST(&object->streams); stream;
			stream = next) {
			next = LIST_NEXT(stream, of_object);
			if (was_open)
				tli_stream_interrupt(stream);
			if (has_ended)
				tli_stream_end(stream, error);
		}
	}
}

void tli_remotes_reopen(tieline_session *session)
{
	struct tli_remotes *remotes = &session->remotes;
	struct tli_exchange *before = TAILQ_FIRST(&session->exchanges.unsent);
	struct tli_stream *stream;

	for (uint32_t i = 0; i < count_of(remotes); i++) {
		tieline_object *object = nth(remotes, i);

		if (!object || object->is_closed)
			continue;
		if (object->reopening && object->is_open)
			tli_exchange_send(object->reopening, before);
		LIST_FOREACH (stream, &object->streams, of_object)
			tli_stream_resume(stream, before);
	}
}

/* ---- opening ---------------------------------------------------------- */

static bool opened(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	if (exchange->reply.status != TLI_STATUS_OK)
		return tli_exchange_keep(exchange, payload, len);
	exchange->object->is_open = true;
	exchange->object->id = exchange->reply.argument;
	return true;
}

/* It is closed already, if all is well: what it was granted goes with that. */
static void opened_late(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	(void)payload;
	(void)len;
	if (exchange->reply.status == TLI_STATUS_OK)
		exchange->object->is_open = true;
}

static const struct tli_exchange_kind opening_kind = {
	.answered = opened,
	.take_back = opened_late,
};

/* It is there again, or not: then what is done to it tells why. */
static bool reopened(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	tieline_object *object = exchange->object;

	object->refusal.code = 0;
	if (exchange->reply.status == TLI_STATUS_OK)
		object->id = exchange->reply.argument;
	else if (!tli_exchange_keep(exchange, payload, len))
		return false;
	tli_answer_explain(exchange, &object->refusal);
	return true;
}

static const struct tli_exchange_kind reopening_kind = {
	.answered = reopened,
};

static struct tli_exchange *make_exchange(tieline_object *object,
	const struct tli_opening_of *opening, bool is_again)
{
	const struct tli_session_frame open = {
		.op = TLI_OP_OPEN,
		.format = TLI_FORMAT_PICKLE,
	};
	struct tli_exchange *exchange;
	void *data;
	size_t len;

	if (tli_opening_pickle(opening, is_again, &data, &len) < 0) {
		tli_session_blame(object->session);
		return NULL;
	}
	exchange = tli_exchange_new(object->session, object, &open, len);
	if (exchange)
		tli_exchange_fill(exchange, data, len);
	free(data);
	return exchange;
}

/* What opens it again does not keep it. */
static bool add_reopening(
	tieline_object *object, const struct tli_opening_of *opening)
{
	object->reopening = make_exchange(object, opening, true);
	if (!object->reopening)
		return false;
	object->references--;
	object->reopening->kind = &reopening_kind;
	object->reopening->is_lasting = true;
	return true;
}

/* An object without a number yet. NULL with the session's error set. */
static tieline_object *new_object(tieline_session *session)
{
	tieline_object *object = malloc(sizeof(*object));

	if (object) {
		*object = (tieline_object){.session = session, .references = 1};
		LIST_INIT(&object->streams);
		if (take_number(object))
			return object;
	}
	free(object);
	tli_error_set(&session->handle.error, TIELINE_ENOMEM,
		"no memory for an object");
	return NULL;
}

/* Makes the object, and what opens it. NULL with the session's error set. */
static struct tli_exchange *prepare(
	tieline_session *session, const struct tli_opening_of *opening)
{
	struct tli_opening_of known = *opening;
	tieline_object_options options;
	tieline_object *object;
	struct tli_exchange *exchange = NULL;

	if (tli_object_options_read(session, opening->options, &options) < 0)
		return NULL;
	known.options = &options;
	object = new_object(session);
	if (!object)
		return NULL;
	if (add_reopening(object, &known))
		exchange = make_exchange(object, &known, false);
	if (exchange)
		exchange->kind = &opening_kind;
	else
		tli_remote_unref(object);
	return exchange;
}

int tli_remote_start(tieline_session *session,
	const struct tli_opening_of *opening, tieline_completion done,
	void *arg, tieline_object **object_out)
{
	struct tli_exchange *exchange = prepare(session, opening);
	tieline_object *object = exchange ? exchange->object : NULL;
	int result = tli_exchange_start(session, exchange, 0, done, arg, NULL);

	if (result < 0 && object)
		tli_remote_unref(object);
	if (result == 0)
		*object_out = object;
	return result;
}

int tli_remote_open(tieline_session *session,
	const struct tli_opening_of *opening, tieline_object **object_out)
{
	struct tli_exchange *exchange = prepare(session, opening);
	tieline_object *object = exchange ? exchange->object : NULL;
	int result = tli_exchange_finish(session, exchange, 0);

	if (result == 0)
		*object_out = object;
	else
		tieline_object_close(object);
	return result;
}

void tieline_object_close(tieline_object *object)
{
	tieline_session *session = object ? object->session : NULL;
	struct tli_exchange *exchange;
	uint32_t at = 0;

	if (!object || object->number == 0)
		return;
	object->is_closed = true;
	while (!LIST_EMPTY(&object->streams))
		tli_stream_close(LIST_FIRST(&object->streams));
	while ((exchange = tli_exchange_next(&session->exchanges, &at)))
		if (exchange->object == object && !exchange->is_lasting &&
			!exchange->is_abandoned)
			tli_exchange_cancel(exchange);
	tli_remote_unref(object);
	tli_session_settle(session, 0);
}

/* ---- public ----------------------------------------------------------- */

int tieline_object_open(tieline_session *session, const char *name,
	const char *kind, const tieline_object_options *options,
	tieline_object **object_out)
{
	const struct tli_opening_of opening = {
		.name = name, .kind = kind, .options = options};

	return tli_remote_open(session, &opening, object_out);
}

int tieline_object_open_start(tieline_session *session, const char *name,
	const char *kind, const tieline_object_options *options,
	tieline_completion done, void *arg, tieline_object **object_out)
{
	const struct tli_opening_of opening = {
		.name = name, .kind = kind, .options = options};

	return tli_remote_start(session, &opening, done, arg, object_out);
}

tieline_object *tieline_session_broker(tieline_session *session)
{
	return &session->remotes.broker;
}

tieline_session *tieline_object_session(const tieline_object *object)
{
	return object->session;
}

uint64_t tieline_object_id(const tieline_object *object)
{
	return object->id;
}
