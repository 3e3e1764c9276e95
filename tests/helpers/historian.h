/* SPDX-License-Identifier: MIT */
/* A client that records what it does: historian.c. */
#ifndef TESTS_HISTORIAN_H
#define TESTS_HISTORIAN_H

#include <tieline/queue.h>
#include <tieline/shared.h>
#include <tieline/sync.h>

#define HISTORIAN_NAME 64u
#define HISTORIAN_KEYS 3u

/* What a key was last seen to be; version 0 is nothing. */
struct historian_seen {
	char item[HISTORIAN_NAME];
	uint64_t version;
};

struct historian {
	const char *name;
	char jobs[HISTORIAN_NAME], door[HISTORIAN_NAME], table[HISTORIAN_NAME];
	unsigned luck;
	unsigned made; /* names of items and values */
	tieline_session *session;
	tieline_queue *queue;
	tieline_lock *lock;
	tieline_dict *dict;
	struct historian_seen seen[HISTORIAN_KEYS];
	/* What is delivered now cannot have been before. */
	uint64_t since_ns;
};

/* A random number below that; a random time to wait. */
unsigned historian_draw(struct historian *historian, unsigned below);
int historian_patience_ms(struct historian *historian);

/* A name that nobody else makes. */
void historian_make_name(
	struct historian *historian, char name[HISTORIAN_NAME]);

/* What cannot fail, whatever happens to connections, has not: or the program
 * ends with a complaint. */
void historian_must(struct historian *historian, int code);

/* The session goes on for a while, at most. */
void historian_go_on(struct historian *historian, int timeout_ms);

/* What it can do. Each returns false if there is no more to be done. */
typedef bool historian_deed(struct historian *historian);

historian_deed historian_produce, historian_lease, historian_take,
	historian_consume, historian_drain, historian_lock, historian_hesitate,
	historian_share;

#endif
