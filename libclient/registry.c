/* SPDX-License-Identifier: MIT */
/* What is at the broker: listed, described, deleted. */
#include "call.h"
#include "session.h"

int tieline_session_objects(tieline_session *session, const char *prefix,
	const char *kind, tieline_values *values, tieline_value **list_out)
{
	struct tli_call_result result = {values, list_out, NULL};

	return tli_call(&session->remotes.broker, 0, &result, "ls", "(%s, %s)",
		prefix ? prefix : "", kind);
}

int tieline_session_stat(tieline_session *session, const char *name,
	tieline_values *values, tieline_value **dict_out)
{
	struct tli_call_result result = {values, dict_out, NULL};

	return tli_call(
		&session->remotes.broker, 0, &result, "stat", "(%s,)", name);
}

int tieline_session_delete(tieline_session *session, const char *name)
{
	struct tli_call_result nothing = {NULL, NULL, NULL};

	return tli_call(
		&session->remotes.broker, 0, &nothing, "rm", "(%s,)", name);
}
