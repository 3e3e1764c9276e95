/* SPDX-License-Identifier: MIT */
#include "session_handles.h"

#include <stdlib.h>
#include <string.h>

#define FEWEST 8u

/* Room for that number, by doubling, but not beyond max. */
static bool reserve(struct handles *handles, uint32_t number, uint32_t max)
{
	uint32_t count = handles->count > max / 2 ? max : 2 * handles->count;
	struct handle *all;

	if (number < handles->count)
		return true;
	if (count < FEWEST)
		count = FEWEST < max ? FEWEST : max;
	if (count <= number)
		count = number + 1;
	all = realloc(handles->all, count * sizeof(*all));
	if (!all)
		return false;
	memset(all + handles->count, 0,
		(count - handles->count) * sizeof(*all));
	handles->all = all;
	handles->count = count;
	return true;
}

int handles_take(struct handles *handles, uint32_t number, uint32_t max)
{
	if (number == 0 || number >= max)
		return HANDLE_NUMBER;
	if (handles_find(handles, number))
		return HANDLE_TAKEN;
	if (!reserve(handles, number, max))
		return HANDLE_NOMEM;
	handles->all[number].state = HANDLE_OPENING;
	handles->used++;
	return HANDLE_OK;
}

struct handle *handles_find(const struct handles *handles, uint32_t number)
{
	struct handle *handle;

	if (number >= handles->count)
		return NULL;
	handle = &handles->all[number];
	return handle->state == HANDLE_FREE ? NULL : handle;
}

void handles_give_up(struct handles *handles, uint32_t number)
{
	tli_item_unref(handles->all[number].name);
	handles->all[number] = (struct handle){.state = HANDLE_FREE};
	handles->used--;
}

void handles_fini(struct handles *handles)
{
	for (uint32_t i = 0; i < handles->count; i++)
		tli_item_unref(handles->all[i].name);
	free(handles->all);
	*handles = (struct handles){.all = NULL};
}
