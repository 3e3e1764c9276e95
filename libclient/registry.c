/* SPDX-License-Identifier: MIT */
/* What is at the broker: listed, described, deleted. */
#include "call.h"
#include "session.h"

int tieline_session_objects(tieline_session *session, const char *prefix,
	const char *kind, tieline_values *values, tieline_value **list_out)
{
	return tli_call_value(&session->remotes.broker, values, list_out, "ls",
		"(%s, %s)", prefix ? prefix : "", kind);
}

int tieline_session_stat(tieline_session *session, const char *name,
	tieline_values *values, tieline_value **dict_out)
{
	return tli_call_value(&session->remotes.broker, values, dict_out,
		"stat", "(%s,)", name);
}

int tieline_session_delete(tieline_session *session, const char *name)
{
	return tli_call_none(&session->remotes.broker, "rm", "(%s,)", name);
}
