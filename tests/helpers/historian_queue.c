/* SPDX-License-Identifier: MIT */
/* What a historian does with its queue. */
#include "historian.h"

#include "record.h"

#define BATCH 4u

/* Some at once. */
bool historian_produce(struct historian *historian)
{
	char names[BATCH][HISTORIAN_NAME];
	tieline_item items[BATCH];
	unsigned numbers[BATCH];
	size_t count = 1 + historian_draw(historian, BATCH), done = 0;
	int code;

	for (size_t i = 0; i < count; i++) {
		historian_make_name(historian, names[i]);
		items[i] = tieline_item_text(names[i]);
		numbers[i] =
			record_begin("put %s %s", historian->jobs, names[i]);
	}
	code = tieline_queue_put_many(historian->queue, items, count,
		historian_patience_ms(historian), &done);
	for (size_t i = 0; i < count; i++)
		record_end(numbers[i], i < done ? TIELINE_OK : code, "%s", "");
	return true;
}

static void record_item(unsigned number, int code, const tieline_item *item)
{
	record_end(number, code, " %s %u",
		code < 0 ? "" : (const char *)item->data,
		code < 0 ? 0 : item->attempts);
}

/* Deals with a leased item, or leaves it. */
static void settle(struct historian *historian, const tieline_item *item)
{
	bool good = historian_draw(historian, 5) > 0;
	unsigned number;
	int code;

	if (historian_draw(historian, 8) == 0)
		return;
	number = record_begin("%s %s %s %u", good ? "ack" : "nack",
		historian->jobs, (const char *)item->data, item->attempts);
	code = good ? tieline_queue_ack(historian->queue, item->lease)
		    : tieline_queue_nack(historian->queue, item->lease, 0);
	record_end(number, code, "%s", "");
}

bool historian_lease(struct historian *historian)
{
	int lease_ms =
		historian_draw(historian, 4) ? TIELINE_LEASE_UNTIL_ACK : 30;
	unsigned number = record_begin("get %s %d", historian->jobs, lease_ms);
	tieline_item *item = NULL;
	int code = tieline_queue_lease(historian->queue, lease_ms,
		historian_patience_ms(historian), &item);

	record_item(number, code, item);
	if (code == TIELINE_OK)
		settle(historian, item);
	tieline_item_free(item);
	return true;
}

/* False if there was nothing. */
static bool take_within(struct historian *historian, int timeout_ms)
{
	unsigned number = record_begin("take %s", historian->jobs);
	tieline_item *item = NULL;
	int code = tieline_queue_get(historian->queue, timeout_ms, &item);

	record_item(number, code, item);
	tieline_item_free(item);
	return code != TIELINE_EEMPTY;
}

bool historian_take(struct historian *historian)
{
	take_within(historian, historian_patience_ms(historian));
	return true;
}

bool historian_drain(struct historian *historian)
{
	if (take_within(historian, 100))
		return true;
	historian_lock(historian);
	return false;
}

/* What the library makes of the verdict, nobody is told. */
static tieline_verdict on_item(void *arg, tieline_item *item)
{
	struct historian *historian = arg;
	bool good = historian_draw(historian, 5) > 0;

	record_item(
		record_begun(historian->since_ns, "get %s 0", historian->jobs),
		TIELINE_OK, item);
	record_begin("%s %s %s %u", good ? "ack" : "nack", historian->jobs,
		(const char *)item->data, item->attempts);
	return good ? TIELINE_ACK : TIELINE_NACK;
}

/* For a while. */
bool historian_consume(struct historian *historian)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;

	options.prefetch = 1 + historian_draw(historian, 4);
	options.on_item = on_item;
	options.arg = historian;
	historian->since_ns = record_now_ns();
	historian_must(historian,
		tieline_queue_consume(historian->queue, &options, &consumer));
	for (unsigned i = historian_draw(historian, 6); i > 0; i--)
		historian_go_on(historian, historian_patience_ms(historian));
	tieline_consumer_close(consumer);
	return true;
}
