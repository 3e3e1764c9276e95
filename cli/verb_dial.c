/* SPDX-License-Identifier: MIT */
/* The verbs dial and pipe: one connection, made at once. */
#include "broker.h"
#include "status.h"
#include "talk.h"

#include <limits.h>

typedef int connect_function(const char *address,
	const tieline_options *options, tieline_connection **connection_out);

static int talk_over(const struct call *call, tieline_connection *connection)
{
	struct talk talk;
	struct loop loop;
	int status = talk_open(&talk, call, false);

	if (status == STATUS_DONE)
		status = loop_open(&loop);
	if (status != STATUS_DONE) {
		tieline_connection_close(connection);
		talk_close(&talk);
		return status;
	}
	talk_start(&talk, connection, &loop);
	status = loop_run(&loop);
	loop_close(&loop);
	talk_close(&talk);
	return status == STATUS_DONE ? talk.status : status;
}

static int connect_with(connect_function *connect, struct broker *broker,
	const struct call *call)
{
	tieline_connection *connection;
	int result = connect(broker->address, &broker->options, &connection);

	if (result < 0)
		return broker_complain(broker, result);
	return talk_over(call, connection);
}

int verb_dial(const struct call *call)
{
	struct broker broker;
	int status = broker_init(&broker, call, call->words[0]);

	return status == STATUS_DONE
		? connect_with(tieline_client, &broker, call)
		: status;
}

int verb_pipe(const struct call *call)
{
	struct broker broker;
	int status = broker_init(&broker, call, call->words[0]);

	if (status != STATUS_DONE)
		return status;
	/* The other side may take its time. */
	if (call->settings.timeout_ms < 0)
		broker.options.connect_timeout_ms = INT_MAX;
	return connect_with(tieline_pipe_client, &broker, call);
}
