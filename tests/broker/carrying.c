/* SPDX-License-Identifier: MIT */
#include "carrying.h"

#include "../../proto/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define FLOOD_BYTES (64u << 20) /* far more than anything holds */
#define PIECE       16384u

const struct wires all_wires[WIRES] = {
	{"Unix to Unix", OVER_UNIX, OVER_UNIX},
	{"Unix to TCP", OVER_UNIX, OVER_TCP},
	{"TCP to Unix", OVER_TCP, OVER_UNIX},
	{"TCP to TCP", OVER_TCP, OVER_TCP},
};

uint8_t *pattern(size_t len)
{
	uint8_t *bytes = malloc(len + 1);

	assert_non_null(bytes);
	for (size_t i = 0; i < len; i++)
		bytes[i] = (uint8_t)(i * 31 + i / 251);
	return bytes;
}

uint8_t *message(size_t body_len)
{
	uint8_t *bytes = pattern(4 + body_len);

	tli_store_be32(bytes, (uint32_t)body_len);
	return bytes;
}

/* Takes what there is, up to size bytes. */
static size_t take_some(int fd, uint8_t *bytes, size_t size)
{
	ssize_t got = size > 0 ? recv(fd, bytes, size, 0) : 0;

	if (got < 0 && errno != EAGAIN)
		fail_msg("%s", strerror(errno));
	return got > 0 ? (size_t)got : 0;
}

static size_t put_some(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t put = send(fd, bytes, len, MSG_NOSIGNAL);

	if (put < 0 && errno != EAGAIN)
		fail_msg("%s", strerror(errno));
	return put > 0 ? (size_t)put : 0;
}

void carry(int from, int to, const uint8_t *bytes, size_t len, size_t piece)
{
	uint8_t *back = malloc(len);
	size_t sent = 0, got = 0;

	assert_non_null(back);
	while (sent < len) {
		size_t next = piece < len - sent ? piece : len - sent;

		sent += put_some(from, bytes + sent, next);
		turn();
		got += take_some(to, back + got, len - got);
	}
	take(to, back + got, len - got);
	assert_memory_equal(back, bytes, len);
	free(back);
	expect_silence(to);
}

size_t flood(int from, uint8_t **bytes)
{
	size_t sent = 0, before;

	*bytes = message(FLOOD_BYTES);
	do {
		before = sent;
		settle();
		sent += put_some(from, *bytes + sent, FLOOD_BYTES - sent);
	} while (sent > before);
	assert_in_range(sent, 1, FLOOD_BYTES - 1);
	return sent;
}

void drain(int to, uint8_t *bytes, size_t len)
{
	static uint8_t back[PIECE];

	for (size_t at = 0; at < len; at += PIECE) {
		size_t next = PIECE < len - at ? PIECE : len - at;

		take(to, back, next);
		assert_memory_equal(back, bytes + at, next);
	}
	free(bytes);
}

void drain_until_over(
	int to, uint8_t *bytes, size_t len, size_t least, bool is_reset)
{
	static uint8_t back[PIECE];
	size_t at = 0;
	ssize_t got;

	while ((got = read_some(to, back, PIECE)) > 0) {
		assert_in_range(got, 1, len - at);
		assert_memory_equal(back, bytes + at, (size_t)got);
		at += (size_t)got;
	}
	assert_in_range(at, least, len);
	assert_int_equal(got, is_reset ? -1 : 0);
	free(bytes);
}

void narrow(uint64_t id)
{
	int least = 1;

	setsockopt(peer_of_id(id)->stream.channel.fd, SOL_SOCKET, SO_SNDBUF,
		&least, sizeof(least));
}

struct relay_report report_of(uint64_t id)
{
	struct relay_report report;

	assert_true(relay_report(peer_of_id(id), &report));
	return report;
}
