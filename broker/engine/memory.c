/* SPDX-License-Identifier: MIT */
/*
 * The engine that is the model in this process: every operation is done, or
 * waits, at once.
 *
 * submit() is the one place through which everything that changes passes. A
 * journal of durable objects has its place here: what it has to remember first
 * is PENDING until it has, and then completed().
 */
#include "engine.h"
#include "model/model.h"

#include <stdlib.h>

struct memory {
	struct engine engine;
	struct model *model;
};

static struct memory *memory_of(const struct engine *engine)
{
	return (struct memory *)engine;
}

static enum engine_result submit(
	struct engine *engine, struct op *op, int64_t now_ms)
{
	enum outcome outcome = model_try(memory_of(engine)->model, op, now_ms);

	return outcome == CALL_DONE ? ENGINE_DONE : ENGINE_WAITS;
}

static int64_t deadline_ms(const struct engine *engine)
{
	return model_deadline_ms(memory_of(engine)->model);
}

static void elapse(struct engine *engine, int64_t now_ms)
{
	model_elapse(memory_of(engine)->model, now_ms);
}

static struct engine_usage usage(const struct engine *engine)
{
	const struct usage *used = &memory_of(engine)->model->usage;

	return (struct engine_usage){used->objects, used->items, used->bytes};
}

static void set_limits(
	struct engine *engine, const struct engine_config *config)
{
	model_set_limits(memory_of(engine)->model, config);
}

static int no_fileno(const struct engine *engine)
{
	(void)engine;
	return -1;
}

static void free_memory(struct engine *engine)
{
	struct memory *memory = memory_of(engine);

	model_free(memory->model);
	free(memory);
}

static const struct engine_class memory_class = {
	.submit = submit,
	.usage = usage,
	.set_limits = set_limits,
	.deadline_ms = deadline_ms,
	.elapse = elapse,
	.fileno = no_fileno,
	.free = free_memory,
};

struct engine *memory_engine_new(const struct engine_config *config,
	const struct engine_listener *listener)
{
	struct memory *memory = calloc(1, sizeof(*memory));

	if (!memory)
		return NULL;
	memory->engine.class = &memory_class;
	memory->engine.listener = *listener;
	memory->model = model_new(config, &memory->engine.listener);
	if (memory->model)
		return &memory->engine;
	free(memory);
	return NULL;
}
