/* SPDX-License-Identifier: MIT */
/*
 * What a peer may do: verbs, each with the names that it may be done to. What
 * no entry permits is not permitted.
 */
#ifndef BROKER_RIGHTS_H
#define BROKER_RIGHTS_H

#include "../proto/address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RIGHTS_MAX 1000u /* entries of one identity */
#define RIGHTS_WHY 240u

/* The verbs: the word in an entry, whether it is done to a name, and what it
 * is, for the manual. */
#define RIGHTS(X)                                                              \
	X(ACCEPT, "accept", true, "Listen under the name.")                    \
	X(DIAL, "dial", true, "Connect to who listens under the name.")        \
	X(PIPE, "pipe", true, "Be an end of the pipe of that name.")           \
	X(PUT, "put", true, "Put items into the queue.")                       \
	X(GET, "get", true,                                                    \
		"Get items of the queue, look at them, and say what became "   \
		"of them.")                                                    \
	X(PUBLISH, "publish", true, "Publish to the topic.")                   \
	X(SUBSCRIBE, "subscribe", true,                                        \
		"Subscribe to the topic, or watch an object of another kind.") \
	X(CALL, "call", true, "Call all other methods of the object.")         \
	X(CREATE, "create", true, "Make the object if it is not there.")       \
	X(DELETE, "delete", true, "Delete the object.")                        \
	X(LIST, "list", false, "See what names and connections there are.")    \
	X(STAT, "stat", false, "See the broker's figures.")                    \
	X(MONITOR, "monitor", false, "Be told what happens.")                  \
	X(TYPEID, "typeid", false,                                             \
		"Ask what a name of a manager's client means.")                \
	X(SHUTDOWN, "shutdown", false,                                         \
		"End the broker as a manager's client, if "                    \
		"*manager_shutdown* allows it.")

enum right {
#define X(right, word, named, help) RIGHT_##right,
	RIGHTS(X)
#undef X
		RIGHT_COUNT
};

#define RIGHT_BIT(right) (UINT32_C(1) << (right))

/* A verb's word; and whether it is done to a name. */
const char *right_word(enum right right);
bool right_is_named(enum right right);

struct right_entry {
	uint32_t bits; /* of the verbs */
	char pattern[TLI_ADDRESS_NAME_MAX + 1];
};

/* Nothing is permitted when all is zero. */
struct rights {
	uint32_t everywhere; /* the verbs that may be done to any name, or none
			      */
	size_t count;
	struct right_entry *entries; /* owned */
};

enum rights_result {
	RIGHTS_OK = 0,
	RIGHTS_BAD = -1,
	RIGHTS_NOMEM = -2,
};

/*
 * Adds an entry: "VERB PATTERN", "VERB" for any name and for verbs that have
 * none, or "all" for everything. In a pattern a * stands for any characters,
 * also none. Returns RIGHTS_OK, or another rights_result with nothing added;
 * if RIGHTS_BAD, what is wrong is in why.
 */
int rights_parse(
	struct rights *rights, const char *entry, char why[RIGHTS_WHY]);

void rights_fini(struct rights *rights);

/* Whether the verb may be done to the name, which is NULL for a verb without
 * one. */
bool rights_permit(
	const struct rights *rights, enum right right, const char *name);

/* The verbs that may be done to the name, a RIGHT_BIT() each. */
uint32_t rights_on(const struct rights *rights, const char *name);

/* Everything, for those who have the one key that there is. */
extern const struct rights rights_all;

#endif
