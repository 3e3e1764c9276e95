/* SPDX-License-Identifier: MIT */
#include "lines.h"

#include <stdlib.h>

static bool is_in_turn(const struct line *line)
{
	return line->what.class != NEWCOMERS &&
		wait_is_in_turn((enum wait_class)line->what.class);
}

/* ---- Which lines are woken -------------------------------------------- */

static struct line_list *woken_list(
	struct lines *lines, const struct line *line)
{
	return is_in_turn(line) ? &lines->in_turn : &lines->others;
}

static void mark(struct lines *lines, struct line *line)
{
	if (line->is_woken)
		return;
	line->is_woken = true;
	TAILQ_INSERT_TAIL(woken_list(lines, line), line, link);
}

static void unmark(struct lines *lines, struct line *line)
{
	if (!line->is_woken)
		return;
	line->is_woken = false;
	TAILQ_REMOVE(woken_list(lines, line), line, link);
}

static size_t slot_of(uint64_t object, unsigned class)
{
	uint64_t hash =
		(object * WAIT_CLASSES + class) * UINT64_C(0x9e3779b97f4a7c15);

	return hash >> 32 & (LINE_SLOTS - 1);
}

static void wake(struct lines *lines, uint64_t object, unsigned class)
{
	struct line *line = lines_find(lines, object, class);

	lines->slots[slot_of(object, class)].woken_at = ++lines->sequence;
	if (!line)
		return;
	line->woken_at = lines->sequence;
	mark(lines, line);
}

void lines_wake(struct lines *lines, uint64_t object, unsigned classes)
{
	for (unsigned class = 0; class < WAIT_CLASSES; class ++)
		if (classes & 1u << class)
			wake(lines, object, class);
}

bool lines_are_woken(const struct lines *lines)
{
	return !TAILQ_EMPTY(&lines->in_turn) || !TAILQ_EMPTY(&lines->others);
}

/* ---- Lines ------------------------------------------------------------ */

bool lines_init(struct lines *lines)
{
	*lines = (struct lines){.sequence = 1};
	TAILQ_INIT(&lines->in_turn);
	TAILQ_INIT(&lines->others);
	TAILQ_INIT(&lines->pending);
	TAILQ_INIT(&lines->newcomers.requests);
	lines->newcomers.what.class = NEWCOMERS;
	HASH_ADD(hh, lines->table, what, sizeof(lines->newcomers.what),
		&lines->newcomers);
	return lines->table != NULL;
}

void lines_fini(struct lines *lines)
{
	HASH_CLEAR(hh, lines->table);
}

struct line *lines_find(
	const struct lines *lines, uint64_t object, unsigned class)
{
	const uint64_t key[] = {object, class}; /* as `what` has them */
	struct line *line;

	if (lines->slots[slot_of(object, class)].lines == 0)
		return NULL;
	HASH_FIND(hh, lines->table, key, sizeof(key), line);
	return line;
}

/* NULL for lack of memory. */
static struct line *add_line(
	struct lines *lines, uint64_t object, unsigned class)
{
	struct line *line = calloc(1, sizeof(*line));

	if (!line)
		return NULL;
	line->what.object = object;
	line->what.class = class;
	TAILQ_INIT(&line->requests);
	HASH_ADD(hh, lines->table, what, sizeof(line->what), line);
	if (!line->hh.tbl) {
		free(line);
		return NULL;
	}
	lines->slots[slot_of(object, class)].lines++;
	return line;
}

static void free_if_empty(struct lines *lines, struct line *line)
{
	if (line->members > 0 || line == &lines->newcomers)
		return;
	unmark(lines, line);
	lines->slots[slot_of(line->what.object, (unsigned)line->what.class)]
		.lines--;
	HASH_DEL(lines->table, line);
	free(line);
}

/* ---- Places in line --------------------------------------------------- */

/* From both ends at once: who comes is among the last, who comes back among the
 * first. */
static void insert(struct request_list *list, struct request *request)
{
	struct request *front = TAILQ_FIRST(list);
	struct request *back = TAILQ_LAST(list, request_list);

	while (front && front->order <= request->order &&
		back->order > request->order) {
		front = TAILQ_NEXT(front, link);
		back = TAILQ_PREV(back, request_list, link);
	}
	if (front && front->order > request->order)
		TAILQ_INSERT_BEFORE(front, request, link);
	else if (back)
		TAILQ_INSERT_AFTER(list, back, request, link);
	else
		TAILQ_INSERT_TAIL(list, request, link);
}

static void stand(struct line *line, struct request *request)
{
	insert(&line->requests, request);
	line->able += !request->owner->congested;
	request->state = REQUEST_WAITING;
}

static void stand_out(struct line *line, struct request *request)
{
	TAILQ_REMOVE(&line->requests, request, link);
	line->able -= !request->owner->congested;
	request->state = REQUEST_TRIED;
}

/* To another place in its line, by its order. */
static void move(struct request *request, uint64_t order)
{
	TAILQ_REMOVE(&request->line->requests, request, link);
	request->order = request->tried = order;
	insert(&request->line->requests, request);
}

bool lines_join(struct lines *lines, struct request *request, uint64_t object,
	unsigned class)
{
	struct line *line = lines_find(lines, object, class);
	uint64_t woken_at = lines->slots[slot_of(object, class)].woken_at;

	if (!line)
		line = add_line(lines, object, class);
	if (!line)
		return false;
	line->members++;
	request->line = line;
	request->order = request->tried;
	stand(line, request);
	if (woken_at > request->tried) {
		line->woken_at = woken_at;
		mark(lines, line);
	}
	return true;
}

void lines_join_newcomers(struct lines *lines, struct request *request)
{
	struct line *line = &lines->newcomers;

	line->members++;
	request->line = line;
	request->order = ++lines->sequence;
	request->tried = 0; /* never */
	stand(line, request);
	line->woken_at = lines->sequence;
	mark(lines, line);
}

void lines_step_out(struct request *request)
{
	stand_out(request->line, request);
}

static void release(struct lines *lines, struct line *line)
{
	if (line->is_held)
		mark(lines, line);
	line->is_held = false;
}

static void end_trying(struct lines *lines, struct line *line)
{
	line->trying = NULL;
	release(lines, line);
}

void lines_step_back(struct lines *lines, struct request *request)
{
	struct line *line = request->line;

	if (!is_in_turn(line))
		request->order = request->tried;
	stand(line, request);
	if (line->trying == request)
		end_trying(lines, line);
	/* If it cannot take anything any more, the next one may. */
	if (line->woken_at > request->tried || request->owner->congested)
		mark(lines, line);
}

void lines_leave(struct lines *lines, struct request *request)
{
	struct line *line = request->line;

	if (request->state == REQUEST_WAITING)
		stand_out(line, request);
	if (line->trying == request)
		end_trying(lines, line);
	request->line = NULL;
	line->members--;
	/* Now it is the next one's turn. */
	if (is_in_turn(line))
		mark(lines, line);
	free_if_empty(lines, line);
}

/* ---- Whose turn it is ------------------------------------------------- */

static struct request *first_able(const struct line *line)
{
	struct request *request;

	if (line->able == 0)
		return NULL;
	TAILQ_FOREACH (request, &line->requests, link)
		if (!request->owner->congested)
			break;
	return request;
}

/* Whether somebody asked the object before, and may come to stand in front. */
static bool is_preceded(const struct lines *lines, const struct request *first)
{
	const struct request *request;

	TAILQ_FOREACH (request, &lines->pending, link) {
		if (request->tried > first->order)
			break;
		if (request->object == first->line->what.object)
			return true;
	}
	return false;
}

void lines_expect(struct lines *lines, struct request *request)
{
	TAILQ_INSERT_TAIL(&lines->pending, request, link);
}

void lines_expect_no_more(struct lines *lines, struct request *request)
{
	TAILQ_REMOVE(&lines->pending, request, link);
	for (unsigned class = 0; class < WAIT_CLASSES; class ++) {
		struct line *line = lines_find(lines, request->object, class);

		if (line && !line->trying)
			release(lines, line);
	}
}

static struct request *next_of(const struct lines *lines, struct line *line)
{
	struct request *first = first_able(line);

	line->is_held = line->trying || (first && is_preceded(lines, first));
	if (line->is_held)
		return NULL;
	line->trying = first;
	return first;
}

struct request *lines_next_in_turn(struct lines *lines)
{
	struct request *request = NULL;
	struct line *line;

	while (!request && (line = TAILQ_FIRST(&lines->in_turn))) {
		unmark(lines, line);
		request = next_of(lines, line);
	}
	return request;
}

/* Of a line in which each is tried: who was not since it was woken. */
static struct request *next_untried(struct lines *lines, struct line *line)
{
	struct request *request;

	while ((request = TAILQ_FIRST(&line->requests))) {
		if (request->tried >= line->woken_at)
			return NULL;
		if (!request->owner->congested)
			return request;
		move(request, ++lines->sequence);
	}
	return NULL;
}

struct request *lines_next(struct lines *lines)
{
	struct request *request = lines_next_in_turn(lines);
	struct line *line;

	while (!request && (line = TAILQ_FIRST(&lines->others))) {
		request = next_untried(lines, line);
		unmark(lines, line);
		/* Behind other lines, which have their turns too. */
		if (request)
			mark(lines, line);
	}
	return request;
}

void lines_congestion_changed(struct lines *lines, struct request *request)
{
	struct line *line = request->line;
	bool congested = request->owner->congested;

	if (congested)
		line->able--;
	else
		line->able++;
	if (!is_in_turn(line) && !congested)
		move(request, 0);
	mark(lines, line);
}
