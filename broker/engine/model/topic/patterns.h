/* SPDX-License-Identifier: MIT */
/*
 * Who wants what: patterns in a table in which those that a subject fits are
 * found by its parts, with one look for all patterns without wildcards.
 * subject.h says what patterns are.
 */
#ifndef MODEL_PATTERNS_H
#define MODEL_PATTERNS_H

#include "../../../table.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct interest;

/* A pattern, or the first parts of some. */
struct pattern {
	TAILQ_HEAD(, interest) interests; /* in exactly this */
	struct pattern *next_match;       /* of a search */

	struct pattern *parent;     /* without the last part; NULL = no part */
	struct pattern *any, *rest; /* with a `*` or `>` behind */
	struct pattern *next_level; /* those of as many parts, in a search */
	uint64_t id;
	size_t users; /* interests, and those that have it as parent */
	UT_hash_handle hh;
	size_t key_len;
	unsigned char key[]; /* the parent's id, the last part */
};

struct patterns {
	struct pattern *table;
	struct pattern *root; /* of those with wildcards; NULL = none */
	uint64_t last_id;
	uint64_t seed[2];
};

/* The pattern, with one more user. NULL for lack of memory. */
struct pattern *patterns_use(
	struct patterns *all, const char *pattern, size_t len);

/* One user less; without any it is gone. */
void patterns_drop(struct patterns *all, struct pattern *pattern);

/* All that a subject fits, each once, linked by next_match; NULL if there are
 * none. It lasts until the next search, or change. */
struct pattern *patterns_match(
	struct patterns *all, const char *subject, size_t len);

#endif
