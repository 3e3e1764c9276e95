/* SPDX-License-Identifier: MIT */
/* Other identities in the place of those that a broker had: who goes, who
 * stays, and what each may do from then on. */
#include "clients.h"

#include "../../broker/identity_change.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAIRS 20

static const char *const all[] = {"all", NULL};
static const char *const none[] = {NULL};

static void replace(const char *id, const char *const rights[])
{
	identity_change_all(broker, identities_as(id, rights));
	settle();
}

static void rights_are_those_of_the_last(void **state)
{
	static const char *const stat[] = {"stat", NULL};
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd, "{\"list\":\"names\"}");
	expect_part(fd, "{\"ok\":true");
	replace("authkey", stat);
	tell(fd, "{\"stat\":true}");
	expect_part(fd, "{\"ok\":true");
	tell(fd, "{\"list\":\"names\"}");
	expect_refused(fd, "not_permitted",
		"authkey may not list: add this to the \\\"rights\\\" of its "
		"authkey.json");
	close(fd);
}

/* Of those who wait each is somebody's next; a pair that has met goes on. */
static void who_waits_and_may_not_any_more_is_refused(void **state)
{
	static const char *const others[] = {
		"accept other", "dial other", "pipe other", NULL};
	static const char *const requests[] = {"{\"accept\":\"n\"}",
		"{\"dial\":\"m\"}", "{\"pipe\":\"p\"}",
		"{\"accept\":\"other\"}"};
	enum { COUNT = sizeof(requests) / sizeof(*requests) };
	struct pair met;
	int fds[COUNT];

	(void)state;
	open_broker();
	met = meet(OVER_UNIX, OVER_TCP);
	for (int i = 0; i < COUNT; i++) {
		fds[i] = log_in(OVER_UNIX);
		tell(fds[i], requests[i]);
	}
	settle();
	replace("authkey", others);
	expect_refused(fds[0], "not_permitted",
		"authkey may not accept n: add this to the \\\"rights\\\" of "
		"its authkey.json");
	expect_part(fds[1], "authkey may not dial m");
	expect_part(fds[2], "authkey may not pipe p");
	for (int i = 0; i < COUNT - 1; i++) {
		expect_end(fds[i]);
		close(fds[i]);
	}
	assert_int_equal(broker->relays.pairs, 1);
	assert_int_equal(names_count(&broker->names), 2);
	close(fds[COUNT - 1]);
	part(&met);
}

static void who_watches_and_may_not_any_more_is_sent_away(void **state)
{
	static const char *const stat[] = {"stat", NULL};
	int eye, other;

	(void)state;
	open_broker();
	eye = log_in(OVER_UNIX);
	tell(eye, "{\"monitor\":true}");
	expect_part(eye, "\"monitor\":true");
	other = log_in(OVER_UNIX);
	expect_part(eye, "\"connected\"");
	replace("authkey", stat);
	expect_end(eye);
	assert_int_equal(broker->monitors.count, 0);
	expect_logged("authkey may not monitor");
	tell(other, "{\"stat\":true}");
	expect_part(other, "{\"ok\":true");
	close(eye);
	close(other);
}

/* The partner of one may be the next in the broker's list, and of another
 * identity or the same. */
static void pairs_break_on_both_sides(void **state)
{
	struct pair pairs[PAIRS];
	int stays;

	(void)state;
	open_broker();
	for (size_t i = 0; i < PAIRS; i++) {
		pairs[i] = meet((enum wire)(i / 2 % 2), (enum wire)(i % 2));
		if (i % 3 == 0)
			replace("authkey", all);
	}
	replace("heir", all);
	stays = log_in(OVER_UNIX);
	for (size_t i = 0; i < PAIRS; i++) {
		expect_break(pairs[i].acceptor);
		expect_break(pairs[i].dialler);
		part(&pairs[i]);
	}
	assert_int_equal(broker->relays.pairs, 0);
	assert_int_equal(broker->peers.count, 1);
	expect_logged("not authkey any more: the identity is removed: closed");
	tell(stays, "{\"ping\":\"x\"}");
	expect_part(stays, "{\"ok\":true");
	close(stays);
}

/* Of another identity: it is broken, and nothing else becomes of it. */
static void a_partner_breaks_too(void **state)
{
	struct pair pair;
	int acceptor;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_TCP);
	tell(acceptor, "{\"accept\":\"n\"}");
	broker->config.removed_identities = CONFIG_REMOVED_KEEP;
	replace("heir", all);
	pair.acceptor = acceptor;
	pair.dialler = log_in(OVER_UNIX);
	tell(pair.dialler, "{\"dial\":\"n\"}");
	expect_part(pair.dialler, "\"identity\":\"authkey\"");
	expect_part(pair.acceptor, "\"identity\":\"heir\"");
	expect_logged(": kept");
	broker->config.removed_identities = CONFIG_REMOVED_CLOSE;
	replace("heir", all);
	expect_break(pair.acceptor);
	expect_break(pair.dialler);
	part(&pair);
}

static void who_is_kept_has_the_rights_it_had(void **state)
{
	int old, new;

	(void)state;
	open_broker();
	old = log_in(OVER_UNIX);
	broker->config.removed_identities = CONFIG_REMOVED_KEEP;
	replace("heir", none);
	new = log_in(OVER_UNIX);
	tell(old, "{\"stat\":true}");
	expect_part(old, "{\"ok\":true");
	tell(new, "{\"stat\":true}");
	expect_part(new, "not_permitted");
	close(old);
	close(new);
}

static void who_is_sent_away_already_goes_in_peace(void **state)
{
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	tell(fd, "nonsense");
	replace("heir", all);
	expect_part(fd, "\"error\":\"unsupported\"");
	expect_end(fd);
	close(fd);
}

/* The keys are those of its start; who it is counts when it is let in. */
static void a_login_under_way(void **state)
{
	int stays, goes;

	(void)state;
	open_broker();
	stays = knock(OVER_UNIX);
	settle();
	replace("authkey", all);
	assert_true(shake_hands(stays));
	tell(stays, "{\"ping\":\"x\"}");
	expect_part(stays, "{\"ok\":true");
	goes = knock(OVER_UNIX);
	settle();
	replace("heir", all);
	/* The handshake is good, and that is all. */
	(void)shake_hands(goes);
	settle();
	assert_int_equal(broker->peers.count, 0);
	close(stays);
	close(goes);
}

static void those_of_a_validity_that_is_over(void **state)
{
	struct identities *late;
	int fd;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	late = identities_as("authkey", all);
	late->all[0].not_after = 1;
	identity_change_all(broker, late);
	settle();
	expect_end(fd);
	assert_int_equal(broker->peers.count, 0);
	close(fd);
	fd = knock(OVER_UNIX);
	assert_false(shake_hands(fd));
	expect_logged("authkey: it is not valid any more");
	close(fd);
}

static void refusals_are_told_and_counted(void **state)
{
	static const char *const monitor[] = {"monitor", NULL};
	int eye, fd;

	(void)state;
	open_broker();
	replace("robot", monitor);
	eye = log_in(OVER_UNIX);
	tell(eye, "{\"monitor\":true}");
	expect_part(eye, "\"monitor\":true");
	fd = log_in(OVER_UNIX);
	expect_part(eye, "\"connected\"");
	tell(fd, "{\"dial\":\"n\"}");
	expect_part(eye,
		"\"identity\":\"robot\",\"reason\":\"may not dial n\","
		"\"name\":\"n\"}");
	expect_logged("robot may not dial n: its \"rights\" have no "
		      "\"dial n\"");
	assert_int_equal(broker->forbidden.count, 1);
	close(fd);
	close(eye);
}

#define broker_test(name) cmocka_unit_test_setup_teardown(name, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(rights_are_those_of_the_last),
		broker_test(who_waits_and_may_not_any_more_is_refused),
		broker_test(who_watches_and_may_not_any_more_is_sent_away),
		broker_test(pairs_break_on_both_sides),
		broker_test(a_partner_breaks_too),
		broker_test(who_is_kept_has_the_rights_it_had),
		broker_test(who_is_sent_away_already_goes_in_peace),
		broker_test(a_login_under_way),
		broker_test(those_of_a_validity_that_is_over),
		broker_test(refusals_are_told_and_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
