/* SPDX-License-Identifier: MIT */
/* What comes in over a session's connection, from the broker's greeting on, and
 * what becomes of all when it is lost. */
#include "session.h"

#include "../proto/pickle/unpickle.h"
#include "../proto/quote.h"
#include "../proto/value/mapping.h"
#include "values.h"

#include <string.h>

#define GREETING_MAX_BYTES (1u << 20)
#define GREETING_MAX_NODES 10000u
#define GREETING_MAX_DEPTH 10u

static void read_greeting(
	tieline_session *session, const struct tli_value *greeting)
{
	const struct tli_value *epoch =
		tli_dict_get(greeting, "epoch", strlen("epoch"));

	if (epoch && epoch->kind == TLI_STR)
		tli_plain((const char *)tli_bytes_of(epoch)->data,
			session->epoch, sizeof(session->epoch));
}

/* The broker's answer to our hello. */
static void be_greeted(
	tieline_session *session, const struct tli_session_frame *frame)
{
	static const struct tli_value_limits limits = {
		GREETING_MAX_BYTES, GREETING_MAX_NODES, GREETING_MAX_DEPTH};
	const uint64_t secret[2] = {0}; /* the keys are few */
	struct tli_values values;
	struct tli_value *greeting;

	tli_values_init(&values, &limits, secret);
	greeting = tli_unpickle(&values, frame->payload, frame->payload_len,
		TLI_UNPICKLE_BORROW, NULL);
	if (greeting && greeting->kind == TLI_DICT)
		read_greeting(session, greeting);
	else if (!greeting && values.error.code == TLI_VALUE_NOMEM)
		tli_link_lose(session, TIELINE_ENOMEM,
			"no memory for the broker's answer to hello");
	else
		tli_link_lose(session, TIELINE_EPROTOCOL,
			"the broker's answer to hello makes no sense");
	tli_values_fini(&values);
}

static void open_up(tieline_session *session)
{
	session->link.state = TLI_LINK_OPEN;
	session->link.absence.code = 0;
	session->connections++;
	session->news.is_connected = true;
	tli_remotes_reopen(session);
}

static void take_greeting(
	tieline_session *session, const struct tli_session_frame *frame)
{
	struct tli_error error;

	if (frame->op != TLI_OP_HELLO || !(frame->flags & TLI_FLAG_REPLY)) {
		tli_link_lose(session, TIELINE_EPROTOCOL,
			"the peer answered something else than hello");
		return;
	}
	if (frame->status != TLI_STATUS_OK) {
		tli_error_set(&error, TIELINE_EPROTOCOL,
			"the broker refuses version %u of sessions: %s",
			TLI_SESSION_VERSION,
			tli_status_info(frame->status)->text);
		tli_link_lose(session, error.code, error.text);
		return;
	}
	be_greeted(session, frame);
	if (!session->link.failure.code)
		open_up(session);
}

/* Why a frame cannot be for what has its tag; NULL if it can. */
static const char *fault(const struct tli_exchange *exchange,
	const struct tli_session_frame *frame)
{
	if (exchange->state == TLI_EXCHANGE_DONE && !exchange->is_owed)
		return "the broker answered twice";
	if (!(frame->flags & TLI_FLAG_REPLY) || frame->op == exchange->asked.op)
		return NULL;
	return "the broker answered with another operation than was asked for";
}

void tli_session_take_frame(
	tieline_session *session, const struct tli_session_frame *frame)
{
	struct tli_exchange *exchange;
	const char *why;

	if (session->link.state == TLI_LINK_GREETING) {
		take_greeting(session, frame);
		return;
	}
	if (frame->op == TLI_OP_DRAIN) {
		session->news.is_draining = true;
		return;
	}
	/* Of notes nobody waits for the answer. */
	exchange = tli_exchange_of_tag(&session->exchanges, frame->tag);
	if (!exchange || exchange->is_unsent ||
		exchange->state == TLI_EXCHANGE_MADE)
		return;
	why = fault(exchange, frame);
	if (why)
		tli_link_lose(session, TIELINE_EPROTOCOL, why);
	else if (!tli_exchange_take(exchange, frame))
		tli_link_lose(
			session, TIELINE_ENOMEM, "no memory for what has come");
}

/* ---- lost ------------------------------------------------------------- */

static void note_loss(tieline_session *session, const struct tli_error *error)
{
	struct tli_news *news = &session->news;

	news->is_connected = news->is_draining = false;
	if (session->link.absence.code)
		return; /* that is known */
	news->is_lost = true;
	strcpy(news->why, error->text);
}

void tli_session_lost(
	tieline_session *session, bool was_open, const struct tli_error *error)
{
	bool has_ended = session->link.state == TLI_LINK_ENDED;

	note_loss(session, error);
	tli_exchanges_lose(&session->exchanges, was_open || has_ended);
	tli_remotes_lost(&session->remotes, was_open, has_ended, error);
}
