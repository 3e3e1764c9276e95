/* SPDX-License-Identifier: MIT */
/* Objects made for proxies: by create(), and of what methods return. */
#include "manager.h"

#include "../proto/item_value.h"

#include "holders.h"
#include "typeid_create.h"
#include "typeids.h"

static struct tli_value *exposed(
	const struct manager *manager, const char *typeid)
{
	return typeid_exposed(
		&manager->broker->config, manager_values(manager), typeid);
}

/* What the new object is known by to the client. */
static void ident_of(const struct manager_call *call, char ident[IDENT_TEXT])
{
	ident_format(ident, call->broker->epoch, call->request.op.object,
		call->typeid);
}

static struct tli_value *pair(struct tli_values *values,
	struct tli_value *first, struct tli_value *second)
{
	struct tli_value *items[2] = {first, second};

	return tli_items(values, TLI_TUPLE, items, 2);
}

/* ---- create() ---------------------------------------------------------- */

/* Once for what is made, not for each who asks for it. */
static void tell_guess(const struct manager_call *call)
{
	char text[PEER_TEXT];

	if (call->guess && call->request.op.created)
		log_write(&call->broker->log, CONFIG_LOG_INFO,
			"%s: a guess; to make it explicit: %s",
			peer_text(call->manager->peer, text), call->guess);
}

/* (ident, exposed) */
static void on_created(struct manager_call *call)
{
	struct manager *manager = call->manager;
	char ident[IDENT_TEXT];

	if (manager_keep_reference(call)) {
		struct tli_values *values = manager_values(manager);

		tell_guess(call);
		ident_of(call, ident);
		manager_return(manager,
			pair(values, tli_text(values, ident),
				exposed(manager, call->typeid)));
	} else if (manager) {
		manager->lease = 0; /* with nobody to have it, it goes back */
	}
	manager_call_free(call);
}

/* ---- Plain results ----------------------------------------------------- */

/* The kind of object that a plain value becomes. */
static const char *kind_of(const struct tli_value *value)
{
	static const char *const kinds[TLI_KINDS] = {
		[TLI_LIST] = "list",
		[TLI_DICT] = "dict",
		[TLI_SET] = "set",
	};

	return kinds[value->kind] ? kinds[value->kind] : "object";
}

/* What opens an object of that kind, made of those arguments. */
static struct tli_item *opening(struct tli_values *values, const char *kind,
	struct tli_value *const *args, size_t count)
{
	return manager_pickle(typeid_options(values, kind, NULL,
		tli_items(values, TLI_TUPLE, args, count),
		tli_container(values, TLI_DICT)));
}

/* What was called on a named object has returned. */
static void on_returned(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;
	struct tli_value *value;

	if (!manager || op->status != TLI_STATUS_OK) {
		if (manager)
			manager_refuse_op(manager, op);
		manager_call_free(call);
		return;
	}
	value = op->result ? tli_item_value(manager_values(manager), op->result)
			   : tli_none(manager_values(manager));
	manager_note_lease(manager, op);
	call->is_granted = true;
	if (value)
		strcpy(call->typeid, kind_of(value));
	manager_ask(call, TLI_OP_OPEN, 0,
		value ? opening(manager_values(manager), call->typeid, &value,
				1)
		      : NULL,
		on_created);
}

/* The named object is there, on which something is to be called. */
static void on_opened(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;
	struct tli_item *method = call->method;

	call->opened_token = op->granted;
	if (manager && op->status == TLI_STATUS_OK) {
		call->method = NULL;
		manager_ask(call, TLI_OP_CALL, op->object, method, on_returned);
		return;
	}
	if (manager)
		manager_refuse_op(manager, op);
	manager_call_free(call);
}

/* ---- What is created --------------------------------------------------- */

/* Without memory for it nothing is told. */
static void note_guess(
	struct manager_call *call, const struct creation *creation)
{
	char text[TYPEID_WHY];

	typeid_guess_text(call->typeid, creation, text);
	call->guess = strdup(text);
}

static void begin(struct manager *manager, const char *typeid,
	const struct creation *creation)
{
	struct holder *holder =
		holder_of(manager->broker->holders, manager->peer);
	struct manager_call *call = manager_call_new(manager, holder);

	if (!call)
		return;
	strcpy(call->typeid, typeid);
	if (creation->is_guessed)
		note_guess(call, creation);
	if (creation->call)
		call->method = manager_pickle(creation->call);
	manager_ask(call, TLI_OP_OPEN, 0, manager_pickle(creation->options),
		creation->call ? on_opened : on_created);
}

/* The typeid, of a usable length; NULL with the reply made. */
static const char *read_typeid(
	struct manager *manager, const struct manager_request *request)
{
	const struct tli_items *args = tli_items_of(request->args);
	const char *typeid =
		args->count > 0 ? tli_text_of(args->items[0]) : NULL;

	if (typeid && strlen(typeid) <= IDENT_TYPEID_MAX)
		return typeid;
	manager_refuse(manager, args->count > 0 ? "KeyError" : "TypeError",
		"create() takes a typeid, a str of at most %u bytes",
		IDENT_TYPEID_MAX);
	return NULL;
}

void manager_create(
	struct manager *manager, const struct manager_request *request)
{
	static const char *const exceptions[] = {
		[CREATION_UNKNOWN] = "KeyError",
		[CREATION_REFUSED] = "ValueError",
		[CREATION_NOMEM] = "MemoryError",
	};
	const struct tli_items *args = tli_items_of(request->args);
	struct tli_values *values = manager_values(manager);
	const char *typeid = read_typeid(manager, request);
	char why[TYPEID_WHY] = "no memory for it";
	struct creation creation;
	enum creation_result result;

	if (!typeid)
		return;
	result = typeids_create(&manager->broker->config, values, typeid,
		tli_items(values, TLI_TUPLE, args->items + 1, args->count - 1),
		request->kwds, &creation, why);
	if (result == CREATION_OK)
		begin(manager, typeid, &creation);
	else
		manager_refuse(manager, exceptions[result], "%s", why);
}

/* ---- Proxies of results ------------------------------------------------ */

/* (exposed, token) */
static void on_proxied(struct manager_call *call)
{
	struct manager *manager = call->manager;
	char ident[IDENT_TEXT];

	if (manager_keep_reference(call)) {
		ident_of(call, ident);
		manager_reply(manager, "#PROXY",
			pair(manager_values(manager),
				exposed(manager, call->typeid),
				manager_token(manager, call->typeid, ident)));
	}
	manager_call_free(call);
}

void manager_make_proxy(struct manager_call *call)
{
	struct manager *manager = call->manager;
	struct tli_values *values = manager_values(manager);
	struct tli_value *args[2] = {
		tli_item_value(values, call->request.op.result),
		tli_int(values, (int64_t)call->request.op.object),
	};

	call->holder = holder_of(manager->broker->holders, manager->peer);
	if (call->holder)
		holder_ref(call->holder);
	strcpy(call->typeid, call->result_typeid);
	call->is_granted = true;
	manager_ask(call, TLI_OP_OPEN, 0,
		opening(values, call->typeid, args, 2), on_proxied);
}
