/* SPDX-License-Identifier: MIT */
#include "answer.h"

#include "../proto/quote.h"
#include "../proto/value/repr.h"
#include "lease.h"
#include "session.h"
#include "values.h"

#include <stdio.h>

#define ARGUMENT_MAX 180u /* of a text */

/* What Python code would catch has a code, or is one of many. */
static const int codes[TLI_STATUSES] = {
	[TLI_STATUS_OK] = TIELINE_OK,
	[TLI_STATUS_EMPTY] = TIELINE_EEMPTY,
	[TLI_STATUS_FULL] = TIELINE_EQUEUEFULL,
	[TLI_STATUS_SHUT_DOWN] = TIELINE_ESHUTDOWN,
	[TLI_STATUS_TIMED_OUT] = TIELINE_ETIMEDOUT,
	[TLI_STATUS_KEY_ERROR] = TIELINE_ENOITEM,
	[TLI_STATUS_INDEX_ERROR] = TIELINE_ENOITEM,
	[TLI_STATUS_VALUE_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_TYPE_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_ATTRIBUTE_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_RUNTIME_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_ASSERTION_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_OVERFLOW_ERROR] = TIELINE_ERAISED,
	[TLI_STATUS_STOP_ITERATION] = TIELINE_ERAISED,
	[TLI_STATUS_BROKEN_BARRIER] = TIELINE_EBARRIER,
	[TLI_STATUS_NO_OBJECT] = TIELINE_ENOOBJECT,
	[TLI_STATUS_OBJECT_EXISTS] = TIELINE_EEXISTS,
	[TLI_STATUS_WRONG_KIND] = TIELINE_EKIND,
	[TLI_STATUS_NO_LEASE] = TIELINE_ENOLEASE,
	[TLI_STATUS_NOT_OWNER] = TIELINE_ENOTOWNER,
	[TLI_STATUS_LIMIT] = TIELINE_EFULL,
	[TLI_STATUS_NO_MEMORY] = TIELINE_EBROKER,
	[TLI_STATUS_CANCELLED] = TIELINE_ECANCELLED,
	[TLI_STATUS_DELETED] = TIELINE_EDELETED,
	[TLI_STATUS_CUT_OFF] = TIELINE_ECUTOFF,
	[TLI_STATUS_BAD_REQUEST] = TIELINE_EINVAL,
	[TLI_STATUS_NOT_PERMITTED] = TIELINE_ENOTPERMITTED,
	[TLI_STATUS_DRAINING] = TIELINE_EBROKER,
};

/* It was we who cancelled it, as its time was over. */
static bool is_withdrawn(const struct tli_exchange *exchange)
{
	return !exchange->code && exchange->is_expired &&
		exchange->reply.status == TLI_STATUS_CANCELLED;
}

int tli_answer_code(const struct tli_exchange *exchange)
{
	if (exchange->code)
		return exchange->code;
	if (is_withdrawn(exchange))
		return TIELINE_ETIMEDOUT;
	if (exchange->reply.status >= TLI_STATUSES)
		return TIELINE_EBROKER;
	return codes[exchange->reply.status];
}

/* Whether the broker raised something. */
static bool has_raised(const struct tli_exchange *exchange)
{
	return !exchange->code && exchange->reply.status != TLI_STATUS_OK &&
		!is_withdrawn(exchange);
}

/* ---- values ----------------------------------------------------------- */

static tieline_value *read_value(
	tieline_values *values, uint8_t format, const struct tli_buf *payload)
{
	if (tli_buf_len(payload) == 0)
		return tieline_value_none(values);
	if (format == TLI_FORMAT_JSON)
		return tieline_value_from_json(values,
			(const char *)tli_buf_head(payload),
			tli_buf_len(payload), TIELINE_JSON_WRAPPED);
	return tieline_value_unpickle(
		values, tli_buf_head(payload), tli_buf_len(payload));
}

tieline_value *tli_answer_value(
	const struct tli_exchange *exchange, tieline_values *values)
{
	return read_value(values, exchange->reply.format, &exchange->answer);
}

/* ---- texts ------------------------------------------------------------ */

/* The first argument of an exception, as text; false if there is none. */
static bool write_argument(
	const tieline_value *arguments, char text[ARGUMENT_MAX + 1])
{
	const tieline_value *first = tieline_value_item(arguments, 0);
	const char *string;
	struct tli_buf buf;
	bool is_written;

	if (!first)
		return false;
	string = tieline_value_get_str(first, NULL);
	if (string) {
		tli_plain(string, text, ARGUMENT_MAX + 1);
		return true;
	}
	tli_buf_init(&buf, ARGUMENT_MAX);
	is_written = tli_repr(tli_node(first), &buf) == TLI_VALUE_OK;
	if (is_written)
		snprintf(text, ARGUMENT_MAX + 1, "%.*s", (int)tli_buf_len(&buf),
			(const char *)tli_buf_head(&buf));
	tli_buf_fini(&buf);
	return is_written;
}

static bool read_argument(
	const struct tli_exchange *exchange, char text[ARGUMENT_MAX + 1])
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_value *arguments =
		values ? tli_answer_value(exchange, values) : NULL;
	bool is_read = arguments && write_argument(arguments, text);

	tieline_values_free(values);
	return is_read;
}

static void explain_raised(
	const struct tli_exchange *exchange, int code, struct tli_error *error)
{
	const struct tli_status_info *info =
		tli_status_info(exchange->reply.status);
	char text[ARGUMENT_MAX + 1];

	if (!read_argument(exchange, text))
		snprintf(text, sizeof(text), "%s", info->text);
	if (code == TIELINE_ERAISED || code == TIELINE_ENOITEM)
		tli_error_set(error, code, "%s: %s", info->exception, text);
	else
		tli_error_set(error, code, "%s", text);
}

/* It was not the broker that answered. */
static void explain_failed(
	const struct tli_exchange *exchange, struct tli_error *error)
{
	const char *absence = tli_session_absence(exchange->session);
	const char *why = exchange->why ? exchange->why
					: tieline_strerror(exchange->code);

	if (absence[0] != '\0' && exchange->code != TIELINE_ECANCELLED)
		tli_error_set(error, exchange->code, "%s (%s)", why, absence);
	else
		tli_error_set(error, exchange->code, "%s", why);
}

/* The broker does not know the handle, and had said why when it was to be
 * opened again. */
static bool is_not_open(const struct tli_exchange *exchange)
{
	return exchange->reply.status == TLI_STATUS_BAD_REQUEST &&
		exchange->object && exchange->object->refusal.code;
}

int tli_answer_explain(
	const struct tli_exchange *exchange, struct tli_error *error)
{
	int code = tli_answer_code(exchange);

	if (exchange->code)
		explain_failed(exchange, error);
	else if (is_withdrawn(exchange))
		tli_error_set(error, code,
			"it took longer than it may, and was withdrawn");
	else if (is_not_open(exchange))
		*error = exchange->object->refusal;
	else if (has_raised(exchange))
		explain_raised(exchange, code, error);
	else
		*error = (struct tli_error){.code = 0};
	return error->code;
}

/* ---- calls that block ------------------------------------------------- */

void tli_answer_keep_raised(const struct tli_exchange *exchange)
{
	tieline_session *session = exchange->session;
	const struct tli_buf *arguments = &exchange->answer;

	tli_buf_fini(&session->raised_arguments);
	session->raised = NULL;
	if (!has_raised(exchange))
		return;
	session->raised = tli_status_info(exchange->reply.status)->exception;
	session->raised_format = exchange->reply.format;
	/* For lack of memory there are none. */
	(void)tli_buf_append(&session->raised_arguments,
		tli_buf_head(arguments), tli_buf_len(arguments));
}

int tli_answer_report(const struct tli_exchange *exchange)
{
	struct tli_error error;
	int code = tli_answer_explain(exchange, &error);

	tli_answer_keep_raised(exchange);
	if (code < 0)
		exchange->session->handle.error = error;
	return code;
}

int tieline_session_exception(const tieline_session *session,
	const char **class_out, tieline_values *values,
	tieline_value **arguments_out)
{
	if (!session->raised)
		return 0;
	if (class_out)
		*class_out = session->raised;
	if (arguments_out)
		*arguments_out = read_value(values, session->raised_format,
			&session->raised_arguments);
	return 1;
}

/* ---- callbacks -------------------------------------------------------- */

/* Adds what a method returned or raised. */
static void add_values(const struct tli_exchange *exchange,
	tieline_result *result, struct tli_error *error)
{
	const tieline_value *value;

	if (exchange->code ||
		(!has_raised(exchange) && exchange->asked.op != TLI_OP_CALL))
		return;
	value = tli_answer_value(exchange, exchange->session->scratch);
	if (has_raised(exchange)) {
		result->exception =
			tli_status_info(exchange->reply.status)->exception;
		result->arguments = value;
	} else if (value) {
		result->value = value;
	} else {
		*error = *tli_thread_error();
	}
}

static void call(struct tli_exchange *exchange)
{
	struct tli_error error;
	tieline_result result = {
		.request = exchange->request,
		.count = exchange->reply.count,
		.token = exchange->reply.argument,
		.items = exchange->items,
		.item_count = exchange->item_count,
	};

	tli_answer_explain(exchange, &error);
	add_values(exchange, &result, &error);
	result.code = error.code;
	result.message = error.text;
	exchange->session->called++;
	exchange->done(exchange->arg, &result);
	tieline_values_clear(exchange->session->scratch);
}

void tli_answer_tell(struct tli_exchange *exchange)
{
	if (exchange->done)
		call(exchange);
	if (exchange->acknowledges)
		tli_leases_note(exchange, TLI_OP_ACK);
	tli_exchange_free(exchange);
}
