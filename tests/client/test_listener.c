/* SPDX-License-Identifier: MIT */
/* What a listener or a client is made of: options, addresses, keys, socket
 * files. */
#include "ends.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void both_roles_meet_over_each_transport(void **state)
{
	const char *addresses[] = {NULL, "tcp://[::1]:0", "tcp://localhost:0",
		"tcp://:0", unix_address("meet")};
	tieline_options options = with_key();

	(void)state;
	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct ends ends;

		assert_code(
			TIELINE_OK, open_ends(&ends, addresses[i], &options));
		assert_code(TIELINE_OK,
			tieline_send_bytes(ends.client, "ping", 4, HANG_MS));
		expect_message(ends.server, "ping", 4);
		assert_code(TIELINE_OK,
			tieline_send_bytes(ends.server, "pong", 4, HANG_MS));
		expect_message(ends.client, "pong", 4);
		close_ends(&ends);
	}
}

static void without_a_key_there_is_no_handshake(void **state)
{
	tieline_options options = tieline_options_default();
	struct ends ends;

	(void)state;
	options.no_authkey = true;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	assert_code(TIELINE_OK,
		tieline_send_bytes(ends.client, "ping", 4, HANG_MS));
	expect_message(ends.server, "ping", 4);
	close_ends(&ends);
}

static void a_listener_tells_its_address(void **state)
{
	static const struct {
		const char *asked;
		const char *told; /* what it starts with */
	} table[] = {
		{NULL, "tcp://127.0.0.1:"},
		{"tcp://127.0.0.1:0", "tcp://127.0.0.1:"},
		{"tcp://localhost:0", "tcp://127.0.0.1:"},
		{"tcp://:0", "tcp://0.0.0.0:"},
		{"tcp://0.0.0.0:0", "tcp://0.0.0.0:"},
		{"tcp://[::1]:0", "tcp://[::1]:"},
	};
	tieline_options options = with_key();

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		tieline_listener *listener;
		const char *told;

		assert_code(TIELINE_OK,
			tieline_listener_open(
				table[i].asked, &options, &listener));
		told = tieline_listener_address(listener);
		assert_memory_equal(told, table[i].told, strlen(table[i].told));
		assert_string_not_equal(told + strlen(table[i].told), "0");
		assert_string_equal(
			tieline_listener_last_accepted(listener), "");
		tieline_listener_close(listener);
	}
}

/* Opens and closes; returns the code. */
static int listen_at(const char *address)
{
	tieline_options options = with_key();
	tieline_listener *listener = NULL;
	int result = tieline_listener_open(address, &options, &listener);

	assert_int_equal(listener != NULL, result == TIELINE_OK);
	tieline_listener_close(listener);
	return result;
}

static int connect_to(const char *address)
{
	tieline_options options = with_key();
	tieline_connection *connection = NULL;
	int result = tieline_client(address, &options, &connection);

	assert_int_equal(connection != NULL, result == TIELINE_OK);
	tieline_connection_close(connection);
	return result;
}

static void unusable_addresses_are_refused_with_a_text(void **state)
{
	static const struct {
		int (*use)(const char *address);
		const char *address;
		int code;
		const char *text; /* part of it */
	} table[] = {
		{listen_at, "localhost:6000", TIELINE_EADDRESS, "none of"},
		{listen_at, "tcp://localhost", TIELINE_EADDRESS,
			"port is missing"},
		{listen_at, "tcp://127.0.0.1:0#echo", TIELINE_EADDRESS, "port"},
		{listen_at, "tcp://127.0.0.1:1#echo", TIELINE_ECONNECT,
			"tcp://127.0.0.1:1"},
		{listen_at, "tcp://192.0.2.1:0", TIELINE_EADDRESS, "192.0.2.1"},
		{listen_at, "tcp://no-such-host.invalid:0", TIELINE_ERESOLVE,
			"no-such-host.invalid"},
		{listen_at, "unix:/nonexistent/socket", TIELINE_EADDRESS,
			"/nonexistent/socket"},
		{connect_to, "tcp://:6000", TIELINE_EADDRESS, "host"},
		{connect_to, "tcp://127.0.0.1:0", TIELINE_EADDRESS, "port"},
		{connect_to, "tcp://127.0.0.1:1", TIELINE_ECONNECT,
			"tcp://127.0.0.1:1"},
		{connect_to, "unix:/nonexistent/socket", TIELINE_ECONNECT,
			"/nonexistent/socket"},
		{connect_to, "tcp://no-such-host.invalid:1", TIELINE_ERESOLVE,
			"no-such-host.invalid"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		assert_code(table[i].code, table[i].use(table[i].address));
		assert_non_null(strstr(last_text(), table[i].text));
	}
}

static void starting_a_client_looks_no_name_up(void **state)
{
	tieline_options options = with_key();
	tieline_connection *connection;

	(void)state;
	assert_code(TIELINE_EADDRESS,
		tieline_client_start(
			"tcp://localhost:6000", &options, &connection));
	assert_non_null(strstr(last_text(), "numeric"));
}

static void options_are_checked(void **state)
{
	static const char long_key[4097];
	tieline_options o;
	tieline_listener *listener;

	(void)state;
#define refused(code, change)                                                  \
	o = with_key();                                                        \
	change;                                                                \
	assert_code(code, tieline_listener_open(NULL, &o, &listener))
	refused(TIELINE_EKEY, o.authkey = NULL);
	refused(TIELINE_EKEY, o.authkey_len = 0);
	refused(TIELINE_EKEY, (o.authkey = long_key, o.authkey_len = 4097));
	refused(TIELINE_EKEY, o.no_authkey = true);
	refused(TIELINE_EKEY, o.authkey_file = "/dev/null");
	refused(TIELINE_EINVAL, o.size = 0);
	refused(TIELINE_EINVAL, o.backlog = 65536);
	refused(TIELINE_EINVAL, o.max_handshakes = 65536);
	refused(TIELINE_EINVAL, o.connect_timeout_ms = 0x80000000u);
	refused(TIELINE_EINVAL, o.handshake_timeout_ms = 0x80000000u);
	refused(TIELINE_EINVAL, o.max_message_bytes = UINT64_MAX);
	refused(TIELINE_EINVAL, o.legacy_auth = (tieline_legacy_auth)3);
	refused(TIELINE_EINVAL, o.legacy_digest = (tieline_legacy_digest)2);
#undef refused
	assert_code(TIELINE_EKEY, tieline_listener_open(NULL, NULL, &listener));
}

static void keys_of_every_allowed_length_work(void **state)
{
	static const size_t lengths[] = {1, 63, 64, 65, 4096};
	uint8_t key[4096];
	struct ends ends;

	(void)state;
	memset(key, 'k', sizeof(key));
	for (size_t i = 0; i < sizeof(lengths) / sizeof(*lengths); i++) {
		tieline_options options = tieline_options_default();

		options.authkey = key;
		options.authkey_len = lengths[i];
		assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
		close_ends(&ends);
	}
}

/* Options of another version: shorter ones lack fields, longer ones have
 * fields that this version does not know. */
static void options_of_another_version_are_taken_if_they_can_be(void **state)
{
	struct {
		tieline_options known;
		uint64_t later;
	} longer = {with_key(), 0};
	tieline_options shorter = with_key();
	tieline_listener *listener;

	(void)state;
	shorter.size = offsetof(tieline_options, authkey_file);
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &shorter, &listener));
	tieline_listener_close(listener);
	longer.known.size = sizeof(longer);
	assert_code(TIELINE_OK,
		tieline_listener_open(NULL, &longer.known, &listener));
	tieline_listener_close(listener);
	longer.later = 1;
	assert_code(TIELINE_EINVAL,
		tieline_listener_open(NULL, &longer.known, &listener));
}

static void write_key(const char *path, const char *key, mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, key, strlen(key)), strlen(key));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void key_files_are_checked(void **state)
{
	static const struct {
		const char *key;
		mode_t mode;
		int code;
		const char *text;
	} table[] = {
		{KEY, 0600, TIELINE_OK, ""},
		{KEY, 0400, TIELINE_OK, ""},
		{KEY, 0640, TIELINE_EKEY, "chmod 600"},
		{KEY, 0602, TIELINE_EKEY, "chmod 600"},
		{"", 0600, TIELINE_EKEY, "not 0"},
	};
	tieline_options options = tieline_options_default();
	tieline_listener *listener;
	char *path = strdup(path_of("key"));

	(void)state;
	options.authkey_file = path;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		write_key(path, table[i].key, table[i].mode);
		assert_code(table[i].code,
			tieline_listener_open(NULL, &options, &listener));
		if (table[i].code == TIELINE_OK)
			tieline_listener_close(listener);
		else
			assert_non_null(strstr(last_text(), table[i].text));
		unlink(path);
	}
	assert_code(
		TIELINE_EKEY, tieline_listener_open(NULL, &options, &listener));
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_code(
		TIELINE_EKEY, tieline_listener_open(NULL, &options, &listener));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_code(
		TIELINE_EKEY, tieline_listener_open(NULL, &options, &listener));
	unlink(path);
	free(path);
}

static void a_socket_file_is_private_and_goes_with_its_listener(void **state)
{
	static const mode_t umasks[] = {0, 022, 0277, 0777};
	tieline_options options = with_key();
	tieline_listener *listener;
	struct stat file;

	(void)state;
	for (size_t i = 0; i < sizeof(umasks) / sizeof(*umasks); i++) {
		mode_t before = umask(umasks[i]);

		assert_code(TIELINE_OK,
			tieline_listener_open(
				unix_address("private"), &options, &listener));
		umask(before);
		assert_int_equal(stat(path_of("private"), &file), 0);
		assert_int_equal(file.st_mode & 07777, 0600);
		tieline_listener_close(listener);
		assert_int_equal(stat(path_of("private"), &file), -1);
	}
}

static void a_socket_file_in_use_is_left_alone(void **state)
{
	tieline_options options = with_key();
	tieline_listener *first, *second;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_listener_open(unix_address("used"), &options, &first));
	assert_code(TIELINE_EADDRINUSE,
		tieline_listener_open(unix_address("used"), &options, &second));
	/* Another file in its place is not ours to remove. */
	assert_int_equal(unlink(path_of("used")), 0);
	assert_code(TIELINE_OK,
		tieline_listener_open(unix_address("used"), &options, &second));
	tieline_listener_close(first);
	assert_int_equal(access(path_of("used"), F_OK), 0);
	tieline_listener_close(second);
	assert_int_equal(access(path_of("used"), F_OK), -1);
}

static void a_forked_child_does_not_remove_the_socket_file(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *connection;
	int status;
	pid_t child;

	(void)state;
	assert_code(TIELINE_OK,
		tieline_listener_open(
			unix_address("forked"), &options, &listener));
	child = fork();
	if (child == 0) {
		int result = tieline_listener_accept(listener, 0, &connection);

		tieline_listener_close(listener);
		_exit(result == TIELINE_EFORKED ? 0 : 1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(access(path_of("forked"), F_OK), 0);
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(listener, 0, &connection));
	tieline_listener_close(listener);
}

static void tcp_addresses_are_taken_once(void **state)
{
	tieline_options options = with_key();
	tieline_listener *first, *second;

	(void)state;
	assert_code(TIELINE_OK, tieline_listener_open(NULL, &options, &first));
	assert_code(TIELINE_EADDRINUSE,
		tieline_listener_open(
			tieline_listener_address(first), &options, &second));
	tieline_listener_close(first);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(both_roles_meet_over_each_transport),
		leak_test(without_a_key_there_is_no_handshake),
		leak_test(a_listener_tells_its_address),
		leak_test(unusable_addresses_are_refused_with_a_text),
		leak_test(starting_a_client_looks_no_name_up),
		leak_test(options_are_checked),
		leak_test(keys_of_every_allowed_length_work),
		leak_test(options_of_another_version_are_taken_if_they_can_be),
		leak_test(key_files_are_checked),
		leak_test(a_socket_file_is_private_and_goes_with_its_listener),
		leak_test(a_socket_file_in_use_is_left_alone),
		leak_test(a_forked_child_does_not_remove_the_socket_file),
		leak_test(tcp_addresses_are_taken_once),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
