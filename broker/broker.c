/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include "../system/clock.h"
#include "../system/random.h"

#include "closing.h"
#include "holders.h"
#include "identity_change.h"
#include "typeid_entry.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* False with errno set. */
static bool make_epoch(char epoch[2 * BROKER_EPOCH_BYTES + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[BROKER_EPOCH_BYTES];
	int result = tli_random(bytes, sizeof(bytes));

	errno = -result;
	if (result != 0)
		return false;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		epoch[2 * i] = digits[bytes[i] >> 4];
		epoch[2 * i + 1] = digits[bytes[i] & 15];
	}
	return true;
}

/* A loop of one thread, which looks at the clock once a turn. */
static struct event_base *make_base(void)
{
	struct event_config *config = event_config_new();
	struct event_base *base = NULL;

	if (config &&
		event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK) == 0)
		base = event_base_new_with_config(config);
	if (config)
		event_config_free(config);
	return base;
}

static void on_drained(void *owner)
{
	struct broker *broker = owner;

	log_write(&broker->log, CONFIG_LOG_WARNING,
		"drain_timeout_ms is over: %u pairs are cut, and %u sessions",
		broker->relays.pairs, broker->sessions.count);
	broker_stop(broker);
}

static bool init(struct broker *broker)
{
	broker->base = make_base();
	if (!broker->base)
		return false;
	timer_init(&broker->drain_timer, broker->base, on_drained, broker);
	sessions_init(&broker->sessions, broker->base);
	if (!accepting_init(&broker->accepting, broker) ||
		!managers_init(&broker->managers) ||
		!make_epoch(broker->epoch) ||
		!objects_init(&broker->objects, broker->base, &broker->config,
			broker->epoch))
		return false;
	broker->holders = holders_new(broker);
	return broker->holders &&
		relays_init(&broker->relays, broker->config.relay_window_bytes);
}

/* A copy, which may be of a part of the one that there is. */
static void take_config(struct broker *broker, const struct config *config)
{
	struct typeids *old = broker->config.typeids;

	typeids_ref(config->typeids);
	broker->config = *config;
	typeids_unref(old);
}

struct broker *broker_new(const struct config *config,
	struct identities *identities, int log_fd, struct tli_error *error)
{
	struct broker *broker = calloc(1, sizeof(*broker));

	if (!broker) {
		identities_unref(identities);
		tli_error_set(error, TIELINE_ENOMEM, "no memory for a broker");
		return NULL;
	}
	take_config(broker, config);
	broker->identities = identities;
	broker->started_ms = tli_now_ms();
	log_init(&broker->log, log_fd, config->log_level);
	peers_init(&broker->peers);
	logins_init(&broker->logins);
	monitors_init(&broker->monitors);
	ports_init(&broker->ports);
	TAILQ_INIT(&broker->relays.live);
	TAILQ_INIT(&broker->relays.dead);
	if (init(broker))
		return broker;
	tli_error_system(error, TIELINE_ESYSTEM, "cannot make a broker", errno);
	broker_free(broker);
	return NULL;
}

int broker_listen(struct broker *broker, struct tli_error *error)
{
	return ports_open(&broker->ports, broker, &broker->config, error);
}

int broker_reload(struct broker *broker, const struct config *config,
	struct identities *identities, struct tli_error *error)
{
	int result;

	if (!relays_reserve(&broker->relays, config->relay_window_bytes))
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for relay_window_bytes");
	result = broker->draining
		? 0
		: ports_open(&broker->ports, broker, config, error);
	if (result < 0)
		return result;
	take_config(broker, config);
	broker->log.level = config->log_level;
	relays_set_window(&broker->relays, config->relay_window_bytes);
	objects_set_limits(&broker->objects, config);
	identity_change_all(broker, identities);
	return 0;
}

static void reap(struct broker *broker)
{
	relays_reap(&broker->relays);
	sessions_reap(&broker->sessions);
	managers_reap(&broker->managers);
	peers_reap(&broker->peers);
}

static bool is_over(const struct broker *broker)
{
	return broker->stopped ||
		(broker->draining && broker->peers.count == 0);
}

bool broker_turn(struct broker *broker, bool waits)
{
	int flags = EVLOOP_ONCE;

	if (is_over(broker))
		return false;
	if (!waits || sessions_are_due(&broker->sessions) ||
		managers_are_due(&broker->managers) ||
		!objects_may_wait(&broker->objects) ||
		!holders_may_wait(broker->holders))
		flags |= EVLOOP_NONBLOCK;
	streams_wake(&broker->peers.due);
	if (event_base_loop(broker->base, flags) != 0)
		return false;
	objects_run(&broker->objects);
	sessions_run(&broker->sessions);
	managers_run(&broker->managers);
	holders_run(broker->holders);
	if (broker->managers.wants_end)
		broker_drain(broker);
	reap(broker);
	return true;
}

bool broker_run(struct broker *broker)
{
	while (broker_turn(broker, true))
		;
	return !broker->cut;
}

static void drain_peers(struct broker *broker)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		next = TAILQ_NEXT(peer, link);
		if (peer->stage->drain)
			peer->stage->drain(peer);
	}
}

void broker_drain(struct broker *broker)
{
	uint32_t timeout_ms = broker->config.drain_timeout_ms;

	if (broker->draining)
		return;
	broker->draining = true;
	log_write(&broker->log, CONFIG_LOG_INFO,
		"ending: no new connections; %u pairs and %u sessions have "
		"%u ms",
		broker->relays.pairs, broker->sessions.count, timeout_ms);
	ports_close(&broker->ports);
	drain_peers(broker);
	if (!timer_start(&broker->drain_timer, timeout_ms))
		broker_stop(broker);
}

void broker_stop(struct broker *broker)
{
	broker->cut = broker->relays.pairs > 0 || broker->sessions.count > 0;
	broker->stopped = true;
	event_base_loopbreak(broker->base);
}

void broker_free(struct broker *broker)
{
	struct peer *peer;

	if (!broker)
		return;
	relays_cut(&broker->relays);
	while ((peer = TAILQ_FIRST(&broker->peers.open))) {
		closing_hurry(peer);
		peer_close(peer);
	}
	holders_free(broker->holders);
	if (broker->objects.waiters)
		objects_fini(&broker->objects);
	reap(broker);
	if (broker->base) {
		sessions_fini(&broker->sessions);
		ports_close(&broker->ports);
		accepting_fini(&broker->accepting);
		timer_stop(&broker->drain_timer);
		event_base_free(broker->base);
	}
	managers_fini(&broker->managers);
	relays_fini(&broker->relays);
	sources_fini(&broker->sources);
	identities_unref(broker->identities);
	config_fini(&broker->config);
	free(broker);
}
