/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

int exit_status(int code)
{
	switch (code) {
	case TIELINE_OK:
		return EXIT_DONE;
	case TIELINE_EADDRESS:
	case TIELINE_EINVAL:
		return EXIT_USAGE;
	case TIELINE_ECONNECT:
	case TIELINE_ERESOLVE:
		return EXIT_CANNOT_CONNECT;
	case TIELINE_EAUTH:
	case TIELINE_EKEY:
	case TIELINE_EPROTOCOL:
		return EXIT_AUTHENTICATION;
	case TIELINE_EEOF:
	case TIELINE_ETRUNCATED:
	case TIELINE_ELOST:
		return EXIT_LOST;
	case TIELINE_EHANDSHAKE:
	case TIELINE_ETIMEDOUT:
		return EXIT_TIMED_OUT;
	default:
		return EXIT_OTHER;
	}
}

static void say_refused(
	void *arg, int code, const char *peer, const char *message)
{
	(void)arg;
	fprintf(stderr, "refused %s: %s: %s\n", peer, tieline_strerror(code),
		message);
}

int complain(const char *program, const char *what, int code,
	const tieline_handle *handle)
{
	fprintf(stderr, "%s: %s: %s\n", program, what,
		tieline_handle_error(handle));
	return exit_status(code);
}

int read_arguments(int argc, char **argv, tieline_options *options, bool *quiet,
	int at_least, const char *usage)
{
	static const struct option known[] = {
		{"quiet", no_argument, NULL, 'q'},
		{"authkey-file", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option, count;

	options->on_refused = say_refused;
	while ((option = getopt_long(argc, argv, "", quiet ? known : known + 1,
			NULL)) != -1) {
		if (option == 'k')
			options->authkey_file = optarg;
		else if (option == 'q')
			*quiet = true;
		else
			break;
	}
	if (option == 'h') {
		printf("usage: %s", usage);
		exit(EXIT_DONE);
	}
	count = argc - optind;
	if (option == '?' || count < at_least || !options->authkey_file) {
		fprintf(stderr, "usage: %s", usage);
		exit(EXIT_USAGE);
	}
	/* getopt_long has moved them behind the options. */
	memmove(argv, argv + optind, (size_t)count * sizeof(*argv));
	return count;
}
