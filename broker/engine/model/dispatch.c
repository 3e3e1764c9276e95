/* SPDX-License-Identifier: MIT */
#include "dispatch.h"

#include "../../../proto/item_value.h"
#include "cell.h"
#include "links.h"
#include "permit.h"
#include "topic/watch.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define REPR_MAX         (OBJECT_NAME_MAX + 64u)
#define RESULT_MAX_BYTES (64u << 20)

/* ---- what every object has, unless its kind has its own ----------------- */

static enum outcome get_value(struct call *call)
{
	const struct kind *kind = call->object->kind;

	if (kind->value)
		return kind->value(call);
	return call_raise(call, TLI_STATUS_TYPE_ERROR,
		"cannot pickle '%s' object", kind->name);
}

/* "<Queue 'tasks' #1f>" */
static enum outcome repr(struct call *call)
{
	const struct object *object = call->object;
	const char *quote = object->name ? "'" : "";
	char text[REPR_MAX];
	int len = snprintf(text, sizeof(text), "<%s %s%s%s%s#%" PRIx64 ">",
		object->kind->name, quote, object->name ? object->name : "",
		quote, object->name ? " " : "", object->id);

	return call_return(call, tli_str(call->values, text, (size_t)len));
}

const struct method methods_of_all[] = {
	{"#GETVALUE", "", get_value, NEEDS_CALL},
	{"__repr__", "", repr, NEEDS_ANY},
	{"__str__", "", repr, NEEDS_ANY},
	{.name = NULL},
};

/* ---- calls -------------------------------------------------------------- */

static const struct method *find_among(
	const struct method *methods, const struct tli_value *name)
{
	for (; methods->name; methods++)
		if (tli_is_text(name, methods->name))
			return methods;
	return NULL;
}

static const struct method *find_method(
	const struct object *object, const struct tli_value *name)
{
	const struct method *method;

	if (!object)
		return find_among(registry_methods, name);
	method = find_among(object->kind->methods, name);
	return method ? method : find_among(methods_of_all, name);
}

static enum outcome no_method(struct call *call, const struct tli_value *name)
{
	const char *owner = call->object ? call->object->kind->name : "broker";

	if (name->kind != TLI_STR)
		return call_raise(call, TLI_STATUS_TYPE_ERROR,
			"the name of a method is a str, not %s",
			tli_kind_name(name->kind));
	return call_raise(call, TLI_STATUS_ATTRIBUTE_ERROR,
		"'%s' object has no attribute '%.100s'", owner,
		(const char *)tli_bytes_of(name)->data);
}

/* Which object of the registry's is meant its methods have to find out. */
static bool is_permitted(struct call *call)
{
	const struct object *object = call->object;
	uint32_t needs = call->method->needs;

	if (object)
		return call_permits_on(call, needs, object);
	return (needs & NEEDS_ANY) || call_permits(call, needs, NULL, NULL);
}

static enum outcome run_method(struct call *call, const struct tli_value *name,
	const struct tli_value *args, const struct tli_value *keywords)
{
	call->method = find_method(call->object, name);
	if (!call->method)
		return no_method(call, name);
	if (!is_permitted(call))
		return CALL_DONE;
	if (!bind_arguments(call, args, keywords))
		return CALL_DONE;
	return call->method->run(call);
}

/* (name, arguments) or (name, arguments, keywords); of managers' clients
 * (ident, name, arguments, keywords), whose ident others have looked at. */
static enum outcome run_call(struct call *call)
{
	struct tli_value *value = item_value(call, call->op->item);
	struct tli_value *const *parts;
	uint32_t count;

	if (!value)
		return CALL_DONE;
	count = tli_is_sequence(value) ? tli_items_of(value)->count : 0;
	parts = tli_items_of(value)->items;
	if (count == 4) {
		parts++;
		count--;
	}
	if (count < 2 || count > 3 || !tli_is_sequence(parts[1]) ||
		(count == 3 && parts[2]->kind != TLI_DICT))
		return call_raise(call, TLI_STATUS_BAD_REQUEST,
			"a call is a tuple of a method's name, a tuple of "
			"arguments and a dict of those with names");
	return run_method(
		call, parts[0], parts[1], count > 2 ? parts[2] : NULL);
}

static enum outcome run_open(struct call *call)
{
	struct tli_value *options = item_value(call, call->op->item);

	if (!options)
		return CALL_DONE;
	if (options->kind != TLI_DICT)
		return call_raise(call, TLI_STATUS_BAD_REQUEST,
			"an object is opened by a dict of options");
	return registry_open(call, options);
}

static const struct operation *find_operation(
	const struct operation *operations, uint8_t code)
{
	for (; operations && operations->code; operations++)
		if (operations->code == code)
			return operations;
	return NULL;
}

static enum outcome not_for_kind(struct call *call)
{
	return call_raise(call, TLI_STATUS_WRONG_KIND, "a %s has no %s",
		call->object->kind->name, tli_op_info(call->op->code)->word);
}

static enum outcome take_back(struct call *call)
{
	const struct operation *operation;

	call->op->dropped = call->op->token;
	if (call->op->token & TOKEN_OF_A_REFERENCE) {
		if (call->object->is_temporary &&
			call->object->creator == call->op->owner)
			object_delete(call->object);
		object_unref(call->object);
		return CALL_DONE;
	}
	operation = find_operation(call->object->kind->operations, OP_RETURN);
	return operation ? operation->run(call) : CALL_DONE;
}

static enum outcome run_on_object(struct call *call)
{
	const struct operation *operation;

	call->object = model_find(call->model, call->op->object);
	if (call->op->code == OP_RETURN)
		return call->object ? take_back(call) : CALL_DONE;
	if (!call->object)
		return call_raise_status(call, TLI_STATUS_NO_OBJECT);
	if (!call_permits_on(
		    call, engine_op_needs(call->op->code), call->object))
		return CALL_DONE;
	if (call->object->is_deleted)
		return call_raise_status(call, TLI_STATUS_DELETED);
	if (call->op->code == OP_LOOK)
		return CALL_DONE;
	call->object->used_ms = call->now_ms;
	if (call->op->code == TLI_OP_CALL)
		return run_call(call);
	operation =
		find_operation(call->object->kind->operations, call->op->code);
	if (operation)
		return operation->run(call);
	if (call->op->code == TLI_OP_SUBSCRIBE)
		return watch_subscribe(call);
	return not_for_kind(call);
}

static enum outcome run(struct call *call)
{
	if (call->op->code == TLI_OP_OPEN)
		return run_open(call);
	if (call->op->object == 0 && call->op->code == TLI_OP_CALL)
		return run_call(call);
	return run_on_object(call);
}

/* A result as an item in the format of the request; NULL with *error set. */
static struct tli_item *encode(const struct call *call,
	const struct tli_value *result, struct tli_value_error *error)
{
	struct tli_item *item =
		tli_item_of_value((enum tli_format)call->op->format, result,
			RESULT_MAX_BYTES, error);

	if (!item || links_attach(call, item, result, NULL))
		return item;
	tli_item_unref(item);
	tli_value_error_set(error, TLI_VALUE_NOMEM, "out of memory");
	return NULL;
}

bool call_settle(struct call *call, struct tli_value *result)
{
	struct tli_value_error error;

	if (!result) {
		call_raise_values(call, &call->values->error);
		return false;
	}
	call->op->result = encode(call, result, &error);
	if (!call->op->result)
		call_raise_values(call, &error);
	return call->op->result != NULL;
}

/* What is raised for want of memory has no arguments. */
static void answer_raised(struct call *call)
{
	struct tli_value_error error;

	call->op->result = encode(call, call->result, &error);
}

static void answer(struct call *call)
{
	if (call->op->status == TLI_STATUS_NOT_PERMITTED)
		return;
	if (call_has_failed(call)) {
		tli_item_unref(call->op->result);
		call->op->result = NULL;
	} else if (call->result) {
		(void)call_settle(call, call->result);
	}
	if (call_has_failed(call) && call->result)
		answer_raised(call);
}

/* What has failed keeps no place in a wait. */
static void give_up_ticket(
	struct model *model, const struct op *op, int64_t now_ms)
{
	struct op back = {
		.code = OP_RETURN,
		.object = op->object,
		.owner = op->owner,
		.token = op->ticket,
	};

	(void)model_try(model, &back, now_ms);
}

enum outcome model_try(struct model *model, struct op *op, int64_t now_ms)
{
	struct call call = {
		.model = model,
		.op = op,
		.now_ms = now_ms,
		.values = &model->values,
	};
	enum outcome outcome;

	op->status = TLI_STATUS_OK;
	outcome = run(&call);
	if (outcome == CALL_DONE)
		answer(&call);
	tli_values_forget(call.values);
	if (outcome == CALL_DONE && op->ticket && call_has_failed(&call))
		give_up_ticket(model, op, now_ms);
	links_run(model);
	return outcome;
}
