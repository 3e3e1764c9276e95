/* SPDX-License-Identifier: MIT */
/* Who meets whom under a name, in which order, and what was said before. */
#include "meeting.h"
#include "still_clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Who meets whom --------------------------------------------------- */

static void a_dialler_meets_who_is_parked(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = accepting();
	expect_seated(1, 0, 0);
	expect_silence(acceptor);
	dialler = dialling();
	expect_seated(0, 0, 0);
	expect_pair(acceptor, dialler);
	assert_int_equal(names_count(&broker->names), 1);
	close_all((int[]){acceptor, dialler}, 2);
	assert_int_equal(names_count(&broker->names), 0);
	assert_int_equal(broker->peers.count, 0);
}

static void an_acceptor_meets_who_waits(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	dialler = dialling();
	expect_seated(0, 1, 0);
	expect_silence(dialler);
	acceptor = accepting();
	expect_seated(0, 0, 0);
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

static void each_is_told_of_the_other(void **state)
{
	char expected[256];
	int acceptor, dialler;
	struct tli_endpoint where;
	char text[TLI_ENDPOINT_TEXT];

	(void)state;
	open_broker();
	acceptor = accepting();
	dialler = log_in(OVER_TCP);
	peer_endpoint(last_peer(), &where);
	tli_endpoint_format(&where, text);
	say(dialler, "{\"dial\":\"n\"}");
	snprintf(expected, sizeof(expected),
		PAIRED "%u,\"identity\":\"authkey\"}}", getuid());
	expect(dialler, expected);
	snprintf(expected, sizeof(expected),
		"{\"ok\":true,\"name\":\"n\",\"peer\":{\"address\":\"%s\","
		"\"identity\":\"authkey\"}}",
		text);
	expect(acceptor, expected);
	close_all((int[]){acceptor, dialler}, 2);
}

static void names_are_told_apart(void **state)
{
	int acceptor, dialler, other;

	(void)state;
	open_broker();
	other = asking("{\"accept\":\"N\"}");
	dialler = dialling();
	expect_seated(1, 1, 0);
	assert_int_equal(names_count(&broker->names), 2);
	acceptor = accepting();
	expect_pair(acceptor, dialler);
	expect_silence(other);
	close_all((int[]){acceptor, dialler, other}, 3);
}

static void diallers_are_served_in_order(void **state)
{
	int diallers[3], acceptors[3];

	(void)state;
	open_broker();
	for (int i = 0; i < 3; i++)
		diallers[i] = dialling();
	for (int i = 0; i < 3; i++) {
		expect_seated(0, (unsigned)(3 - i), 0);
		acceptors[i] = accepting();
		expect_pair(acceptors[i], diallers[i]);
	}
	close_all(diallers, 3);
	close_all(acceptors, 3);
}

static void those_of_one_listener_come_in_order(void **state)
{
	int diallers[3], acceptors[3];

	(void)state;
	open_broker();
	for (int i = 0; i < 3; i++)
		acceptors[i] = accepting_for("one");
	for (int i = 0; i < 3; i++) {
		diallers[i] = dialling();
		expect_pair(acceptors[i], diallers[i]);
	}
	close_all(diallers, 3);
	close_all(acceptors, 3);
}

/* Whatever number of connections each has parked. */
static void listeners_are_served_in_turn(void **state)
{
	static const struct {
		const char *listener;
		int turn;
	} rows[] = {{"a", 0}, {"a", 3}, {"a", 5}, {"b", 1}, {"b", 4}, {"c", 2}};
	int acceptors[LENGTH(rows)], diallers[LENGTH(rows)];

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(rows); i++)
		acceptors[rows[i].turn] = accepting_for(rows[i].listener);
	for (size_t i = 0; i < LENGTH(rows); i++) {
		diallers[i] = dialling();
		expect_pair(acceptors[i], diallers[i]);
	}
	close_all(diallers, LENGTH(rows));
	close_all(acceptors, LENGTH(rows));
}

static void who_has_no_listener_is_one(void **state)
{
	int acceptors[3], diallers[3];

	(void)state;
	open_broker();
	acceptors[0] = accepting_for("a");
	acceptors[2] = accepting_for("a");
	acceptors[1] = accepting();
	for (int i = 0; i < 3; i++) {
		diallers[i] = dialling();
		expect_pair(acceptors[i], diallers[i]);
	}
	close_all(diallers, 3);
	close_all(acceptors, 3);
}

/* A listener that has gone loses its turn; one that comes anew gets the last.
 */
static void a_listener_comes_and_goes(void **state)
{
	int a, b, dialler;

	(void)state;
	open_broker();
	a = accepting_for("a");
	b = accepting_for("b");
	leave(a);
	a = accepting_for("a");
	dialler = dialling();
	expect_pair(b, dialler);
	close_all((int[]){a, b, dialler}, 3);
}

static void two_that_pipe_meet(void **state)
{
	int ends[3];

	(void)state;
	open_broker();
	for (int i = 0; i < 3; i++)
		ends[i] = asking("{\"pipe\":\"n\"}");
	expect_pair(ends[0], ends[1]);
	expect_silence(ends[2]);
	expect_seated(0, 0, 1);
	close_all(ends, 3);
	assert_int_equal(names_count(&broker->names), 0);
}

/* The same name serves pipes and listeners, and they do not meet. */
static void a_pipe_is_no_dialler(void **state)
{
	int pipe, dialler, acceptor;

	(void)state;
	open_broker();
	pipe = asking("{\"pipe\":\"n\"}");
	dialler = dialling();
	expect_seated(0, 1, 1);
	acceptor = accepting();
	expect_pair(acceptor, dialler);
	expect_silence(pipe);
	close_all((int[]){pipe, dialler, acceptor}, 3);
}

/* ---- Who has gone ----------------------------------------------------- */

static void who_leaves_is_forgotten(void **state)
{
	static const char *const requests[] = {"{\"accept\":\"n\"}",
		"{\"dial\":\"n\"}", "{\"pipe\":\"n\"}",
		"{\"accept\":\"n\",\"listener\":\"l\"}"};

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(requests); i++) {
		leave(asking(requests[i]));
		check_equal(requests[i], broker->peers.count, 0);
		check_equal(requests[i], names_count(&broker->names), 0);
		expect_seated(0, 0, 0);
	}
}

/* It ends its side, having said nothing: there is nothing to deliver. */
static void who_ends_with_nothing_said_is_forgotten(void **state)
{
	int acceptor;

	(void)state;
	open_broker();
	acceptor = accepting();
	shutdown(acceptor, SHUT_WR);
	settle();
	assert_int_equal(broker->peers.count, 0);
	close(acceptor);
}

/* Three that the loop has not noticed to be gone, and a fourth. */
static void the_next_one_is_taken_for_who_is_gone(void **state)
{
	int acceptors[4], dialler;

	(void)state;
	open_broker();
	dialler = log_in(OVER_UNIX);
	for (int i = 0; i < 4; i++)
		acceptors[i] = accepting_for(i < 2 ? "a" : "b");
	say(dialler, "{\"dial\":\"n\"}");
	for (int i = 0; i < 3; i++)
		close(acceptors[i]);
	expect_pair(acceptors[3], dialler);
	assert_int_equal(broker->peers.count, 2);
	close_all((int[]){acceptors[3], dialler}, 2);
}

/* The name goes with the last of them, and is made again for the dialler. */
static void all_may_be_gone(void **state)
{
	int acceptors[2], dialler, acceptor;

	(void)state;
	open_broker();
	dialler = log_in(OVER_UNIX);
	for (int i = 0; i < 2; i++)
		acceptors[i] = accepting();
	say(dialler, "{\"dial\":\"n\"}");
	for (int i = 0; i < 2; i++)
		close(acceptors[i]);
	settle();
	expect_seated(0, 1, 0);
	acceptor = accepting();
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

static void a_dialler_that_is_gone_is_passed_over(void **state)
{
	int diallers[3], acceptor;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_UNIX);
	for (int i = 0; i < 3; i++)
		diallers[i] = dialling();
	say(acceptor, "{\"accept\":\"n\"}");
	close(diallers[0]);
	close(diallers[1]);
	expect_pair(acceptor, diallers[2]);
	assert_int_equal(broker->peers.count, 2);
	close_all((int[]){acceptor, diallers[2]}, 2);
}

static void all_diallers_may_be_gone(void **state)
{
	int dialler, acceptor;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_UNIX);
	dialler = dialling();
	say(acceptor, "{\"accept\":\"n\"}");
	close(dialler);
	settle();
	expect_seated(1, 0, 0);
	dialler = dialling();
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

/* ---- What comes early ------------------------------------------------- */

static void what_comes_early_is_delivered(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_UNIX);
	say(acceptor, "{\"accept\":\"n\"}");
	say(acceptor, "with the request");
	settle();
	tell(acceptor, "later");
	dialler = log_in(OVER_UNIX);
	say(dialler, "{\"dial\":\"n\"}");
	say(dialler, "from the dialler");
	expect_paired(dialler);
	expect(dialler, "with the request");
	expect(dialler, "later");
	expect_paired(acceptor);
	expect(acceptor, "from the dialler");
	close_all((int[]){acceptor, dialler}, 2);
}

/* Says something and goes, in every way there is to go. */
static void go_early(const char *request, bool closes)
{
	int early = log_in(OVER_UNIX), late;

	say(early, request);
	say(early, "a last word");
	if (closes)
		close(early);
	else
		shutdown(early, SHUT_WR);
	settle();
	assert_int_equal(broker->peers.count, 1);
	late = log_in(OVER_UNIX);
	say(late,
		strstr(request, "accept") ? "{\"dial\":\"n\"}"
					  : "{\"accept\":\"n\"}");
	expect_paired(late);
	expect(late, "a last word");
	expect_end(late);
	leave(late);
	if (!closes)
		leave(early);
	assert_int_equal(broker->peers.count, 0);
}

static void who_goes_early_is_heard(void **state)
{
	static const char *const requests[] = {"{\"accept\":\"n\"}",
		"{\"accept\":\"n\",\"confirm\":true}", "{\"dial\":\"n\"}"};

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(requests); i++) {
		go_early(requests[i], false);
		go_early(requests[i], true);
	}
}

/* The broker keeps so much, and leaves the rest to the kernel. */
static void what_comes_early_is_bounded(void **state)
{
	static char bytes[16384], back[sizeof(bytes)];
	int acceptor, dialler;

	(void)state;
	settings.max_held_bytes = 8192;
	open_broker();
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i % 251);
	memcpy(bytes, "\0\0\x3f\xfc", 4);
	acceptor = accepting();
	put(acceptor, bytes, sizeof(bytes));
	settle();
	assert_int_equal(tli_buf_len(&last_peer()->held), 8192);
	dialler = dialling();
	expect_paired(dialler);
	take(dialler, back, sizeof(back));
	assert_memory_equal(bytes, back, sizeof(back));
	close_all((int[]){acceptor, dialler}, 2);
}

/* Who has sent what is held, and then breaks, does not end. */
static void a_break_with_something_said(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_TCP);
	tell(acceptor, "{\"accept\":\"n\"}");
	tell(acceptor, "a last word");
	reset(acceptor);
	assert_int_equal(broker->peers.count, 1);
	dialler = dialling();
	expect_part(dialler, "\"address\":\"tcp://127.0.0.1:");
	expect(dialler, "a last word");
	expect_break(dialler);
	leave(dialler);
}

/* ---- Confirmation ----------------------------------------------------- */

static void parking_is_confirmed(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = asking("{\"accept\":\"n\",\"confirm\":true}");
	expect(acceptor, "{\"ok\":true,\"parked\":\"n\"}");
	dialler = dialling();
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

static void both_replies_come_in_order(void **state)
{
	int acceptor, dialler;

	(void)state;
	open_broker();
	dialler = dialling();
	acceptor = asking("{\"accept\":\"n\",\"confirm\":true}");
	expect(acceptor, "{\"ok\":true,\"parked\":\"n\"}");
	expect_pair(acceptor, dialler);
	close_all((int[]){acceptor, dialler}, 2);
}

/* A socket so narrow that the confirmation does not fit: it waits its turn. */
static void a_confirmation_waits_for_room(void **state)
{
	static const char ping[] = "{\"ping\":\"x\"}";
	int acceptor = -1, dialler;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_UNIX);
	while (tli_buf_len(&last_peer()->out) == 0)
		tell(acceptor, ping);
	say(acceptor, "{\"accept\":\"n\",\"confirm\":true}");
	say(acceptor, "early");
	settle();
	expect_seated(0, 0, 0);
	while (strstr(hear(acceptor), "ping"))
		;
	expect_seated(1, 0, 0);
	dialler = dialling();
	expect_paired(acceptor);
	expect_paired(dialler);
	expect(dialler, "early");
	close_all((int[]){acceptor, dialler}, 2);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(a_dialler_meets_who_is_parked),
		broker_test(an_acceptor_meets_who_waits),
		broker_test(each_is_told_of_the_other),
		broker_test(names_are_told_apart),
		broker_test(diallers_are_served_in_order),
		broker_test(those_of_one_listener_come_in_order),
		broker_test(listeners_are_served_in_turn),
		broker_test(who_has_no_listener_is_one),
		broker_test(a_listener_comes_and_goes),
		broker_test(two_that_pipe_meet),
		broker_test(a_pipe_is_no_dialler),
		broker_test(who_leaves_is_forgotten),
		broker_test(who_ends_with_nothing_said_is_forgotten),
		broker_test(the_next_one_is_taken_for_who_is_gone),
		broker_test(all_may_be_gone),
		broker_test(a_dialler_that_is_gone_is_passed_over),
		broker_test(all_diallers_may_be_gone),
		broker_test(what_comes_early_is_delivered),
		broker_test(who_goes_early_is_heard),
		broker_test(what_comes_early_is_bounded),
		broker_test(a_break_with_something_said),
		broker_test(parking_is_confirmed),
		broker_test(both_replies_come_in_order),
		broker_test(a_confirmation_waits_for_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
