/* SPDX-License-Identifier: MIT */
#include "model.h"
#include "subscription.h"

#include <string.h>

const struct kind *const kinds[] = {
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
