/* SPDX-License-Identifier: MIT */
/*
 * Messages in a row, and how many are missing before each, and behind the last:
 * a ring that grows by what is in it. What limits there are is for others.
 */
#ifndef MODEL_BACKLOG_H
#define MODEL_BACKLOG_H

#include "../../../../proto/item.h"

struct loss {
	uint64_t messages, bytes;
};

struct backlog_entry {
	struct tli_item *message;
	struct loss before;
};

struct backlog {
	struct backlog_entry *ring;
	uint32_t first, count, capacity;
	struct loss behind;
};

/* Makes room for one more. False for lack of memory. */
bool backlog_reserve(struct backlog *backlog);

/* Puts a reference to the message behind the others. There must be room. */
void backlog_push(struct backlog *backlog, struct tli_item *message);

/* Counts a message as missing behind the others. */
void backlog_miss(struct backlog *backlog, uint64_t bytes);

/* Takes the first one; its reference is the caller's. There must be one. */
struct backlog_entry backlog_pop(struct backlog *backlog);

/* Drops the first one, which is missing there from then on. Returns its
 * length. */
uint64_t backlog_drop_first(struct backlog *backlog);

void backlog_fini(struct backlog *backlog);

#endif
