/* SPDX-License-Identifier: MIT */
/* Getting items out of queues. */
#include "item.h"
#include "lease.h"
#include "session.h"

#include <tieline/queue.h>

#include <stdlib.h>

/* Room is doubled, so the count says how much there is. */
static bool add_item(void *arg, struct tli_got *got)
{
	struct tli_exchange *exchange = arg;
	size_t count = exchange->item_count;
	tieline_item **items = exchange->items;

	if ((count & (count - 1)) == 0)
		items = realloc(items,
			(count ? 2 * count : 1) * sizeof(tieline_item *));
	if (!items) {
		tieline_item_free(&got->item);
		return false;
	}
	exchange->items = items;
	items[exchange->item_count++] = &got->item;
	return true;
}

static bool answered(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	struct tli_error error;

	if (exchange->reply.status != TLI_STATUS_OK)
		return tli_exchange_keep(exchange, payload, len);
	if (tli_items_take(payload, len, add_item, exchange, &error) == 0)
		return true;
	tli_link_lose(exchange->session, error.code, error.text);
	return false;
}

static void take_back(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	if (exchange->reply.status == TLI_STATUS_OK)
		tli_leases_send_back(exchange->object, payload, len);
}

static const struct tli_exchange_kind getting = {
	.answered = answered,
	.take_back = take_back,
};

static struct tli_exchange *make(tieline_object *object, enum tli_op_code op,
	size_t max_count, int lease_ms)
{
	const struct tli_session_frame get = {
		.op = (uint8_t)op,
		.count = max_count < UINT32_MAX ? (uint32_t)max_count
						: UINT32_MAX,
		.lease_ms = lease_ms > 0 ? (uint32_t)lease_ms : 0,
	};
	struct tli_exchange *exchange;

	if (max_count == 0) {
		tli_error_set(&object->session->handle.error, TIELINE_EINVAL,
			"max_count is 0");
		return NULL;
	}
	exchange = tli_exchange_new(object->session, object, &get, 0);
	if (!exchange)
		return NULL;
	exchange->kind = &getting;
	exchange->acknowledges = lease_ms < 0;
	return exchange;
}

/* ---- public ----------------------------------------------------------- */

/* Hands over the items; the exchange has none then. */
static size_t hand_over(struct tli_exchange *exchange,
	tieline_item *items_out[], size_t max_count)
{
	size_t count = exchange->item_count;

	if (exchange->acknowledges)
		tli_leases_note(exchange, TLI_OP_ACK);
	/* More than was asked for the broker does not send. */
	for (size_t i = 0; i < count; i++)
		if (i < max_count)
			items_out[i] = exchange->items[i];
		else
			tieline_item_free(exchange->items[i]);
	exchange->item_count = 0;
	return count < max_count ? count : max_count;
}

static int run(tieline_object *object, struct tli_exchange *exchange,
	size_t max_count, int timeout_ms, tieline_item *items_out[],
	size_t *count_out)
{
	tieline_session *session = object->session;
	int result = tli_exchange_run(session, exchange, timeout_ms);

	*count_out =
		result == 0 ? hand_over(exchange, items_out, max_count) : 0;
	tli_exchange_free(exchange);
	return tli_session_settle(session, result);
}

int tieline_queue_get_many(tieline_queue *queue, size_t max_count, int lease_ms,
	int timeout_ms, tieline_item *items_out[], size_t *count_out)
{
	tieline_object *object = TLI_OBJECT(queue);

	return run(object, make(object, TLI_OP_GET, max_count, lease_ms),
		max_count, timeout_ms, items_out, count_out);
}

int tieline_queue_peek(tieline_queue *queue, size_t max_count,
	tieline_item *items_out[], size_t *count_out)
{
	tieline_object *object = TLI_OBJECT(queue);

	return run(object, make(object, TLI_OP_PEEK, max_count, 0), max_count,
		0, items_out, count_out);
}

int tieline_queue_lease(tieline_queue *queue, int lease_ms, int timeout_ms,
	tieline_item **item_out)
{
	tieline_session *session = TLI_OBJECT(queue)->session;
	size_t count;
	int result = tieline_queue_get_many(
		queue, 1, lease_ms, timeout_ms, item_out, &count);

	if (result == 0 && count == 0)
		return tli_error_set(&session->handle.error, TIELINE_EPROTOCOL,
			"the broker sent no item");
	return result;
}

int tieline_queue_get(
	tieline_queue *queue, int timeout_ms, tieline_item **item_out)
{
	return tieline_queue_lease(
		queue, TIELINE_NO_LEASE, timeout_ms, item_out);
}

/* Reads an item, which is acknowledged or given back, and freed. */
static int take_value(tieline_object *object, tieline_item *item,
	tieline_values *values, tieline_value **value_out)
{
	tieline_value *value = tieline_item_value(item, values);

	tli_lease_note(object, value ? TLI_OP_ACK : TLI_OP_NACK, item->lease);
	tieline_item_free(item);
	if (!value)
		return tli_session_blame(object->session);
	*value_out = value;
	return 0;
}

int tieline_queue_get_value(tieline_queue *queue, int timeout_ms,
	tieline_values *values, tieline_value **value_out)
{
	tieline_object *object = TLI_OBJECT(queue);
	tieline_session *session = object->session;
	tieline_item *item;
	int result;

	/* A callback may close the queue meanwhile. */
	tli_remote_ref(object);
	result = tieline_queue_lease(
		queue, TIELINE_LEASE_UNTIL_ACK, timeout_ms, &item);
	if (result == 0)
		result = take_value(object, item, values, value_out);
	tli_remote_unref(object);
	return tli_session_settle(session, result);
}

int tieline_queue_get_start(tieline_queue *queue, size_t max_count,
	int lease_ms, int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	tieline_object *object = TLI_OBJECT(queue);

	return tli_exchange_start(object->session,
		make(object, TLI_OP_GET, max_count, lease_ms), timeout_ms, done,
		arg, request_out);
}
