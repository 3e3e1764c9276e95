/* SPDX-License-Identifier: MIT */
/* How long somebody waits under a name, how many may, and who may not. */
#include "meeting.h"
#include "still_clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Time ------------------------------------------------------------- */

static void a_dialler_waits_as_long_as_is_set(void **state)
{
	int dialler;

	(void)state;
	settings.dial_timeout_ms = 3000;
	open_broker();
	dialler = dialling();
	pass_ms(2999);
	expect_silence(dialler);
	pass_ms(1);
	expect_refused(
		dialler, "no_listener", "nobody accepted \\\"n\\\" in time");
	expect_logged("nobody came for \"n\" in time");
	leave(dialler);
	assert_int_equal(broker->peers.count, 0);
}

static void everybody_waits_as_long_as_they_say(void **state)
{
	static const struct {
		const char *verb, *code, *message;
	} rows[] = {
		{"accept", "timed_out", "nobody came for \\\"n\\\" in time"},
		{"pipe", "timed_out", "nobody came for \\\"n\\\" in time"},
		{"dial", "no_listener", "nobody accepted \\\"n\\\" in time"},
	};

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(rows); i++) {
		char request[64];
		int fd;

		snprintf(request, sizeof(request),
			"{\"%s\":\"n\",\"timeout\":20.5}", rows[i].verb);
		fd = asking(request);
		pass_ms(20499);
		expect_silence(fd);
		pass_ms(1);
		expect_refused(fd, rows[i].code, rows[i].message);
		assert_int_equal(names_count(&broker->names), 0);
		leave(fd);
	}
}

static void the_others_wait_for_ever(void **state)
{
	int acceptor, pipe;

	(void)state;
	open_broker();
	acceptor = accepting();
	pipe = asking("{\"pipe\":\"n\"}");
	pass_ms(INT64_C(10) * 365 * 24 * 3600 * 1000);
	expect_silence(acceptor);
	expect_silence(pipe);
	close_all((int[]){acceptor, pipe}, 2);
}

static void no_time_at_all_is_a_look(void **state)
{
	int dialler, acceptor;

	(void)state;
	open_broker();
	dialler = asking("{\"dial\":\"n\",\"timeout\":0}");
	expect_refused(
		dialler, "no_listener", "nobody accepted \\\"n\\\" in time");
	leave(dialler);
	acceptor = accepting();
	dialler = asking("{\"dial\":\"n\",\"timeout\":0}");
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

static void who_is_paired_waits_no_more(void **state)
{
	int dialler, acceptor;

	(void)state;
	open_broker();
	acceptor = asking("{\"accept\":\"n\",\"timeout\":1}");
	dialler = dialling();
	pass_ms(100000);
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

/* What it had sent is not the broker's, and is dropped. */
static void a_refused_one_may_have_said_something(void **state)
{
	int dialler;

	(void)state;
	open_broker();
	dialler = log_in(OVER_TCP);
	say(dialler, "{\"dial\":\"n\",\"timeout\":1}");
	say(dialler, "early");
	shutdown(dialler, SHUT_WR);
	settle();
	pass_ms(1000);
	expect_refused(
		dialler, "no_listener", "nobody accepted \\\"n\\\" in time");
	leave(dialler);
}

/* ---- Exclusive names -------------------------------------------------- */

#define EXCLUSIVE(id)                                                          \
	"{\"accept\":\"n\",\"listener\":\"" id "\",\"exclusive\":true}"
#define ANOTHERS "\\\"n\\\" cannot be accepted: it is another listener's alone"
#define ANOTHER_TOO                                                            \
	"\\\"n\\\" cannot be accepted: another listener accepts it too"

static void expect_taken(const char *request, const char *message)
{
	int fd = asking(request);

	expect_refused(fd, "name_taken", message);
	leave(fd);
}

static void an_exclusive_name_is_one_listeners(void **state)
{
	int first, second;

	(void)state;
	open_broker();
	first = asking(EXCLUSIVE("a"));
	expect_taken("{\"accept\":\"n\"}", ANOTHERS);
	expect_taken("{\"accept\":\"n\",\"exclusive\":true}", ANOTHERS);
	expect_taken("{\"accept\":\"n\",\"listener\":\"b\"}", ANOTHERS);
	expect_taken(EXCLUSIVE("b"), ANOTHERS);
	second = accepting_for("a");
	expect_seated(2, 0, 0);
	close_all((int[]){first, second}, 2);
	first = accepting_for("b");
	expect_seated(1, 0, 0);
	close_all(&first, 1);
}

/* It stays so while a connection that it has parked is open, paired ones too.
 */
static void exclusion_lasts_as_long_as_its_connections(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = asking(EXCLUSIVE("a"));
	dialler = dialling();
	expect_pair(acceptor, dialler);
	expect_seated(0, 0, 0);
	expect_taken("{\"accept\":\"n\"}", ANOTHERS);
	close_all((int[]){acceptor, dialler}, 2);
	acceptor = accepting();
	expect_seated(1, 0, 0);
	close_all(&acceptor, 1);
}

static void what_others_accept_cannot_become_exclusive(void **state)
{
	int a, b, dialler;

	(void)state;
	open_broker();
	a = accepting_for("a");
	expect_taken(EXCLUSIVE("b"), ANOTHER_TOO);
	expect_taken("{\"accept\":\"n\",\"exclusive\":true}", ANOTHER_TOO);
	b = accepting_for("b");
	expect_taken(EXCLUSIVE("a"), ANOTHER_TOO);
	expect_taken(EXCLUSIVE("b"), ANOTHER_TOO);
	leave(b);
	b = asking(EXCLUSIVE("a"));
	expect_taken("{\"accept\":\"n\"}", ANOTHERS);
	dialler = dialling();
	expect_pair(a, dialler);
	close_all((int[]){a, b, dialler}, 3);
}

/* Another listener's pair is not in the way, but it cannot park any more. */
static void pairs_of_others_do_not_matter(void **state)
{
	int a, b, dialler;

	(void)state;
	open_broker();
	a = accepting_for("a");
	dialler = dialling();
	expect_pair(a, dialler);
	b = asking(EXCLUSIVE("b"));
	expect_seated(1, 0, 0);
	expect_taken("{\"accept\":\"n\",\"listener\":\"a\"}", ANOTHERS);
	close_all((int[]){a, b, dialler}, 3);
}

/* Without an id a listener is one connection. */
static void one_without_an_id_can_be_alone(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = asking("{\"accept\":\"n\",\"exclusive\":true}");
	expect_taken("{\"accept\":\"n\",\"exclusive\":true}", ANOTHERS);
	dialler = dialling();
	expect_pair(acceptor, dialler);
	expect_taken("{\"accept\":\"n\"}", ANOTHERS);
	close_all((int[]){acceptor, dialler}, 2);
}

static void pipes_and_diallers_are_not_excluded(void **state)
{
	int acceptor, pipes[2];

	(void)state;
	open_broker();
	acceptor = asking(EXCLUSIVE("a"));
	pipes[0] = asking("{\"pipe\":\"n\"}");
	pipes[1] = asking("{\"pipe\":\"n\"}");
	expect_pair(pipes[0], pipes[1]);
	close_all(pipes, 2);
	expect_taken("{\"accept\":\"n\"}", ANOTHERS);
	close_all(&acceptor, 1);
}

/* ---- Limits ----------------------------------------------------------- */

#define FULL(what, limit)                                                      \
	"the broker has as many connections " what " as " limit " allows"

static void so_many_may_park(void **state)
{
	int parked[2], refused, dialler;

	(void)state;
	settings.max_parked = 2;
	open_broker();
	parked[0] = accepting();
	parked[1] = asking("{\"accept\":\"other\"}");
	refused = accepting();
	expect_refused(refused, "full", FULL("parked", "max_parked"));
	leave(refused);
	dialler = dialling();
	expect_pair(parked[0], dialler);
	refused = accepting();
	expect_silence(refused);
	close_all((int[]){parked[0], parked[1], refused, dialler}, 4);
}

static void so_many_may_wait(void **state)
{
	static const char *const requests[] = {
		"{\"dial\":\"n\"}", "{\"pipe\":\"other\"}"};
	int waiting[2], met;

	(void)state;
	settings.max_waiting = 2;
	open_broker();
	waiting[0] = dialling();
	waiting[1] = asking("{\"pipe\":\"n\"}");
	for (size_t i = 0; i < LENGTH(requests); i++) {
		int refused = asking(requests[i]);

		expect_refused(refused, "full", FULL("waiting", "max_waiting"));
		leave(refused);
	}
	/* Who need not wait is served all the same. */
	met = asking("{\"pipe\":\"n\"}");
	expect_pair(waiting[1], met);
	close_all((int[]){waiting[0], waiting[1], met}, 3);
}

/* An acceptor that somebody waits for needs a place for a moment. */
static void a_name_that_is_full_is_not_met(void **state)
{
	int parked, dialler, refused;

	(void)state;
	settings.max_parked = 1;
	open_broker();
	parked = asking("{\"accept\":\"other\"}");
	dialler = dialling();
	refused = accepting();
	expect_refused(refused, "full", FULL("parked", "max_parked"));
	expect_silence(dialler);
	close_all((int[]){parked, dialler, refused}, 3);
}

/* ---- Bound addresses -------------------------------------------------- */

static void bind_the_first(const char *name)
{
	strcpy(settings.listen[0].bind, name);
	settings.listen[0].bind_wait_ms = 2000;
	open_broker();
}

static int accepting_over_tcp(void)
{
	int fd = log_in(OVER_TCP);

	tell(fd, "{\"accept\":\"n\"}");
	return fd;
}

/* It is told nothing, and everything that it says is its partner's. */
static void who_comes_to_a_bound_address_is_dialled(void **state)
{
	int acceptor, dialler;

	(void)state;
	bind_the_first("n");
	acceptor = accepting_over_tcp();
	dialler = knock(OVER_UNIX);
	assert_true(shake_hands(dialler));
	expect_silence(dialler);
	expect_paired(acceptor);
	tell(dialler, "{\"dial\":\"n\"}");
	expect(acceptor, "{\"dial\":\"n\"}");
	say(acceptor, "hello");
	expect(dialler, "hello");
	close_all((int[]){acceptor, dialler}, 2);
}

static void it_waits_for_a_listener_in_silence(void **state)
{
	int acceptor, dialler;

	(void)state;
	bind_the_first("n");
	dialler = knock(OVER_UNIX);
	assert_true(shake_hands(dialler));
	tell(dialler, "early");
	expect_seated(0, 1, 0);
	pass_ms(1999);
	expect_silence(dialler);
	acceptor = accepting_over_tcp();
	expect_paired(acceptor);
	expect(acceptor, "early");
	expect_silence(dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

static void it_is_closed_when_nobody_comes(void **state)
{
	int dialler;

	(void)state;
	bind_the_first("n");
	dialler = knock(OVER_UNIX);
	assert_true(shake_hands(dialler));
	pass_ms(2000);
	expect_end(dialler);
	expect_logged("warning: #1 unix: uid ");
	expect_logged("nobody came for \"n\" in time");
	close(dialler);
	assert_int_equal(broker->peers.count, 0);
}

static void it_is_closed_when_there_is_no_room(void **state)
{
	int dialler, waiting;

	(void)state;
	settings.max_waiting = 1;
	bind_the_first("n");
	waiting = log_in(OVER_TCP);
	tell(waiting, "{\"dial\":\"other\"}");
	dialler = knock(OVER_UNIX);
	assert_true(shake_hands(dialler));
	expect_end(dialler);
	close_all((int[]){waiting, dialler}, 2);
}

/* ---- All of them ------------------------------------------------------ */

static void all_are_refused_at_the_end(void **state)
{
	struct pair pair;
	int fds[3];

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	fds[0] = accepting();
	fds[1] = asking("{\"dial\":\"other\"}");
	fds[2] = asking("{\"pipe\":\"other\"}");
	broker_drain(broker);
	for (int i = 0; i < 3; i++)
		expect_refused(fds[i], "draining", BROKER_DRAINING);
	expect_seated(0, 0, 0);
	say(pair.acceptor, "still here");
	expect(pair.dialler, "still here");
	close_all(fds, 3);
	part(&pair);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(a_dialler_waits_as_long_as_is_set),
		broker_test(everybody_waits_as_long_as_they_say),
		broker_test(the_others_wait_for_ever),
		broker_test(no_time_at_all_is_a_look),
		broker_test(who_is_paired_waits_no_more),
		broker_test(a_refused_one_may_have_said_something),
		broker_test(an_exclusive_name_is_one_listeners),
		broker_test(exclusion_lasts_as_long_as_its_connections),
		broker_test(what_others_accept_cannot_become_exclusive),
		broker_test(pairs_of_others_do_not_matter),
		broker_test(one_without_an_id_can_be_alone),
		broker_test(pipes_and_diallers_are_not_excluded),
		broker_test(so_many_may_park),
		broker_test(so_many_may_wait),
		broker_test(a_name_that_is_full_is_not_met),
		broker_test(who_comes_to_a_bound_address_is_dialled),
		broker_test(it_waits_for_a_listener_in_silence),
		broker_test(it_is_closed_when_nobody_comes),
		broker_test(it_is_closed_when_there_is_no_room),
		broker_test(all_are_refused_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
