/* SPDX-License-Identifier: MIT */
/* Who has references: processes on Unix sockets, whose references go when they
 * have ended, and the unknown, who are all others. */
#include "holding.h"
#include "still_clock.h"

#include "../../system/socket.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

/* The default, and a setting; nothing is early, for which 1 ms is added. */
#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77
#endif

#define GRACE_MS   (10000 + 1)
#define SET_TTL_MS 60000
#define TTL_MS     (SET_TTL_MS + 1)
#define HALF_MS    (TTL_MS / 2)
#define A_TURN     512 /* references that are dropped in one */

static struct holder *holder_over(enum wire wire)
{
	int fd = knock(wire);
	struct holder *holder;

	settle();
	holder = holder_of(broker->holders, last_peer());
	leave(fd);
	return holder;
}

static bool drop(struct holder *holder, uint64_t object)
{
	return holders_drop(broker->holders, holder, object);
}

static void expect_objects(uint64_t count)
{
	assert_int_equal(holders_object_count(broker->holders), count);
	assert_int_equal(count_objects(), count);
}

/* ---- Who is who ------------------------------------------------------- */

static void a_process_is_one_holder_whatever_connection_it_uses(void **state)
{
	struct holder *first, *second, *over_tcp;
	pid_t pid;

	(void)state;
	open_broker();
	first = holder_over(OVER_UNIX);
	over_tcp = holder_over(OVER_TCP);
	assert_ptr_equal(holder_over(OVER_UNIX), first);
	assert_ptr_not_equal(over_tcp, first);
	assert_ptr_equal(holder_over(OVER_TCP), over_tcp);
	second = holder_of_program(&pid);
	assert_ptr_not_equal(second, first);
	assert_ptr_not_equal(second, over_tcp);
	kill_program(pid);
}

/* ---- Other kernels ---------------------------------------------------- */

static enum {
	TELLS_ALL,
	TELLS_NO_PROCESS, /* as before Linux 6.5 */
	TELLS_NO_PID,     /* it is of another process namespace */
} kernel;

/* The names are the linker's. */
int __real_getsockopt(
	int fd, int level, int option, void *value, socklen_t *len);
int __wrap_getsockopt(
	int fd, int level, int option, void *value, socklen_t *len);

int __wrap_getsockopt(
	int fd, int level, int option, void *value, socklen_t *len)
{
	int result;

	if (option == SO_PEERPIDFD && kernel == TELLS_NO_PROCESS) {
		errno = ENOPROTOOPT;
		return -1;
	}
	result = __real_getsockopt(fd, level, option, value, len);
	if (option == SO_PEERCRED && kernel == TELLS_NO_PID)
		((struct ucred *)value)->pid = 0;
	return result;
}

static int restore_kernel(void **state)
{
	kernel = TELLS_ALL;
	return finish(state);
}

static void an_older_kernel_knows_processes_by_number(void **state)
{
	struct holder *holder;
	pid_t pid;

	(void)state;
	kernel = TELLS_NO_PROCESS;
	open_broker();
	holder = holder_of_program(&pid);
	assert_ptr_not_equal(holder, holder_over(OVER_TCP));
	assert_ptr_equal(holder_of(broker->holders, last_peer()), holder);
	assert_int_not_equal(take_reference(holder, 0), 0);
	kill_program(pid);
	settle();
	pass_ms(GRACE_MS);
	settle();
	expect_objects(0);
}

static void a_process_of_another_namespace_is_unknown(void **state)
{
	(void)state;
	kernel = TELLS_NO_PID;
	open_broker();
	assert_ptr_equal(holder_over(OVER_UNIX), holder_over(OVER_TCP));
}

/* Its connection is looked at only now; the kernel still tells who it was. */
static void check_one_that_has_ended(void)
{
	struct tli_endpoint endpoint;
	struct peer peer = {.broker = NULL};
	pid_t pid;

	open_broker();
	pid = start_program();
	kill_program(pid);
	peer.stream.channel.fd = tli_socket_accept(
		TAILQ_FIRST(&broker->ports.list)->fd, &endpoint);
	assert_in_range(peer.stream.channel.fd, 0, INT32_MAX);
	assert_int_not_equal(
		take_reference(holder_of(broker->holders, &peer), 0), 0);
	close(peer.stream.channel.fd);
	settle();
	pass_ms(GRACE_MS - 1);
	settle();
	expect_objects(1);
	pass_ms(1);
	settle();
	expect_objects(0);
}

static void who_has_ended_already_is_a_holder_for_the_grace(void **state)
{
	(void)state;
	check_one_that_has_ended();
}

static void an_older_kernel_knows_that_too(void **state)
{
	(void)state;
	kernel = TELLS_NO_PROCESS;
	check_one_that_has_ended();
}

/* ---- Counts ----------------------------------------------------------- */

static void references_are_counted_and_never_below_zero(void **state)
{
	struct holder *holder;
	uint64_t object;

	(void)state;
	open_broker();
	holder = holder_over(OVER_UNIX);
	object = take_reference(holder, 0);
	assert_int_not_equal(object, 0);
	assert_true(holder_add(holder, object));
	assert_true(holder_add(holder, object));
	for (int i = 0; i < 3; i++) {
		expect_objects(1);
		assert_true(drop(holder, object));
	}
	expect_objects(0);
	assert_false(drop(holder, object));
	assert_false(holder_add(holder, object));
	assert_false(drop(holder, object + 1));
}

static void a_second_grant_of_the_same_goes_back(void **state)
{
	struct holder *holder;
	uint64_t object;

	(void)state;
	open_broker();
	holder = holder_over(OVER_UNIX);
	object = take_reference(holder, 0);
	assert_int_equal(take_reference(holder, object), object);
	assert_int_equal(owner_grant_count(holder_owner(holder)), 1);
	assert_true(drop(holder, object));
	expect_objects(1);
	assert_true(drop(holder, object));
	expect_objects(0);
}

static void what_is_dropped_is_ones_own_then_the_unknowns(void **state)
{
	struct holder *own, *unknown, *other;
	uint64_t object;
	pid_t pid;

	(void)state;
	open_broker();
	other = holder_of_program(&pid);
	own = holder_over(OVER_UNIX);
	unknown = holder_over(OVER_TCP);
	object = take_reference(other, 0);
	assert_int_equal(take_reference(unknown, object), object);
	assert_int_equal(take_reference(own, object), object);
	assert_true(drop(own, object));
	assert_int_equal(owner_grant_count(holder_owner(own)), 0);
	assert_int_equal(owner_grant_count(holder_owner(unknown)), 1);
	assert_true(drop(own, object));
	assert_int_equal(owner_grant_count(holder_owner(unknown)), 0);
	assert_int_equal(owner_grant_count(holder_owner(other)), 1);
	assert_true(drop(own, object));
	assert_false(drop(own, object));
	expect_objects(0);
	kill_program(pid);
}

static void what_is_deleted_is_forgotten(void **state)
{
	struct holder *own, *unknown;
	uint64_t object;

	(void)state;
	open_broker();
	own = holder_over(OVER_UNIX);
	unknown = holder_over(OVER_TCP);
	object = take_reference(own, 0);
	assert_true(holder_add(own, object));
	assert_int_equal(take_reference(unknown, object), object);
	assert_int_not_equal(take_reference(own, 0), 0);
	holders_forget(broker->holders, object);
	holders_forget(broker->holders, object);
	expect_objects(1);
	assert_false(drop(own, object));
}

static char told[256];

static void tell_one(
	void *arg, uint64_t object, const char *typeid, uint64_t references)
{
	const uint64_t *first = arg;
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%d: %s %d\n",
		(int)(object - *first), typeid, (int)references);
}

static void objects_are_told_in_order_with_all_references(void **state)
{
	struct holder *own, *unknown;
	uint64_t first, second, token;

	(void)state;
	open_broker();
	own = holder_over(OVER_UNIX);
	unknown = holder_over(OVER_TCP);
	first = ask_reference(own, 0, &token);
	second = take_reference(unknown, 0);
	assert_true(holder_grant(own, first, token, "another list"));
	assert_int_equal(take_reference(own, second), second);
	assert_true(holder_add(own, second));
	told[0] = '\0';
	holders_each(broker->holders, tell_one, &first);
	assert_string_equal(told, "0: another list 1\n1: a list 3\n");
}

static void beyond_max_references_no_new_one_is_given(void **state)
{
	struct holder *holder;
	uint64_t object;

	(void)state;
	settings.max_references = 2;
	open_broker();
	holder = holder_over(OVER_UNIX);
	object = take_reference(holder, 0);
	assert_false(holders_are_full(broker->holders));
	assert_int_not_equal(take_reference(holder, 0), 0);
	assert_true(holders_are_full(broker->holders));
	assert_int_equal(take_reference(holder, 0), 0);
	expect_objects(2);
	assert_true(holder_add(holder, object));
	assert_true(drop(holder, object));
	assert_true(drop(holder, object));
	assert_int_not_equal(take_reference(holder, 0), 0);
	expect_objects(2);
}

/* ---- Processes that end ----------------------------------------------- */

static void what_a_killed_process_leaves_goes_after_the_grace(void **state)
{
	struct holder *left, *stays;
	uint64_t shared;
	pid_t pid;

	(void)state;
	open_broker();
	left = holder_of_program(&pid);
	stays = holder_over(OVER_UNIX);
	assert_int_not_equal(take_reference(left, 0), 0);
	shared = take_reference(left, 0);
	assert_int_equal(take_reference(stays, shared), shared);
	pass_ms(100 * GRACE_MS);
	settle();
	expect_objects(2);
	kill_program(pid);
	settle();
	pass_ms(GRACE_MS - 1);
	settle();
	expect_objects(2);
	pass_ms(1);
	settle();
	expect_objects(1);
	assert_true(drop(stays, shared));
	expect_objects(0);
}

static void what_is_given_up_within_the_grace_goes_at_once(void **state)
{
	struct holder *left, *other;
	uint64_t object;
	pid_t pid;

	(void)state;
	open_broker();
	left = holder_of_program(&pid);
	object = take_reference(left, 0);
	kill_program(pid);
	settle();
	other = holder_over(OVER_UNIX);
	assert_true(drop(other, object));
	expect_objects(0);
	settle();
	pass_ms(GRACE_MS);
	settle();
	expect_objects(0);
}

static void a_great_many_references_go_a_portion_a_turn(void **state)
{
	struct holder *holder;
	pid_t pid;

	(void)state;
	open_broker();
	holder = holder_of_program(&pid);
	for (int i = 0; i < 2 * A_TURN + 1; i++)
		assert_int_not_equal(take_reference(holder, 0), 0);
	kill_program(pid);
	settle();
	pass_ms(GRACE_MS);
	turn();
	expect_objects(A_TURN + 1);
	assert_false(holders_may_wait(broker->holders));
	turn();
	expect_objects(1);
	turn();
	expect_objects(0);
	assert_true(holders_may_wait(broker->holders));
}

/* A request of its own is under way when it ends. */
static void who_is_in_use_stays(void **state)
{
	struct holder *holder;
	uint64_t object;
	pid_t pid;

	(void)state;
	open_broker();
	holder = holder_of_program(&pid);
	holder_ref(holder);
	object = take_reference(holder, 0);
	kill_program(pid);
	settle();
	pass_ms(GRACE_MS);
	settle();
	expect_objects(0);
	assert_false(holder_add(holder, object));
	assert_int_not_equal(take_reference(holder, 0), 0);
	holder_unref(holder);
	settle();
	expect_objects(1);
	pass_ms(GRACE_MS);
	settle();
	expect_objects(0);
}

/* ---- Descriptors ------------------------------------------------------ */

#define PROGRAMS 80
#define IDLE_MAX 64

static void few_idle_processes_are_watched(void **state)
{
	unsigned before;
	pid_t pids[PROGRAMS];

	(void)state;
	open_broker();
	before = count_descriptors();
	for (int i = 0; i < PROGRAMS; i++) {
		struct holder *holder = holder_of_program(&pids[i]);
		uint64_t object = take_reference(holder, 0);

		assert_true(drop(holder, object));
		assert_ptr_equal(
			holder_of(broker->holders, last_peer()), holder);
		peer_close(last_peer());
	}
	settle();
	assert_int_equal(count_descriptors(), before + IDLE_MAX);
	for (int i = 0; i < PROGRAMS; i++)
		kill_program(pids[i]);
	settle();
	assert_int_equal(count_descriptors(), before);
}

static int first_free_descriptor(void)
{
	int fd = dup(STDOUT_FILENO);

	close(fd);
	return fd;
}

static void who_cannot_be_watched_is_unknown(void **state)
{
	struct holder *holder, *unknown;
	struct rlimit limit, few;
	int fd;

	(void)state;
	open_broker();
	unknown = holder_over(OVER_TCP);
	fd = knock(OVER_UNIX);
	settle();
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	few = (struct rlimit){(rlim_t)first_free_descriptor(), limit.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
	holder = holder_of(broker->holders, last_peer());
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_ptr_equal(holder, unknown);
	expect_logged("cannot be watched (Too many open files)");
	assert_ptr_not_equal(holder_of(broker->holders, last_peer()), unknown);
	leave(fd);
}

/* ---- The unknown ------------------------------------------------------ */

static void the_unknown_keep_theirs_for_ever_by_default(void **state)
{
	(void)state;
	open_broker();
	assert_int_not_equal(take_reference(holder_over(OVER_TCP), 0), 0);
	pass_ms(INT64_C(365) * 24 * 3600 * 1000);
	settle();
	expect_objects(1);
}

static void with_a_ttl_what_is_not_used_goes(void **state)
{
	struct holder *unknown, *known;
	uint64_t used;

	(void)state;
	settings.reference_ttl_ms = SET_TTL_MS;
	open_broker();
	unknown = holder_over(OVER_TCP);
	known = holder_over(OVER_UNIX);
	used = take_reference(unknown, 0);
	assert_int_not_equal(take_reference(unknown, 0), 0);
	assert_int_not_equal(take_reference(known, 0), 0);
	pass_ms(HALF_MS);
	holders_use(broker->holders, used);
	holders_use(broker->holders, used + 1000);
	pass_ms(TTL_MS - HALF_MS - 1);
	settle();
	expect_objects(3);
	pass_ms(1);
	settle();
	expect_objects(2);
	pass_ms(HALF_MS - 1);
	settle();
	expect_objects(2);
	pass_ms(1);
	settle();
	expect_objects(1);
	assert_false(drop(unknown, used));
}

static void a_ttl_holds_for_what_was_there_before_it(void **state)
{
	struct holder *unknown;

	(void)state;
	open_broker();
	unknown = holder_over(OVER_TCP);
	assert_int_not_equal(take_reference(unknown, 0), 0);
	settle();
	broker->config.reference_ttl_ms = SET_TTL_MS;
	pass_ms(TTL_MS);
	settle();
	expect_objects(0);
}

/* ---- The end ---------------------------------------------------------- */

static void a_broker_that_ends_gives_all_back(void **state)
{
	pid_t pid;
	struct holder *holder;

	(void)state;
	open_broker();
	holder = holder_of_program(&pid);
	assert_int_not_equal(take_reference(holder, 0), 0);
	assert_int_not_equal(take_reference(holder_over(OVER_TCP), 0), 0);
	close_broker();
	kill_program(pid);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, prepare, restore_kernel)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_process_is_one_holder_whatever_connection_it_uses),
		TEST(who_has_ended_already_is_a_holder_for_the_grace),
		TEST(an_older_kernel_knows_processes_by_number),
		TEST(an_older_kernel_knows_that_too),
		TEST(a_process_of_another_namespace_is_unknown),
		TEST(references_are_counted_and_never_below_zero),
		TEST(a_second_grant_of_the_same_goes_back),
		TEST(what_is_dropped_is_ones_own_then_the_unknowns),
		TEST(what_is_deleted_is_forgotten),
		TEST(objects_are_told_in_order_with_all_references),
		TEST(beyond_max_references_no_new_one_is_given),
		TEST(what_a_killed_process_leaves_goes_after_the_grace),
		TEST(what_is_given_up_within_the_grace_goes_at_once),
		TEST(a_great_many_references_go_a_portion_a_turn),
		TEST(who_is_in_use_stays),
		TEST(few_idle_processes_are_watched),
		TEST(who_cannot_be_watched_is_unknown),
		TEST(the_unknown_keep_theirs_for_ever_by_default),
		TEST(with_a_ttl_what_is_not_used_goes),
		TEST(a_ttl_holds_for_what_was_there_before_it),
		TEST(a_broker_that_ends_gives_all_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
