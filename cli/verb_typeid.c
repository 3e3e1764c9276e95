/* SPDX-License-Identifier: MIT */
/* The verb typeid: what a manager's client gets by a name. */
#include "arguments.h"
#include "ask.h"
#include "status.h"
#include "table.h"

#include <stdio.h>
#include <string.h>

#define CELL_MAX 8192

/* ---- The request ----------------------------------------------------- */

/* Adds a list or dict, unless there is nothing in it. */
static bool add_value(
	json *request, const char *key, const tieline_value *value)
{
	char *text;
	size_t len;
	bool is_added;

	if (tieline_value_count(value) == 0)
		return true;
	if (tieline_value_to_json(value, TIELINE_JSON_WRAPPED, &text, &len) < 0)
		return false;
	is_added = json_add(request, key, json_parse(text, len));
	tieline_free(text);
	return is_added;
}

static json *make_request(
	const struct call *call, const struct arguments *arguments)
{
	json *request = json_object();

	if (json_add_text(request, "typeid", call->words[0]) &&
		add_value(request, "args", arguments->positional) &&
		add_value(request, "kwargs", arguments->named))
		return request;
	json_free(request);
	return NULL;
}

/* ---- The reply ------------------------------------------------------- */

static void print_cell(const char *group, const json *member)
{
	char cell[CELL_MAX];

	json_cell(member, cell, sizeof(cell));
	printf("%s%s%s %s\n", group, *group ? "." : "", json_key(member), cell);
}

static void print_words(const json *array)
{
	char cell[CELL_MAX];

	fputs(json_key(array), stdout);
	for (const json *word = json_first(array); word;
		word = json_next(word)) {
		json_cell(word, cell, sizeof(cell));
		printf(" %s", cell);
	}
	putchar('\n');
}

static void print_reply(const json *reply)
{
	for (const json *member = json_first(reply); member;
		member = json_next(member)) {
		if (strcmp(json_key(member), "exposed") == 0)
			print_words(member);
		else if (json_text_of(member))
			print_cell("", member);
		for (const json *inner = json_first(member);
			json_is_object(member) && inner;
			inner = json_next(inner))
			print_cell(json_key(member), inner);
	}
}

/* The exit status: there is none of that name, or it is not made so. */
static int status_of_reply(const json *reply)
{
	const char *origin = json_text_of(json_find(reply, "origin"));

	if (!json_find(reply, "why"))
		return STATUS_DONE;
	return origin && strcmp(origin, "none") == 0 ? STATUS_NO_NAME
						     : STATUS_OTHER;
}

static int show(const struct call *call, const json *reply)
{
	int status = status_of_reply(reply);
	char why[CELL_MAX];

	if (call->settings.json) {
		int printed = table_print_one(reply);

		return printed == STATUS_DONE ? status : printed;
	}
	if (status == STATUS_DONE) {
		print_reply(reply);
		return status;
	}
	json_cell(json_find(reply, "why"), why, sizeof(why));
	return complain(status, call->words[0], "%s", why);
}

static int ask_broker(const struct call *call, struct arguments *arguments)
{
	struct ask asked;
	json *reply;
	int status = ask_open(&asked, call);

	if (status != STATUS_DONE)
		return status;
	status = ask(&asked, make_request(call, arguments), &reply);
	ask_close(&asked);
	if (status != STATUS_DONE)
		return status;
	status = show(call, reply);
	json_free(reply);
	return status;
}

int verb_typeid(const struct call *call)
{
	struct arguments arguments = {.values = NULL};
	int status = arguments_read(&arguments, call, call->words + 1);

	if (status == STATUS_DONE)
		status = ask_broker(call, &arguments);
	arguments_free(&arguments);
	return status;
}
