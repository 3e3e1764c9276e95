/* SPDX-License-Identifier: MIT */
/*
 * Where the truth is: what an engine can do, whatever and wherever it is. It
 * decides, and remembers; it does not wait, and knows no connection but by
 * number. Above it, waiters.c has those who wait, what each owns, and until
 * when.
 *
 * memory.c is the model in this process. Nothing here says so.
 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

#include "op.h"

struct engine;

enum engine_result {
	ENGINE_DONE,   /* the answer is in the op */
	ENGINE_WAITS,  /* nothing was done: wait_object, wait_class */
	ENGINE_PENDING /* it will be one of the two: completed() */
};

/* What an engine tells. Never called from within submit(). */
struct engine_listener {
	/* A pending operation is DONE or WAITS. */
	void (*completed)(
		void *owner, struct op *op, enum engine_result result);
	/* Those who wait for this of the object should try again: classes has
	 * the bits 1 << enum wait_class. May be called from within submit() and
	 * elapse(): it only takes note. */
	void (*woken)(void *owner, uint64_t object, unsigned classes);
	void *owner;
};

struct engine_config;

struct engine_usage {
	uint64_t objects, items, bytes;
};

struct engine_class {
	/*
	 * Tries an operation. Its memory stays the caller's, who leaves it
	 * alone while it is pending. Operations take effect in the order in
	 * which they are submitted; their completions may come in any order.
	 */
	enum engine_result (*submit)(
		struct engine *engine, struct op *op, int64_t now_ms);
	/* What there is. NULL if it cannot be told without asking. */
	struct engine_usage (*usage)(const struct engine *engine);
	/* Other limits, for what comes from now on; seed and first_token stay.
	 * NULL if they are not the engine's. */
	void (*set_limits)(
		struct engine *engine, const struct engine_config *config);
	/* Sends on what was submitted since: once for each turn of the loop.
	 * NULL if nothing is kept. */
	void (*flush)(struct engine *engine);
	/* When elapse() is to be called next; NEVER_MS. */
	int64_t (*deadline_ms)(const struct engine *engine);
	/* Leases, delays and lifetimes that are over by now have their effect.
	 */
	void (*elapse)(struct engine *engine, int64_t now_ms);
	/* A descriptor to watch for reading, and what to do when it is ready;
	 * -1, NULL if there is none. */
	int (*fileno)(const struct engine *engine);
	void (*process)(struct engine *engine);
	void (*free)(struct engine *engine);
};

/* The first member of every engine. */
struct engine {
	const struct engine_class *class;
	struct engine_listener listener;
};

#define ENGINE_EPOCH_LEN 16u

/* What an engine may hold, and what it starts with. */
struct engine_config {
	uint64_t max_objects;
	uint64_t max_items;        /* in all objects */
	uint64_t max_bytes;        /* of items */
	uint64_t max_object_items; /* in one object */
	uint64_t max_object_bytes;
	uint64_t max_identity_objects; /* made by those with one key */
	uint64_t max_identity_items;
	uint64_t max_identity_bytes;
	uint64_t seed[2];     /* secret: random */
	uint64_t first_token; /* above all tokens of earlier starts */
	/* The broker's: what idents in values start with. "" = none is ours. */
	char epoch[ENGINE_EPOCH_LEN + 1];
};

/* NULL for lack of memory. */
struct engine *memory_engine_new(const struct engine_config *config,
	const struct engine_listener *listener);

/* The engine that tielined uses. */
struct engine *engine_open(const struct engine_config *config,
	const struct engine_listener *listener);

#endif
