/* SPDX-License-Identifier: MIT */
/* What monitors are told, and what they miss. */
#include "clients.h"
#include "still_clock.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NO_EVENT "{\"ok\":true,\"monitor\":true}"

static int monitoring(const char *prefix)
{
	char request[128];
	int fd = log_in(OVER_UNIX);

	snprintf(request, sizeof(request),
		"{\"monitor\":true,\"prefix\":\"%s\"}", prefix);
	tell(fd, prefix[0] ? request : "{\"monitor\":true}");
	expect(fd, NO_EVENT);
	return fd;
}

/* Checks an event, but for its time, which is now. */
static void expect_event(int fd, const char *event, const char *rest)
{
	const char *text = hear(fd);
	char start[64];
	char *end;
	double then;
	int len = snprintf(
		start, sizeof(start), "{\"event\":\"%s\",\"time\":", event);

	if (strncmp(text, start, (size_t)len) != 0)
		fail_msg("not \"%s\" at the start of: %s", start, text);
	then = strtod(text + len, &end);
	assert_true(fabs(then - (double)time(NULL)) < 10);
	assert_string_equal(end, rest);
}

static void a_monitor_is_told_of_a_life(void **state)
{
	char rest[256];
	int fd, acceptor, dialler;

	(void)state;
	open_broker();
	fd = monitoring("");
	acceptor = log_in(OVER_UNIX);
	snprintf(rest, sizeof(rest),
		",\"id\":2,\"address\":\"unix:\",\"uid\":%u,\"identity\":"
		"\"authkey\"}",
		getuid());
	expect_event(fd, "connected", rest);
	say(acceptor, "{\"accept\":\"n\"}");
	expect_event(fd, "parked", ",\"id\":2,\"name\":\"n\"}");
	dialler = log_in(OVER_UNIX);
	hear(fd);
	say(dialler, "{\"dial\":\"n\"}");
	expect_event(fd, "paired", ",\"id\":3,\"name\":\"n\",\"with\":2}");
	say(dialler, "hello");
	tell(dialler, "there");
	leave(dialler);
	leave(acceptor);
	expect_event(fd, "closed",
		",\"id\":2,\"name\":\"n\",\"messages\":0,\"bytes\":0}");
	expect_event(fd, "closed",
		",\"id\":3,\"name\":\"n\",\"messages\":2,\"bytes\":18}");
	expect_silence(fd);
	leave(fd);
	assert_int_equal(broker->peers.count, 0);
}

static void a_monitor_is_told_of_those_who_wait(void **state)
{
	int fd, dialler, pipe;

	(void)state;
	open_broker();
	fd = monitoring("");
	dialler = log_in(OVER_TCP);
	hear(fd);
	say(dialler, "{\"dial\":\"n\",\"timeout\":1}");
	expect_event(fd, "waiting", ",\"id\":2,\"name\":\"n\"}");
	pipe = log_in(OVER_TCP);
	hear(fd);
	say(pipe, "{\"pipe\":\"m\"}");
	expect_event(fd, "waiting", ",\"id\":3,\"name\":\"m\"}");
	pass_ms(1000);
	settle();
	expect_event(fd, "unclaimed", ",\"id\":2,\"name\":\"n\"}");
	expect_silence(fd);
	leave(dialler);
	expect_event(fd, "closed", ",\"id\":2}");
	leave(pipe);
	expect_event(fd, "closed", ",\"id\":3,\"name\":\"m\"}");
	leave(fd);
}

static void a_monitor_is_told_of_refusals(void **state)
{
	char rest[256];
	int fd, stranger;

	(void)state;
	open_broker();
	fd = monitoring("");
	stranger = knock(OVER_UNIX);
	put(stranger, "\0\0\0\1x", 5);
	settle();
	snprintf(rest, sizeof(rest),
		",\"id\":2,\"address\":\"unix:\",\"uid\":%u,\"reason\":\"sent "
		"something else than an answer to our challenge\"}",
		getuid());
	expect_event(fd, "refused", rest);
	expect_silence(fd);
	close(stranger);
	leave(fd);
}

static void a_prefix_chooses_names(void **state)
{
	int fd, others[3];

	(void)state;
	open_broker();
	fd = monitoring("a/");
	others[0] = log_in(OVER_UNIX);
	tell(others[0], "{\"accept\":\"a\"}");
	others[1] = log_in(OVER_UNIX);
	tell(others[1], "{\"accept\":\"b/a/\"}");
	expect_silence(fd);
	others[2] = log_in(OVER_UNIX);
	tell(others[2], "{\"accept\":\"a/b\"}");
	expect_event(fd, "parked", ",\"id\":4,\"name\":\"a/b\"}");
	leave(others[0]);
	leave(others[1]);
	expect_silence(fd);
	leave(others[2]);
	expect_event(fd, "closed", ",\"id\":4,\"name\":\"a/b\"}");
	leave(fd);
}

static void monitors_do_not_hear_of_themselves(void **state)
{
	int first, second;

	(void)state;
	open_broker();
	first = monitoring("");
	second = monitoring("");
	expect_part(first, "\"connected\"");
	expect_silence(first);
	expect_silence(second);
	leave(second);
	expect_event(first, "closed", ",\"id\":2}");
	leave(first);
	assert_true(TAILQ_EMPTY(&broker->monitors.list));
}

/* What it says is dropped; its end is not. */
static void a_monitor_has_nothing_more_to_say(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = monitoring("");
	for (int i = 0; i < 10; i++)
		tell(fd, "{\"ping\":\"x\"}");
	expect_silence(fd);
	shutdown(fd, SHUT_WR);
	expect_end(fd);
	close(fd);
	settle();
	assert_int_equal(broker->peers.count, 0);
}

/* What is behind the request when it becomes one is dropped too. */
static void what_follows_is_dropped(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	say(fd, "{\"ping\":\"x\"}");
	say(fd, "{\"monitor\":true}");
	say(fd, "{\"ping\":\"x\"}");
	expect_part(fd, "\"ping\":\"x\"");
	expect(fd, NO_EVENT);
	expect_silence(fd);
	leave(fd);
}

/* Makes an event that is about so long. */
static void make_event(int fd)
{
	char request[256];

	snprintf(request, sizeof(request),
		"{\"dial\":\"%0120d\",\"timeout\":0}", 0);
	tell(fd, request);
}

static unsigned number_behind(const char *text, const char *key)
{
	const char *at = strstr(text, key);

	return at ? (unsigned)strtoul(at + strlen(key), NULL, 10) : 0;
}

/* Each event is either told or counted as lost. */
static void who_reads_too_slowly_misses_events(void **state)
{
	unsigned events = 0, told = 0, lost = 0;
	struct peer *monitor;
	int fd, other;

	(void)state;
	settings.max_monitor_bytes = 4096;
	open_broker();
	fd = monitoring("00");
	monitor = last_peer();
	while (tli_buf_len(&monitor->out) < 4096 - 200) {
		other = log_in(OVER_TCP);
		make_event(other);
		events += 2; /* it waits, and nobody comes */
		leave(other);
	}
	for (int i = 0; i < 50; i++) {
		other = log_in(OVER_TCP);
		make_event(other);
		events += 2;
		leave(other);
	}
	assert_in_range(tli_buf_len(&monitor->out), 0, 4096);
	while (told + lost < events) {
		const char *text = hear(fd);
		unsigned count = number_behind(text, "\"count\":");

		lost += count;
		told += count == 0;
	}
	assert_int_equal(told + lost, events);
	assert_in_range(lost, 1, 100);
	expect_silence(fd);
	other = log_in(OVER_TCP);
	make_event(other);
	expect_part(fd, "\"waiting\"");
	leave(other);
	leave(fd);
}

static void events_are_logged_for_who_looks_closely(void **state)
{
	(void)state;
	settings.log_level = CONFIG_LOG_INFO;
	open_broker();
	leave(log_in(OVER_UNIX));
	assert_int_equal(count_logged("connected"), 0);
	broker->log.level = CONFIG_LOG_DEBUG;
	leave(log_in(OVER_UNIX));
	expect_logged("debug: #2 unix: uid ");
	expect_logged(": connected\n");
	expect_logged(": closed\n");
}

/* A peer that is closed for the broker's own reasons is closed once. */
static void a_peer_closes_once(void **state)
{
	struct pair pair;
	int fd;

	(void)state;
	open_broker();
	fd = monitoring("");
	pair = meet(OVER_UNIX, OVER_UNIX);
	take_all(fd);
	peer_close(peer_of_id(pair.ids[0]));
	hear(fd);
	hear(fd);
	expect_silence(fd);
	part(&pair);
	leave(fd);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(a_monitor_is_told_of_a_life),
		broker_test(a_monitor_is_told_of_those_who_wait),
		broker_test(a_monitor_is_told_of_refusals),
		broker_test(a_prefix_chooses_names),
		broker_test(monitors_do_not_hear_of_themselves),
		broker_test(a_monitor_has_nothing_more_to_say),
		broker_test(what_follows_is_dropped),
		broker_test(who_reads_too_slowly_misses_events),
		broker_test(events_are_logged_for_who_looks_closely),
		broker_test(a_peer_closes_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
