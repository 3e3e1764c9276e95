/* SPDX-License-Identifier: MIT */
/* A broker for tests, played by hand: it takes connections and their requests,
 * and answers what the test says. */
#ifndef TESTS_BROKER_H
#define TESTS_BROKER_H

#include "ends.h"

#include <pthread.h>

#define PAIRED                                                                 \
	"{\"ok\":true,\"name\":\"echo\",\"peer\":{\"address\":\"tcp://"        \
	"192.0.2.7:40312\"}}"
#define PARKED "{\"ok\":true,\"parked\":\"echo\"}"
#define REFUSED(code)                                                          \
	"{\"ok\":false,\"error\":\"" code "\",\"message\":\"because of it\"}"

struct broker {
	tieline_listener *listener;
	char named[256];   /* its address with #echo behind it */
	char request[512]; /* the last that came */
	/* For broker_start(): what is answered by itself, and to whom. */
	const char *reply;
	pthread_t thread;
	int fd;
};

/* Opens it, at LOOPBACK if the address is NULL, and with the key if the options
 * are NULL. */
void broker_open(struct broker *broker, const char *address,
	const tieline_options *options);
void broker_close(struct broker *broker);

/*
 * Takes the next connection and its request, while going on with another
 * handle, which may be NULL. Returns the broker's end of it, a raw socket.
 */
int broker_take(struct broker *broker, tieline_handle *other);

/* Has a thread take one connection and answer it, for calls that block. NULL:
 * closes it without an answer. */
void broker_start(struct broker *broker, const char *reply);

/* Waits for that thread. Returns the raw socket, -1 if there was none. */
int broker_join(struct broker *broker);

/* Sends a text as one frame. */
void put_frame(int fd, const char *text);

/* A listener whose first connection is parked; stores the broker's end of that.
 * With the key if the options are NULL. */
tieline_listener *broker_listener(
	struct broker *broker, const tieline_options *options, int *fd);

/* Takes the listener's next connections, and parks them, as fds[from] up to,
 * and without, fds[to]. */
void broker_park(struct broker *broker, tieline_listener *listener, int fds[],
	int from, int to);

/* No other connection of the listener's comes: 20 rounds are more than any
 * takes to be there. */
void broker_expect_none(
	const struct broker *broker, tieline_listener *listener);

/* Accepts a connection, which must come; and none, at once. */
tieline_connection *accept_one(tieline_listener *listener);
void expect_nobody(tieline_listener *listener);

int64_t now_ms(void);

/* How long the listener would sleep. */
int64_t pause_of(tieline_listener *listener);

#endif
