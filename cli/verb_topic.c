/* SPDX-License-Identifier: MIT */
/* The verbs of topics: pub, sub. */
#include "feed.h"
#include "getting.h"
#include "progress.h"
#include "session.h"
#include "status.h"

#include <inttypes.h>
#include <unistd.h>

#include <tieline/topic.h>

struct topic {
	struct session session;
	tieline_topic *topic;
	const struct call *call;
	int result; /* of what was published */
};

static int complain_of_topic(const struct topic *topic, int code)
{
	return session_complain(&topic->session, topic->call->words[0], code);
}

static int begin(struct topic *topic, enum session_loss loss)
{
	tieline_object_options options = tieline_object_options_default();
	int status = session_begin(
		&topic->session, topic->call, topic->call->words[0], loss);
	int result;

	if (status != STATUS_DONE)
		return status;
	options.retain = topic->call->settings.retain;
	result = tieline_topic_open(topic->session.session,
		topic->call->words[0], &options, &topic->topic);
	return result < 0 ? complain_of_topic(topic, result) : STATUS_DONE;
}

/* ---- pub ------------------------------------------------------------- */

static void on_published(void *arg, const tieline_result *result)
{
	struct topic *topic = arg;

	topic->result = result->code;
	if (result->code < 0)
		complain(status_of_open(result->code), topic->call->words[0],
			"%s", result->message);
}

static int publish(void *arg, const struct batch *batch)
{
	struct topic *topic = arg;
	int result = tieline_topic_publish_start(topic->topic, batch->items,
		batch->count, on_published, topic, NULL);

	if (result == TIELINE_OK)
		result = tieline_session_flush(
			topic->session.session, TIELINE_FOREVER);
	return result < 0 ? complain_of_topic(topic, result)
			  : status_of_open(topic->result);
}

int verb_pub(const struct call *call)
{
	struct topic topic = {.call = call};
	int status = begin(&topic, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = feed(
			call, call->words + 2, call->words[1], publish, &topic);
	session_end(&topic.session);
	return status;
}

/* ---- sub ------------------------------------------------------------- */

static void tell_loss(const struct topic *topic, const tieline_item *message)
{
	if (message->lost_messages == TIELINE_LOST_UNKNOWN)
		complain(STATUS_DONE, topic->call->words[0],
			"what was published while there was no connection is "
			"lost");
	else if (message->lost_messages > 0)
		complain(STATUS_DONE, topic->call->words[0],
			"%" PRIu64 " messages of %" PRIu64
			" bytes are lost: they came too fast",
			message->lost_messages, message->lost_bytes);
}

static int subscribe(
	struct topic *topic, tieline_subscription **subscription_out)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	const struct call *call = topic->call;
	int result;

	options.pattern = call->words[1];
	options.group = call->settings.group;
	options.retained = call->settings.retained;
	result = tieline_topic_subscribe(
		topic->topic, &options, subscription_out);
	return result < 0 ? complain_of_topic(topic, result) : STATUS_DONE;
}

static int print_next(struct topic *topic, tieline_subscription *subscription,
	struct printer *printer)
{
	tieline_item *message;
	int result = tieline_subscription_next(
		subscription, topic->call->settings.timeout_ms, &message);

	if (result < 0)
		return complain_of_topic(topic, result);
	tell_loss(topic, message);
	printer_print(printer, message, stdout);
	tieline_item_free(message);
	progress_add(1);
	return getting_flush_output();
}

static int print_messages(
	struct topic *topic, tieline_subscription *subscription)
{
	unsigned count = topic->call->settings.count, i = 0;
	struct printer printer;
	int status = STATUS_DONE;

	if (!printer_open(&printer, topic->call))
		return complain_of_memory(topic->call->words[0]);
	progress_begin("messages", STDOUT_FILENO);
	while (status == STATUS_DONE && (count == 0 || i++ < count))
		status = print_next(topic, subscription, &printer);
	progress_end();
	if (status == STATUS_DONE && printer.has_refused)
		status = STATUS_OTHER;
	printer_close(&printer);
	return status;
}

int verb_sub(const struct call *call)
{
	struct topic topic = {.call = call};
	tieline_subscription *subscription;
	int status = begin(&topic, SESSION_COMES_BACK);

	if (status == STATUS_DONE)
		status = subscribe(&topic, &subscription);
	if (status == STATUS_DONE)
		status = print_messages(&topic, subscription);
	session_end(&topic.session);
	return status;
}
