/* SPDX-License-Identifier: MIT */
/*
 * Items through a queue, timed:
 *
 *     queue CONTESTANT ADDRESS PID WHAT LENGTH PAIRS COUNT
 *
 * The contestants are "library", which is libtieline; "frames", which speaks to
 * tielined by hand; and "redis". The address of tielined has the file with its
 * key behind a comma, that of Redis is a port. PID is the broker. PAIRS
 * processes put COUNT items of LENGTH bytes, as many get them, as WHAT says:
 *
 *     turn     one process puts an item and gets it, and so on; no pairs
 *     single   one request at a time
 *     deep     512 requests in flight
 *     lease    the same, and what is got is leased and acknowledged; the
 *              library always does so
 *     consume  the library's consumers, with 512 items on their way
 *     many     256 items to a request
 *
 * Prints the seconds it took, and those of CPU time that the broker used.
 */
#include "dialect.h"
#include "team.h"

#include <tieline/queue.h>
#include <tieline/tieline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct way {
	const char *name;
	unsigned depth, items;
	enum request_kind got_by;
	bool takes_turns, consumes;
} ways[] = {
	{"turn", 1, 1, GET, true, false},
	{"single", 1, 1, GET, false, false},
	{"deep", 512, 1, GET, false, false},
	{"lease", 512, 1, LEASE, false, false},
	{"consume", 512, 1, LEASE, false, true},
	{"many", 4, 256, GET, false, false},
};

/* What this run is. */
static const struct way *way;
static const struct contestant *contestant;
static const char *address;
static char name[32];
static size_t item_bytes;
static unsigned pairs;
static unsigned long count;

struct contestant {
	const char *name;
	const struct dialect *dialect;
	void (*put)(void);
	void (*get)(void);
	void (*take_turns)(void);
};

/* ---- By hand ---------------------------------------------------------- */

static struct request request_of(enum request_kind kind)
{
	return (struct request){kind, item_bytes, way->items};
}

static int dial(void)
{
	return contestant->dialect->dial(address, name, false);
}

static void put_by_hand(void)
{
	struct request put = request_of(PUT);
	int fd = dial();

	team_ready();
	exchange(contestant->dialect, fd, &put, way->depth,
		count / pairs / way->items);
	pause();
}

static void get_by_hand(void)
{
	struct request get = request_of(way->got_by);
	int fd = dial();

	team_ready();
	exchange(contestant->dialect, fd, &get, way->depth, count);
}

static void take_turns_by_hand(void)
{
	struct request put = request_of(PUT), get = request_of(GET);
	int fd = dial();

	team_ready();
	for (;;) {
		exchange(contestant->dialect, fd, &put, 1, 1);
		exchange(contestant->dialect, fd, &get, 1, 1);
	}
}

/* ---- By the library --------------------------------------------------- */

static unsigned in_flight;
static tieline_item *items;

static void check(int result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s: %s\n", what, tieline_code_name(result),
		tieline_handle_error(NULL));
	exit(1);
}

static tieline_queue *open_queue(void)
{
	tieline_options options = tieline_options_default();
	tieline_session *session;
	tieline_queue *queue;
	char url[256];

	snprintf(url, sizeof(url), "%s", address);
	options.authkey_file = strchr(url, ',') + 1;
	*strchr(url, ',') = '\0';
	check(tieline_session_open(url, &options, NULL, &session), "session");
	check(tieline_queue_open(session, name, NULL, &queue), "open");
	return queue;
}

static void make_items(void)
{
	char *body = calloc(1, item_bytes);

	items = calloc(way->items, sizeof(*items));
	if (!body || !items)
		die("items");
	for (unsigned i = 0; i < way->items; i++)
		items[i] = tieline_item_bytes(body, item_bytes);
}

static void on_put(void *arg, const tieline_result *result)
{
	(void)arg;
	check(result->code, "put");
	in_flight--;
}

static void on_got(void *arg, const tieline_result *result)
{
	(void)arg;
	check(result->code, "get");
	in_flight--;
	team_moved(result->item_count);
}

static tieline_session *session_of(tieline_queue *queue)
{
	return tieline_object_session(tieline_queue_object(queue));
}

static void put_by_library(void)
{
	tieline_queue *queue = open_queue();
	unsigned long left = count / pairs / way->items;

	make_items();
	team_ready();
	while (left > 0 || in_flight > 0) {
		for (; left > 0 && in_flight < way->depth; left--) {
			check(tieline_queue_put_start(queue, items, way->items,
				      TIELINE_FOREVER, on_put, NULL, NULL),
				"put");
			in_flight++;
		}
		check(tieline_session_process(
			      session_of(queue), TIELINE_FOREVER),
			"put");
	}
	pause();
}

static void ask_for_more(tieline_queue *queue)
{
	for (; in_flight < way->depth; in_flight++)
		check(tieline_queue_get_start(queue, way->items,
			      TIELINE_NO_LEASE, TIELINE_FOREVER, on_got, NULL,
			      NULL),
			"get");
}

static tieline_verdict on_item(void *arg, tieline_item *item)
{
	(void)arg;
	(void)item;
	team_moved(1);
	return TIELINE_ACK;
}

static void consume(tieline_queue *queue)
{
	tieline_consumer_options options = tieline_consumer_options_default();
	tieline_consumer *consumer;

	options.prefetch = way->depth;
	options.on_item = on_item;
	check(tieline_queue_consume(queue, &options, &consumer), "consume");
}

static void get_by_library(void)
{
	tieline_queue *queue = open_queue();

	team_ready();
	if (way->consumes)
		consume(queue);
	for (;;) {
		if (!way->consumes)
			ask_for_more(queue);
		check(tieline_session_process(
			      session_of(queue), TIELINE_FOREVER),
			"get");
	}
}

static void take_turns_by_library(void)
{
	tieline_queue *queue = open_queue();
	tieline_item *item;

	make_items();
	team_ready();
	for (;;) {
		check(tieline_queue_put(queue, items, TIELINE_FOREVER), "put");
		check(tieline_queue_get(queue, TIELINE_FOREVER, &item), "get");
		tieline_item_free(item);
		team_moved(1);
	}
}

/* ---- The run ---------------------------------------------------------- */

static const struct contestant contestants[] = {
	{"library", NULL, put_by_library, get_by_library,
		take_turns_by_library},
	{"frames", &dialect_tieline, put_by_hand, get_by_hand,
		take_turns_by_hand},
	{"redis", &dialect_redis, put_by_hand, get_by_hand, take_turns_by_hand},
};

static void choose(const char *contestant_name, const char *way_name)
{
	for (size_t i = 0; i < sizeof(contestants) / sizeof(*contestants); i++)
		if (strcmp(contestants[i].name, contestant_name) == 0)
			contestant = &contestants[i];
	for (size_t i = 0; i < sizeof(ways) / sizeof(*ways); i++)
		if (strcmp(ways[i].name, way_name) == 0)
			way = &ways[i];
	if (contestant && way)
		return;
	fprintf(stderr, "no such contestant, or way\n");
	exit(2);
}

int main(int argc, char **argv)
{
	if (argc != 8)
		return 2;
	choose(argv[1], argv[4]);
	address = argv[2];
	item_bytes = strtoul(argv[5], NULL, 10);
	pairs = (unsigned)strtoul(argv[6], NULL, 10);
	count = strtoul(argv[7], NULL, 10);
	snprintf(name, sizeof(name), "bench-%d", getpid());
	team_init(count);
	if (way->takes_turns)
		team_add(contestant->take_turns);
	for (unsigned i = 0; !way->takes_turns && i < pairs; i++) {
		team_add(contestant->get);
		team_add(contestant->put);
	}
	team_run(atoi(argv[3]));
	return 0;
}
