/* SPDX-License-Identifier: MIT */
#include "fuzz_broker_books.h"

#include "fuzz.h"
#include "fuzz_broker_managers.h"
#include "fuzz_broker_sessions.h"

#include "../../broker/meeting.h"
#include "../../proto/frame.h"

#include <string.h>

struct census {
	unsigned open, logins, parked, waiting, relayed, monitors;
	uint64_t held_bytes;
	uint64_t closing_bytes;
};

static bool is_at(const struct peer *peer, const char *stage)
{
	return strcmp(peer->stage->name, stage) == 0;
}

static struct census count_peers(struct broker *broker)
{
	struct census census = {.open = 0};
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link) {
		struct relay_report report = {.name = NULL};

		census.open++;
		census.logins += is_at(peer, "authenticating");
		census.parked += is_at(peer, "parked");
		census.waiting += is_at(peer, "waiting");
		census.monitors += is_at(peer, "monitor");
		census.relayed += relay_report(peer, &report);
		census.held_bytes += report.held_bytes;
		if (is_at(peer, "closing"))
			census.closing_bytes += tli_buf_len(&peer->out);
	}
	return census;
}

static void check_peer(const struct broker *broker, const struct peer *peer)
{
	const struct config *config = &broker->config;
	size_t held = tli_buf_len(&peer->held);

	require(peer->stream.channel.fd >= 0);
	require(peer->broker == broker && peer->port);
	require(is_at(peer, "session") || is_at(peer, "manager") ||
		held <= TLI_FRAME_HEADER_MAX + TLI_CONTROL_MAX);
	if (is_at(peer, "relayed") || is_at(peer, "monitor"))
		require(held == 0);
	if (is_at(peer, "monitor"))
		require(tli_buf_len(&peer->out) <=
			config->max_monitor_bytes + 64);
	if (is_at(peer, "parked") || is_at(peer, "waiting"))
		require(meeting_name(peer)[0]);
}

void check_books(struct broker *broker)
{
	struct census census = count_peers(broker);
	const uint32_t *seated = broker->names.seated;
	const struct relays *relays = &broker->relays;
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link)
		check_peer(broker, peer);
	require(broker->peers.count == census.open);
	require(census.open <= broker->config.max_connections);
	require(broker->logins.count == census.logins);
	require(TAILQ_EMPTY(&broker->logins.list) == (census.logins == 0));
	require(seated[TLI_VERB_ACCEPT] == census.parked);
	require(seated[TLI_VERB_DIAL] + seated[TLI_VERB_PIPE] ==
		census.waiting);
	require(census.parked <= broker->config.max_parked);
	require(census.waiting <= broker->config.max_waiting);
	require(names_count(&broker->names) <= census.open);
	require(2 * relays->pairs == census.relayed);
	require(relays->held_bytes >= census.held_bytes);
	require(relays->held_bytes <= census.held_bytes + census.closing_bytes);
	/* The byte that makes a break is not one of a pair. */
	require(relays->held_bytes <= relays->held_bytes_peak + CLIENTS);
	require(TAILQ_EMPTY(&broker->monitors.list) == (census.monitors == 0));
	check_sessions(broker);
	check_managers(broker);
}
