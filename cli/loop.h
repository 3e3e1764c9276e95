/* SPDX-License-Identifier: MIT */
/*
 * One poll(2) for all that goes on side by side: parties, each with a few
 * descriptors, and the signals that end it.
 */
#ifndef CLI_LOOP_H
#define CLI_LOOP_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#define PARTY_ENTRIES 3

struct party;

struct party_class {
	/* Fills in what to wait for; entries come with fd -1. Returns for how
	 * many milliseconds, -1 = for ever. */
	int (*prepare)(
		struct party *party, struct pollfd entries[PARTY_ENTRIES]);
	/* Does what can be done without blocking; it may add parties. False
	 * when it is over. */
	bool (*process)(struct party *party,
		const struct pollfd entries[PARTY_ENTRIES]);
	/* Ends and frees the party. */
	void (*close)(struct party *party);
};

/* The first member of every party. */
struct party {
	const struct party_class *class;
	TAILQ_ENTRY(party) link;
};

struct loop {
	TAILQ_HEAD(, party) parties;
	size_t count;
	struct pollfd *entries; /* of all parties, and then those in use */
	size_t capacity;        /* parties that entries have room for */
	int signal_fd;
	/* Told of each child process that has ended; may be NULL. */
	void (*on_child)(void *arg, pid_t pid, int wait_status);
	/* Told of a signal, which ends the loop unless it returns true; may be
	 * NULL. A terminal sends its signals to the children too. */
	bool (*on_signal)(void *arg, int number, bool is_of_terminal);
	void *arg; /* of both */
};

/* Starts to watch signals. Returns a status: STATUS_DONE, or another one when
 * it has complained. */
int loop_open(struct loop *loop);

void loop_add(struct loop *loop, struct party *party);

/*
 * Runs until all parties are over. Returns STATUS_DONE, STATUS_SIGNAL plus the
 * number of the signal that ended it, or another status when it has
 * complained.
 */
int loop_run(struct loop *loop);

/* Closes the parties that are left, and the loop. */
void loop_close(struct loop *loop);

#endif
