/* SPDX-License-Identifier: MIT */
/* Every allocation made to fail while managers' clients are served: whoever it
 * costs the connection loses what it had, and nothing is left. */
#include "shortage.h"

#include "../../broker/engine/ident.h"
#include "../../broker/typeids.h"
#include "../../proto/pickle/pickle.h"
#include "../../proto/value/literal.h"
#include "../../proto/wire.h"
#include "../../proto/xmlrpc.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#define CLIENTS    10u
#define FRAME_MAX  300000u
#define LONG_BYTES 100000u
#define TAKEN_MAX  1000000u

/* ---- What they say ---------------------------------------------------- */

/* Of two objects. */
static char idents[2][IDENT_TEXT];

static struct tli_value *str(struct tli_values *values, const char *text)
{
	return tli_str(values, text, strlen(text));
}

/* Of multiprocessing.managers. */
static struct tli_value *class_of(struct tli_values *values, const char *name)
{
	return tli_global(values, "multiprocessing.managers", name);
}

static struct tli_value *make_token(
	struct tli_values *values, const char *ident)
{
	struct tli_value *state[] = {str(values, "list"),
		str(values, "/address"), str(values, ident)};
	struct tli_value *token =
		tli_object(values, TLI_NEWOBJ, class_of(values, "Token"),
			tli_items(values, TLI_TUPLE, NULL, 0), NULL);

	assert_true(tli_object_step(
		token, TLI_STEP_BUILD, tli_items(values, TLI_TUPLE, state, 3)));
	return token;
}

static struct tli_value *make_proxy(
	struct tli_values *values, const char *ident)
{
	struct tli_value *args[] = {class_of(values, "AutoProxy"),
		make_token(values, ident), str(values, "pickle"),
		tli_container(values, TLI_DICT)};

	return tli_object(values, TLI_REDUCE, class_of(values, "RebuildProxy"),
		tli_items(values, TLI_TUPLE, args, 4), NULL);
}

/* %a and %b are the idents, %p is a proxy of b, %t a token of a, and %l long.
 */
static struct tli_value *fill(struct tli_literal_filler *filler,
	struct tli_values *values, const char **cursor)
{
	static const char zeros[LONG_BYTES];
	char what = *(*cursor)++;

	(void)filler;
	if (what == 'a' || what == 'b')
		return str(values, idents[what - 'a']);
	if (what == 't')
		return make_token(values, idents[0]);
	if (what == 'l')
		return tli_bytes(values, TLI_BYTES, zeros, sizeof(zeros));
	return make_proxy(values, idents[1]);
}

#define XML 0 /* else a protocol of pickles */

static void put_value(struct tli_buf *frame, int how, const char *text)
{
	static const struct tli_value_limits limits = {1 << 22, 1 << 14, 100};
	struct tli_literal_filler filler = {fill};
	struct tli_values values;
	struct tli_value_error error;
	const struct tli_value *value;

	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	value = tli_literal(&values, text, strlen(text), &filler);
	assert_non_null(value);
	assert_int_equal(how == XML ? tli_xmlrpc_write(value, frame, &error)
				    : tli_pickle(value, how, frame, &error),
		0);
	tli_values_fini(&values);
}

/* The broker may have ended the connection. */
static void send_all(int fd, const uint8_t *bytes, size_t len)
{
	ssize_t put;

	while (len > 0 && (put = send(fd, bytes, len, MSG_NOSIGNAL)) > 0) {
		bytes += put;
		len -= (size_t)put;
		settle();
	}
	settle();
}

/* Since they were connected. */
static unsigned asked[CLIENTS];

static void ask_as(int how, unsigned client_number, const char *text)
{
	uint8_t header[4] = {0};
	struct tli_buf frame;

	tli_buf_init(&frame, FRAME_MAX);
	assert_int_equal(
		tli_buf_append(&frame, header, sizeof(header)), TLI_BUF_OK);
	put_value(&frame, how, text);
	tli_store_be32(tli_buf_head(&frame),
		(uint32_t)(tli_buf_len(&frame) - sizeof(header)));
	asked[client_number]++;
	send_all(fds[client_number], tli_buf_head(&frame), tli_buf_len(&frame));
	tli_buf_fini(&frame);
}

static void ask(unsigned client_number, const char *text)
{
	ask_as(4, client_number, text);
}

/* ---- What they hear --------------------------------------------------- */

/* Counts whole frames. */
static unsigned count_frames(const uint8_t *bytes, size_t len)
{
	unsigned count = 0;

	while (len >= 4 && len - 4 >= tli_load_be32(bytes)) {
		size_t next = 4 + tli_load_be32(bytes);

		bytes += next;
		len -= next;
		count++;
	}
	return count;
}

/* Takes all that has come. False if the connection is over. */
static bool take_answers(int fd, unsigned *count)
{
	static uint8_t taken[TAKEN_MAX];
	size_t len = 0;
	ssize_t got = -1;

	for (int quiet = 0; quiet < 2; quiet++) {
		while ((got = recv(fd, taken + len, sizeof(taken) - len, 0)) >
			0) {
			len += (size_t)got;
			quiet = 0;
		}
		settle();
	}
	*count = count_frames(taken, len);
	return got < 0 && errno == EAGAIN;
}

/* Who has no answer, and is still connected, waits for something. */
static void expect_answers(void)
{
	unsigned waiting = 0;

	for (unsigned i = 0; i < CLIENTS; i++) {
		unsigned count;

		if (take_answers(fds[i], &count) && count < asked[i])
			waiting++;
	}
	assert_int_equal(waiting, waiters_count(broker->objects.waiters));
}

/* ---- Those who are there before --------------------------------------- */

/* Whose references are nobody's in particular, and so go with the time. */
static void strangers(void)
{
	for (unsigned i = 0; i < CLIENTS; i++)
		client(OVER_TCP);
	memset(asked, 0, sizeof(asked));
}

/* The last of them asks for an object, and leaves. */
static void create(
	unsigned client_number, char ident[IDENT_TEXT], const char *request)
{
	const char *found = NULL;
	uint8_t reply[4096];
	ssize_t len;

	ask(client_number, request);
	len = read_some(fds[client_number], reply, sizeof(reply));
	assert_in_range(len, 1, sizeof(reply));
	found = memmem(
		reply, (size_t)len, broker->epoch, strlen(broker->epoch));
	assert_non_null(found);
	asked[client_number] = 0;
	snprintf(ident, IDENT_TEXT, "%.*s", (unsigned char)found[-1], found);
}

/* Half of them for methods, with two objects. */
static void clients_of(const char *first, const char *second)
{
	strangers();
	create(CLIENTS - 1, idents[0], first);
	create(CLIENTS - 2, idents[1], second);
	for (unsigned i = 0; i < CLIENTS / 2; i++) {
		ask(i, "(None, 'accept_connection', ('it',), {})");
		assert_true(is_open(fds[i]));
	}
	memset(asked, 0, sizeof(asked));
}

static void clients_of_lists(void)
{
	clients_of("(None, 'create', ('list', [1, 'two']), {})",
		"(None, 'create', ('list',), {})");
}

static void clients_of_dicts(void)
{
	clients_of("(None, 'create', ('dict', {'a': 1, 'b': [2]}), {})",
		"(None, 'create', ('Namespace',), {'a': 1})");
}

static void clients_of_queues(void)
{
	clients_of("(None, 'create', ('Queue', 3), {})",
		"(None, 'create', ('JoinableQueue',), {})");
}

static void clients_of_locks(void)
{
	clients_of("(None, 'create', ('Lock',), {})",
		"(None, 'create', ('RLock',), {})");
}

static void clients_of_signals(void)
{
	clients_of("(None, 'create', ('Condition',), {})",
		"(None, 'create', ('Barrier', 2), {})");
}

/* ---- What they do ------------------------------------------------------ */

static void ask_the_server(void)
{
	static const char *const requests[] = {
		"(None, 'dummy', (), {})",
		"(None, 'create', ('list', [1, 'two', [3]]), {})",
		"(None, 'incref', (%a,), {})",
		"(None, 'decref', (%a,), {})",
		"(None, 'get_methods', (%t,), {})",
		"(None, 'debug_info', (), {})",
		"(None, 'number_of_objects', (), {})",
		"(None, 'accept_connection', ('it',), {})",
	};

	for (unsigned i = 0; i < LENGTH(requests); i++)
		ask(i, requests[i]);
	expect_answers();
}

static void a_list_for_strangers(void)
{
	strangers();
	create(CLIENTS - 1, idents[0], "(None, 'create', ('list',), {})");
}

static void ask_the_server_nonsense(void)
{
	ask(0, "(None, 'create', ('nonsense',), {})");
	ask(1, "(None, 'create', ('get_task_queue', 'x'), {})");
	ask(2, "(None, 'create', ('Pool', 4), {})");
	ask(3, "(None, 'shutdown', (), {})");
	ask(4, "(None, 'decref', ('nonsense',), {})");
	ask(5, "(None, 'incref', (%b,), {})");
	ask(6, "'nonsense'");
	ask(7, "(None, 'create', ('list', 5), {})");
	ask(8, "(None, 'incref', (%a, %a), {})");
	expect_answers();
}

static void use_lists(void)
{
	for (int protocol = 2; protocol <= 4; protocol++) {
		ask_as(protocol, 0,
			"(%a, 'append', ({'x': [1.5, b'y']},), {})");
		ask_as(protocol, 0, "(%a, '#GETVALUE', (), {})");
		ask_as(protocol, 1, "(%a, '__reversed__', (), {})");
		ask_as(protocol, 1, "(%a, '__str__', (), {})");
	}
	ask(0, "(%a, '__imul__', (3,), {})");
	ask(0, "(%a, '__delitem__', (slice(0, 2, None),), {})");
	expect_answers();
}

/* Proxies in objects, and out of them. */
static void use_nested(void)
{
	ask(0, "(%a, 'append', (%p,), {})");
	ask(0, "(%a, 'append', ([%p, {'x': %p}],), {})");
	ask(1, "(%a, '__getitem__', (-1,), {})");
	ask(1, "(%a, '#GETVALUE', (), {})");
	ask(1, "(%b, 'append', (%p,), {})");
	ask(0, "(%a, '__delitem__', (-1,), {})");
	expect_answers();
}

static void use_dicts(void)
{
	ask(0, "(%a, '__iter__', (), {})");
	ask(1, "(%a, 'update', ({'c': 3},), {'d': 4})");
	ask(1, "(%a, 'items', (), {})");
	ask(1, "(%a, '__getitem__', ('nowhere',), {})");
	ask(2, "(%b, '__setattr__', ('x', 5), {})");
	ask(2, "(%b, '__getattribute__', ('y',), {})");
	ask(2, "(%b, '__repr__', (), {})");
	expect_answers();
}

static void use_queues(void)
{
	ask(0, "(%a, 'get', (), {})");
	ask(1, "(%b, 'get', (True, 5), {})");
	ask(2, "(%a, 'put', ('x',), {})");
	ask(2, "(%b, 'put', ([1, 2],), {})");
	ask(3, "(%b, 'join', (), {})");
	ask(1, "(%b, 'task_done', (), {})");
	ask(2, "(%a, 'get', (False,), {})");
	for (int i = 0; i < 4; i++)
		ask(2, "(%a, 'put', (%p, False), {})");
	ask(0, "(%a, 'get', (), {})");
	expect_answers();
}

/* Longer than the kernel takes at once, or the broker reads at once. */
static void use_long_items(void)
{
	ask(0, "(%a, 'put', (%l,), {})");
	ask(0, "(%a, 'put', ((%l, %l),), {})");
	ask(1, "(%a, 'get', (), {})");
	ask_as(2, 1, "(%a, 'get', (), {})");
	expect_answers();
}

static void use_locks(void)
{
	ask(0, "(%a, 'acquire', (), {})");
	ask(1, "(%a, 'acquire', (), {})");
	ask(2, "(%a, 'acquire', (True, 0), {})");
	ask(0, "(%a, 'release', (), {})");
	ask(3, "(%b, 'acquire', (), {})");
	ask(3, "(%b, 'acquire', (), {})");
	ask(4, "(%b, 'acquire', (), {})");
	ask(2, "(%a, 'release', (), {})");
	ask(2, "(%a, 'release', (), {})");
	shutdown(fds[3], SHUT_RDWR);
	settle();
	ask(4, "(%b, 'release', (), {})");
	expect_answers();
}

static void use_signals(void)
{
	ask(0, "(%a, 'acquire', (), {})");
	ask(0, "(%a, 'wait', (), {})");
	ask(1, "(%a, 'acquire', (), {})");
	ask(1, "(%a, 'notify_all', (), {})");
	ask(1, "(%a, 'release', (), {})");
	ask(2, "(%b, 'wait', (), {})");
	ask(3, "(%b, 'wait', (0.5,), {})");
	ask(4, "(%b, 'wait', (), {})");
	ask(3, "(%b, '__getattribute__', ('n_waiting',), {})");
	ask(3, "(%b, 'abort', (), {})");
	expect_answers();
}

static void make_no_sense(void)
{
	static const uint8_t broken[] = {0, 0, 0, 4, 0x80, 4, 'Q', '.'};
	static const uint8_t too_long[] = {0x7f, 0xff, 0xff, 0xff};

	ask(0, "(%a, 'nonsense', (), {})");
	ask(0, "(%a, 'pop', (100,), {})");
	ask(0, "('nonsense', 'pop', (), {})");
	ask(0, "(5, 5)");
	ask(0, "(%a, 'index', (), {'a': 1})");
	send_all(fds[0], broken, sizeof(broken));
	send_all(fds[1], too_long, sizeof(too_long));
	ask(2, "(%a, '#GETVALUE', (1,), {})");
	expect_answers();
}

static void ask_in_xml(void)
{
	ask_as(XML, 5, "(None, 'create', ('dict',), {'a': 1})");
	ask_as(XML, 6, "(None, 'accept_connection', ('it',), {})");
	ask_as(XML, 6, "(%a, 'append', ([1, 'x'],), {})");
	ask_as(XML, 6, "(%a, '#GETVALUE', (), {})");
	ask_as(XML, 6, "(%a, 'pop', (100,), {})");
	ask_as(XML, 7, "(None, 'nonsense', (), {})");
	expect_answers();
}

/* With all that is under way. */
static void leave_in_the_middle(void)
{
	ask(0, "(%a, 'get', (), {})");
	ask(1, "(%b, 'put', (%p,), {})");
	ask(1, "(%b, 'get', (), {})");
	ask(2, "(%a, 'get', (True, 5), {})");
	for (int i = 0; i < 3; i++)
		shutdown(fds[i], SHUT_RDWR);
	ask(3, "(%a, 'put', (1,), {})");
	settle();
	expect_answers();
}

/* Those who come later are to meet. */
static void change_to(const char *entry)
{
	change_rights((const char *const[]){"accept", "dial", entry, NULL});
}

static void clients_with_few_rights(void)
{
	change_rights(NULL);
	clients_of("(None, 'create', ('list', [1, 'two']), {})",
		"(None, 'create', ('Queue',), {})");
	change_to("call @list");
}

static void ask_for_too_much(void)
{
	ask(0, "(%a, 'append', (1,), {})");
	ask(0, "(%b, 'get', (), {})");
	ask(1, "(%a, '__iter__', (), {})");
	ask_as(2, 5, "(None, 'create', ('list',), {})");
	ask_as(XML, 6, "(None, 'create', ('list',), {})");
	ask(7, "(None, 'incref', (%a,), {})");
	ask(8, "(None, 'get_methods', (%t,), {})");
	ask(9, "(None, 'shutdown', (), {})");
	change_to("put @list");
	ask(0, "(%a, 'append', (1,), {})");
	expect_answers();
}

static void clients_with_all_rights(void)
{
	change_rights(NULL);
	clients_of_queues();
}

static void lose_rights(void)
{
	ask(5, "(None, 'decref', (%a,), {})");
	ask(0, "(%a, 'get', (), {})");
	change_to("call @Queue");
	ask(6, "(None, 'decref', (%a,), {})");
	ask(1, "(%b, 'join', (), {})");
	expect_answers();
}

static const struct scenario scenarios[] = {
	{"the server", a_list_for_strangers, ask_the_server},
	{"the server, nonsense", clients_of_lists, ask_the_server_nonsense},
	{"lists", clients_of_lists, use_lists},
	{"nested proxies", clients_of_lists, use_nested},
	{"dicts", clients_of_dicts, use_dicts},
	{"queues", clients_of_queues, use_queues},
	{"long items", clients_of_queues, use_long_items},
	{"locks", clients_of_locks, use_locks},
	{"signals", clients_of_signals, use_signals},
	{"nonsense", clients_of_lists, make_no_sense},
	{"XML", clients_of_lists, ask_in_xml},
	{"leave", clients_of_queues, leave_in_the_middle},
	{"rights", clients_with_few_rights, ask_for_too_much},
	{"rights lost", clients_with_all_rights, lose_rights},
};

int main(void)
{
	return run_scenarios(scenarios, LENGTH(scenarios));
}
