/* SPDX-License-Identifier: MIT */
/* What a client asks of its session, and not of the engine. */
#include "session.h"

void session_serve_hello(
	struct session *session, const struct tli_session_frame *frame)
{
	struct tli_session_frame reply = session_reply_to(frame, TLI_STATUS_OK);
	struct tli_item *greeting;

	if (session->is_greeted || frame->argument != TLI_SESSION_VERSION) {
		session_refuse(session, frame, TLI_STATUS_BAD_REQUEST,
			session->is_greeted
				? "hello has been said"
				: "this broker speaks version 1 of sessions");
		return;
	}
	session->is_greeted = true;
	reply.argument = TLI_SESSION_VERSION;
	greeting = session_greeting(session, reply.format);
	if (greeting)
		session_reply(session, &reply, greeting, NULL);
	else
		session_fail(session);
	tli_item_unref(greeting);
}

static struct session_request *find_lasting(
	const struct session *session, uint64_t tag)
{
	struct session_request *found = tag <= UINT32_MAX
		? session_request_of(session, (uint32_t)tag)
		: NULL;

	return found && found->operation->is_lasting ? found : NULL;
}

void session_serve_credit(
	struct session *session, const struct tli_session_frame *frame)
{
	struct session_request *found = find_lasting(session, frame->argument);
	struct tli_session_frame reply = session_reply_to(frame, TLI_STATUS_OK);

	if (found) {
		found->credit =
			session_count((uint64_t)found->credit + frame->count);
		if (found->request.state == REQUEST_IDLE)
			session_request_resume(found);
		reply.count = 1;
	}
	session_reply(session, &reply, NULL, NULL);
}

void session_serve_cancel(
	struct session *session, const struct tli_session_frame *frame)
{
	struct session_request *found = frame->argument <= UINT32_MAX
		? session_request_of(session, (uint32_t)frame->argument)
		: NULL;
	struct tli_session_frame reply = session_reply_to(frame, TLI_STATUS_OK);

	if (found) {
		session_request_cancel(found);
		reply.count = 1;
	}
	session_reply(session, &reply, NULL, NULL);
}

void session_serve_ping(
	struct session *session, const struct tli_session_frame *frame)
{
	struct tli_session_frame reply = session_reply_to(frame, TLI_STATUS_OK);

	session_reply(session, &reply, NULL, NULL);
}
