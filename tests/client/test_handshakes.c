/* SPDX-License-Identifier: MIT */
/* From connecting to authenticated: side by side, in time, with whom. */
#include "ends.h"

#include <fcntl.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

/* The address as the system has it: tcp://127.0.0.1:port or unix:/path. */
static struct sockaddr_storage socket_address(const char *text, socklen_t *len)
{
	struct sockaddr_storage address = {.ss_family = AF_UNIX};
	struct sockaddr_in *in = (void *)&address;
	struct sockaddr_un *un = (void *)&address;
	unsigned port;

	if (sscanf(text, "tcp://127.0.0.1:%u", &port) != 1) {
		snprintf(un->sun_path, sizeof(un->sun_path), "%.100s",
			text + strlen("unix:"));
		*len = sizeof(*un);
		return address;
	}
	in->sin_family = AF_INET;
	in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	in->sin_port = htons((uint16_t)port);
	*len = sizeof(*in);
	return address;
}

static int connect_raw_to(const char *text)
{
	socklen_t len;
	struct sockaddr_storage address = socket_address(text, &len);
	int fd = socket(address.ss_family, SOCK_STREAM, 0);

	assert_int_equal(connect(fd, (void *)&address, len), 0);
	return fd;
}

/* A raw socket that has connected to the listener. */
static int connect_raw(const tieline_listener *listener)
{
	return connect_raw_to(tieline_listener_address(listener));
}

/* What on_refused heard. */
struct refusals {
	int count;
	int code;
	char text[256];
};

static void note_refusal(
	void *arg, int code, const char *peer, const char *message)
{
	struct refusals *refusals = arg;

	assert_true(strncmp(peer, "tcp://", 6) == 0 ||
		strncmp(peer, "unix:", 5) == 0);
	refusals->count++;
	refusals->code = code;
	snprintf(refusals->text, sizeof(refusals->text), "%s", message);
}

static void another_key_is_refused_on_both_sides(void **state)
{
	struct refusals refusals = {0, 0, ""};
	tieline_options options = with_key(), other = with_key();
	tieline_listener *listener;
	tieline_connection *client, *none;

	(void)state;
	options.on_refused = note_refusal;
	options.on_refused_arg = &refusals;
	other.authkey = "another key of these tests";
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	assert_code(TIELINE_OK,
		tieline_client_start(
			tieline_listener_address(listener), &other, &client));
	do
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 0, &none));
	while (tieline_flush(client, 0) == TIELINE_ETIMEDOUT);
	assert_code(TIELINE_EAUTH, tieline_flush(client, 0));
	assert_non_null(
		strstr(tieline_handle_error(tieline_connection_handle(client)),
			"rejected our key"));
	assert_int_equal(refusals.count, 1);
	assert_code(TIELINE_EAUTH, refusals.code);
	assert_non_null(strstr(refusals.text, "another key"));
	tieline_connection_close(client);
	tieline_listener_close(listener);
}

static void the_user_of_a_unix_peer_is_checked(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *client;
	struct ends ends;
	char *address = strdup(unix_address("user"));

	(void)state;
	options.check_peer_uid = true;
	options.peer_uid = geteuid();
	assert_code(TIELINE_OK, open_ends(&ends, address, &options));
	close_ends(&ends);
	assert_code(TIELINE_OK,
		tieline_listener_open(address, &options, &listener));
	options.peer_uid = geteuid() + 1;
	assert_code(TIELINE_EAUTH,
		tieline_client_start(address, &options, &client));
	assert_non_null(strstr(last_text(), "user"));
	tieline_listener_close(listener);
	free(address);
}

static void silent_peers_hold_nobody_up(void **state)
{
	tieline_options options = with_key();
	struct ends ends = {.why = ""};
	tieline_connection *more;
	int silent[20];

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	for (size_t i = 0; i < 20; i++)
		silent[i] = connect_raw(ends.listener);
	tieline_connection_close(ends.client);
	tieline_connection_close(ends.server);
	ends.server = NULL;
	assert_code(TIELINE_OK,
		tieline_client_start(tieline_listener_address(ends.listener),
			&options, &ends.client));
	while (tieline_listener_accept(ends.listener, 0, &more) != 0)
		tieline_handle_process(tieline_connection_handle(ends.client));
	tieline_connection_close(more);
	for (size_t i = 0; i < 20; i++)
		close(silent[i]);
	close_ends(&ends);
}

static void a_silent_peer_is_refused_at_its_deadline(void **state)
{
	struct refusals refusals = {0, 0, ""};
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *none;
	int silent;

	(void)state;
	options.on_refused = note_refusal;
	options.on_refused_arg = &refusals;
	options.handshake_timeout_ms = 50;
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	silent = connect_raw(listener);
	assert_code(
		TIELINE_ETIMEDOUT, tieline_listener_accept(listener, 0, &none));
	assert_int_equal(refusals.count, 0);
	assert_true(tieline_handle_deadline_ms(
			    tieline_listener_handle(listener)) > 0);
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(listener, 100, &none));
	assert_int_equal(refusals.count, 1);
	assert_code(TIELINE_EHANDSHAKE, refusals.code);
	assert_non_null(strstr(refusals.text, "authkey"));
	close(silent);
	tieline_listener_close(listener);
}

static void a_silent_server_is_given_up_at_the_deadline(void **state)
{
	tieline_options options = with_key();
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	tieline_connection *client;
	char text[64];

	(void)state;
	options.handshake_timeout_ms = 50;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (void *)&address, len), 0);
	assert_int_equal(listen(fd, 1), 0);
	getsockname(fd, (void *)&address, &len);
	snprintf(text, sizeof(text), "tcp://127.0.0.1:%u",
		ntohs(address.sin_port));
	assert_code(
		TIELINE_EHANDSHAKE, tieline_client(text, &options, &client));
	assert_non_null(strstr(last_text(), "sent no challenge"));
	assert_non_null(strstr(last_text(), "is its authkey set?"));
	close(fd);
}

/* What failed to open keeps its error, in every call; nothing can be made of
 * its socket. */
static void what_never_opened_stays_so(void **state)
{
	tieline_options options = with_key(), other = with_key();
	tieline_listener *listener;
	tieline_connection *client, *none;
	void *data;
	size_t len;
	int fd;

	(void)state;
	other.authkey = "another key of these tests";
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	assert_code(TIELINE_OK,
		tieline_client_start(
			tieline_listener_address(listener), &other, &client));
	assert_code(TIELINE_EPENDING, tieline_connection_detach(client, &fd));
	while (tieline_flush(client, 0) == TIELINE_ETIMEDOUT)
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 0, &none));
	for (int i = 0; i < 2; i++) {
		assert_code(TIELINE_EAUTH, tieline_flush(client, 0));
		assert_code(TIELINE_EAUTH,
			tieline_send_bytes(client, "x", 1, HANG_MS));
		assert_code(TIELINE_EAUTH,
			tieline_recv_bytes(client, HANG_MS, &data, &len));
		assert_int_equal(tieline_poll(client, HANG_MS), 1);
		assert_code(
			TIELINE_EAUTH, tieline_connection_detach(client, &fd));
	}
	tieline_connection_close(client);
	tieline_listener_close(listener);
}

/* Carries bytes both ways until one side ends. */
static void carry(int first, int second)
{
	struct pollfd ends[2] = {{first, POLLIN, 0}, {second, POLLIN, 0}};
	char bytes[512];
	ssize_t len = 1;

	while (len > 0 && poll(ends, 2, HANG_MS) > 0)
		for (int i = 0; i < 2 && len > 0; i++) {
			if (!ends[i].revents)
				continue;
			len = recv(ends[i].fd, bytes, sizeof(bytes), 0);
			if (len > 0)
				len = send(ends[1 - i].fd, bytes, (size_t)len,
					MSG_NOSIGNAL);
		}
}

/* Somebody without the key, who listens in the middle, in a process of his own,
 * and says where. He is between the first who comes and the listener. */
static pid_t start_impostor(const char *listener, char *where, size_t size)
{
	char address[PATH_MAX];
	int said[2];
	pid_t child;

	assert_int_equal(pipe(said), 0);
	snprintf(address, sizeof(address), "%.200s", unix_address("impostor"));
	child = fork();
	if (child == 0) {
		socklen_t len;
		struct sockaddr_storage place = socket_address(
			listener[0] == 't' ? "tcp://127.0.0.1:0" : address,
			&len);
		int fd = socket(place.ss_family, SOCK_STREAM, 0);

		if (bind(fd, (void *)&place, len) != 0 || listen(fd, 1) != 0)
			_exit(1);
		getsockname(fd, (void *)&place, &len);
		if (place.ss_family == AF_INET)
			snprintf(address, sizeof(address), "tcp://127.0.0.1:%u",
				ntohs(((struct sockaddr_in *)&place)
						->sin_port));
		if (write(said[1], address, strlen(address) + 1) < 0)
			_exit(1);
		carry(accept(fd, NULL, NULL), connect_raw_to(listener));
		_exit(0);
	}
	close(said[1]);
	assert_true(read(said[0], where, size) > 0);
	close(said[0]);
	return child;
}

/* Hands the challenge of one to the other: the same process at both ends. */
static void a_process_does_not_answer_itself(void **state)
{
	char unix_place[PATH_MAX + 8];
	const char *const places[] = {LOOPBACK, unix_place};
	tieline_options options = with_key();

	(void)state;
	strcpy(unix_place, unix_address("itself"));
	for (size_t i = 0; i < 2; i++) {
		tieline_listener *listener;
		tieline_connection *client, *none;
		char address[PATH_MAX];
		pid_t impostor;
		int status;

		assert_code(TIELINE_OK,
			tieline_listener_open(places[i], &options, &listener));
		impostor = start_impostor(tieline_listener_address(listener),
			address, sizeof(address));
		assert_code(TIELINE_OK,
			tieline_client_start(address, &options, &client));
		while (tieline_flush(client, 0) == TIELINE_ETIMEDOUT)
			assert_code(TIELINE_ETIMEDOUT,
				tieline_listener_accept(listener, 1, &none));
		assert_code(TIELINE_EAUTH, tieline_flush(client, 0));
		assert_non_null(strstr(
			tieline_handle_error(tieline_connection_handle(client)),
			"our own challenge"));
		tieline_connection_close(client);
		tieline_listener_close(listener);
		assert_int_equal(waitpid(impostor, &status, 0), impostor);
		assert_int_equal(status, 0);
		unlink(path_of("impostor"));
	}
}

/* Parent and child may have a relay between them: they are not one process,
 * also when the parent has shaken hands before. */
static void a_forked_child_is_another_process(void **state)
{
	tieline_options options = with_key();
	tieline_connection *server;
	struct ends ends;
	char address[PATH_MAX];
	pid_t relay, child;
	int status;

	(void)state;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	relay = start_impostor(tieline_listener_address(ends.listener), address,
		sizeof(address));
	child = fork();
	if (child == 0) {
		tieline_connection *connection;
		int result = tieline_client(address, &options, &connection);

		_exit(result == TIELINE_OK ? 0 : -result);
	}
	assert_code(TIELINE_OK,
		tieline_listener_accept(ends.listener, HANG_MS, &server));
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	tieline_connection_close(server);
	close_ends(&ends);
	assert_int_equal(waitpid(relay, &status, 0), relay);
}

/* A child that was forked while a handshake was under way holds its socket. */
static void a_refused_peer_sees_its_end_although_a_child_lives(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *none;
	int silent, stop[2];
	char byte;
	pid_t child;

	(void)state;
	options.handshake_timeout_ms = 100;
	assert_int_equal(pipe(stop), 0);
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	silent = connect_raw(listener);
	assert_code(
		TIELINE_ETIMEDOUT, tieline_listener_accept(listener, 0, &none));
	child = fork();
	if (child == 0) {
		close(stop[1]);
		_exit(read(stop[0], &byte, 1) == 0 ? 0 : 1);
	}
	close(stop[0]);
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(listener, 200, &none));
	while (recv(silent, &byte, 1, 0) == 1)
		;
	close(stop[1]);
	assert_int_equal(waitpid(child, NULL, 0), child);
	close(silent);
	tieline_listener_close(listener);
}

/* A free port of those that connecting takes, which are the even ones. */
static unsigned free_even_port(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	socklen_t len = sizeof(address);
	unsigned port = 1;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (port % 2) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		address.sin_port = htons((uint16_t)(port - 1));
		if (bind(fd, (void *)&address, len) == 0)
			getsockname(fd, (void *)&address, &len);
		port = ntohs(address.sin_port);
		close(fd);
	}
	return port;
}

/* The kernel may give a client the very port that it asks for. */
static void nobody_connects_to_himself(void **state)
{
	static const char *const hosts[] = {"127.0.0.1", "0.0.0.0"};
	tieline_options options = tieline_options_default();
	tieline_connection *client;
	unsigned port = free_even_port();
	char text[64];

	(void)state;
	options.no_authkey = true;
	for (size_t i = 0; i < 2; i++) {
		snprintf(text, sizeof(text), "tcp://%s:%u", hosts[i], port);
		for (int tries = 0; tries < 30000; tries++)
			assert_code(TIELINE_ECONNECT,
				tieline_client(text, &options, &client));
	}
}

static void at_the_cap_the_oldest_handshake_goes(void **state)
{
	struct refusals refusals = {0, 0, ""};
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *none;
	char byte;
	int fds[4];

	(void)state;
	options.max_handshakes = 3;
	options.on_refused = note_refusal;
	options.on_refused_arg = &refusals;
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(refusals.count, 0);
		fds[i] = connect_raw(listener);
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(listener, 0, &none));
	}
	assert_int_equal(refusals.count, 1);
	assert_non_null(strstr(refusals.text, "max_handshakes"));
	/* The first was closed behind its challenge, the second was not. */
	while (recv(fds[0], &byte, 1, 0) == 1)
		;
	assert_int_equal(recv(fds[1], &byte, 1, 0), 1);
	for (size_t i = 0; i < 4; i++)
		close(fds[i]);
	tieline_listener_close(listener);
}

static void accepted_ones_wait_in_order_up_to_the_backlog(void **state)
{
	tieline_options options = with_key();
	tieline_listener *listener;
	tieline_connection *clients[5], *servers[5];
	char peers[5][64];
	size_t opened = 0;

	(void)state;
	options.backlog = 2;
	options.no_authkey = true;
	options.authkey = NULL;
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	for (size_t i = 0; i < 5; i++)
		assert_code(TIELINE_OK,
			tieline_client_start(tieline_listener_address(listener),
				&options, &clients[i]));
	while (opened < 5)
		if (tieline_listener_accept(listener, HANG_MS,
			    &servers[opened]) == TIELINE_OK) {
			snprintf(peers[opened], 64, "%s",
				tieline_listener_last_accepted(listener));
			opened++;
		}
	for (size_t i = 0; i < 5; i++) {
		for (size_t j = 0; j < i; j++)
			assert_string_not_equal(peers[i], peers[j]);
		tieline_connection_close(clients[i]);
		tieline_connection_close(servers[i]);
	}
	tieline_listener_close(listener);
}

static void no_descriptor_left_is_said_and_passes(void **state)
{
	tieline_options options = with_key();
	struct rlimit limit, low;
	tieline_listener *listener;
	tieline_connection *connection;
	int knocking, spare = open("/dev/null", O_RDONLY);

	(void)state;
	assert_code(
		TIELINE_OK, tieline_listener_open(NULL, &options, &listener));
	knocking = connect_raw(listener);
	getrlimit(RLIMIT_NOFILE, &limit);
	low = limit;
	low.rlim_cur = (rlim_t)spare;
	setrlimit(RLIMIT_NOFILE, &low);
	assert_code(TIELINE_EDESCRIPTORS,
		tieline_listener_accept(listener, HANG_MS, &connection));
	/* In the pause that follows, waiting is quiet. */
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(listener, 0, &connection));
	assert_code(TIELINE_EDESCRIPTORS,
		tieline_listener_accept(listener, HANG_MS, &connection));
	setrlimit(RLIMIT_NOFILE, &limit);
	assert_code(TIELINE_ETIMEDOUT,
		tieline_listener_accept(listener, 150, &connection));
	close(knocking);
	close(spare);
	tieline_listener_close(listener);
}

/* A Unix listener whose queue is full makes connecting a matter of retries. */
static void a_full_unix_queue_is_waited_for(void **state)
{
	tieline_options options = with_key();
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	tieline_connection *clients[3];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	int accepted[3];

	(void)state;
	options.no_authkey = true;
	options.authkey = NULL;
	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s",
		path_of("full"));
	assert_int_equal(bind(fd, (void *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 0), 0);
	for (size_t i = 0; i < 3; i++)
		assert_code(TIELINE_OK,
			tieline_client_start(
				unix_address("full"), &options, &clients[i]));
	assert_code(TIELINE_ETIMEDOUT, tieline_flush(clients[2], 0));
	for (size_t i = 0; i < 3; i++) {
		assert_code(TIELINE_OK, tieline_flush(clients[i], HANG_MS));
		accepted[i] = accept(fd, NULL, NULL);
		assert_true(accepted[i] >= 0);
	}
	for (size_t i = 0; i < 3; i++) {
		tieline_connection_close(clients[i]);
		close(accepted[i]);
	}
	close(fd);
	unlink(address.sun_path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(another_key_is_refused_on_both_sides),
		leak_test(the_user_of_a_unix_peer_is_checked),
		leak_test(silent_peers_hold_nobody_up),
		leak_test(a_silent_peer_is_refused_at_its_deadline),
		leak_test(a_silent_server_is_given_up_at_the_deadline),
		leak_test(what_never_opened_stays_so),
		leak_test(a_process_does_not_answer_itself),
		leak_test(a_forked_child_is_another_process),
		leak_test(a_refused_peer_sees_its_end_although_a_child_lives),
		leak_test(nobody_connects_to_himself),
		leak_test(at_the_cap_the_oldest_handshake_goes),
		leak_test(accepted_ones_wait_in_order_up_to_the_backlog),
		leak_test(no_descriptor_left_is_said_and_passes),
		leak_test(a_full_unix_queue_is_waited_for),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
