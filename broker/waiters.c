/* SPDX-License-Identifier: MIT */
#include "waiters.h"

#include "grants.h"
#include "requests.h"

#include <stdlib.h>

/* Of one run: tries anew, of which those whose time is over have no more than
 * half, and calls of done(). */
#define TRIES_A_RUN 512u
#define DONE_A_RUN  512u

/* ---- The engine ------------------------------------------------------- */

static void completed(void *owner, struct op *op, enum engine_result result)
{
	(void)owner;
	request_complete((struct request *)op, result);
}

static void woken(void *owner, uint64_t object, unsigned classes)
{
	struct waiters *waiters = owner;

	lines_wake(&waiters->lines, object, classes);
}

struct engine_listener waiters_listener(struct waiters *waiters)
{
	return (struct engine_listener){completed, woken, waiters};
}

void waiters_set_engine(struct waiters *waiters, struct engine *engine)
{
	waiters->engine = engine;
}

/* ---- Life ------------------------------------------------------------- */

struct waiters *waiters_new(const struct waiters_limits *limits)
{
	struct waiters *waiters = calloc(1, sizeof(*waiters));

	if (!waiters)
		return NULL;
	if (!lines_init(&waiters->lines)) {
		free(waiters);
		return NULL;
	}
	waiters->limits = *limits;
	waiters->tries_left = TRIES_A_RUN;
	TAILQ_INIT(&waiters->completed);
	TAILQ_INIT(&waiters->finished);
	return waiters;
}

void waiters_set_limits(
	struct waiters *waiters, const struct waiters_limits *limits)
{
	waiters->limits = *limits;
}

/* Calls done() for the first of those that are finished. */
static void tell(struct waiters *waiters)
{
	struct request *request = TAILQ_FIRST(&waiters->finished);
	struct owner *owner = request->owner;

	request_unfinish(request);
	request_detach(request);
	if (owner->ended) {
		request_clear(request);
		request->op.status = TLI_STATUS_CANCELLED;
	}
	request->done(request);
	owner_release(owner);
}

static void abandon_all(struct waiters *waiters)
{
	struct owner *owner;
	struct request *request;

	TAILQ_INIT(&waiters->lines.pending);
	TAILQ_INIT(&waiters->completed);
	for (owner = waiters->owners; owner; owner = owner->hh.next)
		TAILQ_FOREACH (request, &owner->requests, owned)
			if (request->state == REQUEST_TRIED)
				request_abandon(request);
}

void waiters_free(struct waiters *waiters)
{
	if (!waiters)
		return;
	if (waiters->engine)
		waiters->engine->class->free(waiters->engine);
	abandon_all(waiters);
	while (!TAILQ_EMPTY(&waiters->finished))
		tell(waiters);
	lines_fini(&waiters->lines);
	deadlines_fini(&waiters->deadlines);
	free(waiters);
}

/* ---- Owners ----------------------------------------------------------- */

bool owner_init(struct owner *owner, struct waiters *waiters, uint64_t id,
	uint32_t identity, void (*gone)(struct owner *owner))
{
	*owner = (struct owner){
		.waiters = waiters,
		.id = id,
		.identity = identity,
		.gone = gone,
	};
	TAILQ_INIT(&owner->requests);
	HASH_ADD(hh, waiters->owners, id, sizeof(owner->id), owner);
	return owner->hh.tbl != NULL;
}

/* Each stays the owner's until it is told. */
static void end_request(struct request *request)
{
	if (request->state == REQUEST_WAITING &&
		request_withdraw(request, TLI_STATUS_CANCELLED))
		request_finish(request);
	else if (request->state == REQUEST_FINISHED && request_retract(request))
		request_finish(request);
}

void owner_end(struct owner *owner)
{
	struct request *request;

	if (owner->ended)
		return;
	owner->ended = true;
	owner->references++;
	TAILQ_FOREACH (request, &owner->requests, owned)
		end_request(request);
	grants_return(owner);
	owner_release(owner);
}

bool owner_return(struct owner *owner, uint64_t token, int64_t now_ms)
{
	owner->waiters->now_ms = now_ms;
	return grants_return_one(owner, token);
}

void owner_set_congested(struct owner *owner, bool congested)
{
	struct request *request;

	if (owner->congested == congested)
		return;
	owner->congested = congested;
	TAILQ_FOREACH (request, &owner->requests, owned) {
		if (request->state != REQUEST_WAITING)
			continue;
		lines_congestion_changed(&owner->waiters->lines, request);
		request_resume_expiry(request);
	}
}

/* ---- Requests --------------------------------------------------------- */

/* Before anybody else is tried: their places may be before others. */
static void take_completed(struct waiters *waiters)
{
	struct request *request;

	while ((request = TAILQ_FIRST(&waiters->completed))) {
		TAILQ_REMOVE(&waiters->completed, request, link);
		if (request_take_outcome(request))
			request_finish(request);
	}
}

static void try_anew(struct waiters *waiters, struct request *request)
{
	waiters->tries_left--;
	if (request_try(request))
		request_finish(request);
}

/* Gives what there is to those who wait for it in turn, as long as that is not
 * too much for one turn of the loop. */
static void serve_in_turn(struct waiters *waiters)
{
	struct request *request;

	while (waiters->tries_left > 0 &&
		(request = lines_next_in_turn(&waiters->lines)))
		try_anew(waiters, request);
}

/* What an operation can wait for, as far as can be told before it is tried;
 * WAIT_CLASSES otherwise. */
static unsigned known_class(const struct op *op)
{
	if (op->code == TLI_OP_PUT)
		return WAIT_ROOM;
	if (op->code == TLI_OP_GET || op->code == OP_FETCH)
		return WAIT_ITEMS;
	return WAIT_CLASSES;
}

/* Whether others wait for the same in line who could get it. */
static bool is_behind_others(
	const struct waiters *waiters, const struct op *op, unsigned class)
{
	const struct line *line;

	if (class == WAIT_CLASSES || op->timeout_ms == 0)
		return false;
	line = lines_find(&waiters->lines, op->object, class);
	return line && (line->able > 0 || line->trying);
}

/* An item was delivered to a manager's client, which may end at any time: it
 * would be given to somebody else. */
static bool is_noted_at_once(const struct op *op)
{
	return op->code == TLI_OP_ACK && op->is_python;
}

static bool start(struct waiters *waiters, struct request *request)
{
	struct lines *lines = &waiters->lines;
	unsigned class = known_class(&request->op);

	if (request->op.code == OP_RETURN)
		return request_try(request);
	take_completed(waiters);
	serve_in_turn(waiters);
	if (is_behind_others(waiters, &request->op, class))
		return request_wait_untried(request, class);
	if (is_noted_at_once(&request->op) ||
		(TAILQ_EMPTY(&lines->in_turn) && lines->newcomers.able == 0))
		return request_try(request);
	lines_join_newcomers(lines, request);
	return false;
}

bool request_start_for(struct owner *owner, uint32_t identity,
	struct request *request, int64_t now_ms)
{
	struct waiters *waiters = owner->waiters;
	bool over = true;

	waiters->now_ms = now_ms;
	request_attach(owner, identity, request);
	request->op.status = TLI_STATUS_OK;
	if (owner->ended)
		request->op.status = TLI_STATUS_CANCELLED;
	else if (request->op.code != OP_RETURN ||
		grants_forget(owner, request->op.token))
		over = start(waiters, request);
	if (over && owner->finished > 0 && !owner->ended) {
		request_finish(request);
		return false;
	}
	if (!over)
		return false;
	request_detach(request);
	owner->references--;
	return true;
}

bool request_start(struct owner *owner, struct request *request, int64_t now_ms)
{
	return request_start_for(owner, owner->identity, request, now_ms);
}

void request_cancel(struct request *request)
{
	if (request->state == REQUEST_TRIED)
		request->cancelled = true;
	else if (request->state == REQUEST_WAITING &&
		request_withdraw(request, TLI_STATUS_CANCELLED))
		request_finish(request);
}

/* ---- Running ---------------------------------------------------------- */

static void expire(struct waiters *waiters, int64_t passed_ms)
{
	while (waiters->tries_left > TRIES_A_RUN / 2 &&
		deadlines_first_ms(&waiters->deadlines) <= passed_ms) {
		struct request *request =
			deadline_owner(deadlines_first(&waiters->deadlines),
				struct request, deadline);

		waiters->tries_left--;
		if (request->state == REQUEST_IDLE)
			grants_lapse(request);
		else
			request_expire(request);
	}
}

static void serve(struct waiters *waiters)
{
	struct request *request;

	while (waiters->tries_left > 0 &&
		(request = lines_next(&waiters->lines)))
		try_anew(waiters, request);
}

static void tell_some(struct waiters *waiters)
{
	for (unsigned i = 0; i < DONE_A_RUN && !TAILQ_EMPTY(&waiters->finished);
		i++)
		tell(waiters);
}

void waiters_run(struct waiters *waiters, int64_t passed_ms, int64_t now_ms)
{
	struct engine *engine = waiters->engine;

	waiters->now_ms = now_ms;
	waiters->tries_left = TRIES_A_RUN;
	if (engine->class->deadline_ms(engine) <= passed_ms)
		engine->class->elapse(engine, passed_ms);
	take_completed(waiters);
	expire(waiters, passed_ms);
	serve(waiters);
	tell_some(waiters);
	if (engine->class->flush)
		engine->class->flush(engine);
}

int64_t waiters_deadline_ms(const struct waiters *waiters)
{
	int64_t own_ms = deadlines_first_ms(&waiters->deadlines);
	int64_t engine_ms =
		waiters->engine->class->deadline_ms(waiters->engine);

	if (lines_are_woken(&waiters->lines) ||
		!TAILQ_EMPTY(&waiters->completed) ||
		!TAILQ_EMPTY(&waiters->finished))
		return 0;
	if (own_ms == LATER_MS)
		own_ms = NEVER_MS;
	return own_ms < engine_ms ? own_ms : engine_ms;
}

uint32_t waiters_count(const struct waiters *waiters)
{
	return waiters->waiting;
}

uint32_t owner_grant_count(const struct owner *owner)
{
	return HASH_COUNT(owner->grants);
}

/* ---- Listing ---------------------------------------------------------- */

typedef void list_fn(void *arg, const struct owner *owner, uint64_t token,
	int64_t deadline_ms);

static int64_t deadline_of(const struct request *request)
{
	return request->deadline.place > 0 ? request->deadline.at_ms : NEVER_MS;
}

static void list_line(const struct line *line, list_fn *each, void *arg)
{
	const struct request *request;

	TAILQ_FOREACH (request, &line->requests, link)
		each(arg, request->owner, 0, deadline_of(request));
}

static void list_grants(
	const struct owner *owner, uint64_t object, list_fn *each, void *arg)
{
	const struct grant *grant;

	for (grant = owner->grants; grant; grant = grant->hh.next)
		if (grant->undo.op.object == object)
			each(arg, owner, grant->undo.op.token,
				deadline_of(&grant->undo));
}

uint32_t waiters_count_for(const struct waiters *waiters, uint64_t object)
{
	const struct line *line;
	uint32_t count = 0;

	for (unsigned class = 0; class < WAIT_CLASSES; class ++) {
		line = lines_find(&waiters->lines, object, class);
		count += line ? line->members : 0;
	}
	return count;
}

void waiters_list(const struct waiters *waiters, uint64_t object,
	void (*each)(void *arg, const struct owner *owner, uint64_t token,
		int64_t deadline_ms),
	void *arg)
{
	const struct line *line;
	const struct owner *owner;

	for (unsigned class = 0; class < WAIT_CLASSES; class ++) {
		line = lines_find(&waiters->lines, object, class);
		if (line)
			list_line(line, each, arg);
	}
	for (owner = waiters->owners; owner; owner = owner->hh.next)
		list_grants(owner, object, each, arg);
}
