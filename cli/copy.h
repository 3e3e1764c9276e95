/* SPDX-License-Identifier: MIT */
/*
 * Bytes copied between two connections in both directions, each through a
 * bounded window. The end of one is passed on as an end, behind everything that
 * came before it, while the other direction goes on; a break as a break.
 */
#ifndef CLI_COPY_H
#define CLI_COPY_H

#include "loop.h"

#include <tieline/tieline.h>

#include <stdint.h>

#define COPY_HEADER_MAX 12

/* Where a message ends, which only who knows it can break off inside of one.
 * Zeroed, it is at the start of a message. */
struct boundary {
	uint8_t header[COPY_HEADER_MAX];
	size_t header_len; /* so far */
	uint64_t body_left;
};

/* The connections of a copy. */
enum { COPY_NEAR, COPY_FAR, COPY_ENDS };

/* From one of them to the other. */
struct copy_direction {
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
	tieline_connection *ends[COPY_ENDS];
	struct copy_direction directions[COPY_ENDS]; /* by where they begin */
};

/* Takes two open connections that carried no message yet. */
void copy_start(struct copy *copy, tieline_connection *near_end,
	tieline_connection *far_end);

/* Fills in what to wait for, one entry for each connection. Returns for how
 * many milliseconds, -1 = for ever. */
int copy_prepare(struct copy *copy, struct pollfd entries[COPY_ENDS]);

/* Copies what can be copied without blocking; false when it is over. */
bool copy_process(struct copy *copy, const struct pollfd entries[COPY_ENDS]);

/* Whether that connection broke; why is then in its handle's error. */
bool copy_is_broken(const struct copy *copy, int end);

/* Closes the connections; where not all was passed on, as a break, at once or
 * in the loop. */
void copy_close(struct copy *copy, struct loop *loop);

#endif
