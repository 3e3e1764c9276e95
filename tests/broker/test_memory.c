/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the broker, and of libevent, cJSON and OpenSSL below it,
 * made to fail in turn: once, and from then on for good. Each time those whom
 * it costs something learn of it, the next one is served, and nothing is left.
 */
#include "carrying.h"
#include "still_clock.h"

#include "../unit/alloc.h"

#include <tieline/tieline.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SITES_MAX 5000 /* far more allocations than any scenario makes */
#define FDS_MAX   80

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

static void *crypto_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void *crypto_realloc(void *data, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(data, len);
}

static void crypto_free(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	free(data);
}

static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

static bool take_over_allocators(void)
{
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
	event_set_mem_functions(malloc, realloc, free);
	event_set_log_callback(say_nothing);
	return CRYPTO_set_mem_functions(
		crypto_malloc, crypto_realloc, crypto_free);
}

/* ---- Clients that expect anything ------------------------------------- */

static int fds[FDS_MAX];
static size_t fd_count;

static int keep(int fd)
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

/* Connects, and authenticates with all the memory there is. */
static int client(enum wire wire)
{
	return keep(log_in(wire));
}

static void try_to_say(int fd, const char *text)
{
	uint8_t header[4] = {
		0, 0, (uint8_t)(strlen(text) >> 8), (uint8_t)strlen(text)};

	(void)!send(fd, header, 4, MSG_NOSIGNAL);
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
	settle();
}

/* Takes what has come. True if the connection is still open. */
static bool is_open(int fd)
{
	char bytes[65536];
	ssize_t got;

	do
		got = recv(fd, bytes, sizeof(bytes), 0);
	while (got > 0);
	return got < 0 && errno == EAGAIN;
}

/* ---- Scenarios -------------------------------------------------------- */

/* Each comes in two parts: what is made with all the memory that it needs, and
 * what then may lack it. */
struct scenario {
	const char *name;
	void (*before)(void);
	void (*during)(void);
};

static void log_in_on_both(void)
{
	for (int wire = OVER_UNIX; wire <= OVER_TCP; wire++)
		(void)shake_hands(keep(knock((enum wire)wire)));
}

static void one_client(void)
{
	client(OVER_UNIX);
}

static void two_clients(void)
{
	client(OVER_UNIX);
	client(OVER_TCP);
}

static void ask_for_all(void)
{
	static const char *const requests[] = {"{\"ping\":\"x\"}",
		"{\"stat\":true}", "{\"list\":\"names\"}",
		"{\"list\":\"connections\"}"};

	for (size_t i = 0; i < LENGTH(requests); i++)
		try_to_say(fds[0], requests[i]);
}

static void accept_and_dial(void)
{
	try_to_say(fds[0],
		"{\"accept\":\"n\",\"confirm\":true,\"listener\":\"l\"}");
	try_to_say(fds[1], "{\"dial\":\"n\"}");
	try_to_say(fds[0], "hello");
	try_to_say(fds[1], "there");
}

static void dial_and_accept(void)
{
	try_to_say(fds[0], "{\"dial\":\"n\"}");
	try_to_say(fds[0], "early");
	try_to_say(fds[1], "{\"accept\":\"n\",\"exclusive\":true}");
	try_to_say(fds[1], "hello");
}

static void pipe_and_pipe(void)
{
	try_to_say(fds[0], "{\"pipe\":\"n\"}");
	try_to_say(fds[1], "{\"pipe\":\"n\"}");
	try_to_say(fds[0], "hello");
}

/* Of three that are parked one is gone, and one may be lost. */
static void three_acceptors_and_a_dialler(void)
{
	for (int i = 0; i < 3; i++)
		tell(client(OVER_UNIX), "{\"accept\":\"n\"}");
	client(OVER_UNIX);
	shutdown(fds[0], SHUT_WR);
}

static void dial_one_of_them(void)
{
	try_to_say(fds[3], "{\"dial\":\"n\"}");
}

static void many_clients(void)
{
	for (int i = 0; i < 12; i++)
		client(OVER_UNIX);
}

static void park_under_many_names(void)
{
	for (int i = 0; i < 12; i++) {
		char request[64];

		snprintf(request, sizeof(request),
			i < 6 ? "{\"accept\":\"n%d\"}"
			      : "{\"accept\":\"n\",\"listener\":\"l%d\"}",
			i);
		try_to_say(fds[i], request);
	}
}

static void refuse_in_many_ways(void)
{
	static const char *const requests[] = {"nonsense", "\x80", "<", "{",
		"{\"dial\":\"n\",\"timeout\":0}",
		"{\"accept\":\"n\",\"timeout\":0}", "{\"accept\":\"taken\"}"};

	for (size_t i = 0; i < LENGTH(requests); i++)
		try_to_say(fds[i + 1], requests[i]);
	settle();
}

static void clients_to_refuse(void)
{
	for (int i = 0; i < 8; i++)
		client(OVER_UNIX);
	tell(fds[0], "{\"accept\":\"taken\",\"exclusive\":true}");
}

static void let_time_run_out(void)
{
	pass_ms(INT64_C(24) * 3600 * 1000);
	settle();
}

static void clients_that_wait(void)
{
	tell(client(OVER_UNIX), "{\"dial\":\"n\"}");
	tell(client(OVER_TCP), "{\"pipe\":\"n\",\"timeout\":3}");
	keep(knock(OVER_TCP));
	settle();
}

static void a_monitor_and_a_client(void)
{
	tell(client(OVER_UNIX), "{\"monitor\":true}");
	client(OVER_UNIX);
	client(OVER_UNIX);
}

static void make_events(void)
{
	try_to_say(fds[1], "{\"accept\":\"n\"}");
	try_to_say(fds[2], "{\"dial\":\"n\"}");
	shutdown(fds[1], SHUT_RDWR);
	settle();
}

static void become_a_monitor(void)
{
	try_to_say(fds[0], "{\"monitor\":true}");
	try_to_say(fds[0], "{\"ping\":\"x\"}");
}

static void a_pair(void)
{
	struct pair pair = meet(OVER_UNIX, OVER_TCP);

	keep(pair.acceptor);
	keep(pair.dialler);
}

/* Both directions are held up; then one of them goes on, and breaks. */
static void stall_both(void)
{
	static uint8_t zeros[65536];

	for (int i = 0; i < 200; i++) {
		(void)!send(fds[0], zeros, sizeof(zeros), MSG_NOSIGNAL);
		(void)!send(fds[1], zeros, sizeof(zeros), MSG_NOSIGNAL);
		settle();
	}
	(void)is_open(fds[1]);
	settle();
	reset(fds[1]);
	fds[1] = -1;
}

static void break_for_a_length(void)
{
	(void)!send(fds[0], "\x80\0\0\0", 4, MSG_NOSIGNAL);
	settle();
	pass_ms(1000);
	settle();
}

static void hold_what_comes_early(void)
{
	static uint8_t zeros[32768];

	try_to_say(fds[0], "{\"accept\":\"n\"}");
	(void)!send(fds[0], zeros, sizeof(zeros), MSG_NOSIGNAL);
	settle();
	try_to_say(fds[1], "{\"dial\":\"n\"}");
}

static const struct scenario scenarios[] = {
	{"login", NULL, log_in_on_both},
	{"requests", one_client, ask_for_all},
	{"accept, dial", two_clients, accept_and_dial},
	{"dial, accept", two_clients, dial_and_accept},
	{"pipe", two_clients, pipe_and_pipe},
	{"acceptors", three_acceptors_and_a_dialler, dial_one_of_them},
	{"many names", many_clients, park_under_many_names},
	{"refusals", clients_to_refuse, refuse_in_many_ways},
	{"timeouts", clients_that_wait, let_time_run_out},
	{"monitor", one_client, become_a_monitor},
	{"events", a_monitor_and_a_client, make_events},
	{"stalled pair", a_pair, stall_both},
	{"bad length", a_pair, break_for_a_length},
	{"early bytes", two_clients, hold_what_comes_early},
};

/* ---- Failing ---------------------------------------------------------- */

/* Nobody is left, and two who come now are served. */
static void expect_recovery(const char *row)
{
	struct pair pair;

	close_all();
	/* Who has said something waits for ever, though it is gone. */
	names_refuse_all(broker, TLI_REFUSAL_INTERNAL, "");
	pass_ms(INT64_C(24) * 3600 * 1000);
	settle();
	check_equal(row, broker->peers.count, 0);
	check_equal(row, broker->logins.count, 0);
	check_equal(row, names_count(&broker->names), 0);
	check_equal(row, broker->relays.pairs, 0);
	check_equal(row, broker->relays.held_bytes, 0);
	check(row, TAILQ_EMPTY(&broker->monitors.list));
	pair = meet(OVER_UNIX, OVER_TCP);
	say(pair.acceptor, "hello");
	expect(pair.dialler, "hello");
	part(&pair);
	check_equal(row, broker->peers.count, 0);
}

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
	open_broker();
	fail_every_allocation(scenario);
	assert_int_equal(finish(NULL), 0);
}

/* ---- What is said all the same ---------------------------------------- */

/* How often a text is in what has come. */
static unsigned count_heard(int fd, const char *text)
{
	static char bytes[8192];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);
	unsigned count = 0;

	for (ssize_t i = 0; i < got; i++)
		count += strncmp(bytes + i, text, strlen(text)) == 0;
	return count;
}

/* Whatever it costs to pair two: nobody who was told that it is paired is given
 * to another one. Returns how many allocations that took. */
static unsigned long pair_and_pair_again(
	const char *first, const char *second, unsigned long fail_from)
{
	unsigned long count;

	for (int i = 0; i < 3; i++)
		client(OVER_UNIX);
	tell(fds[0], first);
	alloc_fail_from(fail_from, false);
	try_to_say(fds[1], second);
	count = alloc_count();
	alloc_fail_from(0, false);
	try_to_say(fds[2], "{\"dial\":\"n\",\"timeout\":0}");
	for (int i = 0; i < 3; i++)
		check(second, count_heard(fds[i], "\"peer\":") <= 1);
	expect_recovery(second);
	return count;
}

static void nobody_is_paired_twice(void **state)
{
	static const char accepts[] = "{\"accept\":\"n\"}";
	static const char dials[] = "{\"dial\":\"n\"}";
	unsigned long n = 1;

	(void)state;
	open_broker();
	while (pair_and_pair_again(accepts, dials, n) >= n)
		n++;
	n = 1;
	while (pair_and_pair_again(dials, accepts, n) >= n)
		n++;
}

/* Asks once; returns how many allocations that took. */
static unsigned long ask(const char *request, unsigned long fail_from)
{
	unsigned long count;
	char reply[4096];
	ssize_t got;

	client(OVER_UNIX);
	alloc_fail_from(fail_from, false);
	try_to_say(fds[0], request);
	count = alloc_count();
	alloc_fail_from(0, false);
	got = recv(fds[0], reply, sizeof(reply) - 1, 0);
	reply[got > 0 ? got : 0] = '\0';
	if (memmem(reply, sizeof(reply), "\"ok\":false", 10)) {
		check(request,
			memmem(reply, sizeof(reply), "\"internal\"", 10));
		check(request, !is_open(fds[0]));
	}
	expect_recovery(request);
	return count;
}

/* Who is refused is closed, whatever it has asked for. */
static void a_refusal_is_the_end(void **state)
{
	static const char *const requests[] = {"{\"ping\":\"x\"}",
		"{\"monitor\":true}", "{\"list\":\"names\"}",
		"{\"accept\":\"n\",\"confirm\":true}"};

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(requests); i++) {
		unsigned long n = 1;

		while (ask(requests[i], n) >= n)
			n++;
	}
}

/* How many messages a Unix socket takes that nobody reads. */
static unsigned count_taken(void)
{
	struct pair pair = meet(OVER_UNIX, OVER_UNIX);
	unsigned said = 0;

	for (; broker->relays.held_bytes == 0; said++)
		tell(pair.acceptor, "m");
	part(&pair);
	return said - 1;
}

/* Without memory to hold what the receiver does not take, the connection
 * breaks: the message that lacks a byte gets none that makes it whole. */
static void what_cannot_be_held_is_cut(void **state)
{
	unsigned taken;

	(void)state;
	open_broker();
	taken = count_taken();
	/* What does not fit: from a header's first byte to a body's last. */
	for (size_t cut = 0; cut < 5; cut++) {
		struct pair pair = meet(OVER_UNIX, OVER_UNIX);
		char bytes[5];

		for (unsigned i = 0; i < taken - (cut > 0); i++)
			tell(pair.acceptor, "m");
		put(pair.acceptor, "\0\0\0\1m", cut);
		settle();
		assert_int_equal(broker->relays.held_bytes, 0);
		alloc_fail_from(1, false);
		put(pair.acceptor, "\0\0\0\1m" + cut, 5 - cut);
		settle();
		alloc_fail_from(0, false);
		for (unsigned i = 0; i < taken - (cut > 0); i++)
			expect(pair.dialler, "m");
		take(pair.dialler, bytes, cut);
		if (cut == 0)
			expect_break(pair.dialler);
		else
			expect_end(pair.dialler);
		part(&pair);
	}
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	struct CMUnitTest tests[LENGTH(scenarios) + 3] = {
		broker_test(nobody_is_paired_twice),
		broker_test(a_refusal_is_the_end),
		broker_test(what_cannot_be_held_is_cut),
	};

	for (size_t i = 0; i < LENGTH(scenarios); i++)
		tests[i + 3] = (struct CMUnitTest){.name = scenarios[i].name,
			.test_func = run_scenario,
			.initial_state = (void *)(uintptr_t)&scenarios[i]};
	if (!take_over_allocators())
		return 1;
	alloc_pause(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
