/* SPDX-License-Identifier: MIT */
/* What each operation of a client asks of the engine, and what its reply says.
 */
#include "session.h"

#include "../system/clock.h"

#include "broker.h"

#include <stdlib.h>

#define FEWEST_PARCELS 4u

/* ---- Parts ------------------------------------------------------------ */

struct op *session_prepare(struct session_request *r, uint8_t code)
{
	r->request.op = (struct op){
		.code = code,
		.format = r->reply.format,
		.object = r->object,
		.forbidden_links = peer_forbidden_links(r->session->peer),
	};
	session_forbid(r);
	return &r->request.op;
}

enum session_step session_take_answer(struct session_request *r)
{
	struct op *op = &r->request.op;

	r->reply.status = op->status;
	if (op->status == TLI_STATUS_CANCELLED && r->session->is_draining)
		r->reply.status = TLI_STATUS_DRAINING;
	r->value = op->result;
	op->result = NULL;
	if (op->status == TLI_STATUS_CANCELLED && r->lost)
		session_tell_lost(r);
	if (r->value)
		r->reply.format = r->value->format;
	return STEP_OVER;
}

static enum session_step lack_memory(struct session_request *r)
{
	r->reply.status = TLI_STATUS_NO_MEMORY;
	return STEP_OVER;
}

static void set_deadline(struct session_request *r)
{
	r->deadline_ms = r->frame.timeout_ms == TLI_SESSION_FOREVER
		? TLI_NEVER
		: session_now_ms(r->session) + r->frame.timeout_ms;
}

static int64_t time_left_ms(const struct session_request *r)
{
	int64_t left_ms = r->deadline_ms - session_now_ms(r->session);

	if (r->deadline_ms == TLI_NEVER)
		return OP_FOREVER;
	return left_ms > 0 ? left_ms : 0;
}

/* ---- open, close ------------------------------------------------------ */

static enum tli_status begin_open(struct session_request *r, const char **why)
{
	static const struct {
		enum tli_status status;
		const char *why;
	} faults[] = {
		[-HANDLE_NUMBER] = {TLI_STATUS_BAD_REQUEST,
			"a handle is a number from 1 to below max_handles"},
		[-HANDLE_TAKEN] = {TLI_STATUS_BAD_REQUEST,
			"something else is open under this handle"},
		[-HANDLE_NOMEM] = {TLI_STATUS_NO_MEMORY,
			"no memory for this handle"},
	};
	int result = handles_take(
		&r->session->handles, r->frame.handle, r->session->max_handles);

	*why = faults[-result].why;
	return faults[-result].status;
}

enum session_step session_ask_value(struct session_request *r)
{
	struct op *op = session_prepare(r, r->frame.op);

	op->item = tli_item_of((enum tli_format)r->frame.format,
		r->frame.payload, r->frame.payload_len);
	return op->item ? STEP_ON : lack_memory(r);
}

static enum session_step take_open(struct session_request *r)
{
	struct op *op = &r->request.op;
	struct handle *handle =
		handles_find(&r->session->handles, r->frame.handle);

	if (op->status == TLI_STATUS_OK) {
		*handle = (struct handle){.object = op->object,
			.token = op->granted,
			.name = op->result,
			.state = HANDLE_OPEN};
		op->result = NULL;
		r->reply.argument = op->object;
		r->reply.count = op->created;
	}
	return session_take_answer(r);
}

/* What could not be opened, for whatever reason, leaves the handle free. */
static void over_open(struct session_request *r)
{
	if (r->reply.status != TLI_STATUS_OK)
		handles_give_up(&r->session->handles, r->frame.handle);
}

/* The handle is free at once. */
static enum tli_status begin_close(struct session_request *r, const char **why)
{
	struct session *session = r->session;

	(void)why;
	session_cancel_handle(session, r->frame.handle);
	r->token = handles_find(&session->handles, r->frame.handle)->token;
	handles_give_up(&session->handles, r->frame.handle);
	return TLI_STATUS_OK;
}

static enum session_step ask_close(struct session_request *r)
{
	session_prepare(r, OP_RETURN)->token = r->token;
	return STEP_ON;
}

/* ---- put, publish ----------------------------------------------------- */

static enum tli_status begin_items(struct session_request *r, const char **why)
{
	const uint8_t *payload = r->frame.payload;
	size_t left = r->frame.payload_len;

	set_deadline(r);
	*why = "there is no item in it";
	if (left == 0)
		return TLI_STATUS_BAD_REQUEST;
	while (left > 0) {
		struct tli_record record;
		size_t used = tli_record_take(&record, payload, left, why);

		if (used == 0)
			return TLI_STATUS_BAD_REQUEST;
		*why = "an item is longer than max_item_bytes";
		if (record.body_len > r->session->max_item_bytes)
			return TLI_STATUS_LIMIT;
		payload += used;
		left -= used;
	}
	return TLI_STATUS_OK;
}

/* The first of what is left; it stays there until it is done. */
static size_t first_record(
	const struct session_request *r, struct tli_record *record)
{
	const char *why;

	return tli_record_take(
		record, r->frame.payload, r->frame.payload_len, &why);
}

bool session_request_has_others(const struct session_request *r)
{
	struct tli_record record;

	return r->frame.payload_len > first_record(r, &record);
}

static enum session_step ask_item(struct session_request *r)
{
	struct op *op = session_prepare(r, r->frame.op);
	struct tli_record record;

	(void)first_record(r, &record);
	op->timeout_ms = time_left_ms(r);
	op->delay_ms = record.delay_ms;
	op->ttl_ms = record.ttl_ms;
	op->priority = record.priority;
	op->item = tli_item_new(&record);
	return op->item ? STEP_ON : lack_memory(r);
}

/* Counts what one did, and goes on to the next one. */
static enum session_step take_item(struct session_request *r, uint64_t counted)
{
	struct tli_record record;
	uint32_t len;

	if (r->request.op.status != TLI_STATUS_OK)
		return session_take_answer(r);
	len = (uint32_t)first_record(r, &record);
	r->reply.count = session_count((uint64_t)r->reply.count + counted);
	r->frame.payload += len;
	r->frame.payload_len -= len;
	return r->frame.payload_len > 0 ? STEP_ON : STEP_OVER;
}

static enum session_step take_put(struct session_request *r)
{
	return take_item(r, 1);
}

static enum session_step take_publish(struct session_request *r)
{
	return take_item(r, r->request.op.deliveries);
}

/* ---- get, peek -------------------------------------------------------- */

static enum tli_status begin_gathering(
	struct session_request *r, const char **why)
{
	set_deadline(r);
	*why = "count is 0";
	return r->frame.count > 0 ? TLI_STATUS_OK : TLI_STATUS_BAD_REQUEST;
}

/* False for lack of memory. */
static bool add_parcel(struct parcels *parcels, const struct parcel *parcel)
{
	uint32_t capacity =
		parcels->capacity ? 2 * parcels->capacity : FEWEST_PARCELS;
	struct parcel *all = parcels->all;

	if (parcels->count == parcels->capacity) {
		all = realloc(all, capacity * sizeof(*all));
		if (!all)
			return false;
		parcels->all = all;
		parcels->capacity = capacity;
	}
	all[parcels->count++] = *parcel;
	parcels->bytes += TLI_RECORD_BYTES + tli_item_len(parcel->item);
	return true;
}

/* Up to count items, and up to a frame of them and one more. That there are not
 * as many is no failure if there is one. */
static enum session_step take_parcel(struct session_request *r)
{
	struct op *op = &r->request.op;
	struct parcel parcel = {op->result, op->granted, op->attempts};

	if (op->status != TLI_STATUS_OK)
		return r->parcels.count > 0 ? STEP_OVER
					    : session_take_answer(r);
	if (!add_parcel(&r->parcels, &parcel)) {
		session_fail(r->session);
		return lack_memory(r);
	}
	op->result = NULL;
	r->reply.count = r->parcels.count;
	return r->parcels.count < r->frame.count &&
			r->parcels.bytes < TLI_SESSION_PAYLOAD_MAX
		? STEP_ON
		: STEP_OVER;
}

static enum session_step ask_get(struct session_request *r)
{
	struct op *op = session_prepare(r, TLI_OP_GET);

	op->lease_ms = r->frame.lease_ms;
	op->unleased = r->frame.flags & TLI_FLAG_UNLEASED;
	op->timeout_ms = r->parcels.count > 0 ? 0 : time_left_ms(r);
	return STEP_ON;
}

static enum session_step ask_peek(struct session_request *r)
{
	session_prepare(r, TLI_OP_PEEK)->count =
		r->frame.argument + r->parcels.count;
	return STEP_ON;
}

/* ---- ack, nack, touch ------------------------------------------------- */

static enum session_step ask_of_lease(struct session_request *r)
{
	struct op *op = session_prepare(r, r->frame.op);

	op->token = r->frame.argument;
	op->lease_ms = r->frame.lease_ms;
	return STEP_ON;
}

/* ---- call ------------------------------------------------------------- */

/* Of the broker itself. */
static void complete_answer(struct session_request *r)
{
	struct broker *broker = r->session->broker;

	if (r->request.op.object != 0)
		holders_forget(broker->holders, r->request.op.object);
	if (r->value)
		r->value = session_complete_listing(broker, r->value);
}

static enum session_step take_call(struct session_request *r)
{
	const struct op *op = &r->request.op;
	enum session_step step;

	r->reply.argument = op->granted ? op->granted : op->token;
	step = session_take_answer(r);
	if (r->object == 0 && r->reply.status == TLI_STATUS_OK)
		complete_answer(r);
	return step;
}

/* ---- The table -------------------------------------------------------- */

const struct session_operation session_operations[TLI_OPS] = {
	[TLI_OP_HELLO] = {.at_once = session_serve_hello},
	[TLI_OP_OPEN] = {.handle_use = USES_NEW_HANDLE,
		.is_beginning = true,
		.begin = begin_open,
		.ask = session_ask_value,
		.take = take_open,
		.over = over_open},
	[TLI_OP_CLOSE] = {.handle_use = USES_OPEN_HANDLE,
		.begin = begin_close,
		.ask = ask_close,
		.take = session_take_answer},
	[TLI_OP_PUT] = {.handle_use = USES_OPEN_HANDLE,
		.keeps_order = true,
		.begin = begin_items,
		.ask = ask_item,
		.take = take_put},
	[TLI_OP_GET] = {.handle_use = USES_OPEN_HANDLE,
		.is_beginning = true,
		.begin = begin_gathering,
		.ask = ask_get,
		.take = take_parcel},
	[TLI_OP_PEEK] = {.handle_use = USES_OPEN_HANDLE,
		.begin = begin_gathering,
		.ask = ask_peek,
		.take = take_parcel},
	[TLI_OP_CONSUME] = {.handle_use = USES_OPEN_HANDLE,
		.is_lasting = true,
		.is_beginning = true,
		.begin = session_begin_consume,
		.ask = session_ask_consume,
		.take = session_take_consume},
	[TLI_OP_CREDIT] = {.at_once = session_serve_credit},
	[TLI_OP_ACK] = {.handle_use = USES_OPEN_HANDLE,
		.ask = ask_of_lease,
		.take = session_take_answer},
	[TLI_OP_NACK] = {.handle_use = USES_OPEN_HANDLE,
		.ask = ask_of_lease,
		.take = session_take_answer},
	[TLI_OP_TOUCH] = {.handle_use = USES_OPEN_HANDLE,
		.ask = ask_of_lease,
		.take = session_take_answer},
	[TLI_OP_PUBLISH] = {.handle_use = USES_OPEN_HANDLE,
		.keeps_order = true,
		.begin = begin_items,
		.ask = ask_item,
		.take = take_publish},
	[TLI_OP_SUBSCRIBE] = {.handle_use = USES_OPEN_HANDLE,
		.is_lasting = true,
		.is_beginning = true,
		.begin = session_begin_consume,
		.ask = session_ask_subscribe,
		.take = session_take_subscribe,
		.over = session_end_subscription},
	[TLI_OP_CALL] = {.handle_use = USES_ANY_OBJECT,
		.ask = session_ask_value,
		.take = take_call},
	[TLI_OP_CANCEL] = {.at_once = session_serve_cancel},
	[TLI_OP_PING] = {.at_once = session_serve_ping},
};
