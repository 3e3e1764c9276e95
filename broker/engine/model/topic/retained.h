/* SPDX-License-Identifier: MIT */
/* The last message of each subject, those of the latest subjects. */
#ifndef MODEL_RETAINED_H
#define MODEL_RETAINED_H

#include "../../../table.h"
#include "../call.h"

#include <sys/queue.h>

struct retained {
	struct tli_item *message; /* has its key, the subject */
	TAILQ_ENTRY(retained) link;
	UT_hash_handle hh;
};

struct retained_messages {
	struct retained *table;
	TAILQ_HEAD(, retained) in_order; /* the one published last is last */
	uint64_t count, max;
	uint64_t evicted; /* as there were too many subjects */
};

void retained_init(struct retained_messages *all, uint64_t max);

/* Keeps it as its subject's last one, charged to the topic, in place of the
 * subject that was published to longest ago, if there are too many. False with
 * the error raised. */
bool retained_put(struct call *call, struct retained_messages *all,
	struct tli_item *message);

/* Forgets those that fit a pattern. Returns how many. */
uint64_t retained_forget(struct retained_messages *all, struct object *topic,
	const char *pattern, size_t len);

bool retained_matches(
	const struct retained *retained, const char *pattern, size_t len);

void retained_fini(struct retained_messages *all);

#endif
