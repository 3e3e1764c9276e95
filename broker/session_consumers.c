/* SPDX-License-Identifier: MIT */
/*
 * Requests that go on: consume and subscribe. Each asks the engine anew after
 * each delivery, as long as it has credit and its output takes more.
 */
#include "session.h"

enum tli_status session_begin_consume(
	struct session_request *r, const char **why)
{
	(void)why;
	r->credit = r->frame.count;
	return TLI_STATUS_OK;
}

/* Whether there is something to ask. What is congested asks later. */
static bool may_ask(struct session_request *r)
{
	if (r->credit == 0 || r->is_stalled)
		return false;
	if (!session_is_congested(r->session))
		return true;
	session_request_resume(r);
	return false;
}

static struct tli_session_frame push_of(
	const struct session_request *r, uint8_t op)
{
	return (struct tli_session_frame){
		.op = op, .tag = r->frame.tag, .handle = r->frame.handle};
}

static void on_sent(void *owner)
{
	struct session_request *r = owner;

	r->is_stalled = false;
	session_request_resume(r);
}

/* Of one tag only one payload goes out at a time: a long one has to be gone
 * before there is another. */
static void deliver(struct session_request *r, uint8_t op)
{
	struct session_output *output = &r->session->output;
	struct tli_session_frame frame = push_of(r, op);
	struct parcel parcel = {r->request.op.result, r->request.op.granted,
		r->request.op.attempts};
	bool is_put;

	r->credit--;
	if (session_output_is_long(parcel.item)) {
		frame.count = 1;
		r->is_stalled = true;
		is_put = session_output_items(
			output, &frame, &parcel, 1, (struct sent){on_sent, r});
	} else {
		is_put = session_output_add_item(output, &frame, &parcel);
	}
	if (!is_put)
		session_fail(r->session);
}

/* ---- consume ---------------------------------------------------------- */

enum session_step session_ask_consume(struct session_request *r)
{
	struct op *op;

	if (!may_ask(r))
		return STEP_REST;
	op = session_prepare(r, TLI_OP_GET);
	op->lease_ms = r->frame.lease_ms;
	op->unleased = r->frame.flags & TLI_FLAG_UNLEASED;
	op->timeout_ms = OP_FOREVER;
	return STEP_ON;
}

enum session_step session_take_consume(struct session_request *r)
{
	if (r->request.op.status != TLI_STATUS_OK)
		return session_take_answer(r);
	deliver(r, TLI_OP_DELIVER);
	return STEP_ON;
}

/* ---- subscribe -------------------------------------------------------- */

enum session_step session_ask_subscribe(struct session_request *r)
{
	if (r->token == 0)
		return session_ask_value(r);
	if (!may_ask(r))
		return STEP_REST;
	session_prepare(r, OP_FETCH)->timeout_ms = OP_FOREVER;
	return STEP_ON;
}

/* From now on nothing is missed: the client is told so. */
static void note_subscription(struct session_request *r)
{
	struct tli_session_frame frame = push_of(r, TLI_OP_MESSAGE);

	r->object = r->request.op.object;
	r->token = r->request.op.granted;
	r->session->subscriptions++;
	if (!session_output_frame(&r->session->output, &frame))
		session_fail(r->session);
	session_touch(r->session);
}

static void report_loss(struct session_request *r)
{
	const struct op *op = &r->request.op;
	struct tli_session_frame frame = push_of(r, TLI_OP_LOST);

	if (op->lost_messages == 0)
		return;
	frame.count = session_count(op->lost_messages);
	frame.argument = op->lost_bytes;
	if (!session_output_frame(&r->session->output, &frame))
		session_fail(r->session);
}

enum session_step session_take_subscribe(struct session_request *r)
{
	const struct op *op = &r->request.op;

	report_loss(r);
	if (op->status != TLI_STATUS_OK)
		return session_take_answer(r);
	if (r->token == 0)
		note_subscription(r);
	else if (op->result)
		deliver(r, TLI_OP_MESSAGE);
	return STEP_ON;
}

void session_end_subscription(struct session_request *r)
{
	if (r->token == 0)
		return;
	r->session->subscriptions--;
	session_return(r->session, r->object, r->token);
}
