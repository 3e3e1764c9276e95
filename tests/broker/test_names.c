/* SPDX-License-Identifier: MIT */
/* Who meets whom under a name, and who waits, and for how long. */
#include "clients.h"
#include "still_clock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PAIRED                                                                 \
	"{\"ok\":true,\"name\":\"n\",\"peer\":{\"address\":\"unix:\",\"uid\":"

/* A client that has asked for this. */
static int asking(const char *request)
{
	int fd = log_in(OVER_UNIX);

	tell(fd, request);
	return fd;
}

static int accepting(void)
{
	return asking("{\"accept\":\"n\"}");
}

static int dialling(void)
{
	return asking("{\"dial\":\"n\"}");
}

/* An acceptor of a listener with a name of its own. */
static int accepting_for(const char *listener)
{
	char request[128];

	snprintf(request, sizeof(request),
		"{\"accept\":\"n\",\"listener\":\"%s\"}", listener);
	return asking(request);
}

static void expect_paired(int fd)
{
	expect_part(fd, PAIRED);
}

/* Both were told, and what one says the other hears. */
static void expect_pair(int acceptor, int dialler)
{
	expect_paired(acceptor);
	expect_paired(dialler);
	say(acceptor, "to the dialler");
	expect(dialler, "to the dialler");
	say(dialler, "to the acceptor");
	expect(acceptor, "to the acceptor");
}

static void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	settle();
}

static void expect_seated(unsigned parked, unsigned waiting, unsigned pipes)
{
	const uint32_t *seated = broker->names.seated;

	assert_int_equal(seated[TLI_VERB_ACCEPT], parked);
	assert_int_equal(seated[TLI_VERB_DIAL], waiting);
	assert_int_equal(seated[TLI_VERB_PIPE], pipes);
}

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
	snprintf(expected, sizeof(expected), PAIRED "%u}}", getuid());
	expect(dialler, expected);
	snprintf(expected, sizeof(expected),
		"{\"ok\":true,\"name\":\"n\",\"peer\":{\"address\":\"%s\"}}",
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
	names_refuse_all(broker, TLI_REFUSAL_DRAINING, "the end");
	for (int i = 0; i < 3; i++)
		expect_refused(fds[i], "draining", "the end");
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
