/* SPDX-License-Identifier: MIT */
/* The command line of tielined, and with it the configuration and the keys. */
#ifndef BROKER_OPTIONS_H
#define BROKER_OPTIONS_H

#include "config.h"
#include "identities.h"

/* Exit statuses. */
enum {
	STATUS_DONE = 0,
	STATUS_OTHER = 1,
	STATUS_USAGE = 2,
	STATUS_CANNOT_LISTEN = 3,
};

struct options {
	const char *config_path;  /* NULL = none */
	const char *authkey_file; /* NULL = the configuration's */
	const char *listen[CONFIG_LISTEN_MAX];
	size_t listen_count;
	bool has_log_level;
	enum config_log_level log_level;
	bool check_config;
	bool print_address;
};

/* Reads the command line. Returns -1, or the status to exit with at once, what
 * there was to say being said. */
int options_parse(struct options *options, int argc, char *argv[]);

/* The configuration: the file's, with the command line's over it. Returns 0, or
 * the code in *error. */
int options_load_config(const struct options *options, struct config *config,
	struct tli_error *error);

/*
 * Who may log in: by the configuration's keys_dir and authkey_file. Without
 * either by the default key file, which is made if it is missing. before: the
 * set that is to be replaced; NULL = none. NULL with *error set.
 */
struct identities *options_load_identities(const struct config *config,
	const struct identities *before, struct tli_error *error);

#endif
