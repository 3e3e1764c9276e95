/* SPDX-License-Identifier: MIT */
/* Lock and RLock. */
#include "session.h"
#include "typed.h"
#include "waiting.h"

#include <tieline/sync.h>

TLI_TYPED(tieline_lock)

int tieline_lock_open(tieline_session *session, const char *name,
	const tieline_object_options *options, tieline_lock **lock_out)
{
	tieline_object_options known;
	int result = tli_object_options_read(session, options, &known);

	if (result < 0)
		return result;
	return tieline_object_open(session, name,
		known.recursive ? "RLock" : "Lock", &known,
		(tieline_object **)lock_out);
}

int tieline_lock_acquire(
	tieline_lock *lock, int timeout_ms, uint64_t *token_out)
{
	return tli_acquire(TLI_OBJECT(lock), timeout_ms, token_out);
}

int tieline_lock_acquire_start(tieline_lock *lock, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_acquire_start(
		TLI_OBJECT(lock), timeout_ms, done, arg, request_out);
}

int tieline_lock_release(tieline_lock *lock)
{
	return tli_call_none(TLI_OBJECT(lock), "release", NULL);
}
