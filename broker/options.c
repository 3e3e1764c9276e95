/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "../system/places.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DEFAULT_TCP "tcp://127.0.0.1:7600"

static const char help[] =
	"usage: tielined [OPTION]...\n"
	"\n"
	"A broker: programs in C, Python and shell meet by name and exchange\n"
	"messages, on the wire of Python's multiprocessing.connection.\n"
	"\n"
	"  --config FILE        settings; see man tielined.json\n"
	"  --listen URL         listen at tcp://host:port or unix:/path; may "
	"be\n"
	"                       given many times\n"
	"  --authkey-file FILE  the key of those who may do everything\n"
	"  --check-config       say whether the settings can be used, and end\n"
	"  --print-address      print nothing but where it listens\n"
	"  --log-level LEVEL    error, warning, info or debug\n"
	"  --help, --version\n"
	"\n"
	"Without options it listens at " DEFAULT_TCP " and at a Unix socket\n"
	"in the user's runtime folder, with a key that it makes at first "
	"start.\n";

enum {
	OPTION_CONFIG = 256,
	OPTION_LISTEN,
	OPTION_AUTHKEY_FILE,
	OPTION_CHECK_CONFIG,
	OPTION_PRINT_ADDRESS,
	OPTION_LOG_LEVEL,
	OPTION_HELP,
	OPTION_VERSION,
};

static const struct option known[] = {
	{"config", required_argument, NULL, OPTION_CONFIG},
	{"listen", required_argument, NULL, OPTION_LISTEN},
	{"authkey-file", required_argument, NULL, OPTION_AUTHKEY_FILE},
	{"check-config", no_argument, NULL, OPTION_CHECK_CONFIG},
	{"print-address", no_argument, NULL, OPTION_PRINT_ADDRESS},
	{"log-level", required_argument, NULL, OPTION_LOG_LEVEL},
	{"help", no_argument, NULL, OPTION_HELP},
	{"version", no_argument, NULL, OPTION_VERSION},
	{NULL, 0, NULL, 0},
};

static int wrong_usage(const char *what, const char *which)
{
	fprintf(stderr, "tielined: %s%s; tielined --help says more\n", what,
		which);
	return STATUS_USAGE;
}

static int take_listen(struct options *options, const char *address)
{
	if (options->listen_count == CONFIG_LISTEN_MAX)
		return wrong_usage("too many addresses to listen at", "");
	options->listen[options->listen_count++] = address;
	return -1;
}

static int take_level(struct options *options, const char *name)
{
	options->has_log_level = true;
	if (config_log_level_parse(name, &options->log_level))
		return -1;
	return wrong_usage("no such log level: ", name);
}

static int take(struct options *options, int option)
{
	switch (option) {
	case OPTION_CONFIG:
		options->config_path = optarg;
		return -1;
	case OPTION_LISTEN:
		return take_listen(options, optarg);
	case OPTION_AUTHKEY_FILE:
		options->authkey_file = optarg;
		return -1;
	case OPTION_CHECK_CONFIG:
		options->check_config = true;
		return -1;
	case OPTION_PRINT_ADDRESS:
		options->print_address = true;
		return -1;
	case OPTION_LOG_LEVEL:
		return take_level(options, optarg);
	case OPTION_HELP:
		fputs(help, stdout);
		return STATUS_DONE;
	case OPTION_VERSION:
		puts("tielined " TIELINE_VERSION);
		return STATUS_DONE;
	default: /* getopt_long() has said what is wrong */
		return STATUS_USAGE;
	}
}

int options_parse(struct options *options, int argc, char *argv[])
{
	int status = -1;
	int option;

	*options = (struct options){.config_path = NULL};
	while (status < 0 &&
		(option = getopt_long(argc, argv, "", known, NULL)) != -1)
		status = take(options, option);
	if (status < 0 && optind < argc)
		return wrong_usage("unexpected argument: ", argv[optind]);
	return status;
}

static int add_defaults(struct config *config, struct tli_error *error)
{
	char socket[TLI_ADDRESS_TEXT_MAX];
	int result = tli_place_of_socket(true, socket, error);

	if (result == 0)
		result = config_add_listen(config, DEFAULT_TCP, error);
	if (result == 0)
		result = config_add_listen(config, socket, error);
	return result;
}

static int add_listen(const struct options *options, struct config *config,
	struct tli_error *error)
{
	int result = 0;

	if (options->listen_count > 0)
		config->listen_count = 0;
	for (size_t i = 0; i < options->listen_count && result == 0; i++)
		result = config_add_listen(config, options->listen[i], error);
	if (result == 0 && config->listen_count == 0 && !options->check_config)
		result = add_defaults(config, error);
	return result;
}

static int set_key_file(const struct options *options, struct config *config,
	struct tli_error *error)
{
	if (!options->authkey_file)
		return 0;
	if (strlen(options->authkey_file) >= sizeof(config->authkey_file))
		return tli_error_set(error, TIELINE_EKEY,
			"the path of the key file is too long");
	strcpy(config->authkey_file, options->authkey_file);
	return 0;
}

int options_load_config(const struct options *options, struct config *config,
	struct tli_error *error)
{
	int result = 0;

	config_init(config);
	if (options->config_path)
		result = config_load(config, options->config_path, error);
	if (result == 0)
		result = add_listen(options, config, error);
	if (result == 0)
		result = set_key_file(options, config, error);
	if (result < 0)
		config_fini(config);
	else if (options->has_log_level)
		config->log_level = options->log_level;
	return result;
}

static struct tli_key *load_default(struct tli_error *error)
{
	char path[TLI_PLACES_PATH_MAX];

	if (tli_place_of_key(true, path, error) < 0)
		return NULL;
	if (access(path, F_OK) != 0 && errno == ENOENT &&
		tli_key_create(path, error) < 0)
		return NULL;
	return tli_key_read(path, error);
}

struct identities *options_load_identities(const struct config *config,
	const struct identities *before, struct tli_error *error)
{
	struct tli_key *key = NULL;

	if (config->authkey_file[0])
		key = tli_key_read(config->authkey_file, error);
	else if (!config->keys_dir[0])
		key = load_default(error);
	if (!key && (config->authkey_file[0] || !config->keys_dir[0]))
		return NULL;
	return identities_load(config->keys_dir, key, before, error);
}
