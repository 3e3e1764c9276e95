/* SPDX-License-Identifier: MIT */
/* Which broker, with which key: what the options, the environment and the
 * library's defaults come to. */
#ifndef CLI_BROKER_H
#define CLI_BROKER_H

#include "verbs.h"

#include <tieline/tieline.h>

#define BROKER_NAME_MAX     128u
#define BROKER_URL_MAX      380u /* more than the library takes */
#define BROKER_ADDRESS_MAX  (BROKER_URL_MAX + 1 + BROKER_NAME_MAX)
#define BROKER_KEY_FILE_MAX 4096u

struct broker {
	char address[BROKER_ADDRESS_MAX]; /* with #name if there is one */
	char key_file[BROKER_KEY_FILE_MAX];
	bool is_default;          /* nobody said which broker */
	bool key_file_is_default; /* nor which key file */
	tieline_options options;  /* --timeout is the time to connect */
};

/*
 * Fills in *broker, for a name there unless it is NULL; it may not be moved
 * then. Returns STATUS_DONE, or another status when it has complained.
 */
int broker_init(
	struct broker *broker, const struct call *call, const char *name);

/* Complains of what can be the name of nothing. Returns likewise. */
int broker_check_name(const char *name);

/* Says that the call on the broker failed with that code, and what may help.
 * Returns the code's status. */
int broker_complain(const struct broker *broker, int code);

/* Stores the key file's path. Returns likewise. */
int broker_find_key_file(
	const struct settings *settings, char path[BROKER_KEY_FILE_MAX]);

#endif
