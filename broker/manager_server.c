/* SPDX-License-Identifier: MIT */
/* What is asked of the server itself: one request of a connection, which ends
 * with the answer, unless it is to go on with methods. */
#include "manager.h"

#include "../proto/item_value.h"
#include "../proto/value/mapping.h"
#include "../proto/value/token.h"

#include "holders.h"
#include "typeids.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The object that the only argument names; false with the reply made. */
static bool read_ident(struct manager *manager,
	const struct manager_request *request, struct ident *ident)
{
	const char *text = tli_text_of(tli_items_of(request->args)->items[0]);

	if (!text)
		manager_refuse_no_ident(manager);
	else if (ident_parse(ident, text, manager->broker->epoch))
		return true;
	else
		manager_refuse_ident(manager, text);
	return false;
}

/* ---- Small talk -------------------------------------------------------- */

static void dummy(
	struct manager *manager, const struct manager_request *request)
{
	(void)request;
	manager_return_item(manager, NULL);
}

/* The name is that of the client's thread. */
static void accept_connection(
	struct manager *manager, const struct manager_request *request)
{
	(void)request;
	manager->is_serving = true;
	manager->is_last = false;
	manager_return_item(manager, NULL);
}

static void number_of_objects(
	struct manager *manager, const struct manager_request *request)
{
	uint64_t count = holders_object_count(manager->broker->holders);

	(void)request;
	manager_return(
		manager, tli_int(manager_values(manager), (int64_t)count));
}

struct report {
	struct tli_buf text;
	const char *epoch;
};

static void add_to_report(
	void *arg, uint64_t object, const char *typeid, uint64_t references)
{
	struct report *report = arg;
	char ident[IDENT_TEXT], line[2 * IDENT_TEXT + 64];
	int len;

	ident_format(ident, report->epoch, object, typeid);
	len = snprintf(line, sizeof(line),
		"%s  %s:       refcount=%" PRIu64 "\n    <%s>",
		tli_buf_len(&report->text) > 0 ? "\n" : "", ident, references,
		typeid);
	(void)tli_buf_append(&report->text, line, (size_t)len);
}

/* What does not fit is left out. */
#define REPORT_BYTES (1u << 20)

static void debug_info(
	struct manager *manager, const struct manager_request *request)
{
	struct report report = {.epoch = manager->broker->epoch};

	(void)request;
	tli_buf_init(&report.text, REPORT_BYTES);
	holders_each(manager->broker->holders, add_to_report, &report);
	manager_return(manager,
		tli_str(manager_values(manager),
			tli_buf_len(&report.text) > 0
				? (const char *)tli_buf_head(&report.text)
				: "",
			tli_buf_len(&report.text)));
	tli_buf_fini(&report.text);
}

static void shutdown_broker(
	struct manager *manager, const struct manager_request *request)
{
	(void)request;
	if (!manager->broker->config.manager_shutdown) {
		manager_refuse(manager, "PermissionError",
			"shutdown() is not permitted: others use this broker "
			"too; \"manager_shutdown\": true in its configuration "
			"would allow it");
		return;
	}
	manager_return_item(manager, NULL);
	log_write(&manager->broker->log, CONFIG_LOG_INFO,
		"a manager's client asks for the end");
	manager->broker->managers.wants_end = true;
}

/* Asks for what needs no more than any right to the object. */
static void look(struct manager *manager, struct holder *holder,
	const struct ident *ident, void (*then)(struct manager_call *call))
{
	struct manager_call *call = manager_call_new(manager, holder);

	if (!call)
		return;
	strcpy(call->typeid, ident->typeid);
	manager_ask(call, OP_LOOK, ident->object, NULL, then);
}

static void tell_methods(struct manager *manager, const char *typeid)
{
	manager_return(manager,
		typeid_exposed(&manager->broker->config,
			manager_values(manager), typeid));
}

static void on_looked_for_methods(struct manager_call *call)
{
	struct manager *manager = call->manager;

	if (manager && call->request.op.status == TLI_STATUS_OK)
		tell_methods(manager, call->typeid);
	else if (manager)
		manager_refuse_op(manager, &call->request.op);
	manager_call_free(call);
}

/* Of a token, by its ident. */
static void get_methods(
	struct manager *manager, const struct manager_request *request)
{
	const struct tli_value *state =
		tli_token_state(tli_items_of(request->args)->items[0]);
	const char *text = state
		? tli_text_of(tli_items_of(state)->items[TLI_TOKEN_IDENT])
		: NULL;
	struct ident ident;

	if (!text)
		manager_refuse(manager, "AttributeError",
			"get_methods() takes a Token, which has an id");
	else if (!ident_parse(&ident, text, manager->broker->epoch))
		manager_refuse_ident(manager, text);
	else if (peer_may_all(manager->peer))
		tell_methods(manager, ident.typeid);
	else
		look(manager, NULL, &ident, on_looked_for_methods);
}

/* ---- References -------------------------------------------------------- */

static void on_reference(struct manager_call *call)
{
	if (manager_keep_reference(call))
		manager_return_item(call->manager, NULL);
	manager_call_free(call);
}

/* {"id": ...}, what an open() of an object takes that is there already. */
static struct tli_item *opening(
	const struct manager *manager, const struct ident *ident)
{
	struct tli_values *values = manager_values(manager);
	struct tli_value *options = tli_container(values, TLI_DICT);
	bool is_made = tli_dict_put(
		options, "id", tli_int(values, (int64_t)ident->object));

	return manager_pickle(is_made ? options : NULL);
}

static void incref(
	struct manager *manager, const struct manager_request *request)
{
	struct holder *holder;
	struct manager_call *call;
	struct ident ident;

	if (!read_ident(manager, request, &ident))
		return;
	holder = holder_of(manager->broker->holders, manager->peer);
	if (peer_may_all(manager->peer) && holder &&
		holder_add(holder, ident.object)) {
		manager_return_item(manager, NULL);
		return;
	}
	call = manager_call_new(manager, holder);
	if (!call)
		return;
	strcpy(call->typeid, ident.typeid);
	manager_ask(
		call, TLI_OP_OPEN, 0, opening(manager, &ident), on_reference);
}

static void drop(struct manager *manager, struct holder *holder,
	uint64_t object, const char *typeid)
{
	char ident[IDENT_TEXT];

	if (holder && holders_drop(manager->broker->holders, holder, object)) {
		manager_return_item(manager, NULL);
		return;
	}
	ident_format(ident, manager->broker->epoch, object, typeid);
	manager_refuse(manager, "KeyError",
		"'%.400s': nobody has a reference to it", ident);
}

static void on_looked_to_drop(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;

	if (manager && op->status == TLI_STATUS_OK)
		drop(manager, call->holder, call->request.object, call->typeid);
	else if (manager)
		manager_refuse_op(manager, op);
	manager_call_free(call);
}

static void decref(
	struct manager *manager, const struct manager_request *request)
{
	struct holder *holder;
	struct ident ident;

	if (!read_ident(manager, request, &ident))
		return;
	holder = holder_of(manager->broker->holders, manager->peer);
	if (peer_may_all(manager->peer))
		drop(manager, holder, ident.object, ident.typeid);
	else
		look(manager, holder, &ident, on_looked_to_drop);
}

/* ---- The table --------------------------------------------------------- */

#define ANY_ARGUMENTS (-1)

static const struct {
	const char *name;
	int arguments;    /* how many, none by name */
	enum right right; /* that it needs; RIGHT_COUNT = none, or of objects */
	void (*serve)(
		struct manager *manager, const struct manager_request *request);
} functions[] = {
	{"accept_connection", 1, RIGHT_COUNT, accept_connection},
	{"create", ANY_ARGUMENTS, RIGHT_COUNT, manager_create},
	{"debug_info", 0, RIGHT_LIST, debug_info},
	{"decref", 1, RIGHT_COUNT, decref},
	{"dummy", 0, RIGHT_COUNT, dummy},
	{"get_methods", 1, RIGHT_COUNT, get_methods},
	{"incref", 1, RIGHT_COUNT, incref},
	{"number_of_objects", 0, RIGHT_STAT, number_of_objects},
	{"shutdown", 0, RIGHT_SHUTDOWN, shutdown_broker},
};

static bool has_arguments(const struct manager_request *request, int count)
{
	return tli_items_of(request->args)->count == (uint32_t)count &&
		tli_items_of(request->kwds)->count == 0;
}

/* False with the reply made. */
static bool is_permitted(struct manager *manager, enum right right)
{
	char why[PERMISSION_WHY];

	if (right == RIGHT_COUNT || peer_may(manager->peer, right, NULL))
		return true;
	manager_forbid(manager,
		permission_text(manager->peer, RIGHT_BIT(right), NULL, why));
	return false;
}

static void serve_function(struct manager *manager,
	const struct manager_request *request, size_t function)
{
	int count = functions[function].arguments;

	if (!is_permitted(manager, functions[function].right))
		return;
	if (count == ANY_ARGUMENTS || has_arguments(request, count))
		functions[function].serve(manager, request);
	else
		manager_refuse(manager, "TypeError",
			"%s() takes %s argument, by its place", request->name,
			count == 0 ? "no" : "one");
}

void manager_serve_server(
	struct manager *manager, const struct manager_request *request)
{
	for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
		if (strcmp(functions[i].name, request->name) == 0) {
			serve_function(manager, request, i);
			return;
		}
	manager_refuse(manager, "AssertionError", "'%.100s' unrecognized",
		request->name);
}
