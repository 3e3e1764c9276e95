/* SPDX-License-Identifier: MIT */
#include "requests.h"

#include "grants.h"

void request_clear(struct request *request)
{
	tli_item_unref(request->op.result);
	request->op.result = NULL;
}

static void clear_answer(struct request *request)
{
	struct op *op = &request->op;

	request_clear(request);
	op->status = TLI_STATUS_OK;
	op->attempts = 0;
	op->created = false;
	op->deliveries = op->lost_messages = op->lost_bytes = 0;
	op->granted = op->dropped = op->dropped_owner = 0;
}

void request_attach(
	struct owner *owner, uint32_t identity, struct request *request)
{
	request->owner = owner;
	request->object = request->op.object;
	request->cancelled = request->has_waited = request->is_undone = false;
	request->line = NULL;
	request->deadline = (struct deadline){.place = 0};
	request->started_ms = owner->waiters->now_ms;
	request->op.owner = owner->id;
	request->op.identity = identity;
	request->op.expired = false;
	request->op.ticket = 0;
	request->op.result = NULL;
	owner->references++;
	TAILQ_INSERT_TAIL(&owner->requests, request, owned);
}

void request_detach(struct request *request)
{
	struct owner *owner = request->owner;

	request->state = REQUEST_IDLE;
	TAILQ_REMOVE(&owner->requests, request, owned);
	if (!request->has_waited)
		return;
	owner->waiting--;
	owner->waiters->waiting--;
	wait_counts_remove(&owner->waiters->wait_counts, request->op.identity);
}

void owner_release(struct owner *owner)
{
	if (--owner->references > 0 || !owner->ended)
		return;
	HASH_DEL(owner->waiters->owners, owner);
	owner->gone(owner);
}

/* ---- What it got and is not to have ----------------------------------- */

static bool is_unwanted(const struct request *request)
{
	return request->cancelled || request->owner->ended;
}

static bool has_item(const struct op *op)
{
	return op->code == TLI_OP_GET && op->unleased &&
		op->status == TLI_STATUS_OK && op->result;
}

static enum engine_result submit(struct request *request)
{
	struct waiters *waiters = request->owner->waiters;

	clear_answer(request);
	request->state = REQUEST_TRIED;
	return waiters->engine->class->submit(
		waiters->engine, &request->op, waiters->now_ms);
}

/* The op is again what was asked, and the answer that it was not done. */
static void end_undo(struct request *request)
{
	struct op *op = &request->op;

	tli_item_unref(op->item);
	clear_answer(request);
	op->code = request->asked.code;
	op->status = request->asked.status;
	op->token = request->asked.token;
	op->item = request->asked.item;
	op->untold = false;
	request->is_undone = false;
}

/* A grant, a place in a wait, or an item goes back to where it came from; no
 * memory is needed for it but the request's own. True if it is there. */
static bool give_back(struct request *request, enum tli_status status)
{
	struct op *op = &request->op;

	request->asked.code = op->code;
	request->asked.status = (uint8_t)status;
	request->asked.token = op->token;
	request->asked.item = op->item;
	request->is_undone = true;
	op->code = OP_RETURN;
	op->untold = true;
	op->token = op->granted;
	op->item = op->granted ? NULL : tli_item_ref(op->result);
	request->outcome = (uint8_t)submit(request);
	if (request->outcome == ENGINE_PENDING)
		return false;
	end_undo(request);
	return true;
}

static bool has_all_it_may(const struct owner *owner)
{
	uint32_t max = owner->max_grants;

	if (max == 0)
		max = owner->waiters->limits.max_grants_per_owner;
	return owner_grant_count(owner) >= max;
}

static enum tli_status note_grant(struct request *request)
{
	const struct op *op = &request->op;

	grants_touch(request->owner, op);
	if (!op->granted)
		return TLI_STATUS_OK;
	if (has_all_it_may(request->owner))
		return TLI_STATUS_LIMIT;
	return grants_keep(request->owner, op) ? TLI_STATUS_OK
					       : TLI_STATUS_NO_MEMORY;
}

/* What the answer drops may be another owner's: a lock of a manager's client
 * can be released by others. */
static void note_dropped(struct request *request)
{
	const struct op *op = &request->op;
	struct waiters *waiters = request->owner->waiters;
	struct owner *owner = request->owner;

	if (!op->dropped)
		return;
	if (op->dropped_owner)
		HASH_FIND(hh, waiters->owners, &op->dropped_owner,
			sizeof(op->dropped_owner), owner);
	if (owner)
		grants_forget(owner, op->dropped);
}

/* The answer is the engine's last word. True if it is the request's too. */
static bool settle(struct request *request)
{
	struct op *op = &request->op;

	if (!is_unwanted(request)) {
		enum tli_status status = note_grant(request);

		return status == TLI_STATUS_OK || give_back(request, status);
	}
	if (!op->granted && !has_item(op))
		return true;
	return give_back(request,
		op->status == TLI_STATUS_OK ? TLI_STATUS_CANCELLED
					    : op->status);
}

/* ---- Waiting ---------------------------------------------------------- */

/* What it waited for it does not want any more: its place is like a grant. */
static void refuse(struct request *request, enum tli_status status)
{
	request->cancelled = true;
	request->op.status = (uint8_t)status;
	request->op.granted = request->op.ticket;
}

static void stop_waiting(struct request *request)
{
	struct waiters *waiters = request->owner->waiters;

	deadlines_remove(&waiters->deadlines, &request->deadline);
	if (request->line)
		lines_leave(&waiters->lines, request);
}

bool request_withdraw(struct request *request, enum tli_status status)
{
	refuse(request, status);
	stop_waiting(request);
	return settle(request);
}

/* False for lack of memory. */
static bool set_deadline(struct request *request)
{
	struct deadlines *all = &request->owner->waiters->deadlines;
	int64_t timeout_ms = request->op.timeout_ms;

	if (timeout_ms < 0 || timeout_ms >= LATER_MS - request->started_ms)
		return true;
	return deadlines_set(
		all, &request->deadline, request->started_ms + timeout_ms);
}

static enum tli_status begin_waiting(struct request *request)
{
	struct owner *owner = request->owner;
	struct waiters *waiters = owner->waiters;
	const struct waiters_limits *limits = &waiters->limits;
	enum tli_status status;

	if (waiters->waiting >= limits->max_waiting ||
		owner->waiting >= limits->max_waiting_per_owner)
		return TLI_STATUS_LIMIT;
	status = wait_counts_add(&waiters->wait_counts, request->op.identity,
		limits->max_waiting_per_identity);
	if (status != TLI_STATUS_OK)
		return status;
	if (!set_deadline(request)) {
		wait_counts_remove(&waiters->wait_counts, request->op.identity);
		return TLI_STATUS_NO_MEMORY;
	}
	request->has_waited = true;
	owner->waiting++;
	waiters->waiting++;
	return TLI_STATUS_OK;
}

/* False for lack of memory. */
static bool stand_in_line(
	struct request *request, uint64_t object, unsigned class)
{
	struct lines *lines = &request->owner->waiters->lines;
	const struct line *line = request->line;

	if (line && line->what.object == object && line->what.class == class) {
		lines_step_back(lines, request);
		return true;
	}
	if (line)
		lines_leave(lines, request);
	return lines_join(lines, request, object, class);
}

static enum tli_status wait_for(
	struct request *request, uint64_t object, unsigned class)
{
	enum tli_status status = TLI_STATUS_OK;

	if (!request->has_waited)
		status = begin_waiting(request);
	if (status != TLI_STATUS_OK)
		return status;
	if (!stand_in_line(request, object, class))
		return TLI_STATUS_NO_MEMORY;
	request_resume_expiry(request);
	return TLI_STATUS_OK;
}

bool request_wait_untried(struct request *request, unsigned class)
{
	enum tli_status status;

	request->tried = ++request->owner->waiters->lines.sequence;
	status = wait_for(request, request->op.object, class);
	return status != TLI_STATUS_OK && request_withdraw(request, status);
}

/* ---- Being tried ------------------------------------------------------ */

/* The engine says that it has to wait. False if it does not. */
static bool goes_on_waiting(struct request *request)
{
	const struct op *op = &request->op;
	enum tli_status status = TLI_STATUS_CANCELLED;

	if (!is_unwanted(request))
		status = wait_for(request, op->wait_object, op->wait_class);
	if (status == TLI_STATUS_OK)
		return true;
	refuse(request, status);
	return false;
}

bool request_take_outcome(struct request *request)
{
	const struct op *op = &request->op;

	note_dropped(request);
	if (op->code == OP_RETURN) {
		if (request->is_undone)
			end_undo(request);
		return true;
	}
	if (request->outcome == ENGINE_WAITS && goes_on_waiting(request))
		return false;
	stop_waiting(request);
	return settle(request);
}

/* Whether it may come to stand in a line that it is not in. */
static bool is_first_try(const struct request *request)
{
	return !request->has_waited && request->op.code != OP_RETURN;
}

bool request_try(struct request *request)
{
	struct lines *lines = &request->owner->waiters->lines;

	request->tried = ++lines->sequence;
	if (request->line)
		lines_step_out(request);
	request->outcome = (uint8_t)submit(request);
	if (request->outcome != ENGINE_PENDING)
		return request_take_outcome(request);
	if (is_first_try(request))
		lines_expect(lines, request);
	return false;
}

void request_complete(struct request *request, enum engine_result outcome)
{
	struct waiters *waiters = request->owner->waiters;

	if (is_first_try(request))
		lines_expect_no_more(&waiters->lines, request);
	request->outcome = (uint8_t)outcome;
	TAILQ_INSERT_TAIL(&waiters->completed, request, link);
}

/* ---- Its time is over ------------------------------------------------- */

/* An item would be kept from others by who does not read it. */
static bool is_left_alone(const struct request *request)
{
	if (request->state == REQUEST_TRIED)
		return true;
	return request->owner->congested &&
		request->line->what.class == WAIT_ITEMS;
}

void request_expire(struct request *request)
{
	struct deadlines *all = &request->owner->waiters->deadlines;

	if (is_left_alone(request)) {
		(void)deadlines_set(all, &request->deadline, LATER_MS);
		return;
	}
	deadlines_remove(all, &request->deadline);
	request->op.expired = true;
	if (request_try(request))
		request_finish(request);
}

void request_resume_expiry(struct request *request)
{
	struct deadline *deadline = &request->deadline;

	if (deadline->place > 0 && deadline->at_ms == LATER_MS)
		(void)deadlines_set(
			&request->owner->waiters->deadlines, deadline, 0);
}

/* ---- Being done ------------------------------------------------------- */

void request_finish(struct request *request)
{
	request->state = REQUEST_FINISHED;
	request->owner->finished++;
	TAILQ_INSERT_TAIL(&request->owner->waiters->finished, request, link);
}

void request_unfinish(struct request *request)
{
	request->owner->finished--;
	TAILQ_REMOVE(&request->owner->waiters->finished, request, link);
}

bool request_retract(struct request *request)
{
	request_unfinish(request);
	grants_keep_secret(request->owner, request->op.granted);
	request->op.granted = 0; /* it is among the owner's grants */
	return settle(request);
}

void request_abandon(struct request *request)
{
	if (request->is_undone)
		end_undo(request);
	stop_waiting(request);
	request_finish(request);
}
