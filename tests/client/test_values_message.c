/* SPDX-License-Identifier: MIT */
/* Values as messages: sent, received, and what can go wrong with them. */
#include "checks.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_BYTES (5u << 20)

static const char *text_of(tieline_connection *connection)
{
	return tieline_handle_error(tieline_connection_handle(connection));
}

/* Checks the code and the text of the connection. */
#define assert_refuses(code, text, connection, result)                         \
	do {                                                                   \
		assert_code((code), (result));                                 \
		assert_string_equal((text), text_of(connection));              \
	} while (0)

static void open_pipe(tieline_connection *ends[2])
{
	assert_code(TIELINE_OK, tieline_pipe(true, NULL, &ends[0], &ends[1]));
}

static void close_pipe(tieline_connection *ends[2])
{
	tieline_connection_close(ends[0]);
	tieline_connection_close(ends[1]);
}

static void check_value(tieline_connection *connection, const char *literal)
{
	tieline_values *values = new_values(NULL);
	tieline_value *value = NULL;

	assert_code(TIELINE_OK,
		tieline_recv_value(connection, HANG_MS, values, &value));
	assert_repr(literal, value);
	tieline_values_free(values);
}

static void exchange_all(tieline_connection *from, tieline_connection *to)
{
	tieline_values *values = new_values(NULL);

	for (size_t i = 0; i < literals_count; i++) {
		assert_code(TIELINE_OK,
			tieline_send_value(
				from, parsed(values, literals[i]), HANG_MS));
		check_value(to, literals[i]);
	}
	tieline_values_free(values);
}

static void all_kinds_through_a_pipe(void **state)
{
	tieline_connection *ends[2];

	(void)state;
	open_pipe(ends);
	exchange_all(ends[0], ends[1]);
	exchange_all(ends[1], ends[0]);
	close_pipe(ends);
}

static void all_kinds_between_listener_and_client(void **state)
{
	tieline_options options = with_key();
	struct ends ends;

	(void)state;
	options.pickle_protocol = 2;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	exchange_all(ends.client, ends.server);
	exchange_all(ends.server, ends.client);
	close_ends(&ends);
}

/* ---- Protocols ------------------------------------------------------- */

/* The second byte of a message is its protocol. */
static void expect_protocol(tieline_connection *connection, int protocol)
{
	uint8_t *data;
	size_t len;

	assert_code(TIELINE_OK,
		tieline_recv_bytes(connection, HANG_MS, (void **)&data, &len));
	assert_int_equal(data[0], 0x80);
	assert_int_equal(data[1], protocol);
	tieline_free(data);
}

static void check_protocol(const tieline_options *options, int protocol)
{
	tieline_connection *ends[2];
	struct ends open;

	assert_code(
		TIELINE_OK, tieline_pipe(true, options, &ends[0], &ends[1]));
	assert_code(TIELINE_OK, tieline_send_built(ends[0], 0, "[1, 2]"));
	expect_protocol(ends[1], protocol);
	close_pipe(ends);
	assert_code(TIELINE_OK, open_ends(&open, NULL, options));
	assert_code(TIELINE_OK, tieline_send_built(open.client, 0, "'x'"));
	expect_protocol(open.server, protocol);
	assert_code(TIELINE_OK, tieline_send_built(open.server, 0, "b'x'"));
	expect_protocol(open.client, protocol);
	close_ends(&open);
}

static void options_choose_the_protocol(void **state)
{
	tieline_options options = with_key();

	(void)state;
	check_protocol(&options, 4);
	for (int protocol = 2; protocol <= 5; protocol++) {
		options.pickle_protocol = protocol;
		check_protocol(&options, protocol);
	}
}

static void protocols_that_are_none(void **state)
{
	static const int wrong[] = {-1, 1, 6};
	tieline_options options = with_key();
	tieline_connection *ends[2];

	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		options.pickle_protocol = wrong[i];
		assert_fails(TIELINE_EINVAL, "pickle_protocol must be 2 to 5",
			tieline_pipe(true, &options, &ends[0], &ends[1]));
	}
}

/* ---- Long ones ------------------------------------------------------- */

/* As one thread is both, what does not fit in the kernel waits. */
static void pass_on(tieline_connection *from, tieline_connection *to)
{
	while (tieline_poll(to, 0) == 0)
		tieline_handle_process(tieline_connection_handle(from));
	assert_int_equal(tieline_poll(to, 0), 1);
}

static void send_long(tieline_connection *from, tieline_connection *to)
{
	uint8_t *data = pattern(LONG_BYTES);

	assert_code(TIELINE_OK,
		tieline_send_built(from, 0, "[%b, 'x', bytearray(b'y')]", data,
			(size_t)LONG_BYTES));
	free(data);
	pass_on(from, to);
}

static void assert_long(const tieline_value *value)
{
	uint8_t *data = pattern(LONG_BYTES);
	size_t len = 0;
	const void *got =
		tieline_value_get_bytes(tieline_value_item(value, 0), &len);

	assert_int_equal(len, LONG_BYTES);
	assert_memory_equal(got, data, len);
	assert_repr("'x'", tieline_value_item(value, 1));
	free(data);
}

static void long_bytes_outlive_the_connection(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_options options = with_key();
	struct ends ends;
	tieline_value *first, *second;

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	send_long(ends.client, ends.server);
	assert_code(
		TIELINE_OK, tieline_recv_value(ends.server, 0, values, &first));
	send_long(ends.server, ends.client);
	assert_code(TIELINE_OK,
		tieline_recv_value(ends.client, 0, values, &second));
	close_ends(&ends);
	assert_long(first);
	assert_long(second);
	tieline_values_free(values);
}

/* A message longer than what is read ahead is kept whole; a copy is not. */
static void what_was_kept_is_copied_elsewhere(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_values *others = new_values(NULL);
	tieline_connection *ends[2];
	tieline_value *got, *copy;

	(void)state;
	open_pipe(ends);
	send_long(ends[0], ends[1]);
	assert_code(TIELINE_OK, tieline_recv_value(ends[1], 0, values, &got));
	copy = tieline_value_copy(others, got);
	tieline_values_free(values);
	assert_long(copy);
	tieline_values_free(others);
	close_pipe(ends);
}

/* Around the length from which on a message has memory of its own. */
static void every_length_arrives(void **state)
{
	static const size_t lengths[] = {0, 1, 255, 256, 1000, 1023, 1024, 4096,
		16300, 16384, 16400, 65536, 100000};
	tieline_values *values = new_values(NULL);
	uint8_t *data = pattern(100000);
	tieline_connection *ends[2];

	(void)state;
	open_pipe(ends);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		tieline_value *got;
		size_t len;
		const void *bytes;

		assert_code(TIELINE_OK,
			tieline_send_built(ends[0], 0, "%b", data, lengths[i]));
		pass_on(ends[0], ends[1]);
		assert_code(TIELINE_OK,
			tieline_recv_value(ends[1], 0, values, &got));
		bytes = tieline_value_get_bytes(got, &len);
		assert_int_equal(len, lengths[i]);
		assert_memory_equal(bytes, data, len);
	}
	close_pipe(ends);
	free(data);
	tieline_values_free(values);
}

/* ---- What is no value ------------------------------------------------ */

static void a_message_that_is_no_pickle_is_gone(void **state)
{
	static char garbage[20000]; /* more than is read ahead */
	static const size_t lengths[] = {0, 5, sizeof(garbage)};
	tieline_values *values = new_values(NULL);
	tieline_connection *ends[2];
	tieline_value *untouched = tieline_value_none(values), *got = untouched;

	(void)state;
	memset(garbage, 'N', sizeof(garbage));
	open_pipe(ends);
	for (size_t i = 0; i < LENGTH(lengths); i++) {
		assert_code(TIELINE_OK, send_now(ends[0], garbage, lengths[i]));
		assert_code(TIELINE_OK, tieline_send_built(ends[0], 0, "7"));
		assert_code(TIELINE_ESYNTAX,
			tieline_recv_value(ends[1], 0, values, &got));
		assert_non_null(strstr(text_of(ends[1]), "without STOP"));
		assert_non_null(strstr(text_of(ends[1]),
			"; it does not start as an object does: was it sent "
			"with send_bytes()?"));
		assert_ptr_equal(got, untouched);
		check_value(ends[1], "7");
	}
	assert_code(TIELINE_OK, send_now(ends[0], "}]Ns.", 5));
	assert_refuses(TIELINE_ETYPE,
		"offset 3, SETITEM: unhashable type: 'list'", ends[1],
		tieline_recv_value(ends[1], 0, values, &got));
	assert_ptr_equal(got, untouched);
	exchange_all(ends[0], ends[1]);
	close_pipe(ends);
	tieline_values_free(values);
}

static void limits_of_what_is_received(void **state)
{
	static char data[40000];
	static const struct {
		tieline_value_limits limits;
		size_t len;
		const char *text;
	} cases[] = {
		{{.size = sizeof(tieline_value_limits), .max_values = 2}, 1,
			"it has more than 2 parts"},
		{{.size = sizeof(tieline_value_limits), .max_depth = 1}, 1,
			"it is more than 1 levels deep"},
		{{.size = sizeof(tieline_value_limits), .max_bytes = 1000},
			2000, "it needs more than 1000 bytes of memory"},
		/* The message is kept for its bytes: too long for that. */
		{{.size = sizeof(tieline_value_limits), .max_bytes = 30000},
			40000, "it needs more than 30000 bytes of memory"},
	};
	tieline_connection *ends[2];
	tieline_value *got;

	(void)state;
	open_pipe(ends);
	for (size_t i = 0; i < LENGTH(cases); i++) {
		tieline_values *values = new_values(&cases[i].limits);

		assert_code(TIELINE_OK,
			tieline_send_built(
				ends[0], 0, "[[%b]]", data, cases[i].len));
		assert_code(TIELINE_OK, tieline_send_built(ends[0], 0, "7"));
		pass_on(ends[0], ends[1]);
		assert_code(TIELINE_ELIMIT,
			tieline_recv_value(ends[1], 0, values, &got));
		assert_non_null(strstr(text_of(ends[1]), cases[i].text));
		tieline_values_clear(values);
		assert_code(TIELINE_OK,
			tieline_recv_value(ends[1], 0, values, &got));
		assert_repr("7", got);
		tieline_values_free(values);
	}
	close_pipe(ends);
}

/* ---- Waiting --------------------------------------------------------- */

static void no_message_in_time(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_connection *ends[2];
	tieline_value *untouched = tieline_value_none(values), *got = untouched;

	(void)state;
	open_pipe(ends);
	assert_refuses(TIELINE_ETIMEDOUT, "no whole message came in time",
		ends[1], tieline_recv_value(ends[1], 0, values, &got));
	assert_refuses(TIELINE_ETIMEDOUT, "no whole message came in time",
		ends[1], tieline_recv_value(ends[1], 1, values, &got));
	assert_ptr_equal(got, untouched);
	close_pipe(ends);
	tieline_values_free(values);
}

/* What was not sent in time was not taken: sent again, it comes once. */
static void a_value_that_is_refused_is_sent_later_once(void **state)
{
	tieline_values *values = new_values(NULL);
	uint8_t *data = pattern(100000);
	tieline_connection *ends[2];
	int sent = 0, result;

	(void)state;
	open_pipe(ends);
	do
		result = tieline_send_built(
			ends[0], 0, "[%d, %b]", sent, data, (size_t)100000);
	while (result == TIELINE_OK && ++sent);
	assert_refuses(
		TIELINE_ETIMEDOUT, "the peer does not read", ends[0], result);
	assert_in_range(sent, 1, 1000);
	for (int i = 0; i <= sent; i++) {
		tieline_value *got;
		int64_t number;

		if (i == sent)
			assert_code(TIELINE_OK,
				tieline_send_built(ends[0], 0, "[%d]", sent));
		pass_on(ends[0], ends[1]);
		assert_code(TIELINE_OK,
			tieline_recv_value(ends[1], 0, values, &got));
		assert_code(TIELINE_OK,
			tieline_value_get_int(
				tieline_value_item(got, 0), &number));
		assert_int_equal(number, i);
		tieline_values_clear(values);
	}
	assert_code(TIELINE_ETIMEDOUT,
		tieline_recv_value(
			ends[1], 0, values, &(tieline_value *){NULL}));
	close_pipe(ends);
	free(data);
	tieline_values_free(values);
}

static void a_value_longer_than_a_message_may_be(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_options options = with_key();
	tieline_connection *ends[2];
	char data[200] = "";

	(void)state;
	options.max_message_bytes = 100;
	assert_code(
		TIELINE_OK, tieline_pipe(true, &options, &ends[0], &ends[1]));
	assert_refuses(TIELINE_EMSGSIZE,
		"the message has 205 bytes, and max_message_bytes is 100",
		ends[0],
		tieline_send_built(ends[0], 0, "%b", data, sizeof(data)));
	exchange_all(ends[0], ends[1]);
	close_pipe(ends);
	tieline_values_free(values);
}

/* ---- Ends ------------------------------------------------------------ */

static void the_wrong_way(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_connection *reader, *writer;
	tieline_value *got;

	(void)state;
	assert_code(TIELINE_OK, tieline_pipe(false, NULL, &reader, &writer));
	assert_code(TIELINE_EDIRECTION, tieline_send_built(reader, 0, "1"));
	assert_code(TIELINE_EDIRECTION,
		tieline_recv_value(writer, 0, values, &got));
	assert_code(TIELINE_OK, tieline_send_built(writer, 0, "1"));
	check_value(reader, "1");
	tieline_connection_close(reader);
	tieline_connection_close(writer);
	tieline_values_free(values);
}

static void the_peer_has_gone(void **state)
{
	tieline_values *values = new_values(NULL);
	tieline_connection *ends[2];
	tieline_value *got;

	(void)state;
	open_pipe(ends);
	assert_code(TIELINE_OK, tieline_send_built(ends[0], 0, "'last'"));
	tieline_connection_close(ends[0]);
	check_value(ends[1], "'last'");
	assert_code(TIELINE_EEOF,
		tieline_recv_value(ends[1], HANG_MS, values, &got));
	assert_code(TIELINE_ELOST, tieline_send_built(ends[1], HANG_MS, "1"));
	tieline_connection_close(ends[1]);
	tieline_values_free(values);
}

/* In a process of its own: its exit status is 0 if all is as it should be. */
static int use_in_child(tieline_connection *connection)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *got;
	int sent = tieline_send_built(connection, 0, "1");
	int received = tieline_recv_value(connection, 0, values, &got);

	tieline_values_free(values);
	tieline_connection_close(connection);
	return sent != TIELINE_EFORKED || received != TIELINE_EFORKED;
}

static void a_forked_child_leaves_it_alone(void **state)
{
	tieline_connection *ends[2];
	int status = -1;
	pid_t child;

	(void)state;
	open_pipe(ends);
	assert_code(TIELINE_OK, tieline_send_built(ends[0], 0, "'mine'"));
	child = fork();
	if (child == 0)
		_exit(use_in_child(ends[1]));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	check_value(ends[1], "'mine'");
	assert_code(TIELINE_ETIMEDOUT,
		tieline_recv_bytes(ends[0], 0, &(void *){NULL}, &(size_t){0}));
	close_pipe(ends);
}

/* ---- In an event loop ------------------------------------------------ */

static bool is_up(tieline_connection *connection)
{
	tieline_handle *handle = tieline_connection_handle(connection);
	struct pollfd entry = {
		.fd = tieline_handle_fileno(handle),
		.events = tieline_handle_events(handle),
	};

	assert_true(entry.fd >= 0);
	return poll(&entry, 1, 0) == 1;
}

/* All come with the first read; one is taken at a time, good or not. */
static void the_descriptor_is_up_while_values_wait(void **state)
{
	static const struct {
		const char *message;
		size_t len;
		int code;
	} messages[] = {
		{"\x80\4K\1.", 5, TIELINE_OK},
		{"hello", 5, TIELINE_ESYNTAX},
		{"", 0, TIELINE_ESYNTAX},
		{"}]Ns.", 5, TIELINE_ETYPE},
		{"N.", 2, TIELINE_OK},
	};
	tieline_values *values = new_values(NULL);
	tieline_connection *ends[2];

	(void)state;
	open_pipe(ends);
	assert_false(is_up(ends[1]));
	for (size_t i = 0; i < LENGTH(messages); i++)
		assert_code(TIELINE_OK,
			send_now(
				ends[0], messages[i].message, messages[i].len));
	for (size_t i = 0; i < LENGTH(messages); i++) {
		tieline_value *got;

		assert_true(is_up(ends[1]));
		assert_code(messages[i].code,
			tieline_recv_value(ends[1], 0, values, &got));
	}
	assert_false(is_up(ends[1]));
	close_pipe(ends);
	tieline_values_free(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(all_kinds_through_a_pipe),
		leak_test(all_kinds_between_listener_and_client),
		leak_test(options_choose_the_protocol),
		leak_test(protocols_that_are_none),
		leak_test(long_bytes_outlive_the_connection),
		leak_test(what_was_kept_is_copied_elsewhere),
		leak_test(every_length_arrives),
		leak_test(a_message_that_is_no_pickle_is_gone),
		leak_test(limits_of_what_is_received),
		leak_test(no_message_in_time),
		leak_test(a_value_that_is_refused_is_sent_later_once),
		leak_test(a_value_longer_than_a_message_may_be),
		leak_test(the_wrong_way),
		leak_test(the_peer_has_gone),
		leak_test(a_forked_child_leaves_it_alone),
		leak_test(the_descriptor_is_up_while_values_wait),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
