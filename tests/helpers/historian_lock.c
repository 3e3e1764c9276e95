/* SPDX-License-Identifier: MIT */
/* What a historian does with its lock. */
#include "historian.h"

#include "record.h"

static void unlock(struct historian *historian, uint64_t token)
{
	unsigned number = record_begin(
		"release %s %llu", historian->door, (unsigned long long)token);
	record_end(number, tieline_lock_release(historian->lock), "%s", "");
}

bool historian_lock(struct historian *historian)
{
	uint64_t token = 0;
	unsigned number = record_begin("acquire %s", historian->door);
	int code = tieline_lock_acquire(
		historian->lock, historian_patience_ms(historian), &token);

	record_end(number, code, " %llu", (unsigned long long)token);
	if (code == TIELINE_OK)
		unlock(historian, token);
	return true;
}

struct grant {
	bool known;
	int code;
	uint64_t token;
};

static void on_grant(void *arg, const tieline_result *result)
{
	struct grant *grant = arg;

	*grant = (struct grant){true, result->code, result->token};
}

/* Waits for the lock, and thinks better of it. */
bool historian_hesitate(struct historian *historian)
{
	struct grant grant = {0};
	unsigned number = record_begin("acquire %s", historian->door);
	tieline_request request;

	historian_must(historian,
		tieline_lock_acquire_start(
			historian->lock, 1000, on_grant, &grant, &request));
	historian_go_on(historian, historian_patience_ms(historian));
	historian_must(
		historian, tieline_session_cancel(historian->session, request));
	while (!grant.known)
		historian_go_on(historian, TIELINE_FOREVER);
	record_end(
		number, grant.code, " %llu", (unsigned long long)grant.token);
	if (grant.code == TIELINE_OK)
		unlock(historian, grant.token);
	return true;
}
