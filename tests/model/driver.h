/* SPDX-License-Identifier: MIT */
/* The driver of the model: what it has, and how lines are read and answered. */
#ifndef TESTS_MODEL_DRIVER_H
#define TESTS_MODEL_DRIVER_H

#include "../../broker/engine/model/model.h"

#define WAITING_MAX 100000u
#define ALIASES_MAX 4096u

struct alias {
	char *name;
	uint64_t id, token;
};

struct driver {
	struct model *model;
	struct engine_listener listener;
	struct tli_values values; /* of one line */
	struct tli_value *line, *answer, *woken;
	struct alias aliases[ALIASES_MAX];
	size_t alias_count;
	struct op *waiting[WAITING_MAX];
	size_t waiting_count;
	int64_t now_ms;
	unsigned long fail_at; /* the allocation, of the next operation */
	bool fails_for_good;
	bool is_python; /* who asks from now on */
	bool holds;     /* the next result is held, as if it were on its way */
	struct tli_item *held;
};

/* Ends the process. */
void die(const char *why, const char *what);
struct tli_value *text(struct driver *driver, const char *string);
void put(struct driver *driver, const char *key, struct tli_value *value);
void put_int(struct driver *driver, const char *key, uint64_t integer);
/* The i-th part of the line; NULL if it has fewer. */
struct tli_value *part(struct driver *driver, uint32_t i);
const char *part_text(struct driver *driver, uint32_t i);
int64_t part_int(struct driver *driver, uint32_t i);
/* An option in the dict that is the i-th part. */
int64_t option_int(struct driver *driver, uint32_t i, const char *key);
const char *option_text(struct driver *driver, uint32_t i, const char *key,
	const char *fallback);

/* Items of values, and as values. */
struct tli_item *pickled(const struct tli_value *value);
struct tli_item *make_item(
	struct driver *driver, const struct tli_value *value, uint32_t i);
void put_item(struct driver *driver, const struct tli_item *item);

#endif
