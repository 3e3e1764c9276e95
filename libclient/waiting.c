/* SPDX-License-Identifier: MIT */
#include "waiting.h"

#include "session.h"
#include "values.h"

#define MS_PER_SECOND 1000.0

/* ---- answers ---------------------------------------------------------- */

/* What a method returned: 1 for True, 0 for False, or the code in this thread's
 * error. */
static int read_truth(const uint8_t *payload, size_t len)
{
	tieline_values *values = tieline_values_new(NULL);
	const tieline_value *value =
		tieline_value_unpickle(values, payload, len);
	int code = value ? TIELINE_OK : tli_thread_error()->code;
	int64_t truth = 0;

	if (value && tieline_value_kind(value) != TIELINE_BOOL)
		code = TIELINE_ETYPE;
	else if (value)
		code = tieline_value_get_int(value, &truth);
	tieline_values_free(values);
	return code < 0 ? code : truth != 0;
}

static bool answered(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	int truth = 1;

	if (exchange->reply.status == TLI_STATUS_OK)
		truth = read_truth(payload, len);
	if (truth == TIELINE_ENOMEM ||
		!tli_exchange_keep(exchange, payload, len))
		return false;
	if (truth < 0) {
		exchange->code = TIELINE_EPROTOCOL;
		exchange->why = "the broker returned neither True nor False";
	} else if (!truth) {
		exchange->code = TIELINE_ETIMEDOUT;
		exchange->why = "it took longer than it may";
	}
	return true;
}

/* A condition has its lock again whatever it returns, and says so by a token;
 * permits may have none. */
static void give_back(
	struct tli_exchange *exchange, const uint8_t *payload, size_t len)
{
	if (exchange->reply.status != TLI_STATUS_OK)
		return;
	if (exchange->reply.argument || read_truth(payload, len) == 1)
		tli_call_release(exchange);
}

const struct tli_exchange_kind tli_waiting = {.answered = answered};
const struct tli_exchange_kind tli_acquiring = {
	.answered = answered, .take_back = give_back};

/* ---- requests --------------------------------------------------------- */

struct tli_exchange *tli_waiting_new(tieline_object *object, const char *method,
	int timeout_ms, const struct tli_exchange_kind *kind)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *timeout = tieline_value_dict(values);
	struct tli_exchange *exchange = NULL;

	if (timeout_ms >= 0)
		tieline_value_set_text(timeout, "timeout",
			tieline_value_float(
				values, timeout_ms / MS_PER_SECOND));
	if (timeout)
		exchange = tli_call_new(object, method, NULL, timeout);
	else
		tli_session_blame(object->session);
	if (exchange)
		exchange->kind = kind;
	tieline_values_free(values);
	return exchange;
}

int tli_acquire(tieline_object *object, int timeout_ms, uint64_t *token_out)
{
	struct tli_exchange *exchange =
		tli_waiting_new(object, "acquire", timeout_ms, &tli_acquiring);
	int result = tli_exchange_run(object->session, exchange, timeout_ms);

	if (result == 0 && token_out)
		*token_out = exchange->reply.argument;
	tli_exchange_free(exchange);
	return result;
}

int tli_acquire_start(tieline_object *object, int timeout_ms,
	tieline_completion done, void *arg, tieline_request *request_out)
{
	return tli_exchange_start(object->session,
		tli_waiting_new(object, "acquire", timeout_ms, &tli_acquiring),
		timeout_ms, done, arg, request_out);
}
