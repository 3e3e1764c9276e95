/* SPDX-License-Identifier: MIT */
/* What is asked of the engine for a request, and the way back. */
#include "manager.h"

#include "../proto/item_value.h"

#include "holders.h"

#include <stdlib.h>

struct manager_call *manager_call_new(
	struct manager *manager, struct holder *holder)
{
	struct manager_call *call = calloc(1, sizeof(*call));

	if (!call) {
		manager_fail(manager);
		return NULL;
	}
	call->broker = manager->broker;
	call->manager = manager;
	call->holder = holder;
	if (holder)
		holder_ref(holder);
	manager->call = call;
	return call;
}

struct tli_item *manager_pickle(const struct tli_value *value)
{
	struct tli_value_error error;

	if (!value)
		return NULL;
	return tli_item_of_value(
		TLI_FORMAT_PICKLE, value, TLI_ITEM_BODY_MAX, &error);
}

static struct owner *owner_of(const struct manager_call *call, uint8_t code)
{
	return code == TLI_OP_OPEN ? holder_owner(call->holder)
				   : &call->manager->owner;
}

/* ---- Rights ------------------------------------------------------------ */

static bool is_known(
	const struct manager *manager, uint64_t object, uint64_t generation)
{
	return object != 0 && manager->known.object == object &&
		manager->known.generation == generation;
}

static void forbid(struct manager_call *call, uint64_t object)
{
	struct manager *manager = call->manager;

	if (call->is_granted)
		return;
	if (is_known(manager, object, peer_rights_generation(manager->peer)))
		call->rights.allowed = manager->known.allowed;
	object_rights_forbid(manager->peer, &call->rights, &call->request.op);
}

static void note_known(struct manager_call *call)
{
	struct known_object *known = &call->manager->known;

	if (call->request.object == 0 || call->request.op.is_beside)
		return;
	tli_item_unref(known->name);
	*known = (struct known_object){
		.object = call->request.object,
		.name = tli_item_ref(call->request.op.result),
		.generation = peer_rights_generation(call->manager->peer),
		.allowed = call->rights.allowed,
	};
}

/* Of what is not permitted. True if the call goes on in another way, or is
 * over. */
static bool review(struct manager_call *call)
{
	struct manager *manager = call->manager;
	struct op *op = &call->request.op;
	char why[PERMISSION_WHY];

	if (object_rights_review(
		    manager->peer, &call->rights, false, op, why)) {
		note_known(call);
		manager_ask(call, op->code, call->request.object,
			tli_item_ref(op->item), call->then);
		return true;
	}
	if (op->status != TLI_STATUS_NOT_PERMITTED)
		return false;
	manager_forbid(manager, why);
	manager_call_free(call);
	return true;
}

void manager_call_take_rights(struct manager_call *call)
{
	const struct manager *manager = call->manager;
	struct peer *peer = manager->peer;
	uint64_t object = call->request.object;
	uint32_t needs = call->request.op.needed;
	char text[OBJECT_NAME_TEXT];
	const char *name = manager->known.object == object
		? object_name(manager->known.name, text)
		: NULL;

	if (object == 0 || call->is_granted ||
		needs_are_met(needs, ~peer_rights_on(peer, name)))
		return;
	permission_refused(peer, needs, name);
	call->lost = needs;
	request_cancel(&call->request);
}

static void tell_lost(struct manager_call *call)
{
	char why[PERMISSION_WHY];

	permission_text(call->manager->peer, call->lost, NULL, why);
	manager_forbid(call->manager, why);
	manager_call_free(call);
}

/* ---- Answers ----------------------------------------------------------- */

/* What the request said, or another connection was told, is not needed any
 * more. */
static void go_on(struct manager_call *call)
{
	const uint8_t status = call->request.op.status;

	tli_values_forget(&call->broker->managers.values);
	if (call->manager && status == TLI_STATUS_NOT_PERMITTED && review(call))
		return;
	if (call->manager && status == TLI_STATUS_CANCELLED && call->lost)
		tell_lost(call);
	else
		call->then(call);
}

static void on_done(struct request *request)
{
	go_on((struct manager_call *)request);
}

static void forget_answer(struct manager_call *call)
{
	tli_item_unref(call->request.op.item);
	request_clear(&call->request);
	call->request.op = (struct op){.code = 0};
}

/* Without memory, or somebody who is to have a reference, nothing is asked; nor
 * what is more than there may be. */
static void give_up(struct manager_call *call, struct tli_item *item)
{
	struct manager *manager = call->manager;
	const struct tli_value_error *error = &manager_values(manager)->error;

	if (error->code != TLI_VALUE_OK && error->code != TLI_VALUE_NOMEM)
		manager_refuse(manager, "ValueError", "%s", error->text);
	else
		manager_fail(manager);
	tli_item_unref(item);
	manager_call_free(call);
}

void manager_ask(struct manager_call *call, uint8_t code, uint64_t object,
	struct tli_item *item, void (*then)(struct manager_call *call))
{
	uint64_t token = call->request.op.token;

	bool has_item = code == TLI_OP_OPEN || code == TLI_OP_CALL;

	if ((code == TLI_OP_OPEN && !call->holder) || (has_item && !item)) {
		give_up(call, item);
		return;
	}
	forget_answer(call);
	call->then = then;
	call->request.done = on_done;
	call->request.op = (struct op){
		.code = code,
		.format = TLI_FORMAT_PICKLE,
		.is_python = true,
		.object = object,
		.token = token,
		.item = item,
		.forbidden_links = peer_forbidden_links(call->manager->peer),
	};
	forbid(call, object);
	if (request_start_for(owner_of(call, code),
		    call->manager->owner.identity, &call->request,
		    call->broker->objects.now_ms))
		go_on(call);
}

void manager_call_free(struct manager_call *call)
{
	struct manager *manager = call->manager;

	if (call->opened_token)
		(void)owner_return(holder_owner(call->holder),
			call->opened_token, call->broker->objects.now_ms);
	forget_answer(call);
	tli_item_unref(call->method);
	free(call->guess);
	if (call->holder)
		holder_unref(call->holder);
	free(call);
	if (!manager)
		return;
	manager->call = NULL;
	manager_touch(manager);
}

void manager_note_lease(struct manager *manager, const struct op *op)
{
	if (op->attempts == 0)
		return;
	manager->leased_from = op->object;
	manager->lease = op->granted;
}

bool manager_keep_reference(struct manager_call *call)
{
	const struct op *op = &call->request.op;
	struct manager *manager = call->manager;
	bool is_kept = op->status == TLI_STATUS_OK &&
		holder_grant(
			call->holder, op->object, op->granted, call->typeid);

	if (manager && op->status != TLI_STATUS_OK)
		manager_refuse_op(manager, op);
	else if (manager && !is_kept)
		manager_refuse(manager, "MemoryError", "%s",
			holders_are_full(call->broker->holders)
				? "there are max_references already"
				: "no memory for a reference");
	else if (!manager && is_kept)
		(void)holders_drop(
			call->broker->holders, call->holder, op->object);
	return manager && is_kept;
}
