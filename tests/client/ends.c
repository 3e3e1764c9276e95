/* SPDX-License-Identifier: MIT */
#include "ends.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

void assert_code_at(int expected, int actual, const char *file, int line)
{
	if (expected == actual)
		return;
	print_error("expected %s, got %s (%d)\n", tieline_code_name(expected),
		tieline_code_name(actual), actual);
	_fail(file, line);
}

tieline_options with_key(void)
{
	tieline_options options = tieline_options_default();

	options.authkey = KEY;
	options.authkey_len = strlen(KEY);
	return options;
}

tieline_connection *raw_pair(int *raw_fd, const tieline_options *options)
{
	tieline_connection *connection;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_code(TIELINE_OK,
		tieline_connection_adopt(fds[0], options, &connection));
	*raw_fd = fds[1];
	return connection;
}

/* A client that is open may be told that the server has no use for it. */
static int hear_refusal(tieline_connection *client)
{
	size_t len;

	return tieline_recv_bytes_into(client, NULL, 0, 0, &len);
}

/* Neither blocks, so one thread can be both. */
static int open_both(struct ends *ends)
{
	int result;

	do {
		result = tieline_flush(ends->client, 0);
		snprintf(ends->why, sizeof(ends->why), "%s",
			tieline_handle_error(
				tieline_connection_handle(ends->client)));
		if (result < 0 && result != TIELINE_ETIMEDOUT)
			return result;
		if (!ends->server)
			result = tieline_listener_accept(
				ends->listener, 0, &ends->server);
		if (!ends->server && tieline_flush(ends->client, 0) == 0)
			result = hear_refusal(ends->client);
		if (result < 0 && result != TIELINE_ETIMEDOUT)
			return result;
	} while (!ends->server || tieline_flush(ends->client, 0) != 0);
	return 0;
}

int open_unlike_ends(struct ends *ends, const char *address,
	const tieline_options *server, const tieline_options *client)
{
	int result;

	*ends = (struct ends){.why = ""};
	result = tieline_listener_open(
		address ? address : LOOPBACK, server, &ends->listener);
	if (result == 0)
		result = tieline_client_start(
			tieline_listener_address(ends->listener), client,
			&ends->client);
	if (result == 0)
		result = open_both(ends);
	if (result < 0)
		close_ends(ends);
	return result;
}

int open_ends(
	struct ends *ends, const char *address, const tieline_options *options)
{
	return open_unlike_ends(ends, address, options, options);
}

void close_ends(struct ends *ends)
{
	tieline_connection_close(ends->client);
	tieline_connection_close(ends->server);
	tieline_listener_close(ends->listener);
}

uint8_t *pattern(size_t len)
{
	uint8_t *bytes = malloc(len + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return bytes;
}

int send_now(tieline_connection *connection, const void *data, size_t len)
{
	return tieline_send_bytes(connection, data, len, 0);
}

void put(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

void expect_message(
	tieline_connection *connection, const void *data, size_t len)
{
	void *got;
	size_t got_len;

	assert_code(TIELINE_OK,
		tieline_recv_bytes(connection, HANG_MS, &got, &got_len));
	assert_int_equal(got_len, len);
	if (len > 0)
		assert_memory_equal(got, data, len);
	assert_int_equal(((char *)got)[len], 0);
	tieline_free(got);
}

static char folder[] = "/tmp/tieline-test-XXXXXX";

int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

int remove_folder(void **state)
{
	(void)state;
	return rmdir(folder);
}

const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

const char *unix_address(const char *name)
{
	static char address[PATH_MAX + 8];

	snprintf(address, sizeof(address), "unix:%s", path_of(name));
	return address;
}

const char *last_text(void)
{
	return tieline_handle_error(NULL);
}

unsigned count_descriptors(void)
{
	DIR *descriptors = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(descriptors);
	while (readdir(descriptors))
		count++;
	closedir(descriptors);
	return count;
}

int note_descriptors(void **state)
{
	*state = (void *)(uintptr_t)count_descriptors();
	return 0;
}

int check_descriptors(void **state)
{
	unsigned before = (unsigned)(uintptr_t)*state;

	if (count_descriptors() == before)
		return 0;
	print_error("%u descriptors before, %u after\n", before,
		count_descriptors());
	return -1;
}
