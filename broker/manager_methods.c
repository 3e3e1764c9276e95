/* SPDX-License-Identifier: MIT */
/* Methods of objects, called by proxies. */
#include "manager.h"

#include "../proto/item_value.h"
#include "../proto/value/repr.h"

#include "engine/kinds.h"
#include "holders.h"
#include "typeids.h"

/* ---- Answers ----------------------------------------------------------- */

/* Python's server tells apart what a method raises and what itself does. */
static bool is_of_server(const struct op *op)
{
	return op->status == TLI_STATUS_NO_OBJECT ||
		op->status == TLI_STATUS_DELETED ||
		op->status == TLI_STATUS_WRONG_KIND ||
		op->status == TLI_STATUS_BAD_REQUEST;
}

static void answer_raised(struct manager *manager, const struct op *op)
{
	if (is_of_server(op))
		manager_refuse_op(manager, op);
	else
		manager_raise(manager, op);
}

static void on_answer(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;

	if (manager && op->status == TLI_STATUS_OK && call->result_typeid) {
		manager_make_proxy(call);
		return;
	}
	if (manager && op->status == TLI_STATUS_OK) {
		manager_note_lease(manager, op);
		manager_return_item(manager, op->result);
	} else if (manager) {
		answer_raised(manager, op);
	}
	manager_call_free(call);
}

/* #GETVALUE: what Python could not pickle is no fault of the method. */
static void on_value(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;

	if (manager && op->status == TLI_STATUS_TYPE_ERROR)
		manager_unserializable(manager, op);
	else if (manager && op->status == TLI_STATUS_OK)
		manager_return_item(manager, op->result);
	else if (manager)
		answer_raised(manager, op);
	manager_call_free(call);
}

/* The client gets an iterator of its own over what there is now: iter(list). */
static void on_iterated(struct manager_call *call)
{
	struct manager *manager = call->manager;
	const struct op *op = &call->request.op;

	if (!manager || op->status != TLI_STATUS_OK || !op->result ||
		call->result_typeid || !manager->serializer->is_pickle) {
		on_answer(call);
		return;
	}
	manager_return_iterator(manager, op->result);
	manager_call_free(call);
}

static const struct {
	const char *method;
	void (*then)(struct manager_call *call);
} answers[] = {
	{"#GETVALUE", on_value},
	{"__iter__", on_iterated},
	{"__reversed__", on_iterated},
};

static void (*answer_of(const char *method))(struct manager_call *call)
{
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++)
		if (strcmp(answers[i].method, method) == 0)
			return answers[i].then;
	return on_answer;
}

/* ---- Requests ---------------------------------------------------------- */

static void refuse_method(
	struct manager *manager, const struct ident *ident, const char *method)
{
	struct tli_value *names = typeid_exposed(&manager->broker->config,
		manager_values(manager), ident->typeid);
	struct tli_buf text;

	tli_buf_init(&text, SIZE_MAX);
	if (names && tli_repr(names, &text) == TLI_VALUE_OK)
		manager_refuse(manager, "AttributeError",
			"method '%.100s' of '%s' object is not in exposed=%.*s",
			method, ident->typeid, (int)tli_buf_len(&text),
			(const char *)tli_buf_head(&text));
	else
		manager_fail(manager);
	tli_buf_fini(&text);
}

static bool has_arguments(const struct manager_request *request)
{
	return tli_items_of(request->args)->count > 0 ||
		tli_items_of(request->kwds)->count > 0;
}

static void begin(struct manager *manager,
	const struct manager_request *request, const struct ident *ident)
{
	struct manager_call *call = manager_call_new(manager, NULL);
	struct tli_value_error error;

	if (!call)
		return;
	holders_use(manager->broker->holders, ident->object);
	/* XML-RPC has no form for the proxy of an iterator. */
	if (manager->serializer->is_pickle)
		call->result_typeid = typeid_of_result(
			&manager->broker->config, ident->typeid, request->name);
	manager_ask(call, TLI_OP_CALL, ident->object,
		manager->serializer->item(request, &error),
		answer_of(request->name));
}

void manager_serve_method(
	struct manager *manager, const struct manager_request *request)
{
	const char *text = tli_text_of(request->ident);
	struct ident ident;

	if (!text)
		manager_refuse_no_ident(manager);
	else if (!ident_parse(&ident, text, manager->broker->epoch))
		manager_refuse_ident(manager, text);
	else if (typeid_exposes(
			 &manager->broker->config, ident.typeid, request->name))
		begin(manager, request, &ident);
	else if (!engine_has_method(request->name))
		refuse_method(manager, &ident, request->name);
	else if (has_arguments(request))
		manager_refuse(manager, "TypeError", "%s() takes no arguments",
			request->name);
	else
		begin(manager, request, &ident);
}
