/* SPDX-License-Identifier: MIT */
/* Condition. */
#include "session.h"
#include "typed.h"
#include "waiting.h"

#include <tieline/sync.h>

TLI_TYPED(tieline_condition)

int tieline_condition_open(tieline_session *session, const char *name,
	const char *lock_name, const tieline_object_options *options,
	tieline_condition **condition_out)
{
	return tli_typed_open(session, name, "Condition", options,
		(tieline_object **)condition_out, "{'lock': %s}", lock_name);
}

int tieline_condition_acquire(
	tieline_condition *condition, int timeout_ms, uint64_t *token_out)
{
	return tli_acquire(TLI_OBJECT(condition), timeout_ms, token_out);
}

int tieline_condition_release(tieline_condition *condition)
{
	return tli_call_none(TLI_OBJECT(condition), "release", NULL);
}

/* ---- waiting: the lock comes when it comes ---------------------------- */

static struct tli_exchange *make_wait(
	tieline_condition *condition, int timeout_ms)
{
	return tli_waiting_new(
		TLI_OBJECT(condition), "wait", timeout_ms, &tli_acquiring);
}

int tieline_condition_wait(tieline_condition *condition, int timeout_ms)
{
	return tli_exchange_finish(TLI_OBJECT(condition)->session,
		make_wait(condition, timeout_ms), TIELINE_FOREVER);
}

int tieline_condition_wait_start(tieline_condition *condition, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(TLI_OBJECT(condition)->session,
		make_wait(condition, timeout_ms), TIELINE_FOREVER, done, arg,
		request_out);
}

int tieline_condition_notify(tieline_condition *condition, uint32_t count)
{
	return tli_call_none(TLI_OBJECT(condition), "notify", "(%u,)", count);
}

int tieline_condition_notify_all(tieline_condition *condition)
{
	return tli_call_none(TLI_OBJECT(condition), "notify_all", NULL);
}
