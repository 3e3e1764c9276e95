/* SPDX-License-Identifier: MIT */
#include "shortage.h"

#include "../../broker/meeting.h"

#include "still_clock.h"

#include <cjson/cJSON.h>
#include <errno.h>
#include <event2/event.h>
#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* ---- Memory that fails ------------------------------------------------ */

/* Only the broker's turns are tested: its clients have all the memory that they
 * need. The names are the linker's. */
bool __real_broker_turn(struct broker *broker, bool waits);
bool __wrap_broker_turn(struct broker *broker, bool waits);

bool __wrap_broker_turn(struct broker *turned, bool waits)
{
	bool goes_on;

	alloc_pause(false);
	goes_on = __real_broker_turn(turned, waits);
	alloc_pause(true);
	return goes_on;
}

static void *crypto_malloc(size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return malloc(len);
}

static void *crypto_realloc(void *data, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	return realloc(data, len);
}

static void crypto_free(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	free(data);
}

static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

bool take_over_allocators(void)
{
	cJSON_Hooks hooks = {malloc, free};

	cJSON_InitHooks(&hooks);
	event_set_mem_functions(malloc, realloc, free);
	event_set_log_callback(say_nothing);
	return CRYPTO_set_mem_functions(
		crypto_malloc, crypto_realloc, crypto_free);
}

/* ---- Clients that expect anything ------------------------------------- */

int fds[FDS_MAX];
static size_t fd_count;

int keep(int fd)
{
	assert_in_range(fd_count, 0, FDS_MAX - 1);
	fds[fd_count++] = fd;
	return fd;
}

static void close_all(void)
{
	while (fd_count > 0)
		close(fds[--fd_count]);
	settle();
}

int client(enum wire wire)
{
	return keep(log_in(wire));
}

void try_to_say(int fd, const char *text)
{
	uint8_t header[4] = {
		0, 0, (uint8_t)(strlen(text) >> 8), (uint8_t)strlen(text)};

	(void)!send(fd, header, 4, MSG_NOSIGNAL);
	(void)!send(fd, text, strlen(text), MSG_NOSIGNAL);
	settle();
}

bool is_open(int fd)
{
	char bytes[65536];
	ssize_t got;

	do
		got = recv(fd, bytes, sizeof(bytes), 0);
	while (got > 0);
	return got < 0 && errno == EAGAIN;
}

/* Who has said something waits for ever, though it is gone. */
static void send_waiters_away(void)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		next = TAILQ_NEXT(peer, link);
		if (meeting_name(peer))
			peer->stage->drain(peer);
	}
}

void expect_recovery(const char *row)
{
	struct pair pair;

	close_all();
	send_waiters_away();
	pass_ms(INT64_C(24) * 3600 * 1000);
	settle();
	check_equal(row, broker->peers.count, 0);
	check_equal(row, broker->logins.count, 0);
	check_equal(row, names_count(&broker->names), 0);
	check_equal(row, broker->relays.pairs, 0);
	check_equal(row, broker->relays.held_bytes, 0);
	check(row, TAILQ_EMPTY(&broker->monitors.list));
	pair = meet(OVER_UNIX, OVER_TCP);
	say(pair.acceptor, "hello");
	expect(pair.dialler, "hello");
	part(&pair);
	check_equal(row, broker->peers.count, 0);
}
