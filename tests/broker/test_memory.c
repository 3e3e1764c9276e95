/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the broker, and of libevent, cJSON and OpenSSL below it,
 * made to fail in turn: once, and from then on for good. Each time those whom
 * it costs something learn of it, the next one is served, and nothing is left.
 */
#include "shortage.h"
#include "still_clock.h"

#include "../../broker/identity_change.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Scenarios -------------------------------------------------------- */

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

/* ---- Identities ------------------------------------------------------- */

static struct identities *others;

static void some_whose_identity_goes(void)
{
	static const char *const all[] = {"all", NULL};
	static unsigned heirs;
	char id[16];

	a_pair();
	a_pair();
	tell(client(OVER_UNIX), "{\"accept\":\"n\"}");
	tell(client(OVER_UNIX), "{\"monitor\":true}");
	tell(client(OVER_TCP), "{\"dial\":\"m\"}");
	client(OVER_TCP);
	snprintf(id, sizeof(id), "heir-%u", heirs++);
	others = identities_as(id, all);
}

static void take_it_away(void)
{
	alloc_pause(false);
	identity_change_all(broker, others);
	alloc_pause(true);
	settle();
}

static void some_without_rights(void)
{
	static const char *const few[] = {"dial p", "accept p", NULL};

	tell(client(OVER_UNIX), "{\"monitor\":true}");
	for (int i = 0; i < 4; i++)
		client(OVER_UNIX);
	identity_change_all(broker, identities_as("authkey", few));
}

static void do_what_they_may_not(void)
{
	static const char *const requests[] = {"{\"dial\":\"n\"}",
		"{\"accept\":\"n\"}", "{\"stat\":true}",
		"{\"list\":\"names\"}"};

	for (size_t i = 0; i < LENGTH(requests); i++)
		try_to_say(fds[i + 1], requests[i]);
	settle();
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
	{"removed", some_whose_identity_goes, take_it_away},
	{"not permitted", some_without_rights, do_what_they_may_not},
};

int main(void)
{
	return run_scenarios(scenarios, LENGTH(scenarios));
}
