/* SPDX-License-Identifier: MIT */
/* Deadlines of many, the earliest first: a heap of members of their structs. */
#ifndef ENGINE_DEADLINES_H
#define ENGINE_DEADLINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEVER_MS INT64_MAX

/* A member of what has a deadline. All zero: it has none. */
struct deadline {
	int64_t at_ms;
	size_t place; /* in the heap, from 1; 0 = in none */
};

struct deadlines {
	struct deadline **heap;
	size_t count, capacity;
};

/* Sets, moves or, with NEVER_MS, takes out. False for lack of memory, when it
 * was in none. */
bool deadlines_set(
	struct deadlines *all, struct deadline *deadline, int64_t at_ms);

/* Makes room for so many in all, so that setting them does not fail. False for
 * lack of memory. */
bool deadlines_reserve(struct deadlines *all, size_t total);

void deadlines_remove(struct deadlines *all, struct deadline *deadline);

/* The earliest, NULL if there is none. */
struct deadline *deadlines_first(const struct deadlines *all);
int64_t deadlines_first_ms(const struct deadlines *all);

void deadlines_fini(struct deadlines *all);

/* What a deadline is a member of. */
#define deadline_owner(deadline, type, member)                                 \
	((type *)(void *)((char *)(deadline)-offsetof(type, member)))

#endif
