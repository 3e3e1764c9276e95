/* SPDX-License-Identifier: MIT */
/* The broker itself, object 0: opening objects by name, and what there is to
 * tell of them. */
#include "../../../proto/address.h"
#include "../../../proto/value/mapping.h"
#include "call.h"
#include "dispatch.h"
#include "permit.h"

#include <string.h>

/* What every kind of object can be opened with. */
struct opening {
	const char *name;        /* NULL = anonymous */
	const struct kind *kind; /* NULL = any */
	const char *family;      /* NULL = any */
	size_t family_len;
	bool may_create, must_create;
	bool is_temporary;
	int64_t expire_ms;
};

static const char *family_of(const struct kind *kind)
{
	return kind->family ? kind->family : kind->name;
}

static bool is_text(const char *text, const char *other, size_t other_len)
{
	return strlen(text) == other_len && memcmp(text, other, other_len) == 0;
}

static bool read_kind(struct call *call, const struct tli_value *options,
	struct opening *opening)
{
	const struct tli_value *kind = options_get(options, "kind");
	const struct tli_value *family = options_get(options, "family");
	const char *text;
	size_t len;

	if (family &&
		!call_text(call, family, "family", OBJECT_NAME_MAX,
			&opening->family, &opening->family_len))
		return false;
	if (!kind)
		return true;
	if (!call_text(call, kind, "kind", OBJECT_NAME_MAX, &text, &len))
		return false;
	opening->kind = kind_find(text, len);
	if (opening->kind)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR,
		"there is no kind of object '%.100s'", text);
	return false;
}

/* True, False, or "only". */
static void read_create(
	const struct tli_value *options, struct opening *opening)
{
	const struct tli_value *create = options_get(options, "create");

	opening->may_create = call_truth(create, true);
	opening->must_create = create && tli_is_text(create, "only");
}

static bool read_opening(struct call *call, const struct tli_value *options,
	struct opening *opening)
{
	*opening = (struct opening){.name = NULL};
	read_create(options, opening);
	opening->is_temporary =
		call_truth(options_get(options, "temporary"), false);
	return call_name(call, options_get(options, "name"), "name",
		       &opening->name) &&
		read_kind(call, options, opening) &&
		call_int(call, options_get(options, "expire_ms"), "expire_ms",
			0, UINT32_MAX, 0, &opening->expire_ms);
}

static bool fits(const struct opening *opening, const struct kind *kind)
{
	if (opening->kind && opening->kind != kind)
		return false;
	return !opening->family ||
		is_text(family_of(kind), opening->family, opening->family_len);
}

/* To whoever opens it, so that what it may do can be looked up later. */
static bool tell_name(
	struct call *call, const struct kind *kind, const char *name)
{
	call->op->result = permit_name(kind, name);
	if (!call->op->result)
		(void)call_raise_memory(call);
	return call->op->result;
}

static enum outcome open_existing(
	struct call *call, const struct opening *opening, struct object *object)
{
	const char *name = object->kind->name;

	if (opening->must_create)
		return call_raise(call, TLI_STATUS_OBJECT_EXISTS,
			"there is a %s of that name already", name);
	if (!fits(opening, object->kind))
		return call_raise(call, TLI_STATUS_WRONG_KIND,
			"the object of that name is a %s", name);
	if (!tell_name(call, object->kind, object->name))
		return CALL_DONE;
	object->used_ms = call->now_ms;
	call_grant_reference(call, object);
	return CALL_DONE;
}

static enum outcome open_new(struct call *call, const struct opening *opening,
	const struct tli_value *options)
{
	const struct kind *kind = opening->kind;
	struct object *object;

	if (!kind && opening->family)
		kind = kind_find(opening->family, opening->family_len);
	if (!kind)
		return call_raise(call, TLI_STATUS_NO_OBJECT,
			"there is no object of that name; to make one, say of "
			"which kind");
	if (!call_permits(call, NEEDS_CREATE, kind, opening->name) ||
		!tell_name(call, kind, opening->name))
		return CALL_DONE;
	object = model_create(call, kind, opening->name, options);
	if (!object)
		return CALL_DONE;
	object->is_temporary = opening->is_temporary;
	object->expire_ms = (uint32_t)opening->expire_ms;
	call->op->created = true;
	call_grant_reference(call, object);
	object_unref(object);
	return CALL_DONE;
}

/* Whose name need not be known to whoever asks. */
static bool permits_by_id(
	struct call *call, uint32_t needs, const struct object *object)
{
	if (call_permits_on(call, needs, object))
		return true;
	call->op->object = object->id;
	return false;
}

static enum outcome open_by_id(struct call *call, const struct opening *opening,
	const struct tli_value *id)
{
	struct object *object;
	int64_t number;

	if (!call_int(call, id, "id", INT64_MIN, INT64_MAX, 0, &number))
		return CALL_DONE;
	object = model_find(call->model, (uint64_t)number);
	if (!object)
		return call_raise_status(call, TLI_STATUS_NO_OBJECT);
	if (!permits_by_id(call, NEEDS_ANY, object))
		return CALL_DONE;
	if (object->is_deleted)
		return call_raise_status(call, TLI_STATUS_DELETED);
	return open_existing(call, opening, object);
}

enum outcome registry_open(struct call *call, const struct tli_value *options)
{
	const struct tli_value *id = options_get(options, "id");
	struct opening opening;
	struct object *object = NULL;

	if (!read_opening(call, options, &opening))
		return CALL_DONE;
	if (id)
		return open_by_id(call, &opening, id);
	if (opening.name && !call_permits(call, NEEDS_ANY, NULL, opening.name))
		return CALL_DONE;
	if (opening.name)
		object = model_find_name(
			call->model, opening.name, strlen(opening.name));
	if (object)
		return open_existing(call, &opening, object);
	if (!opening.may_create)
		return call_raise_status(call, TLI_STATUS_NO_OBJECT);
	return open_new(call, &opening, options);
}

/* ---- listings --------------------------------------------------------- */

void stat_put(struct call *call, const char *key, struct tli_value *value)
{
	(void)tli_dict_put(call->result, key, value);
}

void stat_put_int(struct call *call, const char *key, uint64_t integer)
{
	stat_put(call, key, tli_int(call->values, (int64_t)integer));
}

void stat_put_text(struct call *call, const char *key, const char *text)
{
	stat_put(call, key,
		text ? tli_text(call->values, text) : tli_none(call->values));
}

static struct tli_value *describe(struct call *call, struct object *object)
{
	struct call described = *call;

	described.object = object;
	described.result = tli_container(call->values, TLI_DICT);
	if (!described.result)
		return NULL;
	stat_put_text(&described, "name", object->name);
	stat_put_text(&described, "kind", object->kind->name);
	stat_put_int(&described, "id", object->id);
	stat_put_int(&described, "items", object->usage.items);
	stat_put_int(&described, "bytes", object->usage.bytes);
	stat_put_int(&described, "references", object->references);
	stat_put_int(&described, "links", object->links);
	stat_put_int(&described, "version", object->version);
	stat_put_int(&described, "age_ms",
		(uint64_t)(call->now_ms - object->created_ms));
	stat_put_int(&described, "idle_ms",
		(uint64_t)(call->now_ms - object->used_ms));
	stat_put_int(&described, "expire_ms", object->expire_ms);
	stat_put(&described, "temporary",
		tli_bool(call->values, object->is_temporary));
	if (object->kind->stat)
		object->kind->stat(&described);
	return described.result;
}

/* Whether its name, if it has one, starts with the text. */
static bool is_listed(const struct object *object, const char *prefix,
	size_t len, const struct tli_value *kind)
{
	if (object->is_deleted ||
		(kind && !tli_is_text(kind, object->kind->name)))
		return false;
	return strncmp(object->name ? object->name : "", prefix, len) == 0;
}

static enum outcome run_ls(struct call *call)
{
	const struct tli_value *kind = call->args[1];
	struct tli_value *list = tli_container(call->values, TLI_LIST);
	const char *prefix = "";
	struct object *object;
	size_t len = 0;

	if (call->args[0] &&
		!call_text(call, call->args[0], "prefix", OBJECT_NAME_MAX,
			&prefix, &len))
		return CALL_DONE;
	if (kind && kind->kind == TLI_NONE)
		kind = NULL;
	for (object = call->model->by_id; object && list;
		object = object->by_id.next)
		if (is_listed(object, prefix, len, kind) &&
			!tli_append(list, describe(call, object)))
			list = NULL;
	return call_return(call, list);
}

/* The object that the first argument names: by a str, or an int, its id. NULL
 * if there is none. */
static struct object *find_named(const struct call *call)
{
	const struct tli_value *name = call->args[0];
	struct object *object = NULL;

	if (name->kind == TLI_STR)
		object = model_find_name(call->model,
			(const char *)tli_bytes_of(name)->data,
			tli_bytes_of(name)->len);
	else if (name->kind == TLI_INT)
		object = model_find(
			call->model, (uint64_t)tli_int_of(name)->integer);
	return object && !object->is_deleted ? object : NULL;
}

static enum outcome run_stat(struct call *call)
{
	struct object *object = find_named(call);

	return object ? call_return(call, describe(call, object))
		      : call_raise_status(call, TLI_STATUS_NO_OBJECT);
}

/* By a name that nothing can have, nothing is deleted. */
static bool is_rm_permitted(struct call *call, const struct object *object)
{
	const struct tli_value *name = call->args[0];
	const char *text = tli_text_of(name);

	if (text)
		return tli_name_check(text) != NULL ||
			call_permits(call, NEEDS_DELETE, NULL, text);
	return !object || permits_by_id(call, NEEDS_DELETE, object);
}

static enum outcome run_rm(struct call *call)
{
	struct object *object = find_named(call);

	if (!is_rm_permitted(call, object))
		return CALL_DONE;
	if (!object)
		return call_raise_status(call, TLI_STATUS_NO_OBJECT);
	call->op->object = object->id;
	object_delete(object);
	return CALL_DONE;
}

static enum outcome run_usage(struct call *call)
{
	const struct usage *usage = &call->model->usage;

	call->result = tli_container(call->values, TLI_DICT);
	if (!call->result)
		return call_raise_memory(call);
	stat_put_int(call, "objects", usage->objects);
	stat_put_int(call, "items", usage->items);
	stat_put_int(call, "bytes", usage->bytes);
	return call_return(call, call->result);
}

const struct method registry_methods[] = {
	{"ls", "prefix='' kind=None", run_ls, NEEDS_LIST},
	{"stat", "name", run_stat, NEEDS_STAT},
	{"rm", "name", run_rm, NEEDS_DELETE},
	{"usage", "", run_usage, NEEDS_STAT},
	{.name = NULL},
};
