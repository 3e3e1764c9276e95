/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "broker.h"

#include <stdlib.h>
#include <string.h>

/* What one request may ask of the engine in a turn. */
#define ASKS_A_TURN 256u

/* How many are kept for what comes, and how much room for items with each. */
#define SPARE_MAX   256u
#define PARCELS_MAX 64u

/* ---- Memory ----------------------------------------------------------- */

static struct session_request *take_spare(struct sessions *sessions)
{
	struct session_request *spare = TAILQ_FIRST(&sessions->spare);

	if (!spare)
		return calloc(1, sizeof(*spare));
	TAILQ_REMOVE(&sessions->spare, spare, link);
	sessions->spare_count--;
	return spare;
}

static void free_parcels(struct parcels *parcels)
{
	for (uint32_t i = 0; i < parcels->count; i++)
		tli_item_unref(parcels->all[i].item);
	parcels->count = 0;
	parcels->bytes = 0;
	if (parcels->capacity <= PARCELS_MAX)
		return;
	free(parcels->all);
	*parcels = (struct parcels){.all = NULL};
}

static void put_away(struct sessions *sessions, struct session_request *request)
{
	struct parcels parcels = request->parcels;

	if (sessions->spare_count >= SPARE_MAX) {
		free(parcels.all);
		free(request);
		return;
	}
	*request = (struct session_request){.parcels = parcels};
	TAILQ_INSERT_TAIL(&sessions->spare, request, link);
	sessions->spare_count++;
}

void sessions_fini(struct sessions *sessions)
{
	struct session_request *spare;

	timer_stop(&sessions->look);
	while ((spare = TAILQ_FIRST(&sessions->spare))) {
		TAILQ_REMOVE(&sessions->spare, spare, link);
		sessions->spare_count--;
		free(spare->parcels.all);
		free(spare);
	}
}

/* Forgets a request that the engine does not have. */
static void drop(struct session_request *request)
{
	struct session *session = request->session;

	if (request->is_kept)
		HASH_DEL(session->by_tag, request);
	if (request->is_ready)
		TAILQ_REMOVE(&session->ready, request, link);
	tli_item_unref(request->request.op.item);
	tli_item_unref(request->value);
	free_parcels(&request->parcels);
	free(request->payload);
	put_away(&session->broker->sessions, request);
}

void session_drop_requests(struct session *session)
{
	struct session_request *request, *next;

	HASH_ITER (hh, session->by_tag, request, next)
		if (request->request.state == REQUEST_IDLE)
			drop(request);
}

/* ---- Replies ---------------------------------------------------------- */

static uint8_t value_format(const struct tli_session_frame *frame)
{
	return frame->format == TLI_FORMAT_JSON ? TLI_FORMAT_JSON
						: TLI_FORMAT_PICKLE;
}

struct tli_session_frame session_reply_to(
	const struct tli_session_frame *frame, enum tli_status status)
{
	return (struct tli_session_frame){
		.op = frame->op,
		.flags = TLI_FLAG_REPLY | (frame->flags & TLI_FLAG_QUIET),
		.status = (uint8_t)status,
		.format = value_format(frame),
		.tag = frame->tag,
		.handle = frame->handle,
	};
}

/* False if it tells of success and none is wanted. */
static bool is_wanted(const struct tli_session_frame *reply)
{
	return reply->status != TLI_STATUS_OK ||
		!(reply->flags & TLI_FLAG_QUIET);
}

static bool send_reply(struct session *session,
	const struct tli_session_frame *reply, struct tli_item *value,
	const struct parcels *parcels)
{
	struct tli_session_frame frame = *reply;
	struct sent nobody = {.call = NULL};

	frame.flags &= (uint8_t)~TLI_FLAG_QUIET;
	if (value)
		return session_output_body(&session->output, &frame, value);
	if (parcels && parcels->count > 0)
		return session_output_items(&session->output, &frame,
			parcels->all, parcels->count, nobody);
	return session_output_frame(&session->output, &frame);
}

void session_reply(struct session *session,
	const struct tli_session_frame *reply, struct tli_item *value)
{
	if (is_wanted(reply) && !send_reply(session, reply, value, NULL))
		session_fail(session);
	session_touch(session);
}

void session_refuse(struct session *session,
	const struct tli_session_frame *frame, enum tli_status status,
	const char *why)
{
	struct tli_session_frame reply = session_reply_to(frame, status);
	struct tli_item *text = session_text(reply.format, why);

	if (text)
		session_reply(session, &reply, text);
	else
		session_fail(session);
	tli_item_unref(text);
}

/* ---- Requests --------------------------------------------------------- */

struct session_request *session_request_of(
	const struct session *session, uint32_t tag)
{
	struct session_request *found;

	HASH_FIND(hh, session->by_tag, &tag, sizeof(tag), found);
	return found;
}

/* A payload that is somebody else's goes away when this turn is over. */
static bool own_payload(struct session_request *request)
{
	struct tli_session_frame *frame = &request->frame;

	if (request->payload || frame->payload_len == 0)
		return true;
	request->payload = malloc(frame->payload_len);
	if (!request->payload)
		return false;
	memcpy(request->payload, frame->payload, frame->payload_len);
	frame->payload = request->payload;
	return true;
}

/* It is not done yet, and found by its tag from now on. False, with the session
 * failed, for lack of memory: then it is gone, unless the engine has it. */
static bool keep(struct session_request *request)
{
	struct session *session = request->session;

	if (request->is_kept)
		return true;
	HASH_ADD(hh, session->by_tag, frame.tag, sizeof(uint32_t), request);
	request->is_kept = request->hh.tbl != NULL;
	if (request->is_kept && own_payload(request))
		return true;
	session_fail(session);
	if (request->request.state == REQUEST_IDLE)
		drop(request);
	return false;
}

static void finish(struct session_request *request)
{
	struct session *session = request->session;

	if (request->operation->over)
		request->operation->over(request);
	if (is_wanted(&request->reply) &&
		!send_reply(session, &request->reply, request->value,
			&request->parcels))
		session_fail(session);
	drop(request);
	session_touch(session);
}

/* Asks the engine for what is next. True if it has answered. */
static bool ask(struct session_request *request)
{
	enum session_step step;

	if (request->is_cancelled && !request->is_stalled) {
		request->request.op =
			(struct op){.status = TLI_STATUS_CANCELLED};
		return true;
	}
	step = request->operation->ask(request);
	if (step == STEP_ON &&
		request_start(&request->session->owner, &request->request,
			objects_now_ms()))
		return true;
	if (step == STEP_OVER)
		finish(request);
	else
		(void)keep(request);
	return false;
}

/* Takes what the engine has answered. True if there is more to ask. */
static bool has_more(struct session_request *request)
{
	enum session_step step = request->operation->take(request);

	tli_item_unref(request->request.op.item);
	request->request.op.item = NULL;
	request_clear(&request->request);
	if (step == STEP_OVER)
		finish(request);
	return step == STEP_ON;
}

static void go_on(struct session_request *request)
{
	for (unsigned i = 0; i < ASKS_A_TURN; i++)
		if (!ask(request) || !has_more(request))
			return;
	if (keep(request))
		session_request_resume(request);
}

static void on_done(struct request *done)
{
	struct session_request *request = (struct session_request *)done;
	struct session *session = request->session;

	if (!session->peer) {
		request_clear(done);
		drop(request);
		return;
	}
	if (has_more(request))
		go_on(request);
	if (session_is_congested(session))
		owner_set_congested(&session->owner, true);
	session_touch(session);
}

void session_request_resume(struct session_request *request)
{
	struct session *session = request->session;

	if (!request->is_ready)
		TAILQ_INSERT_TAIL(&session->ready, request, link);
	request->is_ready = true;
	session_touch(session);
}

/* Those that are ready again meanwhile have their turn later. */
void session_serve_ready(struct session *session)
{
	struct session_request *last =
		TAILQ_LAST(&session->ready, session_request_list);
	struct session_request *request = NULL;

	while (request != last && !session_is_congested(session) &&
		!session->is_failed) {
		request = TAILQ_FIRST(&session->ready);
		TAILQ_REMOVE(&session->ready, request, link);
		request->is_ready = false;
		go_on(request);
	}
}

void session_request_cancel(struct session_request *request)
{
	request->is_cancelled = true;
	if (request->request.state == REQUEST_IDLE)
		session_request_resume(request);
	else
		request_cancel(&request->request);
}

void session_cancel_handle(struct session *session, uint32_t handle)
{
	struct session_request *request, *next;

	HASH_ITER (hh, session->by_tag, request, next)
		if (request->frame.handle == handle)
			session_request_cancel(request);
}

void session_cancel_all(struct session *session)
{
	struct session_request *request, *next;

	HASH_ITER (hh, session->by_tag, request, next)
		session_request_cancel(request);
}

static struct session_request *make_request(
	struct session *session, const struct session_operation *operation)
{
	struct session_request *request =
		take_spare(&session->broker->sessions);

	if (!request) {
		session_fail(session);
		return NULL;
	}
	request->session = session;
	request->operation = operation;
	request->request.done = on_done;
	return request;
}

/* ---- Serving ---------------------------------------------------------- */

static const char *handle_fault(const struct session *session,
	const struct tli_session_frame *frame, unsigned handle_use)
{
	bool is_open = handles_find(&session->handles, frame->handle);

	if (handle_use == USES_NO_HANDLE || handle_use == USES_NEW_HANDLE ||
		is_open)
		return NULL;
	if (handle_use == USES_ANY_OBJECT && frame->handle == 0)
		return NULL;
	return frame->handle == 0 ? "this is asked of an object, not of the "
				    "broker: handle 0"
				  : "nothing is open under this handle";
}

static const char *payload_fault(const struct tli_session_frame *frame)
{
	unsigned payload = tli_op_info(frame->op)->payload;

	if (payload == TLI_PAYLOAD_NOTHING && frame->payload_len > 0)
		return "this operation has no payload";
	if (payload == TLI_PAYLOAD_VALUE &&
		frame->format != TLI_FORMAT_PICKLE &&
		frame->format != TLI_FORMAT_JSON)
		return "a value is a pickle or JSON";
	return NULL;
}

static const char *fault(const struct session *session,
	const struct tli_session_frame *frame,
	const struct session_operation *operation)
{
	const char *why;

	if (frame->flags & TLI_FLAG_REPLY)
		return "a client has nothing to reply to";
	if (!operation->at_once && !operation->ask)
		return "this operation is the broker's";
	why = handle_fault(session, frame, operation->handle_use);
	if (!why)
		why = payload_fault(frame);
	if (!why && session_request_of(session, frame->tag))
		why = "another request with this tag is not done yet";
	return why;
}

static enum tli_status check(const struct session *session,
	const struct tli_session_frame *frame,
	const struct session_operation *operation, const char **why)
{
	*why = fault(session, frame, operation);
	if (*why)
		return TLI_STATUS_BAD_REQUEST;
	if (session->is_draining && operation->is_beginning) {
		*why = tli_status_info(TLI_STATUS_DRAINING)->text;
		return TLI_STATUS_DRAINING;
	}
	*why = "longer than max_item_bytes";
	if (tli_op_info(frame->op)->payload == TLI_PAYLOAD_VALUE &&
		frame->payload_len > session->max_item_bytes)
		return TLI_STATUS_LIMIT;
	return TLI_STATUS_OK;
}

/* 0 if nothing is. */
static uint64_t object_under(const struct session *session, uint32_t number)
{
	const struct handle *handle = handles_find(&session->handles, number);

	return handle ? handle->object : 0;
}

static void begin(struct session *session, struct arrival *arrival,
	const struct session_operation *operation)
{
	struct session_request *request = make_request(session, operation);
	enum tli_status status = TLI_STATUS_OK;
	const char *why;

	if (!request)
		return;
	request->frame = arrival->frame;
	request->payload = arrival->whole;
	arrival->whole = NULL;
	request->reply = session_reply_to(&request->frame, TLI_STATUS_OK);
	request->object = object_under(session, request->frame.handle);
	if (operation->begin)
		status = operation->begin(request, &why);
	if (status == TLI_STATUS_OK) {
		go_on(request);
		return;
	}
	session_refuse(session, &request->frame, status, why);
	drop(request);
}

void session_serve(struct session *session, struct arrival *arrival)
{
	const struct tli_session_frame *frame = &arrival->frame;
	const struct session_operation *operation =
		&session_operations[frame->op];
	enum tli_status status = (enum tli_status)arrival->status;
	const char *why = arrival->why;

	session->broker->sessions.requests++;
	if (!session->is_greeted && frame->op != TLI_OP_HELLO)
		session->last = "the first that a client says is hello";
	else if (status == TLI_STATUS_OK)
		status = check(session, frame, operation, &why);
	if (session->last)
		;
	else if (status != TLI_STATUS_OK)
		session_refuse(session, frame, status, why);
	else if (operation->at_once)
		operation->at_once(session, frame);
	else
		begin(session, arrival, operation);
	free(arrival->whole);
}

/* ---- References ------------------------------------------------------- */

static enum session_step take_nothing(struct session_request *request)
{
	(void)request;
	return STEP_OVER;
}

void session_return(struct session *session, uint64_t object, uint64_t token)
{
	static const struct session_operation returning = {
		.take = take_nothing};
	struct session_request *request = make_request(session, &returning);

	if (!request)
		return;
	request->reply.flags = TLI_FLAG_QUIET;
	request->request.op = (struct op){
		.code = OP_RETURN, .object = object, .token = token};
	if (request_start(&session->owner, &request->request, objects_now_ms()))
		drop(request);
}
