/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

void broker_open(struct broker *broker, const char *address,
	const tieline_options *options)
{
	tieline_options with = options ? *options : with_key();

	*broker = (struct broker){.fd = -1};
	assert_code(TIELINE_OK,
		tieline_listener_open(address ? address : LOOPBACK, &with,
			&broker->listener));
	snprintf(broker->named, sizeof(broker->named), "%.200s#echo",
		tieline_listener_address(broker->listener));
}

void broker_close(struct broker *broker)
{
	tieline_listener_close(broker->listener);
}

/* Goes on with both until one of the broker's has something to take. */
static int await(tieline_handle *ours, tieline_handle *other)
{
	tieline_handle *const handles[] = {ours, other};
	int ready[2];

	do {
		if (tieline_wait(handles, other ? 2 : 1, HANG_MS, ready) <= 0)
			return -1;
	} while (!ready[0]);
	return 0;
}

/* Returns the code. */
static int take(
	struct broker *broker, tieline_handle *other, tieline_connection **out)
{
	size_t len = 0;
	int result;

	if (await(tieline_listener_handle(broker->listener), other) < 0)
		return TIELINE_ETIMEDOUT;
	result = tieline_listener_accept(broker->listener, 0, out);
	if (result < 0)
		return result;
	if (await(tieline_connection_handle(*out), other) < 0)
		return TIELINE_ETIMEDOUT;
	result = tieline_recv_bytes_into(
		*out, broker->request, sizeof(broker->request) - 1, 0, &len);
	broker->request[len] = '\0';
	return result;
}

int broker_take(struct broker *broker, tieline_handle *other)
{
	tieline_connection *connection;
	int fd;

	assert_code(TIELINE_OK, take(broker, other, &connection));
	assert_code(TIELINE_OK, tieline_connection_detach(connection, &fd));
	return fd;
}

static void *run(void *arg)
{
	struct broker *broker = arg;
	tieline_connection *connection = NULL;

	if (take(broker, NULL, &connection) < 0)
		tieline_connection_close(connection);
	else if (!broker->reply)
		tieline_connection_close(connection);
	else if (tieline_send_bytes(connection, broker->reply,
			 strlen(broker->reply), HANG_MS) < 0 ||
		tieline_connection_detach(connection, &broker->fd) < 0)
		tieline_connection_close(connection);
	return NULL;
}

void broker_start(struct broker *broker, const char *reply)
{
	broker->fd = -1;
	broker->reply = reply;
	assert_int_equal(pthread_create(&broker->thread, NULL, run, broker), 0);
}

int broker_join(struct broker *broker)
{
	pthread_join(broker->thread, NULL);
	return broker->fd;
}

void put_frame(int fd, const char *text)
{
	uint8_t frame[4096 + 4] = {0};
	size_t len = strlen(text);

	assert_in_range(len, 0, 4096);
	frame[2] = (uint8_t)(len >> 8);
	frame[3] = (uint8_t)len;
	memcpy(frame + 4, text, len);
	put(fd, frame, len + 4);
}

tieline_listener *broker_listener(
	struct broker *broker, const tieline_options *options, int *fd)
{
	tieline_options with = options ? *options : with_key();
	tieline_listener *listener;

	broker_start(broker, PARKED);
	assert_code(TIELINE_OK,
		tieline_listener_open(broker->named, &with, &listener));
	*fd = broker_join(broker);
	assert_true(*fd >= 0);
	return listener;
}

tieline_connection *accept_one(tieline_listener *listener)
{
	tieline_connection *connection;

	assert_code(TIELINE_OK,
		tieline_listener_accept(listener, HANG_MS, &connection));
	return connection;
}

void expect_nobody(tieline_listener *listener)
{
	tieline_connection *none;

	assert_code(
		TIELINE_ETIMEDOUT, tieline_listener_accept(listener, 0, &none));
}

void broker_park(struct broker *broker, tieline_listener *listener, int fds[],
	int from, int to)
{
	for (int i = from; i < to; i++) {
		fds[i] = broker_take(broker, tieline_listener_handle(listener));
		put_frame(fds[i], PARKED);
	}
	expect_nobody(listener);
}

void broker_expect_none(const struct broker *broker, tieline_listener *listener)
{
	tieline_connection *none;

	for (int i = 0; i < 20; i++) {
		tieline_handle_process(tieline_listener_handle(listener));
		assert_code(TIELINE_ETIMEDOUT,
			tieline_listener_accept(broker->listener, 0, &none));
	}
}

int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t pause_of(tieline_listener *listener)
{
	return tieline_handle_deadline_ms(tieline_listener_handle(listener)) -
		now_ms();
}
