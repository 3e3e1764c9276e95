/* SPDX-License-Identifier: MIT */
#include "fuzz_broker_managers.h"

#include "fuzz.h"

#include "../../broker/holders.h"
#include "../../broker/manager.h"
#include "../../proto/pickle/pickle.h"
#include "../../proto/value/literal.h"
#include "../../proto/wire.h"
#include "../../proto/xmlrpc.h"
#include "../../system/process.h"
#include "../../system/socket.h"

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define BODY_MAX  65536u
#define PROCESSES 3
#define FIRST_PID 100

/* ---- Processes -------------------------------------------------------- */

/* Descriptors that are ready when their process has ended; 0 = it has not been
 * asked for. Who is at the other end of a socket is whoever spoke last. */
static int processes[PROCESSES];
static unsigned speaker;

int __wrap_tli_socket_peer_pid(int fd);
int __wrap_tli_process_of_peer(int socket_fd, int pid);

int __wrap_tli_socket_peer_pid(int fd)
{
	(void)fd;
	return FIRST_PID + (int)speaker;
}

int __wrap_tli_process_of_peer(int socket_fd, int pid)
{
	int *process = &processes[pid - FIRST_PID];
	int copy;

	(void)socket_fd;
	if (*process <= 0)
		*process = eventfd(0, EFD_CLOEXEC);
	copy = *process < 0 ? -1 : dup(*process);
	return copy < 0 ? -EMFILE : copy;
}

/* The next one has the same number. */
static void end_process(unsigned which)
{
	const uint64_t one = 1;

	if (processes[which] > 0) {
		require(write(processes[which], &one, sizeof(one)) ==
			sizeof(one));
		close(processes[which]);
	}
	processes[which] = 0;
}

void end_processes(void)
{
	for (unsigned i = 0; i < PROCESSES; i++)
		end_process(i);
}

/* ---- What is there for them ------------------------------------------- */

static const char settings[] =
	"{\"typeids\": {"
	"\"get_queue\": {\"type\": \"Queue\", \"name\": \"queue-{0}\"},"
	"\"get_state\": {\"type\": \"dict\", \"name\": \"d\","
	" \"value\": {\"a\": [1]}},"
	"\"get\": {\"type\": \"dict\", \"name\": \"d\", \"call\": \"get\","
	" \"args\": [\"{0}\"]},"
	"\"few\": {\"type\": \"list\", \"exposed\": [\"append\"]}}}";

/* Read once. */
static struct typeids *known_typeids(void)
{
	static struct config config;
	struct tli_error error;

	if (!config.typeids)
		require(config_parse(&config, "settings", settings,
				sizeof(settings) - 1, &error) == 0);
	return config.typeids;
}

void limit_managers(struct config *config)
{
	config->manager_shutdown = true;
	config->max_references = 6;
	config->reference_grace_ms = 100;
	config->reference_ttl_ms = 5000;
	config->typeids = known_typeids();
}

/* ---- What clients say ------------------------------------------------- */

/* For %i an ident of that typeid stands, for %t a token with one, for %p a
 * proxy with one. */
static const struct said {
	const char *typeid;
	const char *text; /* NULL = the process ends, and says nothing */
} sayings[] = {
	{"Queue", NULL},
	{"Queue", "(None, 'dummy', (), {})"},
	{"Queue", "(None, 'accept_connection', ('MainThread',), {})"},
	{"Queue", "(None, 'number_of_objects', (), {})"},
	{"Queue", "(None, 'debug_info', (), {})"},
	{"Queue", "(None, 'get_methods', (%t,), {})"},
	{"list", "(None, 'incref', (%i,), {})"},
	{"list", "(None, 'decref', (%i,), {})"},
	{"Queue", "(None, 'shutdown', (), {})"},
	{"Queue", "(None, 'serve_forever', (), {})"},
	{"Queue", "(None, 'create', ('Queue',), {})"},
	{"Queue", "(None, 'create', ('Queue', 1), {})"},
	{"Queue", "(None, 'create', ('JoinableQueue',), {})"},
	{"Queue", "(None, 'create', ('Event',), {})"},
	{"Queue", "(None, 'create', ('Lock',), {})"},
	{"Queue", "(None, 'create', ('RLock',), {})"},
	{"Queue", "(None, 'create', ('Semaphore', 1), {})"},
	{"Queue", "(None, 'create', ('BoundedSemaphore', 1), {})"},
	{"Lock", "(None, 'create', ('Condition', %p), {})"},
	{"Queue", "(None, 'create', ('Condition',), {})"},
	{"Queue", "(None, 'create', ('Barrier', 2), {})"},
	{"Queue", "(None, 'create', ('Barrier', 2, %p), {})"},
	{"Queue", "(None, 'create', ('Pool', 4), {})"},
	{"Queue", "(None, 'create', ('list', [1, 2, 3]), {})"},
	{"list", "(None, 'create', ('list', [%p, (%p, 'a')]), {})"},
	{"Queue", "(None, 'create', ('dict', [('a', 1)]), {'b': 2})"},
	{"list", "(None, 'create', ('dict', {'a': %p}), {})"},
	{"dict", "(None, 'create', ('dict', [('a', %p), 1]), {})"},
	{"Queue", "(None, 'create', ('Value', 'i', 5), {'lock': False})"},
	{"Queue", "(None, 'create', ('Array', 'i', range(0, 5)), {})"},
	{"Queue", "(None, 'create', ('Namespace',), {'a': 1})"},
	{"Queue", "(None, 'create', ('set', [1, 2]), {})"},
	{"Queue", "(None, 'create', ('Topic',), {})"},
	{"Queue", "(None, 'create', ('Iterator', [1]), {})"},
	{"Queue", "(None, 'create', ('get_task_queue',), {})"},
	{"Queue", "(None, 'create', ('get_queue', 'a'), {})"},
	{"Queue", "(None, 'create', ('get_queue',), {})"},
	{"Queue", "(None, 'create', ('get_state',), {})"},
	{"Queue", "(None, 'create', ('get', 'a'), {})"},
	{"Queue", "(None, 'create', ('few',), {})"},
	{"Queue", "(None, 'create', ('nonsense',), {})"},
	{"Queue", "(None, 'create', (), {})"},
	{"Queue", "(%i, 'put', ('x',), {})"},
	{"Queue", "(%i, 'put', (%p,), {'block': False})"},
	{"Queue", "(%i, 'put', ([%p],), {'timeout': 0.03})"},
	{"Queue", "(%i, 'get', (), {})"},
	{"Queue", "(%i, 'get', (True, 0.03), {})"},
	{"Queue", "(%i, 'get_nowait', (), {})"},
	{"Queue", "(%i, 'qsize', (), {})"},
	{"JoinableQueue", "(%i, 'task_done', (), {})"},
	{"JoinableQueue", "(%i, 'join', (), {})"},
	{"Lock", "(%i, 'acquire', (), {})"},
	{"Lock", "(%i, 'acquire', (True, 0.03), {})"},
	{"Lock", "(%i, 'acquire', (False,), {})"},
	{"Lock", "(%i, 'release', (), {})"},
	{"Condition", "(%i, 'acquire', (), {})"},
	{"Condition", "(%i, 'wait', (), {})"},
	{"Condition", "(%i, 'wait', (0.03,), {})"},
	{"Condition", "(%i, 'notify', (2,), {})"},
	{"Condition", "(%i, 'notify_all', (), {})"},
	{"Event", "(%i, 'wait', (), {})"},
	{"Event", "(%i, 'set', (), {})"},
	{"Event", "(%i, 'clear', (), {})"},
	{"Barrier", "(%i, 'wait', (), {})"},
	{"Barrier", "(%i, 'abort', (), {})"},
	{"Barrier", "(%i, '__getattribute__', ('broken',), {})"},
	{"list", "(%i, 'append', (%p,), {})"},
	{"list", "(%i, 'append', ([%p, %p],), {})"},
	{"list", "(%i, 'extend', ([1, %p],), {})"},
	{"list", "(%i, 'pop', (), {})"},
	{"list", "(%i, '__getitem__', (0,), {})"},
	{"list", "(%i, '__getitem__', (slice(0, 2, None),), {})"},
	{"list", "(%i, '__setitem__', (0, %p), {})"},
	{"list", "(%i, '__delitem__', (0,), {})"},
	{"list", "(%i, '__len__', (), {})"},
	{"list", "(%i, '__iter__', (), {})"},
	{"list", "(%i, '__imul__', (3,), {})"},
	{"list", "(%i, 'sort', (), {})"},
	{"list", "(%i, '#GETVALUE', (), {})"},
	{"list", "(%i, '__str__', (), {})"},
	{"list", "(%i, '__repr__', (), {})"},
	{"list", "(%i, '__class__', (), {})"},
	{"list", "(%i, '_private', (), {})"},
	{"list", "(%i, 'nonsense', (1,), {'a': 2})"},
	{"dict", "(%i, '__setitem__', ('a', %p), {})"},
	{"dict", "(%i, '__getitem__', ('a',), {})"},
	{"dict", "(%i, 'update', ({'b': [%p]},), {'c': 1})"},
	{"dict", "(%i, 'copy', (), {})"},
	{"dict", "(%i, 'items', (), {})"},
	{"dict", "(%i, '__iter__', (), {})"},
	{"dict", "(%i, 'clear', (), {})"},
	{"Iterator", "(%i, '__next__', (), {})"},
	{"Namespace", "(%i, '__setattr__', ('a', %p), {})"},
	{"Namespace", "(%i, '__getattribute__', ('a',), {})"},
	{"Namespace", "(%i, '__delattr__', ('a',), {})"},
	{"Value", "(%i, 'set', (%p,), {})"},
	{"Value", "(%i, 'get', (), {})"},
	{"Array", "(%i, '__setitem__', (0, 7), {})"},
	{"Semaphore", "(%i, 'acquire', (), {})"},
	{"Semaphore", "(%i, 'release', (), {})"},
	{"get_queue", "(%i, 'get', (), {})"},
	{"get_task_queue", "(%i, 'put', (b'x',), {})"},
	{"set", "(%i, 'add', (1,), {})"},
	{"Topic", "(%i, 'publish', ('a.b', %p), {})"},
	{"nonsense", "(%i, 'get', (), {})"},
	{"", "(%i, 'get', (), {})"},
	{"list", "('', 'append', (1,), {})"},
	{"list", "(%i, 'append', (1,))"},
	{"list", "(%i, b'append', (1,), {})"},
	{"list", "[%i, 'append', [1], {}]"},
	{"list", "7"},
};

/* What stands for the holes of a text. */
struct holes {
	struct tli_literal_filler filler;
	struct broker *broker;
	struct input *input;
	const char *typeid;
};

static struct tli_value *str(struct tli_values *values, const char *text)
{
	return tli_str(values, text, strlen(text));
}

static struct tli_value *make_ident(
	struct holes *holes, struct tli_values *values)
{
	static const char *const typeids[] = {
		"list", "Queue", "Condition", "nonsense"};
	unsigned which = take_byte(holes->input);
	char text[IDENT_TEXT];

	ident_format(text, holes->broker->epoch, which & 0x1f,
		which & 0x80 ? typeids[which >> 5 & 3] : holes->typeid);
	if ((which & 0xe0) == 0x60)
		text[0] = '?'; /* another broker's */
	return str(values, text);
}

/* Of multiprocessing.managers. */
static struct tli_value *class_of(struct tli_values *values, const char *name)
{
	return tli_global(values, "multiprocessing.managers", name);
}

static struct tli_value *make_token(
	struct holes *holes, struct tli_values *values)
{
	struct tli_value *state[] = {str(values, holes->typeid),
		str(values, "/address"), make_ident(holes, values)};
	struct tli_value *token =
		tli_object(values, TLI_NEWOBJ, class_of(values, "Token"),
			tli_items(values, TLI_TUPLE, NULL, 0), NULL);

	require(tli_object_step(
		token, TLI_STEP_BUILD, tli_items(values, TLI_TUPLE, state, 3)));
	return token;
}

static struct tli_value *make_proxy(
	struct holes *holes, struct tli_values *values)
{
	struct tli_value *args[] = {class_of(values, "AutoProxy"),
		make_token(holes, values), str(values, "pickle"),
		tli_container(values, TLI_DICT)};

	return tli_object(values, TLI_REDUCE, class_of(values, "RebuildProxy"),
		tli_items(values, TLI_TUPLE, args, 4), NULL);
}

static struct tli_value *fill(struct tli_literal_filler *filler,
	struct tli_values *values, const char **cursor)
{
	struct holes *holes = (struct holes *)filler;
	char what = *(*cursor)++;

	if (what == 'i')
		return make_ident(holes, values);
	return what == 't' ? make_token(holes, values)
			   : make_proxy(holes, values);
}

/* The frame of a value: as XML where that can be, if it is to be. */
static void put_value(
	const struct tli_value *value, unsigned how, struct tli_buf *frame)
{
	struct tli_value_error error;
	uint8_t header[4] = {0};
	int result = -1;

	require(tli_buf_append(frame, header, sizeof(header)) == TLI_BUF_OK);
	if (how & 4)
		result = tli_xmlrpc_write(value, frame, &error);
	if (result < 0) {
		tli_buf_consume(frame, tli_buf_len(frame));
		require(tli_buf_append(frame, header, sizeof(header)) ==
			TLI_BUF_OK);
		require(tli_pickle(value, 2 + (int)(how & 3), frame, &error) ==
			TLI_VALUE_OK);
	}
	tli_store_be32(tli_buf_head(frame),
		(uint32_t)(tli_buf_len(frame) - sizeof(header)));
}

static uint8_t *make_frame(
	struct holes *holes, const char *text, unsigned how, size_t *len_out)
{
	static const struct tli_value_limits limits = {1 << 20, 1 << 14, 100};
	struct tli_values values;
	const struct tli_value *value;
	struct tli_buf frame;

	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	value = tli_literal(&values, text, strlen(text), &holes->filler);
	require(value);
	tli_buf_init(&frame, BODY_MAX);
	put_value(value, how, &frame);
	tli_values_fini(&values);
	*len_out = tli_buf_len(&frame);
	if (how & 0x20)
		*len_out /= 2;
	return tli_buf_steal(&frame);
}

uint8_t *make_manager_request(
	struct broker *broker, struct input *input, size_t *len_out)
{
	const struct said *said = &TAKE_FROM(input, sayings);
	unsigned how = take_byte(input);
	struct holes holes = {{fill}, broker, input, said->typeid};

	speaker = (how >> 3 & 3) % PROCESSES;
	if (said->text)
		return make_frame(&holes, said->text, how, len_out);
	end_process(speaker);
	return NULL;
}

/* ---- What must be so -------------------------------------------------- */

static void check_manager(const struct manager *manager)
{
	const struct manager_call *call = manager->call;

	require(!manager->owner.ended);
	require(manager->owner.waiting <= 1);
	require(!call || call->manager == manager);
	require(manager->is_last || manager->is_serving || !call);
}

void check_managers(struct broker *broker)
{
	uint32_t count = 0;
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link) {
		const struct manager *manager = peer->state;

		if (strcmp(peer->stage->name, "manager") != 0)
			continue;
		count++;
		require(manager->peer == peer);
		check_manager(manager);
	}
	require(broker->managers.count == count);
	require(holders_object_count(broker->holders) <=
		broker->config.max_references);
}

void check_no_managers(const struct broker *broker)
{
	require(broker->managers.count == 0);
	require(TAILQ_EMPTY(&broker->managers.due));
	require(TAILQ_EMPTY(&broker->managers.dead));
}

bool has_references(const struct broker *broker)
{
	return holders_object_count(broker->holders) > 0;
}
