/* SPDX-License-Identifier: MIT */
#include "shortage.h"

#include "../../broker/holders.h"
#include "../../broker/meeting.h"
#include "../unit/alloc_crypto.h"

#include "still_clock.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SCENARIOS_MAX 32

/* ---- Memory that fails ------------------------------------------------ */

/* Only the broker's turns are tested: its clients have all the memory that they
 * need. The names are the linker's. */
bool __real_broker_turn(struct broker *broker, bool waits);
bool __wrap_broker_turn(struct broker *broker, bool waits);

bool __wrap_broker_turn(struct broker *turned, bool waits)
{
	bool goes_on;

	alloc_pause(false);
	goes_on = __real_broker_turn(turned, waits);
	alloc_pause(true);
	return goes_on;
}

static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

bool take_over_allocators(void)
{
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
	event_set_mem_functions(malloc, realloc, free);
	event_set_log_callback(say_nothing);
	return alloc_take_crypto();
}

/* ---- Clients that expect anything ------------------------------------- */

int fds[FDS_MAX];
static size_t fd_count;

int keep(int fd)
{
	assert_in_range(fd_count, 0, FDS_MAX - 1);
	fds[fd_count++] = fd;
	return fd;
}

static void close_all(void)
{
	while (fd_count > 0)
		close(fds[--fd_count]);
	settle();
}

int client(enum wire wire)
{
	return keep(log_in(wire));
}

void try_to_say(int fd, const char *text)
{
	uint8_t header[4] = {
		0, 0, (uint8_t)(strlen(text) >> 8), (uint8_t)strlen(text)};

	(void)!send(fd, header, 4, MSG_NOSIGNAL);
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
	settle();
}

bool is_open(int fd)
{
	char bytes[65536];
	ssize_t got;

	do
		got = recv(fd, bytes, sizeof(bytes), 0);
	while (got > 0);
	return got < 0 && errno == EAGAIN;
}

/* Who has said something waits for ever, though it is gone. */
static void send_waiters_away(void)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		next = TAILQ_NEXT(peer, link);
		if (meeting_name(peer))
			peer->stage->drain(peer);
	}
}

void expect_recovery(const char *row)
{
	struct pair pair;

	close_all();
	send_waiters_away();
	pass_ms(INT64_C(24) * 3600 * 1000);
	settle();
	check_equal(row, broker->peers.count, 0);
	check_equal(row, broker->logins.count, 0);
	check_equal(row, names_count(&broker->names), 0);
	check_equal(row, broker->relays.pairs, 0);
	check_equal(row, broker->relays.held_bytes, 0);
	check(row, TAILQ_EMPTY(&broker->monitors.list));
	check_equal(row, broker->sessions.count, 0);
	check_equal(row, broker->managers.count, 0);
	check_equal(row, holders_object_count(broker->holders), 0);
	check_equal(row, objects_usage(&broker->objects).objects, 0);
	check_equal(row, waiters_count(broker->objects.waiters), 0);
	pair = meet(OVER_UNIX, OVER_TCP);
	say(pair.acceptor, "hello");
	expect(pair.dialler, "hello");
	part(&pair);
	check_equal(row, broker->peers.count, 0);
}

void (*configure)(void);

/* ---- Scenarios -------------------------------------------------------- */

/* Returns how many allocations it made. */
static unsigned long run_once(
	const struct scenario *scenario, unsigned long fail_from, bool for_good)
{
	unsigned descriptors = count_descriptors();
	unsigned long count;

	if (scenario->before)
		scenario->before();
	alloc_fail_from(fail_from, for_good);
	scenario->during();
	count = alloc_count();
	alloc_fail_from(0, false);
	expect_recovery(scenario->name);
	check_equal(scenario->name, count_descriptors(), descriptors);
	return count;
}

static void fail_every_allocation(const struct scenario *scenario)
{
	/* OpenSSL and the C library keep things from the first time on. */
	(void)run_once(scenario, 0, false);
	for (int for_good = 0; for_good <= 1; for_good++) {
		unsigned long n = 1;

		while (run_once(scenario, n, for_good) >= n)
			check(scenario->name, n++ < SITES_MAX);
		check(scenario->name, n > 1);
	}
}

static void run_scenario(void **state)
{
	const struct scenario *scenario = *state;

	prepare(NULL);
	settings.log_level = CONFIG_LOG_ERROR;
	settings.reference_ttl_ms = 1000;
	if (configure)
		configure();
	open_broker();
	fail_every_allocation(scenario);
	assert_int_equal(finish(NULL), 0);
}

int run_scenarios(const struct scenario *scenarios, size_t count)
{
	struct CMUnitTest tests[SCENARIOS_MAX];

	assert_in_range(count, 1, SCENARIOS_MAX);
	for (size_t i = 0; i < count; i++)
		tests[i] = (struct CMUnitTest){.name = scenarios[i].name,
			.test_func = run_scenario,
			.initial_state = (void *)(uintptr_t)&scenarios[i]};
	if (!take_over_allocators())
		return 1;
	alloc_pause(true);
	return _cmocka_run_group_tests("scenarios", tests, count, NULL, NULL);
}
