/* SPDX-License-Identifier: MIT */
#include "wait_counts.h"

#include "table.h"

#include <stdlib.h>

struct wait_count {
	uint32_t id;
	uint32_t waiting; /* above 0 */
	UT_hash_handle hh;
};

static struct wait_count *find(struct wait_counts *counts, uint32_t id)
{
	struct wait_count *found;

	HASH_FIND(hh, counts->all, &id, sizeof(id), found);
	return found;
}

/* NULL for lack of memory. */
static struct wait_count *add(struct wait_counts *counts, uint32_t id)
{
	struct wait_count *added = calloc(1, sizeof(*added));

	if (!added)
		return NULL;
	added->id = id;
	HASH_ADD(hh, counts->all, id, sizeof(id), added);
	if (added->hh.tbl)
		return added;
	free(added);
	return NULL;
}

enum tli_status wait_counts_add(
	struct wait_counts *counts, uint32_t id, uint32_t max)
{
	struct wait_count *count = find(counts, id);

	if ((count ? count->waiting : 0) >= max)
		return TLI_STATUS_LIMIT;
	if (!count)
		count = add(counts, id);
	if (!count)
		return TLI_STATUS_NO_MEMORY;
	count->waiting++;
	return TLI_STATUS_OK;
}

void wait_counts_remove(struct wait_counts *counts, uint32_t id)
{
	struct wait_count *count = find(counts, id);

	if (--count->waiting > 0)
		return;
	HASH_DELETE(hh, counts->all, count);
	free(count);
}
