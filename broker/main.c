/* SPDX-License-Identifier: MIT */
/* tielined: a broker as a process, with signals and an exit status. */
#include "broker.h"
#include "greeting.h"
#include "options.h"

#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define SPARE_DESCRIPTORS 64u /* not for connections */

struct process {
	struct options options;
	struct broker *broker;
	struct event term, interrupt, hangup;
};

static void on_end(evutil_socket_t signal, short event, void *arg)
{
	struct process *process = arg;

	(void)signal;
	(void)event;
	if (process->broker->draining)
		broker_stop(process->broker);
	else
		broker_drain(process->broker);
}

static int reload_with(struct process *process, const struct config *config,
	struct tli_error *error)
{
	struct identities *identities = options_load_identities(
		config, process->broker->identities, error);
	int result;

	if (!identities)
		return error->code;
	result = broker_reload(process->broker, config, identities, error);
	if (result < 0)
		identities_unref(identities);
	return result;
}

/* Both are loaded before anything changes. */
static int reload(struct process *process, struct tli_error *error)
{
	struct config config;
	int result = options_load_config(&process->options, &config, error);

	if (result < 0)
		return result;
	result = reload_with(process, &config, error);
	config_fini(&config);
	return result;
}

static void on_hangup(evutil_socket_t signal, short event, void *arg)
{
	struct process *process = arg;
	struct log *log = &process->broker->log;
	struct tli_error error;

	(void)signal;
	(void)event;
	if (reload(process, &error) < 0)
		log_write(log, CONFIG_LOG_ERROR,
			"nothing is changed by the reload: %s", error.text);
	else
		log_write(log, CONFIG_LOG_INFO, "settings and keys reloaded");
}

static bool handle_signals(struct process *process)
{
	struct event_base *base = process->broker->base;

	signal(SIGPIPE, SIG_IGN);
	/* While it ends, and they are forgotten, they change nothing. */
	signal(SIGTERM, SIG_IGN);
	signal(SIGINT, SIG_IGN);
	evsignal_assign(&process->term, base, SIGTERM, on_end, process);
	evsignal_assign(&process->interrupt, base, SIGINT, on_end, process);
	evsignal_assign(&process->hangup, base, SIGHUP, on_hangup, process);
	return evsignal_add(&process->term, NULL) == 0 &&
		evsignal_add(&process->interrupt, NULL) == 0 &&
		evsignal_add(&process->hangup, NULL) == 0;
}

static void forget_signals(struct process *process)
{
	evsignal_del(&process->term);
	evsignal_del(&process->interrupt);
	evsignal_del(&process->hangup);
}

/* As many descriptors as the system allows; the log says if that is not enough
 * for the connections that are to be taken. */
static void raise_limits(struct broker *broker)
{
	struct rlimit limit;
	uint32_t wanted = broker->config.max_connections + SPARE_DESCRIPTORS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < wanted)
		log_write(&broker->log, CONFIG_LOG_WARNING,
			"the process may open %llu files, and max_connections "
			"(%u) needs %u: raise the one (ulimit -n) or lower the "
			"other",
			(unsigned long long)limit.rlim_cur,
			broker->config.max_connections, wanted);
}

static int fail(const struct tli_error *error, int status)
{
	fprintf(stderr, "tielined: %s\n", error->text);
	return status;
}

static int serve(struct process *process)
{
	struct tli_error error;
	bool whole;

	if (broker_listen(process->broker, &error) < 0)
		return fail(&error, STATUS_CANNOT_LISTEN);
	raise_limits(process->broker);
	if (!handle_signals(process)) {
		tli_error_set(&error, TIELINE_ENOMEM, "no memory for signals");
		return fail(&error, STATUS_OTHER);
	}
	greeting_print(process->broker, process->options.print_address);
	whole = broker_run(process->broker);
	forget_signals(process);
	return whole ? STATUS_DONE : STATUS_OTHER;
}

static int run(struct process *process, const struct config *config)
{
	struct tli_error error;
	struct identities *identities =
		options_load_identities(config, NULL, &error);
	int status;

	if (!identities)
		return fail(&error, STATUS_USAGE);
	process->broker = broker_new(config, identities, STDERR_FILENO, &error);
	if (!process->broker)
		return fail(&error, STATUS_OTHER);
	status = serve(process);
	broker_free(process->broker);
	return status;
}

/* The default key file is not made for this, nor missed. */
static int check_identities(
	const struct config *config, struct tli_error *error)
{
	struct identities *identities;

	if (!config->keys_dir[0] && !config->authkey_file[0])
		return 0;
	identities = options_load_identities(config, NULL, error);
	if (!identities)
		return error->code;
	identities_unref(identities);
	return 0;
}

static int check(const struct config *config)
{
	struct tli_error error;

	if (ports_check(config, &error) < 0 ||
		check_identities(config, &error) < 0)
		return fail(&error, STATUS_USAGE);
	puts("the settings can be used");
	return STATUS_DONE;
}

int main(int argc, char *argv[])
{
	static struct config config;
	struct process process = {.broker = NULL};
	struct tli_error error;
	int status = options_parse(&process.options, argc, argv);

	if (status >= 0)
		return status;
	if (options_load_config(&process.options, &config, &error) < 0)
		return fail(&error, STATUS_USAGE);
	status = process.options.check_config ? check(&config)
					      : run(&process, &config);
	config_fini(&config);
	return status;
}
