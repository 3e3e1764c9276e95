/* SPDX-License-Identifier: MIT */
/*
 * Locks and shared objects for tests to use: reads a command from each line of
 * standard input, as a Python list, and writes the code and what there is
 * besides to standard output: a value, a number, or the error's text.
 *
 *     sharer ADDRESS KEY-FILE
 *
 * A command is its name, the name of an object, what the function takes, and
 * perhaps a dict of options.
 */
#include "sharer.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_BYTES  65536
#define OBJECTS_MAX 16
#define NAME_BYTES  64

static struct handle {
	char name[NAME_BYTES];
	void *on;
} handles[OBJECTS_MAX];

/* The one of that name, or a free one. */
static struct handle *find_handle(const char *name)
{
	for (size_t i = 0; i < OBJECTS_MAX; i++)
		if (!handles[i].on || strcmp(handles[i].name, name) == 0)
			return &handles[i];
	abort();
}

static bool is_set(const tieline_value *options, const char *name)
{
	int64_t truth = 0;
	int result = tieline_value_get_int(
		tieline_value_find_text(options, name), &truth);

	return result == 0 && truth != 0;
}

static void read_options(struct sharer *sharer)
{
	size_t count = tieline_value_count(sharer->line);
	const tieline_value *last = tieline_value_item(sharer->line, count - 1);

	sharer->options = tieline_object_options_default();
	sharer->options.recursive = is_set(last, "recursive");
	sharer->options.bounded = is_set(last, "bounded");
	sharer->options.unowned = is_set(last, "unowned");
	sharer->options.temporary = is_set(last, "temporary");
}

static int (*find_command(const char *name))(struct sharer *sharer)
{
	const struct sharer_command *command = sharer_commands;

	while (command->name && strcmp(command->name, name) != 0)
		command++;
	if (!command->name)
		abort();
	return command->run;
}

static void answer(const struct sharer *sharer, int result)
{
	char *text = NULL;

	printf("%s", tieline_code_name(result < 0 ? result : TIELINE_OK));
	if (result < 0)
		printf(" %s",
			tieline_handle_error(
				tieline_session_handle(sharer->session)));
	else if (sharer->has_number && !sharer->got)
		printf(" %" PRIu64, sharer->number);
	else if (!sharer->got)
		printf(" %d", result);
	else if (tieline_value_repr(sharer->got, 0, &text, NULL) == 0)
		printf(" %s", text);
	if (sharer->got && sharer->has_number)
		printf(", %" PRIu64, sharer->number);
	putchar('\n');
	fflush(stdout);
	tieline_free(text);
}

static void obey(struct sharer *sharer, const char *line)
{
	const char *command, *name;
	struct handle *handle;
	int result;

	tieline_values_clear(sharer->values);
	sharer->got = NULL;
	sharer->has_number = false;
	sharer->line = tieline_value_parse(sharer->values, line, strlen(line));
	command = tieline_value_get_str(
		tieline_value_item(sharer->line, 0), NULL);
	name = tieline_value_get_str(tieline_value_item(sharer->line, 1), NULL);
	handle = find_handle(name);
	sharer->on = handle->on;
	read_options(sharer);
	result = find_command(command)(sharer);
	handle->on = sharer->on;
	snprintf(handle->name, NAME_BYTES, "%s", name);
	answer(sharer, result);
}

int main(int argc, char **argv)
{
	static char line[LINE_BYTES];
	struct sharer sharer = {.values = tieline_values_new(NULL)};
	tieline_options options = tieline_options_default();

	if (argc != 3)
		return 2;
	options.authkey_file = argv[2];
	if (tieline_session_open(argv[1], &options, NULL, &sharer.session) < 0)
		return 1;
	while (fgets(line, sizeof(line), stdin))
		obey(&sharer, line);
	tieline_session_close(sharer.session);
	tieline_values_free(sharer.values);
	return 0;
}
