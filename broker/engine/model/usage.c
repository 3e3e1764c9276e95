/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include "call.h"

#include <stdlib.h>

/* What those with one key have. */
struct identity_usage {
	uint32_t identity;
	struct usage usage;
	UT_hash_handle hh;
};

static struct identity_usage *find_identity(
	struct model *model, uint32_t identity)
{
	struct identity_usage *one;

	HASH_FIND(hh, model->identities, &identity, sizeof(identity), one);
	return one;
}

static struct identity_usage *add_identity(
	struct model *model, uint32_t identity)
{
	struct identity_usage *one = calloc(1, sizeof(*one));

	if (!one)
		return NULL;
	one->identity = identity;
	HASH_ADD(hh, model->identities, identity, sizeof(identity), one);
	if (one->hh.tbl)
		return one;
	free(one);
	return NULL;
}

/* One limit: what there is, what is to come, and what there may be. */
struct limit {
	uint64_t used, more, max;
	const char *text; /* with the setting's name */
};

static bool refuse(struct call *call, const struct limit *limit)
{
	if (call)
		call_raise(call, TLI_STATUS_LIMIT, "%s is %llu", limit->text,
			(unsigned long long)limit->max);
	return false;
}

static bool allow(struct call *call, const struct limit *limits, size_t count)
{
	for (const struct limit *it = limits; it < limits + count; it++)
		if (it->more > it->max || it->used > it->max - it->more)
			return refuse(call, it);
	return true;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void add(struct usage *usage, uint64_t items, uint64_t bytes)
{
	usage->items += items;
	usage->bytes += bytes;
}

bool object_charge(struct call *call, struct object *object, uint64_t items,
	uint64_t bytes)
{
	struct model *model = object->model;
	struct identity_usage *identity = object->maker;
	const struct engine_config *max = &model->limits;
	const struct limit limits[] = {
		{object->usage.items, items, max->max_object_items,
			"too many items in one object: max_object_items"},
		{object->usage.bytes, bytes, max->max_object_bytes,
			"too many bytes in one object: max_object_bytes"},
		{identity->usage.items, items, max->max_identity_items,
			"too many items in the objects of one key: "
			"max_identity_items"},
		{identity->usage.bytes, bytes, max->max_identity_bytes,
			"too many bytes in the objects of one key: "
			"max_identity_bytes"},
		{model->usage.items, items, max->max_items,
			"too many items in the broker: max_items"},
		{model->usage.bytes, bytes, max->max_bytes,
			"too many bytes in the broker: max_engine_bytes"},
	};

	if (!allow(call, limits, COUNT(limits)))
		return false;
	add(&object->usage, items, bytes);
	add(&identity->usage, items, bytes);
	add(&model->usage, items, bytes);
	return true;
}

static void subtract(struct usage *usage, uint64_t items, uint64_t bytes)
{
	usage->items -= items;
	usage->bytes -= bytes;
}

void object_discharge(struct object *object, uint64_t items, uint64_t bytes)
{
	subtract(&object->usage, items, bytes);
	subtract(&object->maker->usage, items, bytes);
	subtract(&object->model->usage, items, bytes);
}

bool usage_add_object(struct call *call, struct object *object)
{
	struct model *model = call->model;
	struct identity_usage *identity =
		find_identity(model, object->identity);
	const struct engine_config *max = &model->limits;

	if (!identity)
		identity = add_identity(model, object->identity);
	if (!identity) {
		call_raise_memory(call);
		return false;
	}
	if (!allow(call,
		    (const struct limit[]){
			    {identity->usage.objects, 1,
				    max->max_identity_objects,
				    "too many objects made with one key: "
				    "max_identity_objects"},
			    {model->usage.objects, 1, max->max_objects,
				    "too many objects in the broker: "
				    "max_objects"}},
		    2))
		return false;
	object->maker = identity;
	identity->usage.objects++;
	model->usage.objects++;
	return true;
}

void usage_remove_object(struct object *object)
{
	struct identity_usage *identity = object->maker;

	object_discharge(object, object->usage.items, object->usage.bytes);
	identity->usage.objects--;
	object->model->usage.objects--;
	if (identity->usage.objects > 0)
		return;
	HASH_DELETE(hh, object->model->identities, identity);
	free(identity);
}

void usage_free(struct model *model)
{
	struct identity_usage *one, *next;

	HASH_ITER (hh, model->identities, one, next) {
		HASH_DELETE(hh, model->identities, one);
		free(one);
	}
}
