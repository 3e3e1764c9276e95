/* SPDX-License-Identifier: MIT */
#include "clients.h"

#include "../../proto/auth.h"
#include "../../proto/wire.h"
#include "../../system/socket.h"
#include "still_clock.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE  2000 /* turns, most of which wait for the kernel */
#define FRAME_MAX 65536
#define LOOK_MS   10

/* ---- Connecting ------------------------------------------------------- */

static struct tli_endpoint endpoint_of(enum wire wire)
{
	const struct port *port = TAILQ_FIRST(&broker->ports.list);
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_address address;
	struct tli_error error;
	size_t count;

	for (unsigned i = 0; i < (unsigned)wire; i++)
		port = TAILQ_NEXT(port, link);
	assert_int_equal(
		tli_endpoint_parse(port->address, &address, &error), 0);
	assert_int_equal(tli_endpoint_lookup(&address, TLI_LOOKUP_NUMERIC,
				 endpoints, &count, &error),
		0);
	return endpoints[0];
}

int knock(enum wire wire)
{
	struct tli_endpoint endpoint = endpoint_of(wire);
	int fd = tli_socket_new(&endpoint);

	assert_in_range(fd, 0, INT32_MAX);
	if (tli_socket_connect(fd, &endpoint) == -EINPROGRESS) {
		struct pollfd entry = {.fd = fd, .events = POLLOUT};

		assert_int_equal(poll(&entry, 1, -1), 1);
	}
	return fd;
}

/* Lets the broker go on, and then the kernel and time if that was not enough:
 * a break on TCP waits for what was said before, and is looked at now and then.
 */
static void wait_for(int fd, int *patience)
{
	struct pollfd entry = {.fd = fd, .events = POLLIN};

	turn();
	if (--*patience < PATIENCE / 2 && poll(&entry, 1, 1) == 0)
		pass_ms(LOOK_MS);
	if (*patience <= 0)
		fail_msg("nothing has come");
}

ssize_t read_some(int fd, void *bytes, size_t size)
{
	int patience = PATIENCE;
	ssize_t got;

	while ((got = recv(fd, bytes, size, 0)) < 0 && errno == EAGAIN)
		wait_for(fd, &patience);
	return got;
}

/* The broker may have ended it meanwhile. */
static void send_output(int fd, struct tli_auth *auth, size_t piece)
{
	size_t len;
	const uint8_t *output = tli_auth_output(auth, &len);

	for (size_t at = 0; at < len; at += piece) {
		size_t next = piece < len - at ? piece : len - at;

		(void)!send(fd, output + at, next, MSG_NOSIGNAL);
		settle();
	}
	tli_auth_output_sent(auth, len);
}

bool shake_hands(int fd)
{
	return shake_hands_in_pieces(fd, SIZE_MAX);
}

bool shake_hands_in_pieces(int fd, size_t piece)
{
	static const uint8_t nonce[TLI_AUTH_NONCE_BYTES] = "a client's";
	const struct tli_auth_policy policy = {.dialects = TLI_AUTH_ALL};
	const struct tli_auth_shared_key key = {KEY, strlen(KEY)};
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	struct tli_auth auth;
	int result = TLI_AUTH_MORE;

	tli_auth_init(&auth, TLI_AUTH_CLIENT, &policy, &keys, nonce);
	while (result == TLI_AUTH_MORE) {
		uint8_t bytes[TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX];
		ssize_t got = read_some(fd, bytes, tli_auth_wants(&auth));
		size_t used;

		if (got <= 0)
			return false;
		result = tli_auth_feed(&auth, bytes, (size_t)got, &used);
		send_output(fd, &auth, piece);
	}
	return result == TLI_AUTH_DONE;
}

int log_in(enum wire wire)
{
	int fd = knock(wire);

	assert_true(shake_hands(fd));
	assert_string_equal(last_peer()->stage->name, "idle");
	return fd;
}

/* ---- Talking ---------------------------------------------------------- */

void put(int fd, const void *bytes, size_t len)
{
	assert_int_equal(send(fd, bytes, len, MSG_NOSIGNAL), len);
}

void say(int fd, const char *text)
{
	uint8_t frame[FRAME_MAX];
	size_t len = strlen(text);

	assert_in_range(len, 0, sizeof(frame) - 4);
	tli_store_be32(frame, (uint32_t)len);
	memcpy(frame + 4, text, len);
	put(fd, frame, len + 4);
}

void tell(int fd, const char *text)
{
	say(fd, text);
	settle();
}

void take(int fd, void *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t got = read_some(fd, (char *)bytes + at, len - at);

		if (got <= 0)
			fail_msg("%zu bytes of %zu, then %s", at, len,
				got == 0 ? "an end" : strerror(errno));
		at += (size_t)got;
	}
}

size_t take_all(int fd)
{
	char bytes[FRAME_MAX];
	size_t total = 0;
	ssize_t got;

	settle();
	while ((got = recv(fd, bytes, sizeof(bytes), 0)) > 0) {
		total += (size_t)got;
		settle();
	}
	return total;
}

const char *hear(int fd)
{
	static char text[FRAME_MAX];
	uint8_t header[4];
	size_t len;

	take(fd, header, sizeof(header));
	len = tli_load_be32(header);
	assert_in_range(len, 0, sizeof(text) - 1);
	take(fd, text, len);
	text[len] = '\0';
	return text;
}

void expect(int fd, const char *text)
{
	assert_string_equal(hear(fd), text);
}

void expect_part(int fd, const char *part)
{
	const char *text = hear(fd);

	if (!strstr(text, part))
		fail_msg("not \"%s\" in: %s", part, text);
}

void expect_refused(int fd, const char *code, const char *message)
{
	char text[512];

	snprintf(text, sizeof(text),
		"{\"ok\":false,\"error\":\"%s\",\"message\":\"%s\"}", code,
		message);
	expect(fd, text);
	expect_end(fd);
}

void expect_silence(int fd)
{
	char byte;

	settle();
	assert_int_equal(recv(fd, &byte, 1, MSG_PEEK), -1);
	assert_int_equal(errno, EAGAIN);
}

void expect_end(int fd)
{
	char byte;
	ssize_t got = read_some(fd, &byte, 1);

	if (got != 0)
		fail_msg(
			"no end, but %s", got > 0 ? "a byte" : strerror(errno));
}

static bool is_tcp(int fd)
{
	struct tli_endpoint us = {.len = sizeof(us.address)};

	assert_int_equal(
		getsockname(fd, (struct sockaddr *)&us.address, &us.len), 0);
	return tli_endpoint_is_tcp(&us);
}

void expect_break(int fd)
{
	char byte = 'x';
	ssize_t got = read_some(fd, &byte, 1);

	if (is_tcp(fd)) {
		assert_int_equal(got, -1);
		assert_int_equal(errno, ECONNRESET);
		return;
	}
	assert_int_equal(got, 1);
	assert_int_equal(byte, 0);
	expect_end(fd);
}

void reset(int fd)
{
	tli_socket_set_abortive(fd, true);
	leave(fd);
}

void leave(int fd)
{
	close(fd);
	settle();
}

/* ---- Pairs ------------------------------------------------------------ */

struct pair meet(enum wire acceptor, enum wire dialler)
{
	struct pair pair;

	pair.acceptor = log_in(acceptor);
	pair.ids[0] = last_peer()->id;
	tell(pair.acceptor, "{\"accept\":\"p\"}");
	pair.dialler = log_in(dialler);
	pair.ids[1] = last_peer()->id;
	say(pair.dialler, "{\"dial\":\"p\"}");
	expect_part(pair.dialler, "{\"ok\":true,\"name\":\"p\",\"peer\":");
	expect_part(pair.acceptor, "{\"ok\":true,\"name\":\"p\",\"peer\":");
	return pair;
}

void part(struct pair *pair)
{
	close(pair->acceptor);
	close(pair->dialler);
	settle();
}
