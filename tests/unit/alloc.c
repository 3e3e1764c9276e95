/* SPDX-License-Identifier: MIT */
#include "alloc.h"

#include <errno.h>
#include <stddef.h>

/* The names are the linker's. */
void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *data, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *data, size_t len);

static _Thread_local struct {
	unsigned long count;
	unsigned long fail_from; /* 0 = never */
	bool persistent;
	bool paused;
} state;

void alloc_fail_from(unsigned long n, bool persistent)
{
	state.count = 0;
	state.fail_from = n;
	state.persistent = persistent;
}

unsigned long alloc_count(void)
{
	return state.count;
}

void alloc_reset(void)
{
	state.fail_from = 0;
}

void alloc_pause(bool paused)
{
	state.paused = paused;
}

static bool refused(void)
{
	bool refuse;

	if (state.paused)
		return false;
	state.count++;
	refuse = state.fail_from > 0 &&
		(state.persistent ? state.count >= state.fail_from
				  : state.count == state.fail_from);
	if (refuse)
		errno = ENOMEM;
	return refuse;
}

void *__wrap_malloc(size_t len)
{
	return refused() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return refused() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *data, size_t len)
{
	return refused() ? NULL : __real_realloc(data, len);
}
