/* SPDX-License-Identifier: MIT */
#include "identities.h"

#include "table.h"

#include <stdlib.h>

struct identity {
	uint32_t id;
	uint32_t waiting; /* above 0 */
	UT_hash_handle hh;
};

static struct identity *find(struct identities *identities, uint32_t id)
{
	struct identity *found;

	HASH_FIND(hh, identities->all, &id, sizeof(id), found);
	return found;
}

/* NULL for lack of memory. */
static struct identity *add(struct identities *identities, uint32_t id)
{
	struct identity *added = calloc(1, sizeof(*added));

	if (!added)
		return NULL;
	added->id = id;
	HASH_ADD(hh, identities->all, id, sizeof(id), added);
	if (added->hh.tbl)
		return added;
	free(added);
	return NULL;
}

enum tli_status identities_add(
	struct identities *identities, uint32_t id, uint32_t max)
{
	struct identity *identity = find(identities, id);

	if ((identity ? identity->waiting : 0) >= max)
		return TLI_STATUS_LIMIT;
	if (!identity)
		identity = add(identities, id);
	if (!identity)
		return TLI_STATUS_NO_MEMORY;
	identity->waiting++;
	return TLI_STATUS_OK;
}

void identities_remove(struct identities *identities, uint32_t id)
{
	struct identity *identity = find(identities, id);

	if (--identity->waiting > 0)
		return;
	HASH_DELETE(hh, identities->all, identity);
	free(identity);
}
