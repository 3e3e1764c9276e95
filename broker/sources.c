/* SPDX-License-Identifier: MIT */
#include "sources.h"

#include "table.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

/* What is known of a source: its first 16 bytes are the key. */
struct source {
	uint8_t prefix[16];
	uint32_t handshakes;
	uint32_t penalty_ms; /* the last one */
	int64_t shut_until_ms;
	UT_hash_handle hh;
};

static void make_prefix(const struct tli_endpoint *from, uint8_t prefix[16])
{
	const struct sockaddr_in *in = (const void *)&from->address;
	const struct sockaddr_in6 *in6 = (const void *)&from->address;
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

	memset(prefix, 0, 16);
	if (from->address.ss_family == AF_INET) {
		memcpy(prefix, mapped, 12);
		memcpy(prefix + 12, &in->sin_addr, 4);
	} else if (IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr)) {
		memcpy(prefix, &in6->sin6_addr, 16);
	} else {
		memcpy(prefix, &in6->sin6_addr, 8);
	}
}

static bool is_exempt(const struct tli_endpoint *from)
{
	return tli_endpoint_is_local(from);
}

static struct source *find(
	const struct sources *sources, const struct tli_endpoint *from)
{
	uint8_t prefix[16];
	struct source *found;

	make_prefix(from, prefix);
	HASH_FIND(hh, sources->table, prefix, sizeof(prefix), found);
	return found;
}

static void forget(struct sources *sources, struct source *source)
{
	HASH_DEL(sources->table, source);
	free(source);
}

/* Makes room by forgetting who has been known longest and is not here now. */
static void make_room(struct sources *sources)
{
	struct source *source, *next;

	HASH_ITER (hh, sources->table, source, next) {
		if (HASH_COUNT(sources->table) < SOURCES_MAX)
			return;
		if (source->handshakes == 0)
			forget(sources, source);
	}
}

/* NULL for lack of memory. */
static struct source *add(
	struct sources *sources, const struct tli_endpoint *from)
{
	struct source *source = calloc(1, sizeof(*source));

	if (!source)
		return NULL;
	make_room(sources);
	make_prefix(from, source->prefix);
	HASH_ADD(hh, sources->table, prefix, sizeof(source->prefix), source);
	if (source->hh.tbl)
		return source;
	free(source);
	return NULL;
}

bool sources_admit(struct sources *sources, const struct config *config,
	const struct tli_endpoint *from, int64_t now_ms)
{
	struct source *source;

	if (is_exempt(from))
		return true;
	source = find(sources, from);
	if (!source)
		source = add(sources, from);
	if (!source || source->shut_until_ms > now_ms ||
		source->handshakes >= config->max_handshakes_per_source)
		return false;
	source->handshakes++;
	return true;
}

static void punish(
	struct source *source, const struct config *config, int64_t now_ms)
{
	uint64_t penalty_ms = config->penalty_ms;

	if (source->penalty_ms > 0)
		penalty_ms = 2 * (uint64_t)source->penalty_ms;
	if (penalty_ms > config->penalty_max_ms)
		penalty_ms = config->penalty_max_ms;
	source->penalty_ms = config->penalty_ms ? (uint32_t)penalty_ms : 0;
	source->shut_until_ms = now_ms + source->penalty_ms;
}

static void forgive(struct source *source)
{
	source->penalty_ms = 0;
	source->shut_until_ms = 0;
}

void sources_finish(struct sources *sources, const struct config *config,
	const struct tli_endpoint *from, enum sources_outcome outcome,
	int64_t now_ms)
{
	struct source *source = is_exempt(from) ? NULL : find(sources, from);

	if (!source)
		return;
	if (source->handshakes > 0)
		source->handshakes--;
	if (outcome == SOURCES_FAILED)
		punish(source, config, now_ms);
	if (outcome == SOURCES_LET_IN)
		forgive(source);
	if (source->handshakes == 0 && source->penalty_ms == 0)
		forget(sources, source);
}

void sources_fini(struct sources *sources)
{
	struct source *source, *next;

	HASH_ITER (hh, sources->table, source, next)
		forget(sources, source);
}
