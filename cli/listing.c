/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include "ask.h"
#include "session.h"
#include "status.h"
#include "table.h"

#include <stdio.h>

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

static int add_row(struct listing *listing, const struct call *call, json *row)
{
	int status = STATUS_DONE;

	listing->listed++;
	if (call->settings.json) {
		status = table_print_one(row);
		json_free(row);
	} else if (!json_append(listing->rows, row)) {
		json_free(row);
		status = complain_of_memory(call->verb->name);
	}
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

	if (status != STATUS_DONE)
		return status;
	listing->total += json_number_of(json_find(reply, "total"));
	while (status == STATUS_DONE &&
		(row = json_take(member_of(reply, what)))) {
		if (kind && json_is_object(row) &&
			!json_add_text(row, "kind", kind))
			status = complain_of_memory(call->verb->name);
		if (status == STATUS_DONE)
			status = add_row(listing, call, row);
		else
			json_free(row);
	}
	json_free(reply);
	return status;
}

/* ---- objects --------------------------------------------------------- */

/* Milliseconds as seconds; nothing for those that there are none of. */
static bool add_seconds(
	json *row, const char *key, const json *from, const char *from_key)
{
	const json *ms = json_find(from, from_key);

	return !json_is_number(ms) ||
		json_add_number(row, key, json_number_of(ms) / 1000);
}

/* What is told of a reference, with what it refers to. */
static bool complete_ref(json *ref, const json *object)
{
	const char *name = json_text_of(json_find(object, "name"));
	const char *kind = json_text_of(json_find(object, "kind"));
	char id[32];

	snprintf(id, sizeof(id), "@%.0f",
		json_number_of(json_find(object, "id")));
	return json_add_text(ref, "id", id) &&
		(!name || json_add_text(ref, "name", name)) &&
		(!kind || json_add_text(ref, "kind", kind)) &&
		add_seconds(ref, "age", ref, "age_ms") &&
		add_seconds(ref, "left", ref, "left_ms");
}

/* Takes the object. */
static int add_refs(
	struct listing *listing, const struct call *call, json *object)
{
	int status = STATUS_DONE;
	json *ref;

	listing->listed++;
	while (status == STATUS_DONE &&
		(ref = json_take(member_of(object, "refs")))) {
		if (complete_ref(ref, object) &&
			json_append(listing->rows, ref))
			continue;
		json_free(ref);
		status = complain_of_memory(call->verb->name);
	}
	json_free(object);
	return status;
}

static int add_object(struct listing *listing, const struct call *call,
	const tieline_value *object)
{
	char *text;
	size_t len;
	json *row;

	if (tieline_value_to_json(object, TIELINE_JSON_WRAPPED, &text, &len) <
		0)
		return complain(STATUS_OTHER, call->verb->name,
			"what the broker tells: %s",
			tieline_handle_error(NULL));
	if (call->settings.json) {
		listing->listed++;
		puts(text);
		tieline_free(text);
		return STATUS_DONE;
	}
	row = json_parse(text, len);
	tieline_free(text);
	if (!row)
		return complain_of_memory(call->verb->name);
	return call->settings.refs ? add_refs(listing, call, row)
				   : add_row(listing, call, row);
}

/* Those without a name are parts of others, or Python's, unless they are asked
 * for. */
static bool is_listed(const tieline_value *object, const struct call *call)
{
	if (call->settings.refs)
		return tieline_value_count(
			       tieline_value_find_text(object, "refs")) > 0;
	return call->settings.kind ||
		tieline_value_get_str(
			tieline_value_find_text(object, "name"), NULL);
}

static int add_objects(struct listing *listing, const struct call *call,
	const tieline_value *list)
{
	unsigned limit =
		call->settings.limit ? call->settings.limit : LIMIT_DEFAULT;
	const tieline_value *object;
	int status = STATUS_DONE;

	for (size_t i = 0;
		(object = tieline_value_item(list, i)) && status == STATUS_DONE;
		i++) {
		if (!is_listed(object, call))
			continue;
		listing->total++;
		if (limit == 0)
			continue;
		limit--;
		status = add_object(listing, call, object);
	}
	return status;
}

static int list_objects(struct listing *listing, const struct call *call,
	struct session *session, tieline_values *values)
{
	tieline_value *list;
	int result = tieline_session_objects(session->session, call->words[0],
		call->settings.kind, values, &list);

	return result < 0
		? session_complain(session, session->broker.address, result)
		: add_objects(listing, call, list);
}

int listing_add_objects(struct listing *listing, const struct call *call)
{
	tieline_values *values = tieline_values_new(NULL);
	struct session session;
	int status = session_begin(&session, call, NULL, SESSION_ENDS);

	if (status == STATUS_DONE)
		status = list_objects(listing, call, &session, values);
	session_end(&session);
	tieline_values_free(values);
	return status;
}
