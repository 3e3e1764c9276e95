/* SPDX-License-Identifier: MIT */
/* The verb tunnel: an address on this machine for programs that cannot do TLS,
 * each of whose connections is carried to a broker elsewhere. */
#include "broker.h"
#include "carrier.h"
#include "news.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

#define PAIRS_MAX  1000 /* at a time, if nobody said */
#define TIMEOUT_MS 10000
#define TEXT_MAX   1024

struct tunnel {
	struct carrier carrier;
	struct news news;
	const char *remote; /* as it was written */
	bool was_reached;
	bool is_lost;
};

static void tell_reached(struct tunnel *tunnel)
{
	if (!tunnel->was_reached)
		news_tell(&tunnel->news, NEWS_CONNECTED, tunnel->remote,
			"connected");
	else if (tunnel->is_lost)
		news_tell(&tunnel->news, NEWS_BACK, tunnel->remote,
			"connected again");
	tunnel->was_reached = true;
	tunnel->is_lost = false;
}

static void tell(void *arg, enum carrier_event event, int code,
	const char *what, const char *message)
{
	static const struct {
		enum news_kind kind;
		const char *outcome;
	} rows[] = {
		[CARRIER_AWAY] = {NEWS_LOST, ": trying again"},
		[CARRIER_FAILED] = {NEWS_REFUSED, ": a connection is closed"},
		[CARRIER_BROKE] = {NEWS_LOST, ""},
		[CARRIER_FULL] = {NEWS_FULL, ""},
		[CARRIER_TROUBLE] = {NEWS_REFUSED, ""},
	};
	struct tunnel *tunnel = arg;
	char text[TEXT_MAX];

	(void)code;
	if (event == CARRIER_REACHED) {
		tell_reached(tunnel);
		return;
	}
	if (rows[event].kind == NEWS_LOST)
		tunnel->is_lost = true;
	snprintf(text, sizeof(text), "%s%s", message, rows[event].outcome);
	news_tell(&tunnel->news, rows[event].kind, what, text);
}

/* Somebody here has another key, or none. */
static void tell_refused(
	void *arg, int code, const char *peer, const char *message)
{
	struct tunnel *tunnel = arg;

	(void)code;
	news_tell(&tunnel->news, NEWS_REFUSED, peer, message);
}

/* ---- Both ends -------------------------------------------------------- */

/* Where it listens: nobody on another machine may connect. */
static int find_local(const char *address, struct target *local)
{
	static const struct target_rule rule = {
		.text = "where the tunnel listens has to be unix:/path or "
			"tcp://127.0.0.1:port"};
	int status = target_find(local, address, &rule);

	if (status != STATUS_DONE || target_is_local(local))
		return status;
	return complain(STATUS_USAGE, address,
		"other machines could connect to it, and without TLS: %s",
		rule.text);
}

/* Looks for the place, written without the name there, if it has one. */
static int find_place(
	struct target *place, const char *address, const char *name)
{
	static const struct target_rule rule = {
		.tls = true,
		.text = "where the tunnel leads has to be tls://host:port, "
			"tcp://host:port or unix:/path, with #name or without",
	};
	int status = target_find(place, address, &rule);

	if (status == STATUS_DONE && name)
		target_add_name(place, name);
	return status;
}

/* Splits the address, finds it, and says with which options it is called. */
static int find_remote(const struct call *call, char *address,
	struct tunnel *tunnel, struct broker *broker)
{
	struct call of_remote = *call;
	struct target *place = &tunnel->carrier.target;
	char *sign = strchr(address, '#');
	const char *name = sign ? sign + 1 : NULL;
	int status;

	if (sign)
		*sign = '\0';
	of_remote.settings.url = address;
	status = broker_init(broker, &of_remote, name);
	if (status == STATUS_DONE)
		status = find_place(place, address, name);
	tunnel->remote = broker->address;
	tunnel->carrier.options = broker->options;
	if (!broker->options.server_name && *place->host)
		tunnel->carrier.options.server_name = place->host;
	return status;
}

static int listen_at(const char *address, const struct settings *settings,
	struct tunnel *tunnel)
{
	tieline_options options = tieline_options_default();
	int result;

	options.authkey_file = settings->local_authkey_file
		? settings->local_authkey_file
		: tunnel->carrier.options.authkey_file;
	options.on_refused = tell_refused;
	options.on_refused_arg = tunnel;
	result = tieline_listener_open(
		address, &options, &tunnel->carrier.listener);
	if (result < 0)
		return complain_of(address, result, NULL);
	tunnel->carrier.name =
		tieline_listener_address(tunnel->carrier.listener);
	return STATUS_DONE;
}

/* Who knows that it listens may end it, and finds all cleaned up. */
static int run(struct tunnel *tunnel, const char *address,
	const struct settings *settings)
{
	struct carrier *carrier = &tunnel->carrier;
	int status = carrier_open(carrier);

	if (status == STATUS_DONE)
		status = listen_at(address, settings, tunnel);
	if (status == STATUS_DONE) {
		news_tell_listening(&tunnel->news, carrier->name);
		status = carrier_run(carrier);
	}
	carrier_close(carrier);
	return status;
}

int verb_tunnel(const struct call *call)
{
	const struct settings *settings = &call->settings;
	struct tunnel tunnel = {
		.carrier =
			{
				.timeout_ms = settings->timeout_ms < 0
					? TIMEOUT_MS
					: settings->timeout_ms,
				.tries_again = true,
				.max_pairs = settings->max_connections
					? settings->max_connections
					: PAIRS_MAX,
				.tell = tell,
				.arg = &tunnel,
			},
		.news = {.as_json = settings->json},
	};
	struct broker broker;
	struct target local;
	int status = settings->url
		? complain(STATUS_USAGE, call->verb->name,
			  "REMOTE is the broker's address, not --url")
		: find_local(call->words[0], &local);

	if (status == STATUS_DONE)
		status = find_remote(call, call->words[1], &tunnel, &broker);
	return status == STATUS_DONE
		? run(&tunnel, local.addresses[0], settings)
		: status;
}
