/* SPDX-License-Identifier: MIT */
/* A broker from its start to its end: listening, reloading, draining. */
#include "clients.h"
#include "still_clock.h"

#include "../../broker/typeids.h"
#include "../../system/listening.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

static struct tli_error error;

static unsigned count_ports(void)
{
	const struct port *port;
	unsigned count = 0;

	TAILQ_FOREACH (port, &broker->ports.list, link)
		count++;
	return count;
}

static void add_unix(struct config *config, const char *name)
{
	char address[256];

	snprintf(address, sizeof(address), "unix:%s", path_of(name));
	assert_int_equal(config_add_listen(config, address, &error), 0);
}

/* Takes the address of another who listens there. */
static int occupy(const char *name)
{
	char address[256], told[TLI_ADDRESS_TEXT_MAX];
	struct tli_socket_file file;
	int fd;

	snprintf(address, sizeof(address), "unix:%s", path_of(name));
	fd = tli_listening_open(address, 1, &file, told, &error);
	assert_in_range(fd, 0, INT32_MAX);
	return fd;
}

static bool exists(const char *name)
{
	struct stat about;

	return stat(path_of(name), &about) == 0;
}

static void expect_service(void)
{
	for (int wire = OVER_UNIX; wire <= OVER_TCP; wire++) {
		int fd = log_in((enum wire)wire);

		tell(fd, "{\"ping\":\"x\"}");
		expect_part(fd, "\"ping\":\"x\"");
		leave(fd);
	}
}

/* With what goes on, which finish() would end by itself. */
static void free_broker(void)
{
	broker_free(broker);
	broker = NULL;
}

/* As expect_break(), when there is no broker any more to go on. Closes. */
static void expect_broken(int fd)
{
	char byte = 'x';
	ssize_t got = recv(fd, &byte, 1, 0);

	if (got < 0)
		assert_int_equal(errno, ECONNRESET);
	else
		assert_int_equal(byte, 0);
	close(fd);
}

/* ---- Start ------------------------------------------------------------ */

static void two_brokers_are_two(void **state)
{
	struct broker *first, *second;
	int fds[2];

	(void)state;
	open_broker();
	first = broker;
	fds[0] = log_in(OVER_UNIX);
	tell(fds[0], "{\"accept\":\"n\"}");
	settings.listen_count = 0;
	add_unix(&settings, "other");
	open_broker();
	second = broker;
	assert_string_not_equal(first->epoch, second->epoch);
	fds[1] = log_in(OVER_UNIX);
	tell(fds[1], "{\"dial\":\"n\"}");
	expect_silence(fds[1]);
	assert_int_equal(names_count(&second->names), 1);
	broker = first;
	assert_int_equal(names_count(&first->names), 1);
	expect_silence(fds[0]);
	leave(fds[0]);
	assert_int_equal(names_count(&first->names), 0);
	expect_service();
	close_broker();
	broker = second;
	assert_int_equal(names_count(&second->names), 1);
	leave(fds[1]);
}

static void it_listens_at_all_or_at_none(void **state)
{
	int other = occupy("taken");

	(void)state;
	add_unix(&settings, "taken");
	broker = broker_new(&settings, identities_with(KEY), -1, &error);
	assert_non_null(broker);
	assert_int_equal(broker_listen(broker, &error), TIELINE_EADDRINUSE);
	assert_int_equal(error.code, TIELINE_EADDRINUSE);
	assert_int_equal(count_ports(), 0);
	assert_false(exists("socket"));
	assert_true(exists("taken"));
	unlink(path_of("taken"));
	close(other);
	assert_int_equal(broker_listen(broker, &error), 0);
	assert_int_equal(count_ports(), 3);
	expect_service();
}

/* One descriptor less each time, until one is missing. With none at all it is
 * libevent that gives up, and the process with it. */
static void a_missing_descriptor_is_told_of(void **state)
{
	struct rlimit before, limit;
	struct broker *made;

	(void)state;
	getrlimit(RLIMIT_NOFILE, &before);
	limit = before;
	limit.rlim_cur = 64;
	do {
		struct identities *identities = identities_with(KEY);

		limit.rlim_cur--;
		setrlimit(RLIMIT_NOFILE, &limit);
		made = broker_new(&settings, identities, STDERR_FILENO, &error);
		setrlimit(RLIMIT_NOFILE, &before);
		broker_free(made);
	} while (made);
	assert_int_equal(error.code, TIELINE_EDESCRIPTORS);
	assert_non_null(strstr(error.text, "cannot make a broker"));
}

static void no_broker_is_easily_freed(void **state)
{
	(void)state;
	broker_free(NULL);
}

/* Whatever is going on. */
static void it_may_be_freed_at_any_time(void **state)
{
	static const char *const requests[] = {"{\"accept\":\"n\"}",
		"{\"pipe\":\"n\"}", "{\"dial\":\"m\"}", "{\"monitor\":true}",
		"nonsense", "{\"ping\":\"x\"}", "{\"p"};
	int fds[LENGTH(requests) + 1];
	struct pair pairs[2];

	(void)state;
	open_broker();
	pairs[0] = meet(OVER_UNIX, OVER_TCP);
	pairs[1] = meet(OVER_TCP, OVER_UNIX);
	for (size_t i = 0; i < LENGTH(requests); i++) {
		fds[i] = log_in(OVER_UNIX);
		tell(fds[i], requests[i]);
	}
	fds[LENGTH(requests)] = knock(OVER_TCP);
	settle();
	free_broker();
	for (size_t i = 0; i < 2; i++) {
		close(pairs[i].acceptor);
		close(pairs[i].dialler);
	}
	for (size_t i = 0; i < LENGTH(fds); i++)
		close(fds[i]);
}

/* ---- Reload ----------------------------------------------------------- */

static int reload(const struct config *config, const char *key)
{
	struct identities *identities = identities_with(key);
	int result = broker_reload(broker, config, identities, &error);

	if (result < 0)
		identities_unref(identities);
	return result;
}

static void another_key_is_for_the_next(void **state)
{
	struct pair pair;
	int late, under_way;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	under_way = knock(OVER_UNIX);
	settle();
	assert_int_equal(reload(&settings, "another key"), 0);
	late = knock(OVER_UNIX);
	assert_false(shake_hands(late));
	assert_true(shake_hands(under_way));
	say(pair.acceptor, "on it goes");
	expect(pair.dialler, "on it goes");
	close(late);
	close(under_way);
	part(&pair);
}

static void addresses_come_and_go(void **state)
{
	struct config config;
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	config = settings;
	config.listen[0] = config.listen[1]; /* TCP stays */
	config.listen_count = 1;
	add_unix(&config, "new");
	assert_int_equal(reload(&config, KEY), 0);
	assert_int_equal(count_ports(), 2);
	assert_false(exists("socket"));
	assert_true(exists("new"));
	say(pair.acceptor, "on it goes");
	expect(pair.dialler, "on it goes");
	say(pair.dialler, "{\"list\":\"connections\"}");
	expect(pair.acceptor, "{\"list\":\"connections\"}");
	part(&pair);
	expect_service();
}

/* Each setting of the address itself holds for the next. */
static void a_name_is_bound_anew(void **state)
{
	struct config config;
	int acceptor, dialler;

	(void)state;
	open_broker();
	acceptor = log_in(OVER_TCP);
	tell(acceptor, "{\"accept\":\"n\"}");
	config = settings;
	strcpy(config.listen[0].bind, "n");
	assert_int_equal(reload(&config, KEY), 0);
	dialler = knock(OVER_UNIX);
	assert_true(shake_hands(dialler));
	expect_part(acceptor, "{\"ok\":true,\"name\":\"n\"");
	close(dialler);
	leave(acceptor);
}

static void limits_hold_from_now_on(void **state)
{
	struct config config;
	int fds[3];

	(void)state;
	open_broker();
	for (int i = 0; i < 2; i++) {
		fds[i] = log_in(OVER_UNIX);
		tell(fds[i], "{\"accept\":\"n\"}");
	}
	config = settings;
	config.max_parked = 1;
	config.log_level = CONFIG_LOG_ERROR;
	config.relay_window_bytes = 10000;
	assert_int_equal(reload(&config, KEY), 0);
	assert_int_equal(broker->names.seated[TLI_VERB_ACCEPT], 2);
	fds[2] = log_in(OVER_UNIX);
	tell(fds[2], "{\"accept\":\"n\"}");
	expect_part(fds[2], "\"full\"");
	assert_int_equal(broker->log.level, CONFIG_LOG_ERROR);
	assert_int_equal(broker->relays.scratch_bytes, 10000);
	for (int i = 0; i < 3; i++)
		close(fds[i]);
	settle();
}

/* What is accepted from now on is probed as the new settings say. */
static void keepalive_is_set_for_the_next(void **state)
{
	struct config config;
	int fd, idle_s = 0;
	socklen_t len = sizeof(idle_s);

	(void)state;
	open_broker();
	config = settings;
	config.keepalive_idle_s = 77;
	assert_int_equal(reload(&config, KEY), 0);
	fd = log_in(OVER_TCP);
	getsockopt(last_peer()->stream.channel.fd, IPPROTO_TCP, TCP_KEEPIDLE,
		&idle_s, &len);
	assert_int_equal(idle_s, 77);
	leave(fd);
}

static enum typeid_origin origin_now(const char *typeid)
{
	return typeid_origin(&broker->config, typeid);
}

/* They stay as long as the broker has them, whoever else gives them up. */
static void typeids_are_those_of_the_last_reload(void **state)
{
	static const char text[] = "{\"typeids\": {\"a\": {\"type\": "
				   "\"dict\"}}, \"guess_typeids\": false}";
	struct config config, parsed;
	int taken;

	(void)state;
	open_broker();
	assert_int_equal(
		config_parse(&parsed, "a.json", text, strlen(text), &error), 0);
	config = settings;
	config.typeids = parsed.typeids;
	config.guess_typeids = parsed.guess_typeids;
	assert_int_equal(origin_now("a"), TYPEID_OF_NOBODY);
	assert_int_equal(origin_now("a_lock"), TYPEID_GUESSED);
	assert_int_equal(reload(&config, KEY), 0);
	assert_int_equal(origin_now("a"), TYPEID_OF_THE_CONFIG);
	assert_int_equal(origin_now("a_lock"), TYPEID_OF_NOBODY);
	assert_int_equal(reload(&config, KEY), 0);
	config_fini(&parsed);
	assert_int_equal(origin_now("a"), TYPEID_OF_THE_CONFIG);
	taken = occupy("taken");
	config = settings;
	add_unix(&config, "taken");
	assert_int_equal(reload(&config, KEY), TIELINE_EADDRINUSE);
	assert_int_equal(origin_now("a"), TYPEID_OF_THE_CONFIG);
	unlink(path_of("taken"));
	close(taken);
	assert_int_equal(reload(&settings, KEY), 0);
	assert_int_equal(origin_now("a"), TYPEID_OF_NOBODY);
}

static void a_reload_that_fails_changes_nothing(void **state)
{
	struct config config;
	int other;

	(void)state;
	open_broker();
	other = occupy("taken");
	config = settings;
	config.listen[0] = config.listen[1];
	config.listen_count = 1;
	config.relay_window_bytes = 8192;
	config.max_parked = 1;
	add_unix(&config, "new");
	add_unix(&config, "taken");
	assert_int_equal(reload(&config, "another key"), TIELINE_EADDRINUSE);
	assert_int_equal(count_ports(), 2);
	assert_false(exists("new"));
	assert_int_equal(
		broker->config.relay_window_bytes, settings.relay_window_bytes);
	assert_int_equal(
		broker->relays.scratch_bytes, settings.relay_window_bytes);
	assert_int_equal(broker->config.max_parked, settings.max_parked);
	expect_service();
	unlink(path_of("taken"));
	close(other);
}

/* ---- The end ---------------------------------------------------------- */

/* True if the broker would take no further turn. */
static bool is_over(void)
{
	settle();
	return !broker_turn(broker, false);
}

static void who_has_nobody_is_sent_away(void **state)
{
	static const char *const requests[] = {
		"{\"accept\":\"n\"}", "{\"pipe\":\"n\"}", "{\"dial\":\"m\"}"};
	int fds[LENGTH(requests)], idle, monitor, login;

	(void)state;
	open_broker();
	for (size_t i = 0; i < LENGTH(requests); i++) {
		fds[i] = log_in(OVER_UNIX);
		tell(fds[i], requests[i]);
	}
	idle = log_in(OVER_UNIX);
	monitor = log_in(OVER_UNIX);
	tell(monitor, "{\"monitor\":true}");
	login = knock(OVER_UNIX);
	settle();
	broker_drain(broker);
	broker_drain(broker);
	assert_int_equal(count_ports(), 0);
	assert_false(exists("socket"));
	for (size_t i = 0; i < LENGTH(requests); i++)
		expect_refused(
			fds[i], "draining", "the broker is about to end");
	expect_end(idle);
	assert_true(take_all(monitor) > 0);
	expect_end(monitor);
	take_all(login);
	expect_end(login);
	assert_false(is_over());
	for (size_t i = 0; i < LENGTH(requests); i++)
		close(fds[i]);
	close(idle);
	close(monitor);
	close(login);
	assert_true(is_over());
	assert_true(broker_run(broker));
}

static void pairs_may_finish(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	broker_drain(broker);
	pass_ms(settings.drain_timeout_ms - 1);
	say(pair.acceptor, "on it goes");
	expect(pair.dialler, "on it goes");
	assert_false(is_over());
	part(&pair);
	assert_true(is_over());
	assert_true(broker_run(broker));
	assert_int_equal(count_logged("are cut"), 0);
}

static void pairs_that_go_on_are_cut(void **state)
{
	struct pair pairs[2];

	(void)state;
	open_broker();
	pairs[0] = meet(OVER_UNIX, OVER_TCP);
	pairs[1] = meet(OVER_TCP, OVER_UNIX);
	broker_drain(broker);
	pass_ms(settings.drain_timeout_ms);
	assert_true(is_over());
	expect_logged("warning: drain_timeout_ms is over: 2 pairs are cut");
	assert_false(broker_run(broker));
	free_broker();
	for (int i = 0; i < 2; i++) {
		expect_broken(pairs[i].acceptor);
		expect_broken(pairs[i].dialler);
	}
}

/* A half that the broker waits for is no pair. */
static void who_does_not_go_is_left_behind(void **state)
{
	int fd;

	(void)state;
	settings.linger_timeout_ms = settings.drain_timeout_ms + 1000;
	open_broker();
	fd = log_in(OVER_UNIX);
	broker_drain(broker);
	assert_false(is_over());
	pass_ms(settings.drain_timeout_ms);
	assert_true(is_over());
	assert_true(broker_run(broker));
	close(fd);
}

static void a_stop_with_nobody_there_cuts_nobody(void **state)
{
	(void)state;
	open_broker();
	broker_stop(broker);
	assert_true(broker_run(broker));
}

/* Both learn that it was no end. */
static void a_stop_breaks_pairs(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_TCP);
	broker_stop(broker);
	assert_true(is_over());
	assert_false(broker_run(broker));
	free_broker();
	expect_broken(pair.acceptor);
	expect_broken(pair.dialler);
}

/* While it ends, a reload still sets what it can. */
static void a_reload_while_it_ends_does_not_listen(void **state)
{
	struct pair pair;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	broker_drain(broker);
	assert_int_equal(reload(&settings, KEY), 0);
	assert_int_equal(count_ports(), 0);
	part(&pair);
	assert_true(is_over());
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(two_brokers_are_two),
		broker_test(it_listens_at_all_or_at_none),
		broker_test(a_missing_descriptor_is_told_of),
		broker_test(no_broker_is_easily_freed),
		broker_test(it_may_be_freed_at_any_time),
		broker_test(another_key_is_for_the_next),
		broker_test(addresses_come_and_go),
		broker_test(a_name_is_bound_anew),
		broker_test(limits_hold_from_now_on),
		broker_test(keepalive_is_set_for_the_next),
		broker_test(typeids_are_those_of_the_last_reload),
		broker_test(a_reload_that_fails_changes_nothing),
		broker_test(who_has_nobody_is_sent_away),
		broker_test(pairs_may_finish),
		broker_test(pairs_that_go_on_are_cut),
		broker_test(who_does_not_go_is_left_behind),
		broker_test(a_stop_with_nobody_there_cuts_nobody),
		broker_test(a_stop_breaks_pairs),
		broker_test(a_reload_while_it_ends_does_not_listen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
