/* SPDX-License-Identifier: MIT */
/*
 * Bytes copied between two connected sockets in both directions, each through a
 * bounded window. The end of one is passed on as an end, behind everything that
 * came before it, while the other direction goes on; a break as a break.
 */
#ifndef CLI_COPY_H
#define CLI_COPY_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define COPY_HEADER_MAX 12

/* Where a message ends, which only who knows it can break off inside of one.
 * Zeroed, it is at the start of a message. */
struct boundary {
	uint8_t header[COPY_HEADER_MAX];
	size_t header_len; /* so far */
	uint64_t body_left;
};

struct copy_direction {
	int from;
	int to;
	bool read_all;      /* nothing more comes */
	bool over;          /* and nothing more goes out */
	bool source_broken; /* it came to no clean end */
	bool target_gone;   /* not all could be written */
	uint8_t *window;    /* NULL while nothing is held */
	size_t start;       /* of what is held */
	size_t end;
	struct boundary boundary; /* of what was written */
};

struct copy {
	struct copy_direction directions[2]; /* from the broker, and to it */
	int64_t break_by_ms; /* when a break waits no longer; 0 = none does */
};

/* Takes two sockets, which become non-blocking: one that leads to a partner
 * through a broker, and the program's. */
void copy_init(struct copy *copy, int broker_fd, int program_fd);

/* Fills in what to wait for, one entry for each socket. Returns for how many
 * milliseconds, -1 = for ever. */
int copy_prepare(const struct copy *copy, struct pollfd entries[2]);

/* Copies what can be copied without blocking; false when it is over, and what
 * is to be broken has sent what came before. */
bool copy_process(struct copy *copy, const struct pollfd entries[2]);

/* Closes the sockets; where not all was passed on, as a break. */
void copy_close(struct copy *copy);

#endif
