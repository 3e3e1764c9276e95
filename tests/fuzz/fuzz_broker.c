/* SPDX-License-Identifier: MIT */
/*
 * A whole broker, stepped, and clients that do whatever the input says:
 * connect, authenticate as far as it likes, send, stall, end, reset. The input
 * is a sequence of steps: a byte that says what and who, then what that needs.
 * After each step the broker's books must balance, and in the end nothing may
 * be left.
 *
 * Time passes when the input says so, and memory is short when it says so.
 */
#include "fuzz.h"
#include "fuzz_broker_books.h"
#include "fuzz_broker_managers.h"
#include "fuzz_broker_sessions.h"

#include "../../broker/meeting.h"
#include "../../proto/auth.h"
#include "../../proto/wire.h"
#include "../../system/random.h"
#include "../../system/socket.h"
#include "../broker/still_clock.h"
#include "../unit/alloc.h"

#include <cjson/cJSON.h>
#include <event2/event.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define KEY    "key"
#define TURNS  4  /* after each step */
#define MANY   40 /* turns: more than anything takes */
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static struct broker *broker;
static int clients[CLIENTS]; /* -1 = not connected */
static bool no_descriptors;

/* ---- The broker ------------------------------------------------------- */

/* All random bytes are the same, so that an input does the same each time. The
 * name is the linker's. */
int __wrap_tli_random(void *bytes, size_t len);

int __wrap_tli_random(void *bytes, size_t len)
{
	memset(bytes, 'r', len);
	return 0;
}

static void say_nothing(int severity, const char *text)
{
	(void)severity;
	(void)text;
}

/* Once: the libraries' memory is to fail as well. */
static void prepare(void)
{
	static bool prepared;
	cJSON_Hooks hooks = {malloc, free};

	if (prepared)
		return;
	prepared = true;
	alloc_pause(true);
	cJSON_InitHooks(&hooks);
	event_set_mem_functions(malloc, realloc, free);
	event_set_log_callback(say_nothing);
	signal(SIGPIPE, SIG_IGN);
}

/* So little of everything that an input can reach each limit. */
static struct config small_config(void)
{
	struct config config;

	config_init(&config);
	config.log_level = CONFIG_LOG_DEBUG;
	config.max_connections = CLIENTS - 1;
	config.max_handshakes = 2;
	config.max_parked = 3;
	config.max_waiting = 3;
	config.max_held_bytes = 300;
	config.max_message_bytes = 1 << 20;
	config.relay_window_bytes = 8192;
	config.relay_total_bytes = 16384;
	config.max_monitor_bytes = 1000;
	limit_sessions(&config);
	limit_managers(&config);
	return config;
}

enum where {
	UNIX,
	TCP,
	BOUND,
};

static const char *socket_path(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/tmp/tieline-fuzz-%d-%s", getpid(), name);
	return path;
}

static void add_listen(struct config *config, const char *address)
{
	struct tli_error error;

	require(config_add_listen(config, address, &error) == 0);
}

static struct identities *identities_with_key(void)
{
	struct tli_error error;
	struct identities *identities = identities_load(
		"", tli_key_copy(KEY, strlen(KEY), &error), NULL, &error);

	require(identities);
	return identities;
}

static void open_broker(void)
{
	struct config config = small_config();
	struct tli_error error;
	char address[80];

	snprintf(address, sizeof(address), "unix:%s", socket_path("plain"));
	add_listen(&config, address);
	add_listen(&config, "tcp://127.0.0.1:0");
	snprintf(address, sizeof(address), "unix:%s", socket_path("bound"));
	add_listen(&config, address);
	strcpy(config.listen[BOUND].bind, "a");
	broker = broker_new(&config, identities_with_key(), -1, &error);
	require(broker && broker_listen(broker, &error) == 0);
}

/* Only here memory and descriptors may be short: clients have all that they
 * need. */
static bool turn(void)
{
	struct rlimit before, none = {.rlim_cur = 3};
	bool goes_on;

	getrlimit(RLIMIT_NOFILE, &before);
	none.rlim_max = before.rlim_max;
	if (no_descriptors)
		setrlimit(RLIMIT_NOFILE, &none);
	alloc_pause(false);
	goes_on = broker_turn(broker, false);
	alloc_pause(true);
	setrlimit(RLIMIT_NOFILE, &before);
	return goes_on;
}

static void go_on(void)
{
	for (int i = 0; i < TURNS; i++) {
		if (!turn())
			return;
		check_books(broker);
	}
}

/* ---- Clients ---------------------------------------------------------- */

static int connect_to(enum where where)
{
	const struct port *port = TAILQ_FIRST(&broker->ports.list);
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_address address;
	struct tli_error error;
	size_t count;
	int fd;

	for (unsigned i = 0; port && i < (unsigned)where; i++)
		port = TAILQ_NEXT(port, link);
	if (!port)
		return -1;
	require(tli_endpoint_parse(port->address, &address, &error) == 0);
	require(tli_endpoint_lookup(&address, TLI_LOOKUP_NUMERIC, endpoints,
			&count, &error) == 0);
	fd = tli_socket_new(&endpoints[0]);
	require(fd >= 0);
	if (tli_socket_connect(fd, &endpoints[0]) < 0) {
		struct pollfd entry = {.fd = fd, .events = POLLOUT};

		(void)poll(&entry, 1, 1000);
	}
	return fd;
}

/* So many frames of the handshake, as far as the broker goes along. */
static void authenticate(int fd, unsigned frames)
{
	static const uint8_t nonce[TLI_AUTH_NONCE_BYTES] = "a client's";
	const struct tli_auth_policy policy = {.dialects = TLI_AUTH_ALL};
	const struct tli_auth_shared_key key = {KEY, strlen(KEY)};
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	struct tli_auth auth;
	int result = TLI_AUTH_MORE;

	tli_auth_init(&auth, TLI_AUTH_CLIENT, &policy, &keys, nonce);
	for (int i = 0; result == TLI_AUTH_MORE && i < MANY; i++) {
		uint8_t bytes[TLI_FRAME_HEADER_MAX + TLI_AUTH_FRAME_MAX];
		ssize_t got;
		size_t used, len;
		const uint8_t *output;

		(void)turn();
		got = recv(fd, bytes, tli_auth_wants(&auth), 0);
		if (got <= 0)
			continue;
		result = tli_auth_feed(&auth, bytes, (size_t)got, &used);
		output = tli_auth_output(&auth, &len);
		if (len > 0 && frames-- == 0)
			return;
		(void)!send(fd, output, len, MSG_NOSIGNAL);
		tli_auth_output_sent(&auth, len);
	}
}

/* Takes what there is, and drops it. */
static void read_all(int fd)
{
	char bytes[65536];

	for (int i = 0; i < MANY; i++) {
		if (recv(fd, bytes, sizeof(bytes), 0) <= 0)
			return;
		(void)turn();
	}
}

static void put(int fd, const void *bytes, size_t len)
{
	(void)!send(fd, bytes, len, MSG_NOSIGNAL);
}

static void put_frame(int fd, const void *body, size_t len)
{
	uint8_t header[4];

	tli_store_be32(header, (uint32_t)len);
	put(fd, header, sizeof(header));
	put(fd, body, len);
}

/* ---- Steps ------------------------------------------------------------ */

static void leave(int *fd, bool resets)
{
	if (*fd < 0)
		return;
	tli_socket_set_abortive(*fd, resets);
	close(*fd);
	*fd = -1;
}

static void do_connect(int *fd, struct input *input)
{
	static const uint8_t frames[] = {3, 3, 3, 3, 3, 0, 1, 2};
	unsigned how = take_byte(input);
	bool narrow = how & 0x40;
	int least = 1;

	leave(fd, true);
	*fd = connect_to(how % 3);
	if (*fd < 0)
		return;
	if (narrow)
		setsockopt(*fd, SOL_SOCKET, SO_RCVBUF, &least, sizeof(least));
	authenticate(*fd, frames[how >> 3 & 7]);
	if (narrow && !TAILQ_EMPTY(&broker->peers.open))
		setsockopt(TAILQ_LAST(&broker->peers.open, peer_list)
				   ->stream.channel.fd,
			SOL_SOCKET, SO_SNDBUF, &least, sizeof(least));
}

/* What is behind it in the input, as it is. */
static void do_send(int *fd, struct input *input)
{
	size_t len = take_byte(input);

	if (len > input->len)
		len = input->len;
	put(*fd, input->data, len);
	input->data += len;
	input->len -= len;
}

/* The same as a frame. */
static void do_send_frame(int *fd, struct input *input)
{
	size_t len = take_byte(input);

	if (len > input->len)
		len = input->len;
	put_frame(*fd, input->data, len);
	input->data += len;
	input->len -= len;
}

static void do_request(int *fd, struct input *input)
{
	static const char *const requests[] = {
		"{\"accept\":\"a\"}",
		"{\"dial\":\"a\"}",
		"{\"pipe\":\"a\"}",
		"{\"accept\":\"a\",\"confirm\":true,\"listener\":\"l\"}",
		"{\"accept\":\"a\",\"exclusive\":true,\"listener\":\"l\"}",
		"{\"accept\":\"a\",\"exclusive\":true}",
		"{\"accept\":\"a\",\"timeout\":1}",
		"{\"dial\":\"a\",\"timeout\":0}",
		"{\"pipe\":\"a\",\"timeout\":2.5}",
		"{\"accept\":\"b\",\"listener\":\"m\"}",
		"{\"dial\":\"b\"}",
		"{\"ping\":\"x\"}",
		"{\"stat\":true}",
		"{\"list\":\"names\"}",
		"{\"list\":\"connections\"}",
		"{\"list\":\"connections\",\"prefix\":\"a\",\"limit\":1}",
		"{\"monitor\":true}",
		"{\"monitor\":true,\"prefix\":\"b\"}",
		"{\"typeid\":\"get_lock\",\"args\":[\"a\"]}",
		"{\"dial\":1}",
		"\x80\2.",
		"<methodCall>",
		"nonsense",
	};
	const char *request = requests[take_byte(input) %
		(sizeof(requests) / sizeof(*requests))];

	put_frame(*fd, request, strlen(request));
}

/* A request of a session, or its start. */
static void do_session(int *fd, struct input *input)
{
	size_t len;
	uint8_t *bytes = make_request(broker, input, &len);

	put(*fd, bytes, take_byte(input) == 0xff ? len / 2 : len);
	free(bytes);
}

/* A request of a manager's client, or its start. */
static void do_manager(int *fd, struct input *input)
{
	size_t len;
	uint8_t *bytes = make_manager_request(broker, input, &len);

	if (bytes)
		put(*fd, bytes, len);
	free(bytes);
}

/* Messages of no length, or one long one, or what follows of it. */
static void do_send_much(int *fd, struct input *input)
{
	static uint8_t zeros[1 << 18];
	unsigned how = take_byte(input);
	uint8_t header[4];

	if (how & 0x80) {
		tli_store_be32(header, (how & 0x40 ? 5u : 3u) << 17);
		put(*fd, header, sizeof(header));
	}
	put(*fd, zeros, (size_t)((how & 0x3f) + 1) * 4096);
}

static void do_read(int *fd, struct input *input)
{
	(void)input;
	read_all(*fd);
}

static void do_end(int *fd, struct input *input)
{
	(void)input;
	shutdown(*fd, SHUT_WR);
}

static void do_refuse(int *fd, struct input *input)
{
	(void)input;
	shutdown(*fd, SHUT_RD);
}

static void do_close(int *fd, struct input *input)
{
	(void)input;
	leave(fd, false);
}

static void do_reset(int *fd, struct input *input)
{
	(void)input;
	leave(fd, true);
}

static void do_wait(int *fd, struct input *input)
{
	(void)fd;
	pass_ms(INT64_C(1) << take_byte(input) % 18);
}

/* Everything, or little: whoever is connected has that from now on. */
static void give_rights(struct identities *identities, bool are_few)
{
	static const char *const few[] = {
		"put *", "subscribe a", "call @*", "create *", "dial", "list"};
	struct rights *rights = &identities->all[0].rights;
	char why[RIGHTS_WHY];

	if (!are_few)
		return;
	rights->everywhere = 0;
	for (size_t i = 0; i < sizeof(few) / sizeof(few[0]); i++)
		require(rights_parse(rights, few[i], why) == RIGHTS_OK);
}

static void reload(unsigned how)
{
	struct config config = broker->config;
	struct tli_error error;
	struct identities *identities = identities_with_key();

	config.relay_window_bytes = (how % 64 + 1) * 256;
	strcpy(config.listen[BOUND].bind, how & 0x40 ? "a" : "b");
	give_rights(identities, how & 1);
	if (broker_reload(broker, &config, identities, &error) < 0)
		identities_unref(identities);
}

/* What is done to the broker by who runs it, and by its system. */
static void do_order(int *fd, struct input *input)
{
	unsigned how = take_byte(input);

	(void)fd;
	if (how < 0x80)
		reload(how);
	else if (how < 0xc0)
		relays_cut(&broker->relays);
	else if (how < 0xe0)
		no_descriptors = how & 1;
	else if (how < 0xff)
		broker_drain(broker);
	else
		broker_stop(broker);
}

/* The n-th allocation from now on fails, or all from it on. */
static void do_shortage(int *fd, struct input *input)
{
	unsigned how = take_byte(input);

	(void)fd;
	alloc_fail_from(how & 0x7f, how & 0x80);
}

static void (*const steps[])(int *fd, struct input *input) = {
	do_connect,
	do_session,
	do_send,
	do_send_frame,
	do_request,
	do_session,
	do_manager,
	do_send_much,
	do_read,
	do_end,
	do_close,
	do_reset,
	do_wait,
	do_refuse,
	do_order,
	do_shortage,
};

/* Of its first byte the upper half says what, the rest who, and the lowest bit
 * whether the broker is to see it by itself. */
static void step(struct input *input)
{
	unsigned what = take_byte(input);

	steps[what >> 4](&clients[what >> 1 & 7], input);
	if (!(what & 1))
		go_on();
}

/* ---- The end ---------------------------------------------------------- */

static void close_all(void)
{
	for (int i = 0; i < CLIENTS; i++)
		leave(&clients[i], true);
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

/* With nobody there and all the memory there is, nothing may be left. */
static void check_nothing_left(void)
{
	close_all();
	/* One that was stopped does nothing more. */
	for (int i = 0; i < 1000 && broker->peers.count > 0 && !broker->stopped;
		i++) {
		go_on();
		send_waiters_away();
		pass_ms(DAY_MS);
		/* A reset may be the kernel's to repeat. */
		if (i > MANY)
			(void)poll(NULL, 0, 10);
	}
	require(broker->peers.count == 0 || broker->stopped);
	if (broker->stopped)
		return;
	check_no_sessions(broker);
	check_no_managers(broker);
}

/* What processes leave behind has its time. */
static void check_no_references_left(void)
{
	end_processes();
	/* One that was drained does nothing more. */
	if (broker->stopped || broker->draining)
		return;
	for (int i = 0; i < MANY && has_references(broker); i++) {
		go_on();
		pass_ms(DAY_MS);
	}
	require(!has_references(broker));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = {data, size};

	prepare();
	memset(clients, -1, sizeof(clients));
	open_broker();
	while (input.len > 0)
		step(&input);
	alloc_fail_from(0, false);
	no_descriptors = false;
	if (!broker->stopped)
		check_nothing_left();
	check_no_references_left();
	broker_free(broker);
	close_all();
	return 0;
}
