/* SPDX-License-Identifier: MIT */
/*
 * The model at the end of a pipe: takes an operation from each line, a Python
 * tuple, and prints what came of it, a Python dict. model.py says what there
 * is. Objects go by names of the test's own; what has to wait is kept, and can
 * be tried again.
 */
#include "driver.h"

#include "../../proto/item_value.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"
#include "../unit/alloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t seed[2] = {1, 2};

/* ---- objects ----------------------------------------------------------- */

static struct alias *find_alias(struct driver *driver, const char *name)
{
	for (size_t i = 0; i < driver->alias_count; i++)
		if (strcmp(driver->aliases[i].name, name) == 0)
			return &driver->aliases[i];
	return NULL;
}

static void set_alias(
	struct driver *driver, const char *name, const struct op *op)
{
	struct alias *alias = find_alias(driver, name);

	if (!alias) {
		if (driver->alias_count == ALIASES_MAX)
			die("too many objects", name);
		alias = &driver->aliases[driver->alias_count++];
		alias->name = strdup(name);
	}
	alias->id = op->object;
	alias->token = op->granted;
}

static uint64_t object_of(struct driver *driver, uint32_t i)
{
	const struct tli_value *value = part(driver, i);
	struct alias *alias;

	if (!value || value->kind == TLI_NONE)
		return 0;
	if (value->kind == TLI_INT)
		return (uint64_t)tli_int_of(value)->integer;
	alias = find_alias(driver, part_text(driver, i));
	if (!alias)
		die("no such object", part_text(driver, i));
	return alias->id;
}

/* ---- operations -------------------------------------------------------- */

static void free_op(struct op *op)
{
	tli_item_unref(op->item);
	tli_item_unref(op->result);
	free(op);
}

static size_t keep(struct driver *driver, struct op *op)
{
	for (size_t i = 0; i < driver->waiting_count; i++)
		if (driver->waiting[i] == op)
			return i;
	if (driver->waiting_count == WAITING_MAX)
		die("too many waiting", "");
	driver->waiting[driver->waiting_count] = op;
	return driver->waiting_count++;
}

static void forget(struct driver *driver, const struct op *op)
{
	for (size_t i = 0; i < driver->waiting_count; i++)
		if (driver->waiting[i] == op)
			driver->waiting[i] = NULL;
}

static void answer_waits(struct driver *driver, struct op *op)
{
	static const char *const classes[] = {
		"ITEMS", "ROOM", "TURN", "DONE", "SIGNAL"};

	put(driver, "status", text(driver, "WAITS"));
	put(driver, "class", text(driver, classes[op->wait_class]));
	put_int(driver, "on", op->wait_object);
	put_int(driver, "ticket", op->ticket);
	put_int(driver, "dropped", op->dropped);
	put_int(driver, "dropped_owner", op->dropped_owner);
	put(driver, "timeout_ms", tli_int(&driver->values, op->timeout_ms));
	put(driver, "n", tli_int(&driver->values, (int64_t)keep(driver, op)));
}

static void answer_done(struct driver *driver, const struct op *op)
{
	const struct tli_status_info *info = tli_status_info(op->status);

	put(driver, "status", text(driver, info->name));
	if (op->status != TLI_STATUS_OK)
		put(driver, "raised", text(driver, info->exception));
	if (op->result)
		put_item(driver, op->result);
	else
		put(driver, "value", tli_none(&driver->values));
	put_int(driver, "granted", op->granted);
	put_int(driver, "object", op->granted ? op->object : 0);
	put_int(driver, "dropped", op->dropped);
	put_int(driver, "dropped_owner", op->dropped_owner);
	put_int(driver, "attempts", op->attempts);
	put_int(driver, "created", op->created);
	put_int(driver, "deliveries", op->deliveries);
	put_int(driver, "lost_messages", op->lost_messages);
	put_int(driver, "lost_bytes", op->lost_bytes);
}

/* With allocations failing, if that was asked for. */
static enum outcome try_once(struct driver *driver, struct op *op)
{
	unsigned long fail_at = driver->fail_at;
	struct tli_value *listed = driver->woken;
	enum outcome outcome;

	op->granted = op->dropped = op->dropped_owner = 0;
	driver->fail_at = 0;
	if (!fail_at)
		return model_try(driver->model, op, driver->now_ms);
	driver->woken = NULL;
	/* What is kept from calls before would be one allocation less. */
	tli_values_fini(&driver->model->values);
	alloc_fail_from(fail_at, driver->fails_for_good);
	outcome = model_try(driver->model, op, driver->now_ms);
	alloc_reset();
	driver->woken = listed;
	put_int(driver, "survived", alloc_count() < fail_at);
	return outcome;
}

static void try_op(struct driver *driver, struct op *op, const char *alias)
{
	if (try_once(driver, op) == CALL_WAITS) {
		answer_waits(driver, op);
		return;
	}
	answer_done(driver, op);
	if (driver->holds)
		driver->held = tli_item_ref(op->result);
	driver->holds = false;
	if (alias && op->status == TLI_STATUS_OK)
		set_alias(driver, alias, op);
	forget(driver, op);
	free_op(op);
}

/* (verb, now_ms, owner, object ...) */
static struct op *new_op(struct driver *driver, unsigned code)
{
	struct op *op = calloc(1, sizeof(*op));

	op->code = (uint8_t)code;
	op->owner = (uint64_t)part_int(driver, 2);
	op->is_python = driver->is_python;
	return op;
}

static struct op *new_op_on(struct driver *driver, unsigned code)
{
	struct op *op = new_op(driver, code);

	op->object = object_of(driver, 3);
	return op;
}

/* The i-th part: the bytes of a pickle, or a value. */
static struct tli_item *part_item(struct driver *driver, uint32_t i)
{
	const struct tli_value *value = part(driver, i);
	const struct tli_bytes *pickle = tli_bytes_of(value);

	if (value->kind != TLI_BYTES)
		return pickled(value);
	return tli_item_of(TLI_FORMAT_PICKLE, pickle->data, pickle->len);
}

static void run_open(struct driver *driver)
{
	struct op *op = new_op(driver, TLI_OP_OPEN);

	op->item = part_item(driver, 4);
	op->identity = (uint32_t)part_int(driver, 5);
	try_op(driver, op, part_text(driver, 3));
}

static void run_close(struct driver *driver)
{
	struct op *op = new_op_on(driver, OP_RETURN);

	op->token = find_alias(driver, part_text(driver, 3))->token;
	try_op(driver, op, NULL);
}

/* (..., method, args, keywords, format) */
static void run_call(struct driver *driver)
{
	struct op *op = new_op_on(driver, TLI_OP_CALL);
	struct tli_value *parts[] = {
		part(driver, 4), part(driver, 5), part(driver, 6)};

	op->item = pickled(
		tli_items(&driver->values, TLI_TUPLE, parts, parts[2] ? 3 : 2));
	try_op(driver, op, NULL);
}

/* (..., the pickle of such a tuple) */
static void run_call_pickled(struct driver *driver)
{
	struct op *op = new_op_on(driver, TLI_OP_CALL);

	op->item = part_item(driver, 4);
	try_op(driver, op, NULL);
}

/* The next result is kept, until it has reached somebody. */
static void run_hold(struct driver *driver)
{
	driver->holds = true;
}

static void run_arrive(struct driver *driver)
{
	tli_item_unref(driver->held);
	driver->held = NULL;
}

/* Nobody is there, and it goes back to its queue. */
static void run_come_back(struct driver *driver)
{
	struct op *op = new_op_on(driver, OP_RETURN);

	op->item = tli_item_ref(driver->held);
	try_op(driver, op, NULL);
}

static void run_put(struct driver *driver)
{
	struct op *op = new_op_on(driver,
		strcmp(part_text(driver, 0), "put") == 0 ? TLI_OP_PUT
							 : TLI_OP_PUBLISH);

	op->item = make_item(driver, part(driver, 4), 5);
	op->timeout_ms = option_int(driver, 5, "timeout_ms");
	op->delay_ms = (uint32_t)option_int(driver, 5, "delay_ms");
	op->ttl_ms = (uint32_t)option_int(driver, 5, "ttl_ms");
	op->priority = option_int(driver, 5, "priority");
	try_op(driver, op, NULL);
}

static void run_get(struct driver *driver)
{
	struct op *op = new_op_on(driver, TLI_OP_GET);

	op->timeout_ms = option_int(driver, 4, "timeout_ms");
	op->lease_ms = (uint32_t)option_int(driver, 4, "lease_ms");
	op->unleased = option_int(driver, 4, "unleased") != 0;
	try_op(driver, op, NULL);
}

static void run_peek(struct driver *driver)
{
	struct op *op = new_op_on(driver, TLI_OP_PEEK);

	op->count = (uint64_t)part_int(driver, 4);
	try_op(driver, op, NULL);
}

/* (..., token, milliseconds, whether its owner has not heard of it) */
static void run_on_token(struct driver *driver)
{
	static const struct {
		const char *verb;
		unsigned code;
	} verbs[] = {
		{"ack", TLI_OP_ACK},
		{"nack", TLI_OP_NACK},
		{"touch", TLI_OP_TOUCH},
		{"return", OP_RETURN},
	};
	struct op *op = new_op_on(driver, OP_RETURN);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(part_text(driver, 0), verbs[i].verb) == 0)
			op->code = (uint8_t)verbs[i].code;
	op->token = (uint64_t)part_int(driver, 4);
	op->lease_ms = (uint32_t)part_int(driver, 5);
	op->untold = part_int(driver, 6) != 0;
	try_op(driver, op, NULL);
}

/* (..., alias of the subscription, options) */
static void run_subscribe(struct driver *driver)
{
	struct op *op = new_op_on(driver, TLI_OP_SUBSCRIBE);

	op->item = pickled(part(driver, 5));
	try_op(driver, op, part_text(driver, 4));
}

static void run_fetch(struct driver *driver)
{
	struct op *op = new_op_on(driver, OP_FETCH);

	op->timeout_ms = OP_FOREVER;
	try_op(driver, op, NULL);
}

/* (verb, now_ms, n) */
static struct op *waiting_op(struct driver *driver)
{
	size_t n = (size_t)part_int(driver, 2);

	if (n >= driver->waiting_count || !driver->waiting[n])
		die("nothing waits there", part_text(driver, 0));
	return driver->waiting[n];
}

static void run_retry(struct driver *driver)
{
	try_op(driver, waiting_op(driver), NULL);
}

static void run_expire(struct driver *driver)
{
	waiting_op(driver)->expired = true;
	try_op(driver, waiting_op(driver), NULL);
}

/* Its connection has gone, or it was cancelled. */
static void run_withdraw(struct driver *driver)
{
	struct op *op = waiting_op(driver);
	struct op *back = calloc(1, sizeof(*back));

	*back = (struct op){.code = OP_RETURN,
		.object = op->object,
		.owner = op->owner,
		.token = op->ticket};
	forget(driver, op);
	free_op(op);
	try_op(driver, back, NULL);
}

static void run_elapse(struct driver *driver)
{
	int64_t next;

	model_elapse(driver->model, driver->now_ms);
	next = model_deadline_ms(driver->model);
	put(driver, "next",
		next == NEVER_MS ? tli_none(&driver->values)
				 : tli_int(&driver->values, next));
}

static void run_find(struct driver *driver)
{
	const char *name = part_text(driver, 2);
	struct object *object =
		model_find_name(driver->model, name, strlen(name));

	put_int(driver, "id", object ? object->id : 0);
}

/* (verb, now_ms, n, for good): the allocation of the next operation that fails,
 * from 1. That answers "survived" if it needed fewer. */
static void run_fail(struct driver *driver)
{
	driver->fail_at = (unsigned long)part_int(driver, 2);
	driver->fails_for_good = part_int(driver, 3) != 0;
}

/* (verb, now_ms, whether a stock manager's client asks from now on) */
static void run_python(struct driver *driver)
{
	driver->is_python = part_int(driver, 2) != 0;
}

static void woken(void *owner, uint64_t object, unsigned classes)
{
	struct driver *driver = owner;
	struct tli_value *pair[2];

	if (!driver->woken)
		return;
	pair[0] = tli_int(&driver->values, (int64_t)object);
	pair[1] = tli_int(&driver->values, (int64_t)classes);
	(void)tli_append(
		driver->woken, tli_items(&driver->values, TLI_TUPLE, pair, 2));
}

static uint64_t limit(struct driver *driver, const char *name)
{
	int64_t most = option_int(driver, 2, name);

	return most ? (uint64_t)most : UINT64_MAX / 2;
}

static void free_model(struct driver *driver)
{
	for (size_t i = 0; i < driver->alias_count; i++)
		free(driver->aliases[i].name);
	for (size_t i = 0; i < driver->waiting_count; i++)
		if (driver->waiting[i])
			free_op(driver->waiting[i]);
	driver->alias_count = driver->waiting_count = 0;
	model_free(driver->model);
	run_arrive(driver);
}

/* (verb, now_ms, limits) */
static void run_new(struct driver *driver)
{
	struct engine_config config = {
		.max_objects = limit(driver, "max_objects"),
		.max_items = limit(driver, "max_items"),
		.max_bytes = limit(driver, "max_bytes"),
		.max_object_items = limit(driver, "max_object_items"),
		.max_object_bytes = limit(driver, "max_object_bytes"),
		.max_identity_objects = limit(driver, "max_identity_objects"),
		.max_identity_items = limit(driver, "max_identity_items"),
		.max_identity_bytes = limit(driver, "max_identity_bytes"),
		.seed = {seed[0], seed[1]},
		.first_token = (uint64_t)option_int(driver, 2, "first_token"),
	};
	const char *epoch = option_text(driver, 2, "epoch", "");

	memcpy(config.epoch, epoch, strlen(epoch) + 1);
	free_model(driver);
	driver->listener =
		(struct engine_listener){.woken = woken, .owner = driver};
	driver->model = model_new(&config, &driver->listener);
}

static const struct {
	const char *word;
	void (*run)(struct driver *driver);
} verbs[] = {
	{"new", run_new},
	{"open", run_open},
	{"close", run_close},
	{"call", run_call},
	{"call_pickled", run_call_pickled},
	{"hold", run_hold},
	{"arrive", run_arrive},
	{"come_back", run_come_back},
	{"put", run_put},
	{"publish", run_put},
	{"get", run_get},
	{"peek", run_peek},
	{"ack", run_on_token},
	{"nack", run_on_token},
	{"touch", run_on_token},
	{"return", run_on_token},
	{"subscribe", run_subscribe},
	{"fetch", run_fetch},
	{"retry", run_retry},
	{"expire", run_expire},
	{"withdraw", run_withdraw},
	{"elapse", run_elapse},
	{"find", run_find},
	{"fail", run_fail},
	{"python", run_python},
};

static void run_verb(struct driver *driver)
{
	const char *word = part_text(driver, 0);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].word, word) == 0) {
			verbs[i].run(driver);
			return;
		}
	die("no such verb", word);
}

static void print(struct driver *driver)
{
	struct tli_buf line;

	if (tli_items_of(driver->woken)->count > 0)
		put(driver, "woken", driver->woken);
	tli_buf_init(&line, SIZE_MAX);
	if (tli_repr(driver->answer, &line) < 0)
		die("cannot print", "");
	printf("%.*s\n", (int)tli_buf_len(&line), (char *)tli_buf_head(&line));
	tli_buf_fini(&line);
}

static void run_line(struct driver *driver, const char *line, size_t len)
{
	driver->line = tli_literal(&driver->values, line, len, NULL);
	if (!driver->line)
		die(driver->values.error.text, line);
	driver->answer = tli_container(&driver->values, TLI_DICT);
	driver->woken = tli_container(&driver->values, TLI_LIST);
	driver->now_ms = part_int(driver, 1);
	run_verb(driver);
	print(driver);
	driver->woken = NULL;
	tli_values_clear(&driver->values);
}

int main(void)
{
	static const struct tli_value_limits limits = {
		SIZE_MAX, INT32_MAX, 1000};
	static struct driver driver;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	tli_values_init(&driver.values, &limits, seed);
	while ((len = getline(&line, &size, stdin)) > 0) {
		run_line(&driver, line, (size_t)len);
		fflush(stdout);
	}
	free_model(&driver);
	tli_values_fini(&driver.values);
	free(line);
	return 0;
}
