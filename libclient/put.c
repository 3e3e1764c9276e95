/* SPDX-License-Identifier: MIT */
/* Putting items into queues. */
#include "item.h"
#include "session.h"

#include <tieline/queue.h>

static struct tli_exchange *make(
	tieline_object *object, const tieline_item items[], size_t count)
{
	const struct tli_session_frame put = {
		.op = TLI_OP_PUT,
		.count = count < UINT32_MAX ? (uint32_t)count : UINT32_MAX,
	};

	return tli_items_exchange(object, &put, items, count, NULL);
}

int tieline_queue_put_many(tieline_queue *queue, const tieline_item items[],
	size_t count, int timeout_ms, size_t *count_out)
{
	tieline_object *object = TLI_OBJECT(queue);
	struct tli_exchange *exchange = make(object, items, count);
	int result = tli_exchange_run(object->session, exchange, timeout_ms);

	if (count_out)
		*count_out = exchange ? exchange->reply.count : 0;
	tli_exchange_free(exchange);
	return result;
}

int tieline_queue_put(
	tieline_queue *queue, const tieline_item *item, int timeout_ms)
{
	return tieline_queue_put_many(queue, item, 1, timeout_ms, NULL);
}

int tieline_queue_put_bytes(
	tieline_queue *queue, const void *data, size_t len, int timeout_ms)
{
	tieline_item item = tieline_item_bytes(data, len);

	return tieline_queue_put(queue, &item, timeout_ms);
}

int tieline_queue_put_text(
	tieline_queue *queue, const char *text, int timeout_ms)
{
	tieline_item item = tieline_item_text(text);

	return tieline_queue_put(queue, &item, timeout_ms);
}

int tieline_queue_put_value(
	tieline_queue *queue, const tieline_value *value, int timeout_ms)
{
	tieline_session *session = TLI_OBJECT(queue)->session;
	tieline_item item = {
		.size = sizeof(item),
		.format = TIELINE_FORMAT_PICKLE,
	};
	void *data;
	int result = tieline_value_pickle(value,
		session->link.settings.pickle_protocol, &data, &item.len);

	if (result < 0)
		return tli_session_blame(session);
	item.data = data;
	result = tieline_queue_put(queue, &item, timeout_ms);
	tieline_free(data);
	return result;
}

int tieline_queue_put_start(tieline_queue *queue, const tieline_item items[],
	size_t count, int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	tieline_object *object = TLI_OBJECT(queue);

	return tli_exchange_start(object->session, make(object, items, count),
		timeout_ms, done, arg, request_out);
}
