/* SPDX-License-Identifier: MIT */
/* The verb stat: counters, of the broker or of one object. */
#include "ask.h"
#include "literal.h"
#include "session.h"
#include "status.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define CELL_MAX 512

/* Of a counter that is inside another one. */
static void print_key(const char *group, const char *key)
{
	printf("%s%s%s ", group, *group ? "." : "", key ? key : "?");
}

/* ---- of the broker --------------------------------------------------- */

static json *stat_request(void)
{
	json *request = json_object();

	if (json_add_true(request, "stat"))
		return request;
	json_free(request);
	return NULL;
}

static void print_counter(const char *group, const json *member)
{
	char cell[CELL_MAX];

	json_cell(member, cell, sizeof(cell));
	print_key(group, json_key(member));
	puts(cell);
}

static void print_counters(const json *reply)
{
	for (const json *member = json_first(reply); member;
		member = json_next(member)) {
		if (!json_is_object(member) &&
			strcmp(json_key(member), "ok") != 0)
			print_counter("", member);
		if (!json_is_object(member))
			continue;
		for (const json *inner = json_first(member); inner;
			inner = json_next(inner))
			print_counter(json_key(member), inner);
	}
}

static int ask_broker(const struct call *call, json **counters_out)
{
	struct ask asked;
	int status = ask_open(&asked, call);

	if (status != STATUS_DONE)
		return status;
	status = ask(&asked, stat_request(), counters_out);
	ask_close(&asked);
	return status;
}

static int stat_broker(const struct call *call)
{
	json *counters;
	int status = ask_broker(call, &counters);

	if (status != STATUS_DONE)
		return status;
	if (call->settings.json)
		status = table_print_one(counters);
	else
		print_counters(counters);
	json_free(counters);
	return status;
}

/* ---- of an object ---------------------------------------------------- */

/* False with the error told. */
static bool print_value(const tieline_value *value)
{
	char *text;

	if (literal_show(value, &text) < 0)
		return false;
	puts(text);
	tieline_free(text);
	return true;
}

/* Those that are no groups themselves. */
static bool print_members(const tieline_value *dict, const char *group)
{
	bool is_fine = true;

	for (size_t i = 0; i < tieline_value_count(dict) && is_fine; i++) {
		const tieline_value *value = tieline_value_item(dict, i);

		if (tieline_value_kind(value) == TIELINE_DICT)
			continue;
		print_key(group,
			tieline_value_get_str(
				tieline_value_key(dict, i), NULL));
		is_fine = print_value(value);
	}
	return is_fine;
}

static bool print_groups(const tieline_value *dict)
{
	bool is_fine = true;

	for (size_t i = 0; i < tieline_value_count(dict) && is_fine; i++)
		is_fine = print_members(tieline_value_item(dict, i),
			tieline_value_get_str(
				tieline_value_key(dict, i), NULL));
	return is_fine;
}

static bool print_json(const tieline_value *dict)
{
	char *text;

	if (tieline_value_to_json(dict, TIELINE_JSON_WRAPPED, &text, NULL) < 0)
		return false;
	puts(text);
	tieline_free(text);
	return true;
}

static int print_object(const struct call *call, struct session *session,
	tieline_values *values)
{
	tieline_value *dict;
	int result = tieline_session_stat(
		session->session, call->words[0], values, &dict);

	if (result < 0)
		return session_complain(session, call->words[0], result);
	if (call->settings.json ? print_json(dict)
				: print_members(dict, "") && print_groups(dict))
		return STATUS_DONE;
	return complain(
		STATUS_OTHER, call->words[0], "%s", tieline_handle_error(NULL));
}

static int stat_object(const struct call *call)
{
	tieline_values *values = tieline_values_new(NULL);
	struct session session;
	int status = session_begin(
		&session, call, session_name_in(call->words[0]), SESSION_ENDS);

	if (status == STATUS_DONE)
		status = print_object(call, &session, values);
	session_end(&session);
	tieline_values_free(values);
	return status;
}

int verb_stat(const struct call *call)
{
	return call->words[0] ? stat_object(call) : stat_broker(call);
}
