/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "ask.h"
#include "session.h"
#include "status.h"

#define LIMIT_DEFAULT 1000u /* as the broker has it for names */

static json *list_request(const struct call *call, const char *what)
{
	const struct settings *settings = &call->settings;
	const char *prefix = call->words[0];
	json *request = json_object();

	if (json_add_text(request, "list", what) &&
		(!prefix || json_add_text(request, "prefix", prefix)) &&
		(!settings->limit ||
			json_add_number(request, "limit", settings->limit)))
		return request;
	json_free(request);
	return NULL;
}

static int ask_for_list(
	const struct call *call, const char *what, json **reply_out)
{
	struct ask asked;
	int status = ask_open(&asked, call);

	if (status != STATUS_DONE)
		return status;
	status = ask(&asked, list_request(call, what), reply_out);
	ask_close(&asked);
	return status;
}

static json *member_of(json *reply, const char *key)
{
	return (json *)json_find(reply, key);
}

int listing_add_control(struct listing *listing, const struct call *call,
	const char *what, const char *kind)
{
	json *reply, *row;
	int status = ask_for_list(call, what, &reply);
	bool is_fine = true;

	if (status != STATUS_DONE)
		return status;
	listing->total += json_number_of(json_find(reply, "total"));
	while (is_fine && (row = json_take(member_of(reply, what)))) {
		if (kind && json_is_object(row))
			is_fine = json_add_text(row, "kind", kind);
		is_fine &= json_append(listing->rows, row);
	}
	json_free(reply);
	return is_fine ? STATUS_DONE : complain_of_memory(what);
}

/* ---- objects --------------------------------------------------------- */

static json *json_of(const tieline_value *value)
{
	char *text;
	size_t len;
	json *read;

	if (tieline_value_to_json(value, TIELINE_JSON_WRAPPED, &text, &len) < 0)
		return NULL;
	read = json_parse(text, len);
	tieline_free(text);
	return read;
}

/* Those without a name are parts of others, unless they are asked for. */
static bool is_listed(const json *row, const struct call *call)
{
	return call->settings.kind || json_text_of(json_find(row, "name"));
}

static void take_objects(
	struct listing *listing, const struct call *call, json *rows)
{
	unsigned limit =
		call->settings.limit ? call->settings.limit : LIMIT_DEFAULT;
	json *row;

	while ((row = json_take(rows))) {
		bool listed = is_listed(row, call);

		listing->total += listed;
		if (!listed || limit == 0 || !json_append(listing->rows, row))
			json_free(row);
		else
			limit--;
	}
}

static int ask_for_objects(struct listing *listing, const struct call *call,
	struct session *session, tieline_values *values)
{
	tieline_value *list;
	json *rows;
	int result = tieline_session_objects(session->session, call->words[0],
		call->settings.kind, values, &list);

	if (result < 0)
		return session_complain(
			session, session->broker.address, result);
	rows = json_of(list);
	if (!rows)
		return complain(STATUS_OTHER, session->broker.address,
			"the objects cannot be listed: %s",
			tieline_handle_error(NULL));
	take_objects(listing, call, rows);
	json_free(rows);
	return STATUS_DONE;
}

int listing_add_objects(struct listing *listing, const struct call *call)
{
	tieline_values *values = tieline_values_new(NULL);
	struct session session;
	int status = session_begin(&session, call, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = ask_for_objects(listing, call, &session, values);
	session_end(&session);
	tieline_values_free(values);
	return status;
}

/* ---- one object ------------------------------------------------------ */

static int ask_for_object(const struct call *call, struct session *session,
	tieline_values *values, json **object_out)
{
	tieline_value *dict;
	int result = tieline_session_stat(
		session->session, call->words[0], values, &dict);

	if (result < 0)
		return session_complain(session, call->words[0], result);
	*object_out = json_of(dict);
	return *object_out ? STATUS_DONE
			   : complain(STATUS_OTHER, call->words[0], "%s",
				     tieline_handle_error(NULL));
}

int listing_describe(const struct call *call, json **object_out)
{
	tieline_values *values = tieline_values_new(NULL);
	struct session session;
	int status = session_begin(&session, call, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = ask_for_object(call, &session, values, object_out);
	session_end(&session);
	tieline_values_free(values);
	return status;
}
