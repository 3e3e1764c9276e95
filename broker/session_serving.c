/* SPDX-License-Identifier: MIT */
/* From what has come to a request, and the replies. */
#include "session.h"

#include "broker.h"

#include <stdlib.h>

/* ---- Replies ---------------------------------------------------------- */

static uint8_t value_format(const struct tli_session_frame *frame)
{
	return frame->format == TLI_FORMAT_JSON ? TLI_FORMAT_JSON
						: TLI_FORMAT_PICKLE;
}

struct tli_session_frame session_reply_to(
	const struct tli_session_frame *frame, enum tli_status status)
{
	return (struct tli_session_frame){
		.op = frame->op,
		.flags = TLI_FLAG_REPLY | (frame->flags & TLI_FLAG_QUIET),
		.status = (uint8_t)status,
		.format = value_format(frame),
		.tag = frame->tag,
		.handle = frame->handle,
	};
}

/* False if it tells of success and none is wanted. */
static bool is_wanted(const struct tli_session_frame *reply)
{
	return reply->status != TLI_STATUS_OK ||
		!(reply->flags & TLI_FLAG_QUIET);
}

static bool put_reply(struct session *session,
	const struct tli_session_frame *reply, struct tli_item *value,
	const struct parcels *parcels)
{
	struct tli_session_frame frame = *reply;
	struct sent nobody = {.call = NULL};

	frame.flags &= (uint8_t)~TLI_FLAG_QUIET;
	if (value)
		return session_output_body(&session->output, &frame, value);
	if (parcels && parcels->count > 0)
		return session_output_items(&session->output, &frame,
			parcels->all, parcels->count, nobody);
	return session_output_frame(&session->output, &frame);
}

void session_reply(struct session *session,
	const struct tli_session_frame *reply, struct tli_item *value,
	const struct parcels *parcels)
{
	if (is_wanted(reply) && !put_reply(session, reply, value, parcels))
		session_fail(session);
	session_touch(session);
}

void session_refuse(struct session *session,
	const struct tli_session_frame *frame, enum tli_status status,
	const char *why)
{
	struct tli_session_frame reply = session_reply_to(frame, status);
	struct tli_item *text = session_text(reply.format, why);

	if (text)
		session_reply(session, &reply, text, NULL);
	else
		session_fail(session);
	tli_item_unref(text);
}

/* ---- Serving ---------------------------------------------------------- */

static const char *handle_fault(const struct session *session,
	const struct tli_session_frame *frame, unsigned handle_use)
{
	bool is_open = handles_find(&session->handles, frame->handle);

	if (handle_use == USES_NO_HANDLE || handle_use == USES_NEW_HANDLE ||
		is_open)
		return NULL;
	if (handle_use == USES_ANY_OBJECT && frame->handle == 0)
		return NULL;
	return frame->handle == 0 ? "this is asked of an object, not of the "
				    "broker: handle 0"
				  : "nothing is open under this handle";
}

static const char *payload_fault(const struct tli_session_frame *frame)
{
	unsigned payload = tli_op_info(frame->op)->payload;

	if (payload == TLI_PAYLOAD_NOTHING && frame->payload_len > 0)
		return "this operation has no payload";
	if (payload == TLI_PAYLOAD_VALUE &&
		frame->format != TLI_FORMAT_PICKLE &&
		frame->format != TLI_FORMAT_JSON)
		return "a value is a pickle or JSON";
	return NULL;
}

static const char *fault(const struct session *session,
	const struct tli_session_frame *frame,
	const struct session_operation *operation)
{
	const char *why;

	if (frame->flags & TLI_FLAG_REPLY)
		return "a client has nothing to reply to";
	if (!operation->at_once && !operation->ask)
		return "this operation is the broker's";
	why = handle_fault(session, frame, operation->handle_use);
	if (!why)
		why = payload_fault(frame);
	if (!why && session_request_of(session, frame->tag))
		why = "another request with this tag is not done yet";
	return why;
}

static enum tli_status check(const struct session *session,
	const struct tli_session_frame *frame,
	const struct session_operation *operation, const char **why)
{
	*why = fault(session, frame, operation);
	if (*why)
		return TLI_STATUS_BAD_REQUEST;
	if (session->is_draining && operation->is_beginning) {
		*why = tli_status_info(TLI_STATUS_DRAINING)->text;
		return TLI_STATUS_DRAINING;
	}
	*why = "longer than max_item_bytes";
	if (tli_op_info(frame->op)->payload == TLI_PAYLOAD_VALUE &&
		frame->payload_len > session->max_item_bytes)
		return TLI_STATUS_LIMIT;
	return TLI_STATUS_OK;
}

/* 0 if nothing is. */
static uint64_t object_under(const struct session *session, uint32_t number)
{
	const struct handle *handle = handles_find(&session->handles, number);

	return handle ? handle->object : 0;
}

static void begin(struct session *session, struct arrival *arrival,
	const struct session_operation *operation)
{
	struct session_request *request =
		session_request_new(session, operation);
	enum tli_status status = TLI_STATUS_OK;
	const char *why;

	if (!request)
		return;
	request->frame = arrival->frame;
	request->payload = arrival->whole;
	arrival->whole = NULL;
	request->reply = session_reply_to(&request->frame, TLI_STATUS_OK);
	request->object = object_under(session, request->frame.handle);
	if (operation->begin)
		status = operation->begin(request, &why);
	if (status == TLI_STATUS_OK) {
		session_request_go_on(request);
		return;
	}
	session_refuse(session, &request->frame, status, why);
	session_request_drop(request);
}

static void serve(struct session *session, struct arrival *arrival)
{
	const struct tli_session_frame *frame = &arrival->frame;
	const struct session_operation *operation =
		&session_operations[frame->op];
	enum tli_status status = (enum tli_status)arrival->status;
	const char *why = arrival->why;

	if (status == TLI_STATUS_OK)
		status = check(session, frame, operation, &why);
	if (status != TLI_STATUS_OK)
		session_refuse(session, frame, status, why);
	else if (operation->at_once)
		operation->at_once(session, frame);
	else
		begin(session, arrival, operation);
}

void session_serve(struct session *session, struct arrival *arrival)
{
	session->broker->sessions.requests++;
	if (session->is_greeted || arrival->frame.op == TLI_OP_HELLO)
		serve(session, arrival);
	else
		session->last = "the first that a client says is hello";
	free(arrival->whole);
}
