/* SPDX-License-Identifier: MIT */
#include "identity_change.h"

#include "broker.h"
#include "closing.h"
#include "login_keys.h"

#include <time.h>

/* One of the same id that came after it was gone is another one. */
static const struct identity *find_now(const struct peer *peer)
{
	const struct identity *now =
		identities_find(peer->broker->identities, peer->identity->id);

	return now && now->number == peer->identity->number ? now : NULL;
}

/* As at a login, but that who is there already is not asked for its key. */
static const char *objection(const struct peer *peer, int64_t now_unix_s)
{
	const struct identity *now = find_now(peer), *before, *certified;

	if (!now)
		return "the identity is removed";
	before = login_keys_certified(peer->identity->set, peer);
	certified = login_keys_certified(now->set, peer);
	if ((before || certified) && certified != now)
		return "its certificate makes it somebody else, or nobody";
	return identity_key_objection(
		now, now_unix_s, peer->has_uid, peer->uid);
}

static const char *renew(struct peer *peer, int64_t now_unix_s)
{
	const struct identity *before = peer->identity;
	const char *why = objection(peer, now_unix_s);

	if (why)
		return why;
	peer->identity = identity_ref(find_now(peer));
	identity_unref(before);
	return NULL;
}

const char *identity_change_peer(struct peer *peer)
{
	return renew(peer, time(NULL));
}

static void renew_all(struct broker *broker, int64_t now_unix_s)
{
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		/* It may go, but nobody else with it. */
		next = TAILQ_NEXT(peer, link);
		if (peer->identity && !renew(peer, now_unix_s) &&
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

static void say_removed(
	const struct peer *peer, int64_t now_unix_s, const char *consequence)
{
	char text[PEER_TEXT];

	log_write(&peer->broker->log, CONFIG_LOG_INFO,
		"%s: not %s any more: %s: %s", peer_text(peer, text),
		peer->identity->id, objection(peer, now_unix_s), consequence);
}

static void settle_left_over(struct broker *broker, int64_t now_unix_s)
{
	bool closes = broker->config.removed_identities == CONFIG_REMOVED_CLOSE;
	struct peer *peer, *next;

	for (peer = TAILQ_FIRST(&broker->peers.open); peer; peer = next) {
		struct relay_report relay = {.partner = NULL};

		next = TAILQ_NEXT(peer, link);
		if (!is_left_over(peer))
			continue;
		say_removed(peer, now_unix_s, closes ? "closed" : "kept");
		if (!closes)
			continue;
		/* It may be gone with its partner. */
		if (relay_report(peer, &relay) && relay.partner == next)
			next = TAILQ_NEXT(next, link);
		send_away(peer);
	}
}

void identity_change_all(struct broker *broker, struct identities *identities)
{
	struct identities *before = broker->identities;
	int64_t now_unix_s = time(NULL);

	broker->identities = identities;
	renew_all(broker, now_unix_s);
	identities_unref(before);
	settle_left_over(broker, now_unix_s);
}
