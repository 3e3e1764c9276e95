/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "status.h"

static void tell(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	const struct session *told = arg;

	/* The first connection is no news. */
	if (event == TIELINE_SESSION_CONNECTED &&
		tieline_session_connections(session) < 2)
		return;
	complain(STATUS_DONE, told->broker.address, "%s", message);
}

int session_begin(struct session *session, const struct call *call,
	const char *name, enum session_loss loss)
{
	tieline_session_options options = tieline_session_options_default();
	int status = name ? broker_check_name(name) : STATUS_DONE;
	int result;

	session->session = NULL;
	if (status == STATUS_DONE)
		status = broker_init(&session->broker, call, NULL);
	if (status != STATUS_DONE)
		return status;
	session->broker.options.connect_timeout_ms = 0;
	options.no_reconnect = loss == SESSION_ENDS;
	options.on_event = loss == SESSION_ENDS ? NULL : tell;
	options.on_event_arg = session;
	result = tieline_session_open(session->broker.address,
		&session->broker.options, &options, &session->session);
	return result < 0 ? broker_complain(&session->broker, result)
			  : STATUS_DONE;
}

const char *session_name_in(const char *word)
{
	return word[0] == '@' ? NULL : word;
}

int session_complain(const struct session *session, const char *what, int code)
{
	complain_of(what, code, tieline_session_handle(session->session));
	return status_of_open(code);
}

int session_open_object(struct session *session, const struct call *call,
	const char *kind, const tieline_value *options,
	tieline_object **object_out)
{
	tieline_object_options opening = tieline_object_options_default();

	opening.creation = kind ? TIELINE_OPEN_OR_CREATE : TIELINE_OPEN_ONLY;
	opening.others = options;
	return tieline_object_open(
		session->session, call->words[0], kind, &opening, object_out);
}

void session_end(struct session *session)
{
	tieline_session_close(session->session);
	session->session = NULL;
}
