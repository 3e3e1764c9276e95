/* SPDX-License-Identifier: MIT */
/* Raw clients of a stepped broker: sockets that do not block, with the broker
 * going on while one waits for what it says. */
#ifndef TESTS_CLIENTS_H
#define TESTS_CLIENTS_H

#include "stepped.h"

/* Which of the broker's sockets. */
enum wire {
	OVER_UNIX,
	OVER_TCP,
};

/* Connects, and no more. */
int knock(enum wire wire);

/* The handshake; false if the broker ends the connection meanwhile. */
bool shake_hands(int fd);

/* The same, with the broker going on after each so many bytes. */
bool shake_hands_in_pieces(int fd, size_t piece);

/* Connects and authenticates. */
int log_in(enum wire wire);

/* Sends bytes, all of which the kernel must take. */
void put(int fd, const void *bytes, size_t len);

/* Sends a text as one frame. */
void say(int fd, const char *text);

/* The same, and lets the broker hear it. */
void tell(int fd, const char *text);

/* Takes some bytes. Returns how many, 0 for an end, -1 for a break. */
ssize_t read_some(int fd, void *bytes, size_t size);

/* Takes so many bytes. */
void take(int fd, void *bytes, size_t len);

/* Takes all that comes, and returns how much it was. */
size_t take_all(int fd);

/* Takes a frame: its body, with a NUL behind it, until the next call. */
const char *hear(int fd);

/* Takes a frame, and checks that it is this text, or has it inside. */
void expect(int fd, const char *text);
void expect_part(int fd, const char *part);

/* Takes a refusal and the end behind it. */
void expect_refused(int fd, const char *code, const char *message);

/* Checks what is next: nothing so far; an end; a break, which must show between
 * two messages. They close nothing. */
void expect_silence(int fd);
void expect_end(int fd);
void expect_break(int fd);

/* Closes so that a peer on TCP gets a reset. */
void reset(int fd);

/* Closes, and lets the broker see it. */
void leave(int fd);

/* Two who met under the name "p". */
struct pair {
	int acceptor;
	int dialler;
	uint64_t ids[2]; /* theirs, at the broker */
};

struct pair meet(enum wire acceptor, enum wire dialler);
void part(struct pair *pair);

#endif
