/* SPDX-License-Identifier: MIT */
/* Barrier. */
#include "session.h"
#include "typed.h"
#include "waiting.h"

#include <tieline/sync.h>

TLI_TYPED(tieline_barrier)

int tieline_barrier_open(tieline_session *session, const char *name,
	uint32_t parties, const tieline_object_options *options,
	tieline_barrier **barrier_out)
{
	return tli_typed_open(session, name, "Barrier", options,
		(tieline_object **)barrier_out, "{'parties': %u}", parties);
}

/* It returns an int, or raises. */
static struct tli_exchange *make_wait(tieline_barrier *barrier, int timeout_ms)
{
	return tli_waiting_new(TLI_OBJECT(barrier), "wait", timeout_ms, NULL);
}

int tieline_barrier_wait(
	tieline_barrier *barrier, int timeout_ms, uint32_t *index_out)
{
	int64_t index;
	int result = tli_call_run_int(TLI_OBJECT(barrier),
		make_wait(barrier, timeout_ms), timeout_ms, &index);

	if (result == 0 && index_out)
		*index_out = (uint32_t)index;
	return result;
}

int tieline_barrier_wait_start(tieline_barrier *barrier, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(TLI_OBJECT(barrier)->session,
		make_wait(barrier, timeout_ms), timeout_ms, done, arg,
		request_out);
}

int tieline_barrier_reset(tieline_barrier *barrier)
{
	return tli_call_none(TLI_OBJECT(barrier), "reset", NULL);
}

int tieline_barrier_abort(tieline_barrier *barrier)
{
	return tli_call_none(TLI_OBJECT(barrier), "abort", NULL);
}
