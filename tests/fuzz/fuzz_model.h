/* SPDX-License-Identifier: MIT */
/* What fuzz_model.c does with a model, the values that it takes from the input,
 * and what must be so after each step. */
#ifndef TESTS_FUZZ_MODEL_H
#define TESTS_FUZZ_MODEL_H

#include "../../broker/engine/model/dispatch.h"
#include "../../broker/engine/model/model.h"
#include "input.h"

#define WAITING_MAX 32
#define GRANTS_MAX  128

/* As struct owner has them. */
struct grant {
	uint64_t token, object, owner;
};

extern struct world {
	struct model *model;
	int64_t now_ms;
	uint64_t last_token;             /* without the bit of a reference */
	struct grant grants[GRANTS_MAX]; /* in order of their coming */
	size_t grant_count;
} world;

unsigned kind_count(void);

/* ---- values ----------------------------------------------------------- */

/* A literal as an item in JSON, if it can be, or else as a pickle. */
struct tli_item *item_of(const char *text, bool as_json);

/* What the operations take: of open, call, put and publish, subscribe. */
struct tli_item *take_opening(struct input *input);
struct tli_item *take_call(struct input *input, const struct method *methods);
struct tli_item *take_item(struct input *input);
struct tli_item *take_subscription(struct input *input);

/* ---- checks ----------------------------------------------------------- */

/* Notes what was granted. False if there is no room. */
bool world_grant(const struct op *op);
void world_forget(const struct grant *grant);

/* It is above all before. */
void check_token(uint64_t token);

/* The owner has lost a grant by an operation on that object, which may take
 * away nothing else than what is of it, or of a condition's lock. */
void check_dropped(const struct op *op, uint64_t asked);

void check_world(void);

#endif
