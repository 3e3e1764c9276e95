/* SPDX-License-Identifier: MIT */
/* The verb expose: a listener with a name at the broker, whose diallers are
 * each connected to a program's own listener. */
#include "broker.h"
#include "carrier.h"
#include "status.h"

#define PAIRS_MAX  1024 /* at a time */
#define TIMEOUT_MS 10000

static void tell(void *arg, enum carrier_event event, int code,
	const char *what, const char *message)
{
	(void)arg;
	if (event == CARRIER_FAILED || event == CARRIER_TROUBLE)
		complain(status_of(code), what, "%s", message);
}

/* How to connect to the program. */
static tieline_options target_options(
	const struct settings *settings, const struct broker *broker)
{
	tieline_options options = tieline_options_default();

	options.no_authkey = settings->target_no_authkey;
	if (!options.no_authkey)
		options.authkey_file = settings->target_authkey_file
			? settings->target_authkey_file
			: broker->key_file;
	return options;
}

int verb_expose(const struct call *call)
{
	static const struct target_rule rule = {
		.text = "the program's address has to be tcp://host:port or "
			"unix:/path"};
	const struct settings *settings = &call->settings;
	struct carrier carrier = {
		.name = call->words[0],
		.timeout_ms = settings->timeout_ms < 0 ? TIMEOUT_MS
						       : settings->timeout_ms,
		.max_pairs = PAIRS_MAX,
		.tell = tell,
	};
	struct broker broker;
	int status = target_find(&carrier.target, call->words[1], &rule);
	int result;

	if (status == STATUS_DONE)
		status = broker_init(&broker, call, call->words[0]);
	if (status != STATUS_DONE)
		return status;
	carrier.options = target_options(settings, &broker);
	broker.options.backlog = settings->backlog;
	broker.options.exclusive = settings->exclusive;
	result = tieline_listener_open(
		broker.address, &broker.options, &carrier.listener);
	if (result < 0)
		return broker_complain(&broker, result);
	status = carrier_open(&carrier);
	if (status == STATUS_DONE)
		status = carrier_run(&carrier);
	carrier_close(&carrier);
	return status;
}
