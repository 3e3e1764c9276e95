/* SPDX-License-Identifier: MIT */
/* Clients that meet under the name "n". */
#ifndef TESTS_MEETING_H
#define TESTS_MEETING_H

#include "clients.h"

#define PAIRED                                                                 \
	"{\"ok\":true,\"name\":\"n\",\"peer\":{\"address\":\"unix:\",\"uid\":"

/* A client that has asked for this. */
int asking(const char *request);

int accepting(void);
int dialling(void);

/* An acceptor of a listener with an id. */
int accepting_for(const char *listener);

/* It is told of a partner on the Unix socket. */
void expect_paired(int fd);

/* Both are, and what one says the other hears. */
void expect_pair(int acceptor, int dialler);

void close_all(const int *fds, size_t count);

/* So many sit under all names. */
void expect_seated(unsigned parked, unsigned waiting, unsigned pipes);

#endif
