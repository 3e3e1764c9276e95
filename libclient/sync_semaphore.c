/* SPDX-License-Identifier: MIT */
/* Semaphore and BoundedSemaphore. */
#include "session.h"
#include "typed.h"
#include "waiting.h"

#include <tieline/sync.h>

TLI_TYPED(tieline_semaphore)

int tieline_semaphore_open(tieline_session *session, const char *name,
	uint32_t value, const tieline_object_options *options,
	tieline_semaphore **semaphore_out)
{
	tieline_object_options known;
	int result = tli_object_options_read(session, options, &known);

	if (result < 0)
		return result;
	return tli_typed_open(session, name,
		known.bounded ? "BoundedSemaphore" : "Semaphore", &known,
		(tieline_object **)semaphore_out, "{'value': %u}", value);
}

int tieline_semaphore_acquire(
	tieline_semaphore *semaphore, int timeout_ms, uint64_t *token_out)
{
	return tli_acquire(TLI_OBJECT(semaphore), timeout_ms, token_out);
}

int tieline_semaphore_acquire_start(tieline_semaphore *semaphore,
	int timeout_ms, tieline_completion done, void *arg,
	tieline_request *request_out)
{
	return tli_acquire_start(
		TLI_OBJECT(semaphore), timeout_ms, done, arg, request_out);
}

int tieline_semaphore_release(tieline_semaphore *semaphore, uint32_t count)
{
	return tli_call_none(TLI_OBJECT(semaphore), "release", "(%u,)", count);
}
