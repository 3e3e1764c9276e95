/* SPDX-License-Identifier: MIT */
#include "lease.h"

#include "item.h"
#include "session.h"

#include <tieline/queue.h>

void tli_lease_note(
	const tieline_object *object, enum tli_op_code op, uint64_t lease)
{
	const struct tli_session_frame note = {
		.op = (uint8_t)op,
		.flags = TLI_FLAG_QUIET,
		.handle = object->number,
		.argument = lease,
	};

	if (lease)
		tli_link_note(object->session, &note);
}

void tli_leases_note(const struct tli_exchange *exchange, enum tli_op_code op)
{
	for (size_t i = 0; i < exchange->item_count; i++)
		tli_lease_note(exchange->object, op, exchange->items[i]->lease);
}

void tli_leases_send_back(
	const tieline_object *object, const uint8_t *payload, size_t len)
{
	struct tli_record record;
	const char *why;
	size_t used;

	while ((used = tli_record_take(&record, payload, len, &why)) > 0) {
		tli_lease_note(object, TLI_OP_NACK, record.lease);
		payload += used;
		len -= used;
	}
	/* The last one is not all there, but what stands in front of it is. */
	if (len >= TLI_RECORD_BYTES)
		tli_lease_note(object, TLI_OP_NACK, record.lease);
}

/* ---- public ----------------------------------------------------------- */

static struct tli_exchange *about_lease(tieline_queue *queue,
	enum tli_op_code op, uint64_t lease, uint32_t lease_ms)
{
	const struct tli_session_frame frame = {
		.op = (uint8_t)op,
		.lease_ms = lease_ms,
		.argument = lease,
	};
	tieline_object *object = TLI_OBJECT(queue);

	return tli_exchange_new(object->session, object, &frame, 0);
}

static int run_lease(tieline_queue *queue, enum tli_op_code op, uint64_t lease,
	uint32_t lease_ms)
{
	return tli_exchange_finish(TLI_OBJECT(queue)->session,
		about_lease(queue, op, lease, lease_ms), 0);
}

static int start_lease(tieline_queue *queue, struct tli_exchange *exchange,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(TLI_OBJECT(queue)->session, exchange, 0, done,
		arg, request_out);
}

int tieline_queue_ack(tieline_queue *queue, uint64_t lease)
{
	return run_lease(queue, TLI_OP_ACK, lease, 0);
}

int tieline_queue_nack(tieline_queue *queue, uint64_t lease, uint32_t delay_ms)
{
	return run_lease(queue, TLI_OP_NACK, lease, delay_ms);
}

int tieline_queue_touch(tieline_queue *queue, uint64_t lease, uint32_t lease_ms)
{
	return run_lease(queue, TLI_OP_TOUCH, lease, lease_ms);
}

int tieline_queue_ack_start(tieline_queue *queue, uint64_t lease,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return start_lease(queue, about_lease(queue, TLI_OP_ACK, lease, 0),
		done, arg, request_out);
}

int tieline_queue_nack_start(tieline_queue *queue, uint64_t lease,
	uint32_t delay_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	return start_lease(queue,
		about_lease(queue, TLI_OP_NACK, lease, delay_ms), done, arg,
		request_out);
}

int tieline_queue_touch_start(tieline_queue *queue, uint64_t lease,
	uint32_t lease_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	return start_lease(queue,
		about_lease(queue, TLI_OP_TOUCH, lease, lease_ms), done, arg,
		request_out);
}
