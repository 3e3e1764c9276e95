/* SPDX-License-Identifier: MIT */
/* The verbs key add, key ls and key rm: the identities in a folder. */
#include "identity.h"
#include "identity_file.h"
#include "key_listing.h"
#include "status.h"
#include "table.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

#define RIGHTS_TEXT 512
#define CELL_MAX    256

static void say_to_reload(void)
{
	printf("A broker whose keys_dir this is takes it when it is told to:\n"
	       "    kill -HUP PID\n");
}

/* DIR, without slashes at its end, behind which a link would be followed. */
static const char *folder_of(const struct call *call)
{
	char *path = call->words[0];

	for (size_t len = strlen(path); len > 1 && path[len - 1] == '/'; len--)
		path[len - 1] = '\0';
	return path;
}

/* ---- key add ---------------------------------------------------------- */

static void say_what_next(const char *path, const char *id)
{
	printf("%s/%s.key is a new key, for who is to be %s; "
	       "%s/%s.json says what that one may do.\n"
	       "Copy the key to where its programs run, as what it is, a "
	       "secret.\n",
		path, id, id, path, id);
	say_to_reload();
}

static int add(const char *path, const char *id, const json *members)
{
	struct key_folder folder;
	int status = key_folder_make(path);

	if (status == STATUS_DONE)
		status = key_folder_open(&folder, path);
	if (status != STATUS_DONE)
		return status;
	status = key_folder_add(&folder, id, members);
	key_folder_close(&folder);
	if (status == STATUS_DONE)
		say_what_next(path, id);
	return status;
}

int verb_key_add(const struct call *call)
{
	const char *path = folder_of(call), *id = call->words[1];
	int status = identity_check_id(id);
	json *members;

	if (status == STATUS_DONE)
		status = identity_make(&call->settings, &members);
	if (status != STATUS_DONE)
		return status;
	status = add(path, id, members);
	json_free(members);
	return status;
}

/* ---- key ls ----------------------------------------------------------- */

/* Entries with commas in between, cut to what fits. */
static void join_rights(const json *rights, char text[RIGHTS_TEXT])
{
	size_t len = 0;

	*text = '\0';
	for (const json *one = json_first(rights); one && len < RIGHTS_TEXT;
		one = json_next(one)) {
		const char *entry = json_text_of(one);

		len += (size_t)snprintf(text + len, RIGHTS_TEXT - len, "%s%s",
			len ? ", " : "", entry ? entry : "?");
	}
}

/* The row, as a table has it. */
static bool show_rights(json *row)
{
	char text[RIGHTS_TEXT];

	join_rights(json_find(row, "rights"), text);
	return json_add_text(row, "rights_text", *text ? text : "-");
}

/* Those rows, which go; NULL for lack of memory. */
static json *with_rights_shown(json *rows)
{
	json *shown = json_array(), *row;
	bool is_fine = true;

	while (is_fine && (row = json_take(rows))) {
		is_fine = show_rights(row) && json_append(shown, row);
		if (!is_fine)
			json_free(row);
	}
	if (is_fine)
		return shown;
	json_free(shown);
	return NULL;
}

static int print_table(json *rows)
{
	static const struct column columns[] = {
		{"id", "ID", false},
		{"valid", "VALID", false},
		{"not_before", "FROM", false},
		{"not_after", "UNTIL", false},
		{"key", "KEY", false},
		{"rights_text", "RIGHTS", false},
		{NULL, NULL, false},
	};
	json *shown = with_rights_shown(rows);

	if (!shown)
		return complain_of_memory("standard output");
	table_print(columns, shown);
	json_free(shown);
	return STATUS_DONE;
}

static int complain_of_row(const char *path, const json *row)
{
	char id[CELL_MAX], why[IDENTITY_WHY];

	json_cell(json_find(row, "id"), id, sizeof(id));
	json_cell(json_find(row, "error"), why, sizeof(why));
	return complain(STATUS_OTHER, path,
		"%s.json: %s: no broker takes this folder", id, why);
}

/* Whether a broker takes all of them; what it does not is told. */
static int check_rows(const char *path, const json *rows)
{
	int status = STATUS_DONE;

	for (const json *row = json_first(rows); row; row = json_next(row))
		if (json_find(row, "error"))
			status = complain_of_row(path, row);
	return status;
}

int verb_key_ls(const struct call *call)
{
	struct key_folder folder;
	json *rows = NULL;
	const char *path = folder_of(call);
	int status = key_folder_open(&folder, path);
	int printed;

	if (status != STATUS_DONE)
		return status;
	status = key_listing_read(&folder, &rows);
	key_folder_close(&folder);
	if (status != STATUS_DONE)
		return status;
	status = check_rows(path, rows);
	printed = call->settings.json ? table_print_json(rows)
				      : print_table(rows);
	json_free(rows);
	return printed == STATUS_DONE ? status : printed;
}

/* ---- key rm ----------------------------------------------------------- */

int verb_key_rm(const struct call *call)
{
	struct key_folder folder;
	int status = identity_check_id(call->words[1]);

	if (status == STATUS_DONE)
		status = key_folder_open(&folder, folder_of(call));
	if (status != STATUS_DONE)
		return status;
	status = key_folder_remove(&folder, call->words[1]);
	key_folder_close(&folder);
	if (status == STATUS_DONE)
		say_to_reload();
	return status;
}
