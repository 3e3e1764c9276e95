/* SPDX-License-Identifier: MIT */
/* The verbs that list what is at the broker, or delete it: ls, rm. */
#include "listing.h"
#include "session.h"
#include "status.h"
#include "table.h"

#include <stdio.h>

#define CELL_MAX 512

/* ---- ls -------------------------------------------------------------- */

static const struct column all_columns[] = {
	{"name", "NAME", false},
	{"kind", "KIND", false},
	{"items", "ITEMS", true},
	{"bytes", "BYTES", true},
	{"waiting", "WAITING", true},
	{"about", "ABOUT", false},
	{NULL, NULL, false},
};

static const struct column name_columns[] = {
	{"name", "NAME", false},
	{"parked", "PARKED", true},
	{"listeners", "LISTENERS", true},
	{"waiting", "WAITING", true},
	{"pipes", "PIPES", true},
	{"relayed", "RELAYED", true},
	{"exclusive", "EXCLUSIVE", false},
	{NULL, NULL, false},
};

static const struct column connection_columns[] = {
	{"id", "ID", true},
	{"address", "ADDRESS", false},
	{"uid", "UID", true},
	{"identity", "IDENTITY", false},
	{"listening", "LISTENING", false},
	{"state", "STATE", false},
	{"name", "NAME", false},
	{"with", "WITH", true},
	{"age", "AGE", true},
	{"messages", "MESSAGES", true},
	{"bytes", "BYTES", true},
	{"held", "HELD", true},
	{NULL, NULL, false},
};

static const struct column ref_columns[] = {
	{"id", "ID", false},
	{"name", "NAME", false},
	{"kind", "KIND", false},
	{"pid", "PID", true},
	{"uid", "UID", true},
	{"count", "COUNT", true},
	{"age", "AGE", true},
	{"ended", "ENDED", false},
	{"left", "LEFT", true},
	{NULL, NULL, false},
};

/* What is worth a word of those that have it, of whatever kind. */
static const struct {
	const char *key;
	const char *word;
} abouts[] = {
	{"listeners", "listening"},
	{"parked", "parked"},
	{"pipes", "pipes"},
	{"relayed", "relayed"},
	{"delayed", "delayed"},
	{"leased", "leased"},
	{"dead_lettered", "dead"},
	{"permits", "permits"},
	{"depth", "held"},
	{"parties", "parties"},
	{"published", "published"},
};

/* "2 delayed, 1 leased". */
static bool add_about(json *row)
{
	char text[CELL_MAX];
	size_t len = 0;

	for (size_t i = 0; i < sizeof(abouts) / sizeof(abouts[0]); i++) {
		double number = json_number_of(json_find(row, abouts[i].key));

		if (number > 0)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
				"%s%.0f %s", len > 0 ? ", " : "", number,
				abouts[i].word);
	}
	return len == 0 || json_add_text(row, "about", text);
}

static int print_table(
	const struct listing *listing, const struct column *columns)
{
	for (const json *row = json_first(listing->rows);
		row && columns == all_columns; row = json_next(row))
		if (json_is_object(row) && !add_about((json *)row))
			return complain_of_memory("ls");
	table_print(columns, listing->rows);
	return STATUS_DONE;
}

/* Tells on standard error what the listing lacks. */
static void say_what_is_left(const struct listing *listing)
{
	if (listing->total > listing->listed)
		fprintf(stderr,
			"tieline: %.0f of %.0f are listed: a longer PREFIX or "
			"another --limit gives the others\n",
			listing->listed, listing->total);
}

static int list_all(const struct call *call, struct listing *listing)
{
	int status = STATUS_DONE;

	/* Names are of no kind that an object can be of. */
	if (!call->settings.kind)
		status = listing_add_control(listing, call, "names", "name");
	return status == STATUS_DONE ? listing_add_objects(listing, call)
				     : status;
}

int verb_ls(const struct call *call)
{
	const struct settings *settings = &call->settings;
	const struct column *columns = all_columns;
	struct listing listing = {.rows = json_array()};
	int status;

	if (settings->connections) {
		columns = connection_columns;
		status = listing_add_control(
			&listing, call, "connections", NULL);
	} else if (settings->names) {
		columns = name_columns;
		status = listing_add_control(&listing, call, "names", NULL);
	} else if (settings->refs) {
		columns = ref_columns;
		status = listing_add_objects(&listing, call);
	} else {
		status = list_all(call, &listing);
	}
	if (status == STATUS_DONE && !settings->json)
		status = print_table(&listing, columns);
	if (status == STATUS_DONE)
		say_what_is_left(&listing);
	json_free(listing.rows);
	return status;
}

/* ---- rm -------------------------------------------------------------- */

int verb_rm(const struct call *call)
{
	struct session session;
	int status = session_begin(
		&session, call, session_name_in(call->words[0]), SESSION_ENDS);

	for (char **word = call->words; *word && status == STATUS_DONE;
		word++) {
		int result = tieline_session_delete(session.session, *word);

		if (result < 0)
			status = session_complain(&session, *word, result);
	}
	session_end(&session);
	return status;
}
