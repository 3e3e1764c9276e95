/* SPDX-License-Identifier: MIT */
#include "permission.h"

#include "broker.h"

#include <stdio.h>

#define WORDS_TEXT 96u
#define ENTRY_TEXT (TLI_ADDRESS_NAME_MAX + WORDS_TEXT)

static const char *id_of(const struct peer *peer)
{
	return peer->identity->id;
}

/* "put", "put or get" */
static void list_words(uint32_t rights, char words[WORDS_TEXT])
{
	size_t len = 0;

	for (unsigned right = 0; right < RIGHT_COUNT; right++)
		if (rights & RIGHT_BIT(right))
			len += (size_t)snprintf(words + len, WORDS_TEXT - len,
				"%s%s", len > 0 ? " or " : "",
				right_word((enum right)right));
}

/* As an entry that would permit it. */
static void entry_text(uint32_t rights, const char *name, char text[ENTRY_TEXT])
{
	char words[WORDS_TEXT];

	list_words(rights, words);
	snprintf(text, ENTRY_TEXT, "%s%s%s", words, name ? " " : "",
		name ? name : "");
}

const char *permission_text(const struct peer *peer, uint32_t rights,
	const char *name, char why[PERMISSION_WHY])
{
	char entry[ENTRY_TEXT];

	entry_text(rights, name, entry);
	snprintf(why, PERMISSION_WHY,
		"%s may not %s: add this to the \"rights\" of its %s.json",
		id_of(peer), entry, id_of(peer));
	return why;
}

void permission_refused(struct peer *peer, uint32_t rights, const char *name)
{
	struct broker *broker = peer->broker;
	char text[PEER_TEXT], entry[ENTRY_TEXT], reason[PERMISSION_WHY];

	entry_text(rights, name, entry);
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
	permission_refused(peer, RIGHT_BIT(right), name);
	return false;
}

bool peer_may_all(const struct peer *peer)
{
	return peer->identity->rights.everywhere == rights_all.everywhere;
}

uint32_t peer_forbidden_links(const struct peer *peer)
{
	return peer->identity->forbidden_links;
}

uint32_t peer_rights_on(const struct peer *peer, const char *name)
{
	const struct rights *rights = &peer->identity->rights;

	return name ? rights_on(rights, name) : rights->everywhere;
}

uint64_t peer_rights_generation(const struct peer *peer)
{
	return peer->identity->set->generation;
}
