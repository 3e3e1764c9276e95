/* SPDX-License-Identifier: MIT */
/* What the example programs share: arguments, exit statuses, complaints. */
#ifndef EXAMPLES_COMMON_H
#define EXAMPLES_COMMON_H

#include <tieline/tieline.h>

/* Exit statuses, for scripts. */
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
 * Reads "... --authkey-file FILE ...", which may stand anywhere, into *options,
 * which also gets an on_refused that prints on standard error. Sets *quiet for
 * --quiet; where it is NULL, there is no such option.
 * Moves the other arguments to the front of argv and returns how many there
 * are; ends the program for --help and for mistakes.
 */
int read_arguments(int argc, char **argv, tieline_options *options, bool *quiet,
	int at_least, const char *usage);

#endif
