/* SPDX-License-Identifier: MIT */
/* Event. */
#include "session.h"
#include "typed.h"
#include "waiting.h"

#include <tieline/sync.h>

TLI_TYPED(tieline_event)
TLI_TYPED_OPEN(tieline_event, "Event")

int tieline_event_set(tieline_event *event)
{
	return tli_call_none(TLI_OBJECT(event), "set", NULL);
}

int tieline_event_clear(tieline_event *event)
{
	return tli_call_none(TLI_OBJECT(event), "clear", NULL);
}

int tieline_event_is_set(tieline_event *event)
{
	return tli_call_bool(TLI_OBJECT(event), "is_set", NULL);
}

static struct tli_exchange *make_wait(tieline_event *event, int timeout_ms)
{
	return tli_waiting_new(
		TLI_OBJECT(event), "wait", timeout_ms, &tli_waiting);
}

int tieline_event_wait(tieline_event *event, int timeout_ms)
{
	return tli_exchange_finish(TLI_OBJECT(event)->session,
		make_wait(event, timeout_ms), timeout_ms);
}

int tieline_event_wait_start(tieline_event *event, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(TLI_OBJECT(event)->session,
		make_wait(event, timeout_ms), timeout_ms, done, arg,
		request_out);
}
