/* SPDX-License-Identifier: MIT */
#include "identity_change.h"

#include "broker.h"
#include "closing.h"

#include <time.h>

bool identity_renew(struct peer *peer)
{
	const struct identity *old = peer->identity;
	const struct identity *now =
		identities_find(peer->broker->identities, old->id);

	if (!now || identity_invalidity(now, time(NULL)))
		return false;
	peer->identity = identity_ref(now);
	identity_unref(old);
	return true;
}

static void renew_all(struct broker *broker)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		/* It may go, but nobody else with it. */
		next = TAILQ_NEXT(peer, link);
		if (peer->identity && identity_renew(peer) &&
			peer->stage->take_rights)
			peer->stage->take_rights(peer);
	}
}

static bool is_left_over(const struct peer *peer)
{
	return peer->identity &&
		peer->identity->set != peer->broker->identities &&
		!closing_is_under_way(peer);
}

/* A pair breaks; for all others an end is nothing that could be taken for a
 * whole. */
static void send_away(struct peer *peer)
{
	if (!relay_break(peer))
		peer_close(peer);
}

static void say_removed(const struct peer *peer, const char *consequence)
{
	char text[PEER_TEXT];

	log_write(&peer->broker->log, CONFIG_LOG_INFO,
		"%s: the identity %s is removed, or not valid any more: %s",
		peer_text(peer, text), peer->identity->id, consequence);
}

static void settle_left_over(struct broker *broker)
{
	bool closes = broker->config.removed_identities == CONFIG_REMOVED_CLOSE;
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		struct relay_report relay = {.partner = NULL};

		next = TAILQ_NEXT(peer, link);
		if (!is_left_over(peer))
			continue;
		say_removed(peer, closes ? "closed" : "kept");
		/* It may be gone with its partner. */
		if (relay_report(peer, &relay) && relay.partner == next)
			next = TAILQ_NEXT(next, link);
		if (closes)
			send_away(peer);
	}
}

void identities_replace(struct broker *broker, struct identities *identities)
{
	struct identities *old = broker->identities;

	broker->identities = identities;
	renew_all(broker);
	identities_unref(old);
	settle_left_over(broker);
}
