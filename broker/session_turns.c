/* SPDX-License-Identifier: MIT */
/* A request's way: what it asks of the engine, turn by turn, until it is
 * answered. */
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

void session_request_drop(struct session_request *request)
{
	struct session *session = request->session;

	if (request->is_kept)
		HASH_DEL(session->by_tag, request);
	if (request->is_ready)
		TAILQ_REMOVE(&session->ready, request, link);
	if (session->putting == request)
		session->putting = NULL;
	session->kept_bytes -= request->kept_bytes;
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
			session_request_drop(request);
}

/* ---- Turns ------------------------------------------------------------ */

int64_t session_now_ms(const struct session *session)
{
	return session->broker->objects.now_ms;
}

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
	if (request->operation->keeps_order)
		session->putting = request;
	request->kept_bytes = request->frame.payload_len;
	session->kept_bytes += request->kept_bytes;
	if (request->is_kept && own_payload(request))
		return true;
	session_fail(session);
	if (request->request.state == REQUEST_IDLE)
		session_request_drop(request);
	return false;
}

static void finish(struct session_request *request)
{
	struct session *session = request->session;

	if (request->operation->over)
		request->operation->over(request);
	session_reply(
		session, &request->reply, request->value, &request->parcels);
	session_request_drop(request);
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
	if (step == STEP_ON && !session_permits(request))
		return true;
	if (step == STEP_ON &&
		request_start(&request->session->owner, &request->request,
			session_now_ms(request->session)))
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
	bool is_permitted =
		request->request.op.status != TLI_STATUS_NOT_PERMITTED;
	enum session_step step = is_permitted
		? request->operation->take(request)
		: session_review(request);

	tli_item_unref(request->request.op.item);
	request->request.op.item = NULL;
	request_clear(&request->request);
	if (step == STEP_OVER)
		finish(request);
	return step == STEP_ON;
}

void session_request_go_on(struct session_request *request)
{
	unsigned count = 0;

	do
		if (!ask(request) || !has_more(request))
			return;
	while (++count < ASKS_A_TURN &&
		!session_turn_is_over(request->session));
	if (keep(request))
		session_request_resume(request);
}

static void on_done(struct request *done)
{
	struct session_request *request = (struct session_request *)done;
	struct session *session = request->session;

	if (!session->peer) {
		request_clear(done);
		session_request_drop(request);
		return;
	}
	if (has_more(request))
		session_request_go_on(request);
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
		session_request_go_on(request);
		if (session_turn_is_over(session))
			return;
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

struct session_request *session_request_new(
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
	struct session_request *request =
		session_request_new(session, &returning);

	if (!request)
		return;
	request->reply.flags = TLI_FLAG_QUIET;
	request->request.op = (struct op){
		.code = OP_RETURN, .object = object, .token = token};
	if (request_start(&session->owner, &request->request,
		    session_now_ms(session)))
		session_request_drop(request);
}
