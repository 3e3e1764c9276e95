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
	else
		manager_return(manager,
			typeid_exposed(&manager->broker->config,
				manager_values(manager), ident.typeid));
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
	if (holder && holder_add(holder, ident.object)) {
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

static void decref(
	struct manager *manager, const struct manager_request *request)
{
	struct holders *holders = manager->broker->holders;
	struct holder *holder;
	struct ident ident;

	if (!read_ident(manager, request, &ident))
		return;
	holder = holder_of(holders, manager->peer);
	if (holder && holders_drop(holders, holder, ident.object))
		manager_return_item(manager, NULL);
	else
		manager_refuse(manager, "KeyError",
			"'%.400s': nobody has a reference to it",
			tli_text_of(tli_items_of(request->args)->items[0]));
}

/* ---- The table --------------------------------------------------------- */

#define ANY_ARGUMENTS (-1)

static const struct {
	const char *name;
	int arguments; /* how many, none by name */
	void (*serve)(
		struct manager *manager, const struct manager_request *request);
} functions[] = {
	{"accept_connection", 1, accept_connection},
	{"create", ANY_ARGUMENTS, manager_create},
	{"debug_info", 0, debug_info},
	{"decref", 1, decref},
	{"dummy", 0, dummy},
	{"get_methods", 1, get_methods},
	{"incref", 1, incref},
	{"number_of_objects", 0, number_of_objects},
	{"shutdown", 0, shutdown_broker},
};

static bool has_arguments(const struct manager_request *request, int count)
{
	return tli_items_of(request->args)->count == (uint32_t)count &&
		tli_items_of(request->kwds)->count == 0;
}

static void serve_function(struct manager *manager,
	const struct manager_request *request, size_t function)
{
	int count = functions[function].arguments;

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
