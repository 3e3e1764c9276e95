/* SPDX-License-Identifier: MIT */
/* The limits for each source of connections, at times that the test chooses. */
#include "../unit/unit.h"

#include "../../broker/sources.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

static struct config config;
static struct sources sources;

static struct tli_endpoint from(const char *text)
{
	struct tli_endpoint endpoint = {.len = 0};
	struct sockaddr_in *in = (void *)&endpoint.address;
	struct sockaddr_in6 *in6 = (void *)&endpoint.address;

	if (inet_pton(AF_INET, text, &in->sin_addr) == 1) {
		in->sin_family = AF_INET;
		endpoint.len = sizeof(*in);
	} else if (inet_pton(AF_INET6, text, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		endpoint.len = sizeof(*in6);
	} else {
		endpoint.address.ss_family = AF_UNIX;
	}
	return endpoint;
}

static bool admit(const char *text, int64_t now_ms)
{
	struct tli_endpoint endpoint = from(text);

	return sources_admit(&sources, &config, &endpoint, now_ms);
}

static void end(const char *text, enum sources_outcome outcome, int64_t now_ms)
{
	struct tli_endpoint endpoint = from(text);

	sources_finish(&sources, &config, &endpoint, outcome, now_ms);
}

/* A failed attempt at that time, which must be admitted. */
static void fail_at(const char *text, int64_t now_ms)
{
	check(text, admit(text, now_ms));
	end(text, SOURCES_FAILED, now_ms);
}

/* The source is shut for exactly so long. */
static void expect_shut(const char *text, int64_t now_ms, int64_t for_ms)
{
	check(text, !admit(text, now_ms));
	check(text, !admit(text, now_ms + for_ms - 1));
	check(text, admit(text, now_ms + for_ms));
}

static int begin(void **state)
{
	(void)state;
	sources = (struct sources){.table = NULL};
	config_init(&config);
	config.max_handshakes_per_source = 3;
	config.penalty_ms = 1000;
	config.penalty_max_ms = 5000;
	return 0;
}

static int forget_all(void **state)
{
	(void)state;
	sources_fini(&sources);
	return sources.table ? -1 : 0;
}

static void a_source_has_so_many_handshakes(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(admit("192.0.2.1", 0));
	assert_false(admit("192.0.2.1", 0));
	assert_true(admit("192.0.2.2", 0));
	end("192.0.2.1", SOURCES_LET_IN, 0);
	assert_true(admit("192.0.2.1", 0));
	assert_false(admit("192.0.2.1", 0));
}

static void this_machine_has_no_limit(void **state)
{
	static const char *const local[] = {
		"127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "unix"};

	(void)state;
	for (size_t i = 0; i < LENGTH(local); i++)
		for (int n = 0; n < 10; n++)
			fail_at(local[i], 0);
	assert_null(sources.table);
}

static void a_penalty_doubles_up_to_its_maximum(void **state)
{
	static const int64_t penalties_ms[] = {1000, 2000, 4000, 5000, 5000};
	int64_t now_ms = 0;

	(void)state;
	assert_true(admit("192.0.2.1", now_ms));
	for (size_t i = 0; i < LENGTH(penalties_ms); i++) {
		end("192.0.2.1", SOURCES_FAILED, now_ms);
		expect_shut("192.0.2.1", now_ms, penalties_ms[i]);
		now_ms += penalties_ms[i];
	}
}

static void success_is_forgiveness(void **state)
{
	(void)state;
	fail_at("192.0.2.1", 0);
	fail_at("192.0.2.1", 1000);
	assert_true(admit("192.0.2.1", 3000));
	end("192.0.2.1", SOURCES_LET_IN, 3000);
	assert_null(sources.table);
	fail_at("192.0.2.1", 3000);
	expect_shut("192.0.2.1", 3000, 1000);
}

/* Who has others under way is not forgotten for one that got in. */
static void success_does_not_hide_those_under_way(void **state)
{
	(void)state;
	assert_true(admit("192.0.2.1", 0));
	assert_true(admit("192.0.2.1", 0));
	end("192.0.2.1", SOURCES_LET_IN, 0);
	assert_true(admit("192.0.2.1", 0));
	assert_true(admit("192.0.2.1", 0));
	assert_false(admit("192.0.2.1", 0));
}

/* Nor is it kept out for those that failed beside it. */
static void success_opens_what_is_shut(void **state)
{
	(void)state;
	assert_true(admit("192.0.2.1", 0));
	assert_true(admit("192.0.2.1", 0));
	assert_true(admit("192.0.2.1", 0));
	end("192.0.2.1", SOURCES_FAILED, 0);
	assert_false(admit("192.0.2.1", 0));
	end("192.0.2.1", SOURCES_LET_IN, 0);
	assert_true(admit("192.0.2.1", 0));
}

static void being_dropped_is_neither(void **state)
{
	(void)state;
	assert_true(admit("192.0.2.1", 0));
	end("192.0.2.1", SOURCES_DROPPED, 0);
	assert_null(sources.table);
	fail_at("192.0.2.1", 0);
	assert_true(admit("192.0.2.1", 1000));
	end("192.0.2.1", SOURCES_DROPPED, 1000);
	fail_at("192.0.2.1", 1000);
	expect_shut("192.0.2.1", 1000, 2000);
}

static void several_failures_at_once_all_count(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(admit("192.0.2.1", 0));
	for (int i = 0; i < 3; i++)
		end("192.0.2.1", SOURCES_FAILED, 0);
	expect_shut("192.0.2.1", 0, 4000);
}

static void no_penalty_is_no_penalty(void **state)
{
	(void)state;
	config.penalty_ms = 0;
	for (int i = 0; i < 10; i++)
		fail_at("192.0.2.1", 0);
}

/* As after a reload with a lower maximum, and with none. */
static void a_new_maximum_holds_for_the_next_penalty(void **state)
{
	(void)state;
	fail_at("192.0.2.1", 0);
	fail_at("192.0.2.1", 1000);
	config.penalty_max_ms = 1500;
	fail_at("192.0.2.1", 3000);
	expect_shut("192.0.2.1", 3000, 1500);
	config.penalty_ms = config.penalty_max_ms = 0;
	end("192.0.2.1", SOURCES_FAILED, 10000);
	assert_true(admit("192.0.2.1", 10000));
}

static void what_is_a_source(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} rows[] = {
		{"192.0.2.1", "192.0.2.2", false},
		{"192.0.2.1", "::ffff:192.0.2.1", true},
		{"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
		{"2001:db8:1:2::1", "2001:db8:1:2:ffff:ffff:ffff:ffff", true},
		{"2001:db8:1:2::1", "2001:db8:1:3::1", false},
		{"::", "::192.0.2.1", true},
		{"0.0.0.0", "::", false},
	};

	for (size_t i = 0; i < LENGTH(rows); i++) {
		begin(state);
		config.max_handshakes_per_source = 1;
		check(rows[i].other, admit(rows[i].one, 0));
		check_equal(
			rows[i].other, admit(rows[i].other, 0), !rows[i].same);
		sources_fini(&sources);
	}
}

static const char *nth(unsigned n)
{
	static char text[INET_ADDRSTRLEN];

	snprintf(text, sizeof(text), "10.%u.%u.%u", n >> 16, n >> 8 & 255,
		n & 255);
	return text;
}

/* The first who failed is forgotten for the one too many; the second is not,
 * nor is who has a handshake under way. */
static void the_oldest_make_room(void **state)
{
	(void)state;
	assert_true(admit("192.0.2.1", 0));
	for (unsigned n = 0; n < SOURCES_MAX - 1; n++)
		fail_at(nth(n), 0);
	assert_false(admit(nth(0), 0));
	fail_at("192.0.2.2", 0);
	assert_false(admit(nth(1), 0));
	assert_true(admit(nth(0), 0));
	end("192.0.2.1", SOURCES_FAILED, 0);
	assert_false(admit("192.0.2.1", 0));
}

/* Nobody is turned away because there are many: max_handshakes bounds that. */
static void who_is_under_way_is_never_forgotten(void **state)
{
	(void)state;
	for (unsigned n = 0; n < SOURCES_MAX + 10; n++)
		assert_true(admit(nth(n), 0));
	for (unsigned n = 0; n < SOURCES_MAX + 10; n++)
		end(nth(n), SOURCES_LET_IN, 0);
	assert_null(sources.table);
}

/* As for one that was admitted when there was no memory to know it. */
static void an_unknown_end_is_nothing(void **state)
{
	(void)state;
	end("192.0.2.1", SOURCES_FAILED, 0);
	assert_null(sources.table);
	fail_at("192.0.2.1", 0);
	end("192.0.2.1", SOURCES_LET_IN, 0);
	assert_null(sources.table);
}

#define source_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, begin, forget_all)

int main(void)
{
	const struct CMUnitTest tests[] = {
		source_test(a_source_has_so_many_handshakes),
		source_test(this_machine_has_no_limit),
		source_test(a_penalty_doubles_up_to_its_maximum),
		source_test(success_is_forgiveness),
		source_test(success_does_not_hide_those_under_way),
		source_test(success_opens_what_is_shut),
		source_test(being_dropped_is_neither),
		source_test(several_failures_at_once_all_count),
		source_test(no_penalty_is_no_penalty),
		source_test(a_new_maximum_holds_for_the_next_penalty),
		source_test(what_is_a_source),
		source_test(the_oldest_make_room),
		source_test(who_is_under_way_is_never_forgotten),
		source_test(an_unknown_end_is_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
