/* SPDX-License-Identifier: MIT */
#include "kinds.h"

#include "model.h"

#include <string.h>

const struct kind *const kinds[] = {
	&queue_kind,
	&lifo_queue_kind,
	&priority_queue_kind,
	&simple_queue_kind,
	&joinable_queue_kind,
	&topic_kind,
	&lock_kind,
	&rlock_kind,
	&semaphore_kind,
	&bounded_semaphore_kind,
	&condition_kind,
	&event_kind,
	&barrier_kind,
	&array_kind,
	&dict_kind,
	&list_kind,
	&namespace_kind,
	&set_kind,
	&value_kind,
	NULL,
};

const struct kind *kind_find(const char *name, size_t len)
{
	for (const struct kind *const *kind = kinds; *kind; kind++)
		if (strlen((*kind)->name) == len &&
			memcmp((*kind)->name, name, len) == 0)
			return *kind;
	return NULL;
}
