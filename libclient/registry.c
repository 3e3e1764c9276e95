/* SPDX-License-Identifier: MIT */
/* What is at the broker: listed, described, deleted. */
#include "call.h"
#include "session.h"

#include <stdlib.h>

/* How an object is written that may have no name. */
static bool is_id(const char *name, long long *id_out)
{
	char *end;

	if (name[0] != '@' || name[1] < '0' || name[1] > '9')
		return false;
	*id_out = strtoll(name + 1, &end, 10);
	return *end == '\0';
}

int tieline_session_objects(tieline_session *session, const char *prefix,
	const char *kind, tieline_values *values, tieline_value **list_out)
{
	return tli_call_value(&session->remotes.broker, values, list_out, "ls",
		"(%s, %s)", prefix ? prefix : "", kind);
}

int tieline_session_stat(tieline_session *session, const char *name,
	tieline_values *values, tieline_value **dict_out)
{
	tieline_object *broker = &session->remotes.broker;
	long long id;

	return is_id(name, &id) ? tli_call_value(broker, values, dict_out,
					  "stat", "(%lld,)", id)
				: tli_call_value(broker, values, dict_out,
					  "stat", "(%s,)", name);
}

int tieline_session_delete(tieline_session *session, const char *name)
{
	tieline_object *broker = &session->remotes.broker;
	long long id;

	return is_id(name, &id) ? tli_call_none(broker, "rm", "(%lld,)", id)
				: tli_call_none(broker, "rm", "(%s,)", name);
}
