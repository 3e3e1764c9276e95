/* SPDX-License-Identifier: MIT */
/* What the example programs share: options, exit statuses, strings. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <tieline/tieline.h>

/* Exit statuses; docs/protocol.md has no say here, scripts do. */
enum {
	EXIT_DONE = 0,
	EXIT_OTHER = 1,
	EXIT_USAGE = 2,
	EXIT_CANNOT_CONNECT = 3,
	EXIT_AUTHENTICATION = 4,
	EXIT_LOST = 9,
	EXIT_TIMED_OUT = 124,
};

/* The exit status that goes with a tieline_code. */
int exit_status(int code);

/* Prints "program: what: the error's text" and returns its exit status. */
int complain(const char *program, const char *what, int code,
	const tieline_handle *handle);

/*
 * Reads "... --authkey-file FILE ...", which may stand anywhere, into *options.
 * Moves the other arguments to the front of argv and returns how many there
 * are; ends the program for --help and for mistakes.
 */
int read_arguments(int argc, char **argv, tieline_options *options,
	int at_least, const char *usage);

/*
 * The pickle of a Python str, as Connection.send() would make it (protocol 2,
 * which every Python reads). NULL if text is not UTF-8, or for lack of memory.
 * To be freed with free().
 */
void *pickle_str(const char *text, size_t *len_out);

/* The text in such a pickle, of any protocol that Python 3 sends, as a span
 * inside it. False if it holds anything but a str. */
bool unpickle_str(
	const void *pickle, size_t len, const char **text_out, size_t *len_out);

#endif
