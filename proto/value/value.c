/* SPDX-License-Identifier: MIT */
#include "value.h"

#include "../utf8.h"
#include "integer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define FIRST_ITEMS 4u

/* What tli_values_forget() leaves of their memory. */
#define KEPT_MAX_BYTES (64u << 10)

int tli_value_error_set(
	struct tli_value_error *error, int code, const char *format, ...)
{
	va_list arguments;

	error->code = code;
	va_start(arguments, format);
	vsnprintf(error->text, sizeof(error->text), format, arguments);
	va_end(arguments);
	return code;
}

const char *tli_kind_name(enum tli_kind kind)
{
	static const char *const names[TLI_KINDS] = {
		[TLI_NONE] = "NoneType",
		[TLI_BOOL] = "bool",
		[TLI_INT] = "int",
		[TLI_BIGINT] = "int",
		[TLI_FLOAT] = "float",
		[TLI_COMPLEX] = "complex",
		[TLI_STR] = "str",
		[TLI_BYTES] = "bytes",
		[TLI_BYTEARRAY] = "bytearray",
		[TLI_ARRAY] = "array.array",
		[TLI_LIST] = "list",
		[TLI_TUPLE] = "tuple",
		[TLI_DICT] = "dict",
		[TLI_SET] = "set",
		[TLI_FROZENSET] = "frozenset",
		[TLI_RANGE] = "range",
		[TLI_SLICE] = "slice",
		[TLI_GLOBAL] = "global",
		[TLI_OBJECT] = "object",
	};

	return names[kind];
}

const char *tli_text_of(const struct tli_value *value)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	if (value->kind != TLI_STR || memchr(node->data, '\0', node->len))
		return NULL;
	return (const char *)node->data;
}

bool tli_is_text(const struct tli_value *value, const char *text)
{
	const struct tli_bytes *node = tli_bytes_of(value);

	return value->kind == TLI_STR && node->len == strlen(text) &&
		memcmp(node->data, text, node->len) == 0;
}

bool tli_is_global(
	const struct tli_value *value, const char *module, const char *name)
{
	struct tli_value *const *names = tli_items_of(value)->items;

	return value->kind == TLI_GLOBAL && tli_is_text(names[0], module) &&
		tli_is_text(names[1], name);
}

/* ---- Where nodes live ------------------------------------------------ */

/* The nodes that are there from the start. */
static void begin(struct tli_values *values)
{
	values->borrowed_bytes = 0;
	values->nodes = 0;
	values->ids = 1; /* 0 is what cannot be met again */
	values->objects = 0;
	values->has_grown_inside = false;
	values->error = (struct tli_value_error){.code = 0};
	values->keys = NULL;
	values->none = (struct tli_value){.kind = TLI_NONE};
	for (int i = 0; i < 2; i++)
		values->bools[i] = (struct tli_int){{.kind = TLI_BOOL}, i};
}

void tli_values_init(struct tli_values *values,
	const struct tli_value_limits *limits, const uint64_t seed[2])
{
	tli_arena_init(&values->arena, limits->max_bytes);
	values->limits = *limits;
	memcpy(values->seed, seed, sizeof(values->seed));
	begin(values);
}

void tli_values_fini(struct tli_values *values)
{
	tli_arena_fini(&values->arena);
	begin(values);
}

/* It was not used since it began. */
static bool is_clear(const struct tli_values *values)
{
	return values->nodes == 0 && values->ids == 1 && !values->error.code &&
		tli_arena_is_clear(&values->arena);
}

void tli_values_clear(struct tli_values *values)
{
	if (is_clear(values))
		return;
	tli_arena_clear(&values->arena);
	begin(values);
}

void tli_values_forget(struct tli_values *values)
{
	if (values->arena.held_bytes > KEPT_MAX_BYTES)
		tli_values_fini(values);
	else if (values->arena.held_bytes > 0)
		tli_values_clear(values);
}

void *tli_values_shortage(struct tli_values *values)
{
	if (values->arena.is_full)
		tli_value_error_set(&values->error, TLI_VALUE_LIMIT,
			"it needs more than %zu bytes of memory",
			values->limits.max_bytes);
	else
		tli_value_error_set(
			&values->error, TLI_VALUE_NOMEM, "out of memory");
	return NULL;
}

void *tli_values_too_many(struct tli_values *values)
{
	tli_value_error_set(&values->error, TLI_VALUE_LIMIT,
		"it has more than %u parts", values->limits.max_nodes);
	return NULL;
}

bool tli_values_charge(struct tli_values *values, uint32_t count)
{
	if (count > values->limits.max_nodes - values->nodes)
		return tli_values_too_many(values) != NULL;
	values->nodes += count;
	return true;
}

/* Inline, so that it costs each kind only what it needs. */
static inline __attribute__((always_inline)) void *make(
	struct tli_values *values, enum tli_kind kind, size_t bytes)
{
	struct tli_value *value;

	if (values->nodes >= values->limits.max_nodes)
		return tli_values_too_many(values);
	value = tli_arena_take(&values->arena, bytes);
	if (!value)
		return tli_values_shortage(values);
	values->nodes++;
	*value = (struct tli_value){
		.kind = (uint8_t)kind,
		.depth = kind >= TLI_LIST,
		.id = kind >= TLI_STR || kind == TLI_BIGINT ? values->ids++ : 0,
	};
	return value;
}

/* ---- Plain data ------------------------------------------------------ */

struct tli_value *tli_none(struct tli_values *values)
{
	return &values->none;
}

struct tli_value *tli_bool(struct tli_values *values, bool truth)
{
	return &values->bools[truth].value;
}

struct tli_value *tli_int(struct tli_values *values, int64_t integer)
{
	struct tli_int *node = make(values, TLI_INT, sizeof(*node));

	if (!node)
		return NULL;
	node->integer = integer;
	return &node->value;
}

struct tli_value *tli_float(struct tli_values *values, double real)
{
	struct tli_float *node =
		make(values, TLI_FLOAT, offsetof(struct tli_float, imag));

	if (!node)
		return NULL;
	node->real = real;
	return &node->value;
}

struct tli_value *tli_complex(
	struct tli_values *values, double real, double imag)
{
	struct tli_float *node = make(values, TLI_COMPLEX, sizeof(*node));

	if (!node)
		return NULL;
	node->real = real;
	node->imag = imag;
	return &node->value;
}

/* A node with its bytes, and a NUL, right behind it. */
static struct tli_value *make_bytes(struct tli_values *values,
	enum tli_kind kind, const void *data, size_t len)
{
	struct tli_bytes *node;
	uint8_t *bytes;

	if (len > SIZE_MAX / 4) {
		values->arena.is_full = true;
		return tli_values_shortage(values);
	}
	node = make(values, kind, sizeof(*node) + len + 1);
	if (!node)
		return NULL;
	bytes = (uint8_t *)(node + 1);
	if (len > 0)
		memcpy(bytes, data, len);
	bytes[len] = 0;
	node->len = len;
	node->data = bytes;
	node->typecode = 0;
	return &node->value;
}

struct tli_value *tli_int_from_bytes(
	struct tli_values *values, const uint8_t *bytes, size_t len)
{
	int64_t integer;

	if (tli_integer_to_int64(bytes, len, &integer))
		return tli_int(values, integer);
	return make_bytes(
		values, TLI_BIGINT, bytes, tli_integer_minimal(bytes, len));
}

struct tli_value *tli_str(
	struct tli_values *values, const char *text, size_t len)
{
	size_t valid = tli_utf8_valid((const uint8_t *)text, len);

	if (valid == len)
		return make_bytes(values, TLI_STR, text, len);
	tli_value_error_set(&values->error, TLI_VALUE_SYNTAX,
		"the text is not UTF-8: wrong byte 0x%02x at offset %zu of it",
		(uint8_t)text[valid], valid);
	return NULL;
}

struct tli_value *tli_text(struct tli_values *values, const char *text)
{
	return tli_str(values, text, strlen(text));
}

struct tli_value *tli_bytes(struct tli_values *values, enum tli_kind kind,
	const void *data, size_t len)
{
	return make_bytes(values, kind, data, len);
}

struct tli_value *tli_bytes_borrowed(struct tli_values *values,
	enum tli_kind kind, const void *data, size_t len)
{
	struct tli_bytes *node = make(values, kind, sizeof(*node));

	if (!node)
		return NULL;
	values->borrowed_bytes += len;
	node->len = len;
	node->data = data;
	node->typecode = 0;
	return &node->value;
}

/* ---- Containers ------------------------------------------------------ */

static struct tli_items *make_items(struct tli_values *values,
	enum tli_kind kind, size_t bytes, size_t capacity)
{
	struct tli_items *node;

	if (capacity > values->limits.max_nodes)
		return tli_values_too_many(values);
	node = make(
		values, kind, bytes + capacity * sizeof(struct tli_value *));
	if (!node)
		return NULL;
	node->values = values;
	node->items = (struct tli_value **)((uint8_t *)node + bytes);
	node->count = 0;
	node->capacity = (uint32_t)capacity;
	node->index = NULL;
	return node;
}

struct tli_value *tli_container(struct tli_values *values, enum tli_kind kind)
{
	struct tli_items *node =
		make_items(values, kind, sizeof(struct tli_items), 0);

	return node ? &node->value : NULL;
}

/* Notes how deep a node has become. What is around it, which may be itself, is
 * not told: from then on depths are only guessed. */
static bool deepen(struct tli_items *list, const struct tli_value *item)
{
	struct tli_values *values = list->values;

	values->has_grown_inside |= list->value.flags & TLI_ATTACHED;
	if (item->depth < values->limits.max_depth) {
		list->value.depth = (uint16_t)(item->depth + 1);
		return true;
	}
	if (values->has_grown_inside)
		return true;
	tli_value_error_set(&values->error, TLI_VALUE_LIMIT,
		"it is more than %u levels deep", values->limits.max_depth);
	return false;
}

/* Notes that a node is inside another: where it can be met, and how deep. */
static bool attach(struct tli_items *list, struct tli_value *item)
{
	item->flags |= item->flags & TLI_ATTACHED ? TLI_SHARED : TLI_ATTACHED;
	return item->depth < list->value.depth || deepen(list, item);
}

static bool make_room(struct tli_items *list, size_t count)
{
	size_t capacity =
		list->capacity ? 2 * (size_t)list->capacity : FIRST_ITEMS;
	const size_t slot = sizeof(list->items[0]);
	struct tli_value **items;

	if (count <= list->capacity - list->count)
		return true;
	if (capacity < list->count + count)
		capacity = list->count + count;
	if (capacity / 2 > list->values->limits.max_nodes)
		return tli_values_too_many(list->values) != NULL;
	items = tli_arena_grow(&list->values->arena, list->items,
		list->capacity * slot, capacity * slot);
	if (!items) {
		tli_values_shortage(list->values);
		return false;
	}
	list->items = items;
	list->capacity = (uint32_t)capacity;
	return true;
}

bool tli_extend(
	struct tli_value *list, struct tli_value *const *items, size_t count)
{
	struct tli_items *node = (struct tli_items *)list;

	if (!list)
		return false;
	if (!make_room(node, count)) {
		list->flags |= TLI_BROKEN;
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (!items[i] || !attach(node, items[i])) {
			list->flags |= TLI_BROKEN;
			return false;
		}
		node->items[node->count++] = items[i];
	}
	return true;
}

bool tli_append(struct tli_value *list, struct tli_value *item)
{
	return tli_extend(list, &item, 1);
}

bool tli_replace(struct tli_value *list, uint32_t i, struct tli_value *item)
{
	struct tli_items *node = (struct tli_items *)list;

	if (!list)
		return false;
	if (!item || !attach(node, item)) {
		list->flags |= TLI_BROKEN;
		return false;
	}
	node->items[i] = item;
	return true;
}

struct tli_value *tli_items(struct tli_values *values, enum tli_kind kind,
	struct tli_value *const *items, size_t count)
{
	struct tli_items *node =
		make_items(values, kind, sizeof(struct tli_items), count);

	return node && tli_extend(&node->value, items, count) ? &node->value
							      : NULL;
}

static bool is_int(const struct tli_value *value)
{
	return value->kind == TLI_INT || value->kind == TLI_BIGINT;
}

struct tli_value *tli_range(struct tli_values *values,
	struct tli_value *const *args, uint32_t count)
{
	struct tli_value *parts[] = {
		tli_int(values, 0), args[0], tli_int(values, 1)};
	const struct tli_value *step;

	if (count > 1)
		memcpy(parts, args, count * sizeof(args[0]));
	for (size_t i = 0; i < 3; i++)
		if (!parts[i] || !is_int(parts[i]))
			return NULL;
	step = parts[2];
	if (step->kind == TLI_INT && tli_int_of(step)->integer == 0)
		return NULL;
	return tli_items(values, TLI_RANGE, parts, 3);
}

/* ---- Symbols --------------------------------------------------------- */

uint64_t tli_range_count(int64_t start, int64_t stop, int64_t step)
{
	uint64_t way = (uint64_t)stop - (uint64_t)start;
	uint64_t stride = (uint64_t)step;

	if (step > 0 ? start >= stop : start <= stop)
		return 0;
	if (step < 0) {
		way = 0 - way;
		stride = 0 - stride;
	}
	return (way - 1) / stride + 1;
}

struct tli_value *tli_global(
	struct tli_values *values, const char *module, const char *name)
{
	struct tli_value *names[] = {
		tli_text(values, module),
		tli_text(values, name),
	};

	return tli_items(values, TLI_GLOBAL, names, 2);
}

static struct tli_value *refuse(struct tli_values *values, const char *what,
	const struct tli_value *value)
{
	tli_value_error_set(&values->error, TLI_VALUE_TYPE, "%s is of type %s",
		what, tli_kind_name(value->kind));
	return NULL;
}

static struct tli_object *make_object(
	struct tli_values *values, enum tli_making making, size_t capacity)
{
	struct tli_object *object = (struct tli_object *)make_items(
		values, TLI_OBJECT, sizeof(*object), capacity);

	if (!object)
		return NULL;
	values->objects++;
	object->making = (uint8_t)making;
	object->steps = NULL;
	object->steps_capacity = 0;
	return object;
}

struct tli_value *tli_object(struct tli_values *values, enum tli_making making,
	struct tli_value *callable, struct tli_value *args,
	struct tli_value *kwargs)
{
	struct tli_object *object;
	struct tli_value *parts[TLI_OBJECT_STEPS] = {
		callable, args, kwargs ? kwargs : tli_none(values)};

	if (!callable || !args)
		return NULL;
	if (callable->kind < TLI_GLOBAL)
		return refuse(values, "what is called", callable);
	if (args->kind != TLI_TUPLE)
		return refuse(values, "the tuple of arguments", args);
	if (kwargs && kwargs->kind != TLI_DICT)
		return refuse(values, "the dict of arguments", kwargs);
	object = make_object(values, making, TLI_OBJECT_STEPS);
	return object &&
			tli_extend(
				&object->items.value, parts, TLI_OBJECT_STEPS)
		? &object->items.value
		: NULL;
}

static bool make_step_room(struct tli_object *object, uint32_t count)
{
	uint32_t capacity = object->steps_capacity;
	uint8_t *steps;

	if (count < capacity)
		return true;
	capacity = capacity ? 2 * capacity : FIRST_ITEMS;
	steps = tli_arena_grow(
		&object->items.values->arena, object->steps, count, capacity);
	if (!steps) {
		tli_values_shortage(object->items.values);
		return false;
	}
	object->steps = steps;
	object->steps_capacity = capacity;
	return true;
}

bool tli_object_step(
	struct tli_value *value, enum tli_step step, struct tli_value *item)
{
	struct tli_object *object = (struct tli_object *)value;
	uint32_t count;

	if (!value)
		return false;
	count = object->items.count - TLI_OBJECT_STEPS;
	if (!make_step_room(object, count)) {
		value->flags |= TLI_BROKEN;
		return false;
	}
	object->steps[count] = (uint8_t)step;
	return tli_append(value, item);
}

static struct tli_value *hollow_object(
	struct tli_values *values, const struct tli_object *like)
{
	uint32_t steps = like->items.count - TLI_OBJECT_STEPS;
	struct tli_object *object =
		make_object(values, like->making, like->items.count);

	if (!object || steps == 0)
		return object ? &object->items.value : NULL;
	object->steps = tli_arena_take(&values->arena, steps);
	if (!object->steps)
		return tli_values_shortage(values);
	memcpy(object->steps, like->steps, steps);
	object->steps_capacity = steps;
	return &object->items.value;
}

struct tli_value *tli_hollow(
	struct tli_values *values, const struct tli_value *like)
{
	struct tli_items *node;

	if (like->kind == TLI_OBJECT)
		return hollow_object(values, tli_object_of(like));
	node = make_items(
		values, like->kind, sizeof(*node), tli_items_of(like)->count);
	return node ? &node->value : NULL;
}
