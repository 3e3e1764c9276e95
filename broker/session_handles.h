/* SPDX-License-Identifier: MIT */
/* What a session's client has open, by the numbers that it chose. */
#ifndef BROKER_SESSION_HANDLES_H
#define BROKER_SESSION_HANDLES_H

#include "../proto/item.h"

#include <stdbool.h>
#include <stdint.h>

enum handle_state {
	HANDLE_FREE,
	HANDLE_OPENING, /* the engine has not answered yet */
	HANDLE_OPEN
};

struct handle {
	uint64_t object;       /* its id */
	uint64_t token;        /* the reference to it */
	struct tli_item *name; /* by which rights know it; a reference */
	uint64_t generation;   /* of the identities that allowed comes from */
	uint32_t allowed;      /* what may be done to it, a RIGHT_BIT() each */
	uint8_t state;         /* an enum handle_state */
};

/* Zeroed it is empty. Number 0 is never in it: that is the broker itself. */
struct handles {
	struct handle *all; /* by number */
	uint32_t count;     /* of numbers that there is room for */
	uint32_t used;
};

enum handle_result {
	HANDLE_OK = 0,
	HANDLE_NUMBER = -1, /* 0, or max or more */
	HANDLE_TAKEN = -2,
	HANDLE_NOMEM = -3,
};

/* Takes a number, which is free and below max, for what is being opened.
 * Returns an enum handle_result. */
int handles_take(struct handles *handles, uint32_t number, uint32_t max);

/* What is under that number; NULL if it is free. Until the next is taken. */
struct handle *handles_find(const struct handles *handles, uint32_t number);

/* Frees a number that is taken. */
void handles_give_up(struct handles *handles, uint32_t number);

void handles_fini(struct handles *handles);

#endif
