/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include "broker.h"

#include <stdio.h>

#define ENTRY_TEXT (TLI_ADDRESS_NAME_MAX + 16u)

static const char *id_of(const struct peer *peer)
{
	return peer->identity->id;
}

/* As an entry that would permit it. */
static const char *entry_text(
	enum right right, const char *name, char text[ENTRY_TEXT])
{
	snprintf(text, ENTRY_TEXT, "%s%s%s", right_word(right), name ? " " : "",
		name ? name : "");
	return text;
}

const char *permission_text(const struct peer *peer, enum right right,
	const char *name, char why[PERMISSION_WHY])
{
	char entry[ENTRY_TEXT];

	entry_text(right, name, entry);
	snprintf(why, PERMISSION_WHY,
		"%s may not %s: add this to the \"rights\" of its %s.json",
		id_of(peer), entry, id_of(peer));
	return why;
}

void permission_refused(struct peer *peer, enum right right, const char *name)
{
	struct broker *broker = peer->broker;
	char text[PEER_TEXT], entry[ENTRY_TEXT], reason[PERMISSION_WHY];

	entry_text(right, name, entry);
	snprintf(reason, sizeof(reason), "may not %s", entry);
	broker->forbidden.count++;
	log_rarely(&broker->log, &broker->forbidden.lines, CONFIG_LOG_WARNING,
		"%s: %s %s: its \"rights\" have no \"%s\"",
		peer_text(peer, text), id_of(peer), reason, entry);
	monitors_tell(broker,
		&(struct monitor_event){.event = "refused",
			.peer = peer,
			.located = true,
			.reason = reason,
			.name = name});
}

bool peer_may(struct peer *peer, enum right right, const char *name)
{
	if (rights_permit(&peer->identity->rights, right, name))
		return true;
	permission_refused(peer, right, name);
	return false;
}

uint32_t peer_rights_on(const struct peer *peer, const char *name)
{
	return rights_on(&peer->identity->rights, name);
}

uint64_t peer_rights_generation(const struct peer *peer)
{
	return peer->identity->set->generation;
}
