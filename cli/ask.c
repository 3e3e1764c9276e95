/* SPDX-License-Identifier: MIT */
#include "ask.h"

#include "status.h"

#include <stdlib.h>
#include <string.h>

#define REPLY_TIMEOUT_MS 10000
#define REPLY_BYTES_MAX  (16u << 20) /* a full listing has less */

/* What a refusal's "error" comes to: of those that such requests get. All
 * others are STATUS_OTHER. */
static const struct {
	const char *error;
	enum status status;
} refusals[] = {
	{"bad_request", STATUS_USAGE},
	{"draining", STATUS_CANNOT_CONNECT},
	{"not_permitted", STATUS_NOT_PERMITTED},
};

static int status_of_refusal(const char *error)
{
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++)
		if (strcmp(refusals[i].error, error) == 0)
			return (int)refusals[i].status;
	return STATUS_OTHER;
}

int ask_open(struct ask *ask, const struct call *call)
{
	int status = broker_init(&ask->broker, call, NULL);
	int result;

	if (status != STATUS_DONE)
		return status;
	ask->timeout_ms = call->settings.timeout_ms < 0
		? REPLY_TIMEOUT_MS
		: call->settings.timeout_ms;
	ask->broker.options.max_message_bytes = REPLY_BYTES_MAX;
	result = tieline_client(
		ask->broker.address, &ask->broker.options, &ask->connection);
	return result < 0 ? broker_complain(&ask->broker, result) : STATUS_DONE;
}

static int complain_of_broker(const struct ask *ask, int code)
{
	complain_of(ask->broker.address, code,
		tieline_connection_handle(ask->connection));
	return status_of_open(code);
}

static int send_request(struct ask *ask, const json *request)
{
	char *text = request ? json_text(request) : NULL;
	int result;

	if (!text)
		return complain_of_memory(ask->broker.address);
	result = tieline_send_bytes(
		ask->connection, text, strlen(text), ask->timeout_ms);
	free(text);
	return result < 0 ? complain_of_broker(ask, result) : STATUS_DONE;
}

static int receive(struct ask *ask, int timeout_ms, json **value_out)
{
	void *data;
	size_t len;
	json *value;
	int result =
		tieline_recv_bytes(ask->connection, timeout_ms, &data, &len);

	if (result < 0)
		return complain_of_broker(ask, result);
	value = json_parse(data, len);
	tieline_free(data);
	if (!json_is_object(value)) {
		json_free(value);
		return complain(STATUS_OTHER, ask->broker.address,
			"what came is no reply of a broker's: is it one?");
	}
	*value_out = value;
	return STATUS_DONE;
}

static int complain_of_refusal(const struct ask *ask, const json *reply)
{
	const char *error = json_text_of(json_find(reply, "error"));
	char message[BROKER_ADDRESS_MAX];

	if (!error)
		return complain(STATUS_OTHER, ask->broker.address,
			"what came is no reply of a broker's: is it one?");
	json_cell(json_find(reply, "message"), message, sizeof(message));
	return complain(
		status_of_refusal(error), ask->broker.address, "%s", message);
}

int ask(struct ask *ask, json *request, json **reply_out)
{
	json *reply;
	int status = send_request(ask, request);

	json_free(request);
	if (status == STATUS_DONE)
		status = receive(ask, ask->timeout_ms, &reply);
	if (status != STATUS_DONE)
		return status;
	if (!json_is_true(json_find(reply, "ok"))) {
		status = complain_of_refusal(ask, reply);
		json_free(reply);
		return status;
	}
	*reply_out = reply;
	return STATUS_DONE;
}

int ask_next(struct ask *ask, json **event_out)
{
	return receive(ask, TIELINE_FOREVER, event_out);
}

void ask_close(struct ask *ask)
{
	tieline_connection_close(ask->connection);
}
