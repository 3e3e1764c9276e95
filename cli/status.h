/* SPDX-License-Identifier: MIT */
/* Exit statuses, for scripts, and complaints, for people. */
#ifndef CLI_STATUS_H
#define CLI_STATUS_H

#include <tieline/tieline.h>

#include <stdbool.h>

/* Every exit status: name, value, text. */
#define STATUS_MAP(X)                                                          \
	X(DONE, 0, "done")                                                     \
	X(OTHER, 1, "something else went wrong")                               \
	X(USAGE, 2, "wrong usage")                                             \
	X(CANNOT_CONNECT, 3, "cannot connect")                                 \
	X(AUTHENTICATION, 4,                                                   \
		"authentication, or TLS, failed, or no usable key")            \
	X(NO_NAME, 5, "nobody listens under the name, or no such object")      \
	X(FULL, 6, "the broker, or the queue, is full")                        \
	X(EMPTY, 7, "the queue is empty")                                      \
	X(NOT_PERMITTED, 8, "not permitted, or the name is taken")             \
	X(LOST, 9, "the connection was lost; the outcome is unknown")          \
	X(TIMED_OUT, 124, "timed out")

enum status {
#define X(name, value, text) STATUS_##name = (value),
	STATUS_MAP(X)
#undef X
};

/* Above all that a program can end with, plus a signal's number: the signal
 * ended it. */
#define STATUS_SIGNAL 256

/* The exit status that goes with a tieline_code. */
int status_of(int code);

/* The same once the connection is open: what makes no sense then is no matter
 * of keys. */
int status_of_open(int code);

/* Says "tieline: what: ..." on standard error, and returns the status. What is
 * NULL if the text needs none. */
int complain(int status, const char *what, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* For what stays and serves others: from now on nobody waits for who does not
 * read standard error. Complaints that it has no room for are only counted, and
 * the next one says how many. */
void complain_without_waiting(void);

/* Whether a line can be written there without waiting for a reader. */
bool has_room_for_line(int fd);

/* The address that something failed at, or NULL where the text of the library's
 * error has it. */
const char *what_of(const char *address, int code);

/* Says that what failed with the handle's (or NULL's) last error, and returns
 * the code's status. */
int complain_of(const char *what, int code, const tieline_handle *handle);

/* Says that there is no memory, and returns the status. */
int complain_of_memory(const char *what);

#endif
