/* SPDX-License-Identifier: MIT */
/* The requests by which people see what a broker does: listings, counters. */
#include "clients.h"
#include "still_clock.h"

#include "../../proto/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void expect_nobody(const char *row)
{
	settle();
	check_equal(row, broker->peers.count, 0);
}

static void close_and_expect_nobody(int fd)
{
	leave(fd);
	expect_nobody("");
}

static void expect_reply(int fd, const char *request, const char *expected)
{
	say(fd, request);
	expect(fd, expected);
}

#define LIST_NAMES "{\"list\":\"names\"}"
#define COUNTS(p, l, w, f, r)                                                  \
	",\"parked\":" #p ",\"listeners\":" #l ",\"waiting\":" #w              \
	",\"pipes\":" #f ",\"relayed\":" #r ",\"exclusive\":"

static int asking(enum wire wire, const char *request)
{
	int fd = log_in(wire);

	tell(fd, request);
	return fd;
}

static void names_are_listed_in_order(void **state)
{
	int fds[9], fd;
	struct pair pair;

	(void)state;
	open_broker();
	fd = log_in(OVER_UNIX);
	expect_reply(fd, LIST_NAMES, "{\"ok\":true,\"names\":[],\"total\":0}");
	pair = meet(OVER_UNIX, OVER_UNIX);
	fds[0] = asking(OVER_UNIX, "{\"dial\":\"b/1\"}");
	fds[1] = asking(OVER_UNIX, "{\"accept\":\"a\",\"listener\":\"l\"}");
	fds[2] = asking(OVER_UNIX, "{\"accept\":\"a\",\"listener\":\"l\"}");
	fds[3] = asking(OVER_UNIX, "{\"accept\":\"a\",\"listener\":\"m\"}");
	fds[4] = asking(OVER_UNIX, "{\"accept\":\"B\",\"exclusive\":true}");
	fds[5] = asking(OVER_UNIX, "{\"dial\":\"b/1\"}");
	fds[6] = asking(OVER_UNIX, "{\"pipe\":\"b/2\"}");
	expect_reply(fd, LIST_NAMES,
		"{\"ok\":true,\"names\":["
		"{\"name\":\"B\"" COUNTS(1, 1, 0, 0,
			0) "true},"
			   "{\"name\":\"a\"" COUNTS(3, 2, 0, 0,
				   0) "false},"
				      "{\"name\":\"b/1\"" COUNTS(0, 0, 2, 0,
					      0) "false},"
						 "{\"name\":\"b/2\"" COUNTS(0,
							 0, 0, 1,
							 0) "false},"
							    "{\"name\":"
							    "\"p\"" COUNTS(0, 0,
								    0, 0,
								    1) "false}"
								       "],"
								       "\"total"
								       "\":5}");
	expect_reply(fd, "{\"list\":\"names\",\"prefix\":\"b/\"}",
		"{\"ok\":true,\"names\":["
		"{\"name\":\"b/1\"" COUNTS(
			0, 0, 2, 0, 0) "false},"
				       "{\"name\":\"b/2\"" COUNTS(
					       0, 0, 0, 1, 0) "false}"
							      "],\"total\":2}");
	expect_reply(fd, "{\"list\":\"names\",\"prefix\":\"b/\",\"limit\":1}",
		"{\"ok\":true,\"names\":["
		"{\"name\":\"b/1\"" COUNTS(0, 0, 2, 0, 0) "false}"
							  "],\"total\":2}");
	expect_reply(fd, "{\"list\":\"names\",\"prefix\":\"b/10\"}",
		"{\"ok\":true,\"names\":[],\"total\":0}");
	for (int i = 0; i < 7; i++)
		close(fds[i]);
	part(&pair);
	close_and_expect_nobody(fd);
}

/* A listing of the most that there may be, each with the longest name. */
static void a_long_listing_is_whole(void **state)
{
	enum { MANY = 1001 };
	int fds[MANY], fd;
	char *reply = malloc(1 << 20);
	uint8_t header[4];

	(void)state;
	assert_non_null(reply);
	settings.log_level = CONFIG_LOG_ERROR;
	open_broker();
	for (int i = 0; i < MANY; i++) {
		char request[256];

		snprintf(
			request, sizeof(request), "{\"accept\":\"%0128d\"}", i);
		fds[i] = asking(OVER_UNIX, request);
	}
	fd = log_in(OVER_UNIX);
	for (int i = 0; i < 2; i++) {
		say(fd, i ? "{\"list\":\"connections\"}" : LIST_NAMES);
		take(fd, header, 4);
		assert_in_range(tli_load_be32(header), 200000, 1 << 20);
		take(fd, reply, tli_load_be32(header));
		reply[tli_load_be32(header)] = '\0';
		assert_non_null(strstr(
			reply, i ? "],\"total\":1002}" : "],\"total\":1001}"));
		assert_non_null(strstr(reply, "0000000999\""));
		assert_null(strstr(reply, "0000001000\""));
	}
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	free(reply);
	leave(fd);
}

/* Checks what a listing has of a connection on the Unix socket, up to its age.
 */
static void expect_listed(const char *reply, unsigned id, const char *state)
{
	bool known = strncmp(state, "authenticating", 14) != 0;
	char expected[256];

	snprintf(expected, sizeof(expected),
		"{\"id\":%u,\"address\":\"unix:\",\"uid\":%u,%s\"listening\":"
		"\"unix:%s\",\"state\":\"%s,\"age\":",
		id, getuid(), known ? "\"identity\":\"authkey\"," : "",
		path_of("socket"), state);
	if (!strstr(reply, expected))
		fail_msg("not %s in: %s", expected, reply);
}

static void every_stage_is_listed(void **state)
{
	struct pair pair;
	const char *reply;
	int fds[6], fd;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	fds[0] = asking(OVER_UNIX, "{\"accept\":\"a\"}");
	fds[1] = log_in(OVER_UNIX);
	fds[2] = asking(OVER_UNIX, "nonsense");
	fds[3] = asking(OVER_UNIX, "{\"pipe\":\"b\"}");
	fds[4] = asking(OVER_UNIX, "{\"monitor\":true}");
	fds[5] = knock(OVER_UNIX);
	fd = asking(OVER_UNIX, "{\"list\":\"connections\"}");
	reply = hear(fd);
	expect_listed(reply, 1, "relayed\",\"name\":\"p\"");
	expect_listed(reply, 2, "relayed\",\"name\":\"p\"");
	expect_listed(reply, 3, "parked\",\"name\":\"a\"");
	expect_listed(reply, 4, "idle\"");
	expect_listed(reply, 5, "closing\"");
	expect_listed(reply, 6, "waiting\",\"name\":\"b\"");
	expect_listed(reply, 7, "monitor\"");
	expect_listed(reply, 8, "authenticating\"");
	expect_listed(reply, 9, "control\"");
	assert_non_null(strstr(reply, "],\"total\":9}"));
	for (int i = 0; i < 6; i++)
		close(fds[i]);
	part(&pair);
	close_and_expect_nobody(fd);
}

static void a_listing_tells_of_pairs_and_what_is_held(void **state)
{
	struct pair pair;
	int acceptor, fd;

	(void)state;
	open_broker();
	pair = meet(OVER_UNIX, OVER_UNIX);
	say(pair.dialler, "hello");
	expect(pair.acceptor, "hello");
	acceptor = asking(OVER_UNIX, "{\"accept\":\"a\"}");
	tell(acceptor, "early");
	pass_ms(1500);
	fd = asking(OVER_TCP, "{\"list\":\"connections\",\"prefix\":\"p\"}");
	expect_part(fd,
		",\"age\":1.5,\"with\":1,\"messages\":1,\"bytes\":9,"
		"\"held\":0}],\"total\":2}");
	say(fd, "{\"list\":\"connections\",\"prefix\":\"a\"}");
	expect_part(fd, ",\"age\":1.5,\"held\":9}],\"total\":1}");
	say(fd, "{\"list\":\"connections\",\"limit\":1}");
	expect_part(fd,
		",\"with\":2,\"messages\":0,\"bytes\":0,\"held\":0}],"
		"\"total\":4}");
	close(acceptor);
	part(&pair);
	leave(fd);
}

static void the_broker_counts(void **state)
{
	struct pair pair;
	char expected[600];
	int fds[4], fd;

	(void)state;
	open_broker();
	pair = meet(OVER_TCP, OVER_UNIX);
	say(pair.dialler, "hello");
	expect(pair.acceptor, "hello");
	fds[0] = asking(OVER_UNIX, "{\"accept\":\"a\"}");
	fds[1] = asking(OVER_UNIX, "{\"dial\":\"b\"}");
	fds[2] = asking(OVER_UNIX, "{\"pipe\":\"c\"}");
	fds[3] = knock(OVER_UNIX);
	leave(knock(OVER_UNIX));
	pass_ms(2250);
	fd = asking(OVER_UNIX, "{\"stat\":true}");
	snprintf(expected, sizeof(expected),
		"{\"ok\":true,\"version\":\"%s\",\"epoch\":\"%s\",\"pid\":%d,"
		"\"uptime\":2.25,\"connections\":{\"open\":7,"
		"\"authenticating\":1,\"total\":6,\"refused\":1,\"dropped\":0},"
		"\"identities\":{\"total\":1,\"not_permitted\":0},"
		"\"names\":{\"names\":4,\"parked\":1,\"waiting\":1,\"pipes\":1}"
		","
		"\"relay\":{\"pairs\":1,\"total\":1,\"messages\":1,\"bytes\":9,"
		"\"held_bytes\":0,\"held_bytes_peak\":%llu},"
		"\"sessions\":{\"open\":0,\"total\":0,\"requests\":0},"
		"\"managers\":{\"open\":0,\"requests\":0,\"references\":0,"
		"\"lost_items\":0},"
		"\"objects\":{\"objects\":0,\"items\":0,\"bytes\":0,"
		"\"waiting\":0}}",
		TIELINE_VERSION, broker->epoch, getpid(),
		(unsigned long long)broker->relays.held_bytes_peak);
	expect(fd, expected);
	for (int i = 0; i < 4; i++)
		close(fds[i]);
	part(&pair);
	close_and_expect_nobody(fd);
}

#define broker_test(function)                                                  \
	cmocka_unit_test_setup_teardown(function, prepare, finish)

int main(void)
{
	const struct CMUnitTest tests[] = {
		broker_test(names_are_listed_in_order),
		broker_test(a_long_listing_is_whole),
		broker_test(every_stage_is_listed),
		broker_test(a_listing_tells_of_pairs_and_what_is_held),
		broker_test(the_broker_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
