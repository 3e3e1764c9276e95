/* SPDX-License-Identifier: MIT */
#include "model.h"

#include "call.h"
#include "dispatch.h"
#include "links.h"
#include "topic/subject.h"
#include "topic/subscription.h"
#include "usage.h"

#include <stdlib.h>
#include <string.h>

/* Of the values of one call. */
#define VALUES_MAX_BYTES (64u << 20)
#define VALUES_MAX_NODES (1u << 20)
#define VALUES_MAX_DEPTH 1000u

void model_init_values(const struct model *model, struct tli_values *values)
{
	static const struct tli_value_limits limits = {
		VALUES_MAX_BYTES, VALUES_MAX_NODES, VALUES_MAX_DEPTH};

	tli_values_init(values, &limits, model->limits.seed);
}

struct model *model_new(
	const struct engine_config *config, struct engine_listener *listener)
{
	struct model *model = calloc(1, sizeof(*model));

	if (!model)
		return NULL;
	model->limits = *config;
	model->listener = listener;
	model->last_token = config->first_token;
	model_init_values(model, &model->values);
	return model;
}

void model_set_limits(struct model *model, const struct engine_config *config)
{
	struct engine_config limits = *config;

	memcpy(limits.seed, model->limits.seed, sizeof(limits.seed));
	limits.first_token = model->limits.first_token;
	memcpy(limits.epoch, model->limits.epoch, sizeof(limits.epoch));
	model->limits = limits;
}

static void run_on_all(struct model *model, void (*run)(struct object *object))
{
	struct object *object, *next;

	HASH_ITER (by_id, model->by_id, object, next) {
		run(object);
	}
}

static void fini_object(struct object *object)
{
	if (object->kind->fini)
		object->kind->fini(object->model, object);
}

static void free_object(struct object *object)
{
	HASH_DELETE(by_id, object->model->by_id, object);
	links_orphan(object);
	free(object->name);
	free(object);
}

/* Objects refer to others: none may go before all have given that up. */
static void free_objects(struct model *model)
{
	run_on_all(model, object_ref);
	run_on_all(model, object_delete);
	run_on_all(model, fini_object);
	run_on_all(model, free_object);
	links_fini(model);
}

void model_free(struct model *model)
{
	if (!model)
		return;
	free_objects(model);
	usage_free(model);
	tli_values_fini(&model->values);
	deadlines_fini(&model->due);
	deadlines_fini(&model->expiry);
	free(model);
}

uint64_t model_next_token(struct model *model)
{
	return ++model->last_token;
}

struct object *model_find(struct model *model, uint64_t id)
{
	struct object *object = model->found;

	if (object && object->id == id)
		return object;
	HASH_FIND(by_id, model->by_id, &id, sizeof(id), object);
	model->found = object;
	return object;
}

struct object *model_find_name(
	struct model *model, const char *name, size_t len)
{
	struct object *object;

	HASH_FIND_BYHASHVALUE(by_name, model->by_name, name, (unsigned)len,
		text_hash(model->limits.seed, name, len), object);
	return object;
}

/* ---- life ------------------------------------------------------------- */

static bool add_to_tables(struct object *object)
{
	struct model *model = object->model;
	size_t len;

	if (!deadlines_reserve(&model->due, model->usage.objects) ||
		!deadlines_reserve(&model->expiry, model->usage.objects))
		return false;
	HASH_ADD(by_id, model->by_id, id, sizeof(object->id), object);
	if (!object->by_id.tbl)
		return false;
	if (!object->name)
		return true;
	len = strlen(object->name);
	HASH_ADD_KEYPTR_BYHASHVALUE(by_name, model->by_name, object->name,
		(unsigned)len, text_hash(model->limits.seed, object->name, len),
		object);
	return object->by_name.tbl != NULL;
}

static void remove_from_tables(struct object *object)
{
	struct model *model = object->model;

	if (object->by_name.tbl)
		HASH_DELETE(by_name, model->by_name, object);
	if (object->by_id.tbl)
		HASH_DELETE(by_id, model->by_id, object);
	if (model->found == object)
		model->found = NULL;
	object->by_name.tbl = NULL;
	object->by_id.tbl = NULL;
	deadlines_remove(&model->due, &object->due);
	deadlines_remove(&model->expiry, &object->expiry);
}

static void wake_all(struct object *object)
{
	const struct engine_listener *listener = object->model->listener;

	listener->woken(listener->owner, object->id, (1u << WAIT_CLASSES) - 1);
}

static void destroy(struct object *object)
{
	wake_all(object);
	subscriptions_end(object);
	remove_from_tables(object);
	fini_object(object);
	links_orphan(object);
	usage_remove_object(object);
	free(object->name);
	free(object);
}

/* Its memory, without content; NULL with the error raised. */
static struct object *new_object(
	struct call *call, const struct kind *kind, const char *name)
{
	struct object *object = calloc(1, kind->size);

	if (object && name)
		object->name = strdup(name);
	if (!object || (name && !object->name)) {
		free(object);
		call_raise_memory(call);
		return NULL;
	}
	object->kind = kind;
	object->model = call->model;
	object->id = ++call->model->last_id;
	object->creator = call->op->owner;
	object->identity = call->op->identity;
	object->references = 1;
	object->created_ms = object->used_ms = call->now_ms;
	object->usage.objects = 1;
	return object;
}

/* Runs the kind's create on it, as a call of its own. */
static bool fill(struct call *call, struct object *object,
	const struct tli_value *options)
{
	const struct kind *kind = object->kind;
	struct call create = *call;

	create.object = object;
	if (bind_options(&create, options) && kind->create)
		kind->create(&create);
	call->result = create.result;
	return !call_has_failed(call);
}

struct object *model_create(struct call *call, const struct kind *kind,
	const char *name, const struct tli_value *options)
{
	struct object *object = new_object(call, kind, name);

	if (!object)
		return NULL;
	if (!usage_add_object(call, object)) {
		free(object->name);
		free(object);
		return NULL;
	}
	if (!add_to_tables(object))
		call_raise_memory(call);
	object->is_made = !call_has_failed(call) && fill(call, object, options);
	if (object->is_made)
		return object;
	destroy(object);
	return NULL;
}

void object_ref(struct object *object)
{
	object->references++;
}

/* From now on its time without use counts. */
static void set_expiry(struct object *object)
{
	if (object->expire_ms > 0 && object->name)
		(void)deadlines_set(&object->model->expiry, &object->expiry,
			object->used_ms + object->expire_ms);
}

void object_unref(struct object *object)
{
	if (--object->references > 0)
		links_suspect(object);
	else if (!object->name || object->is_deleted)
		destroy(object);
	else
		set_expiry(object);
}

void object_delete(struct object *object)
{
	struct model *model = object->model;

	if (object->is_deleted)
		return;
	object->is_deleted = true;
	if (object->by_name.tbl)
		HASH_DELETE(by_name, model->by_name, object);
	object->by_name.tbl = NULL;
	wake_all(object);
	subscriptions_end(object);
	object->references++;
	if (object->kind->deleted)
		object->kind->deleted(model, object);
	object_unref(object);
}

void object_wake(struct object *object, enum wait_class class)
{
	const struct engine_listener *listener = object->model->listener;

	listener->woken(listener->owner, object->id, 1u << class);
}

void call_grant_reference(struct call *call, struct object *object)
{
	object_ref(object);
	call->op->object = object->id;
	call->op->granted =
		model_next_token(call->model) | TOKEN_OF_A_REFERENCE;
}

/* ---- time ------------------------------------------------------------- */

void object_set_deadline(struct object *object, int64_t at_ms)
{
	(void)deadlines_set(&object->model->due, &object->due, at_ms);
}

int64_t model_deadline_ms(const struct model *model)
{
	int64_t due_ms = deadlines_first_ms(&model->due);
	int64_t expiry_ms = deadlines_first_ms(&model->expiry);

	if (links_are_due(model))
		return 0;
	return due_ms < expiry_ms ? due_ms : expiry_ms;
}

static void expire(struct object *object, int64_t now_ms)
{
	deadlines_remove(&object->model->expiry, &object->expiry);
	if (object->references > 0)
		return;
	if (object->used_ms + object->expire_ms > now_ms)
		set_expiry(object);
	else
		object_delete(object);
}

void model_elapse(struct model *model, int64_t now_ms)
{
	while (deadlines_first_ms(&model->due) <= now_ms) {
		struct object *object = deadline_owner(
			deadlines_first(&model->due), struct object, due);

		deadlines_remove(&model->due, &object->due);
		object->kind->elapsed(model, object, now_ms);
	}
	while (deadlines_first_ms(&model->expiry) <= now_ms)
		expire(deadline_owner(deadlines_first(&model->expiry),
			       struct object, expiry),
			now_ms);
	links_run(model);
}
