/* SPDX-License-Identifier: MIT */
/* What lack of memory does to starts, reloads and sources, and what must not be
 * said or made up for it. */
#include "secure.h"
#include "shortage.h"

#include <tieline/tieline.h>

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Beginnings ------------------------------------------------------- */

static struct tli_error error;

/* With memory that fails. */
static void start_broker(void)
{
	struct identities *given = identities_with(KEY);

	alloc_pause(false);
	broker = broker_new(&settings, given, -1, &error);
	if (broker && broker_listen(broker, &error) < 0) {
		broker_free(broker);
		broker = NULL;
	}
	alloc_pause(true);
}

/* It starts, or says that there is no memory and leaves nothing. Returns how
 * many allocations it made. */
static unsigned long try_to_start(unsigned long fail_from, bool for_good)
{
	unsigned descriptors = count_descriptors();
	unsigned long count;

	alloc_fail_from(fail_from, for_good);
	start_broker();
	count = alloc_count();
	alloc_fail_from(0, false);
	if (broker)
		close_broker();
	else
		assert_int_equal(error.code, TIELINE_ENOMEM);
	assert_int_equal(count_descriptors(), descriptors);
	assert_int_not_equal(access(path_of("socket"), F_OK), 0);
	return count;
}

static void a_start_fails_as_a_whole(void **state)
{
	(void)state;
	for (int for_good = 0; for_good <= 1; for_good++) {
		unsigned long n = 1;

		while (try_to_start(n, for_good) >= n)
			n++;
		assert_in_range(n, 2, SITES_MAX);
	}
}

/* Returns what broker_reload() does, and stores how many allocations it made.
 */
static int reload(const struct config *config, unsigned long fail_from,
	unsigned long *count)
{
	struct identities *given = identities_with(KEY);
	int result;

	alloc_fail_from(fail_from, false);
	alloc_pause(false);
	result = broker_reload(broker, config, given, &error);
	alloc_pause(true);
	*count = alloc_count();
	alloc_fail_from(0, false);
	if (result < 0)
		identities_unref(given);
	return result;
}

static void a_reload_fails_as_a_whole(void **state)
{
	struct config config;
	unsigned long n = 0, count;

	(void)state;
	open_broker();
	config = settings;
	config.relay_window_bytes = 1 << 20;
	strcpy(config.listen[0].address, "unix:");
	strcat(config.listen[0].address, path_of("other"));
	while (reload(&config, ++n, &count) < 0) {
		assert_int_equal(error.code, TIELINE_ENOMEM);
		assert_int_equal(access(path_of("socket"), F_OK), 0);
		assert_int_not_equal(access(path_of("other"), F_OK), 0);
		assert_int_equal(broker->relays.scratch_bytes,
			settings.relay_window_bytes);
		expect_recovery("reload");
	}
	assert_in_range(n, 2, count + 1);
	assert_int_equal(broker->relays.scratch_bytes, 1 << 20);
	expect_recovery("reload");
}

/* A broker with TCP at a port that stays, and the configuration with which it
 * gets TLS there. */
static void open_to_be_secured(struct config *secure)
{
	char *address = settings.listen[1].address;

	open_broker();
	strcpy(address,
		TAILQ_NEXT(TAILQ_FIRST(&broker->ports.list), link)->address);
	close_broker();
	open_broker();
	listen_with_tls();
	settings.listen_count = 2;
	*secure = settings;
	secure->listen[1] = settings.listen[2];
	strcpy(secure->listen[1].address, address);
	memcpy(secure->listen[1].address, "tls", 3);
}

/* Certificates are loaded first: what fails within that is OpenSSL's affair. */
static void a_turn_to_tls_fails_as_a_whole(void **state)
{
	enum { LAST = 40 };
	struct config secure;
	unsigned long all, count;
	unsigned failed = 0;

	(void)state;
	open_to_be_secured(&secure);
	/* OpenSSL keeps things from the first time on. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(reload(&secure, 0, &all), 0);
		assert_int_equal(reload(&settings, 0, &count), 0);
	}
	for (unsigned long n = all - LAST; n <= all; n++) {
		if (reload(&secure, n, &count) < 0)
			failed++;
		else
			assert_int_equal(reload(&settings, 0, &count), 0);
		expect_recovery("turn to TLS");
	}
	assert_in_range(failed, 2, LAST);
}

static struct tli_endpoint nth_source(uint32_t n)
{
	struct tli_endpoint from = {.len = sizeof(struct sockaddr_in)};
	struct sockaddr_in *in = (void *)&from.address;

	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(0xc0000200u + n);
	return from;
}

/* Returns how many were admitted of so many that knock. */
static unsigned admit(struct sources *sources, unsigned knocking)
{
	unsigned admitted = 0;

	for (unsigned i = 0; i < knocking; i++) {
		struct tli_endpoint from = nth_source(i);

		admitted += sources_admit(sources, &settings, &from, 0);
	}
	return admitted;
}

/* Enough for the table to grow several times. */
static void who_cannot_be_known_is_not_admitted(void **state)
{
	enum { MANY = 1000 };
	unsigned long n = 0, count;

	(void)state;
	do {
		struct sources sources = {.table = NULL};
		unsigned admitted;

		alloc_fail_from(++n, false);
		alloc_pause(false);
		admitted = admit(&sources, MANY);
		count = alloc_count();
		alloc_pause(true);
		alloc_fail_from(0, false);
		assert_in_range(admitted, MANY - 1, MANY);
		for (unsigned i = 0; i < MANY; i++) {
			struct tli_endpoint from = nth_source(i);

			sources_finish(
				&sources, &settings, &from, SOURCES_LET_IN, 0);
		}
		assert_null(sources.table);
	} while (count >= n);
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
		put(pair.acceptor, &"\0\0\0\1m"[cut], 5 - cut);
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
	const struct CMUnitTest tests[] = {
		broker_test(a_start_fails_as_a_whole),
		broker_test(a_reload_fails_as_a_whole),
		broker_test(a_turn_to_tls_fails_as_a_whole),
		broker_test(who_cannot_be_known_is_not_admitted),
		broker_test(nobody_is_paired_twice),
		broker_test(a_refusal_is_the_end),
		broker_test(what_cannot_be_held_is_cut),
	};

	if (!take_over_allocators())
		return 1;
	alloc_pause(true);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
