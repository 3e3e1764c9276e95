/* SPDX-License-Identifier: MIT */
/*
 * Makes the source of the manual page tielined.json(5), when Tieline is built:
 * copies its frame from standard input to standard output, and puts a table
 * where it says @settings@, @listen_settings@ and so on, or @rights@.
 */
#include "config_table.h"
#include "rights.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

/* What scdoc would take for markup is not meant as such. */
static void print_plain(const char *text)
{
	for (; *text; text++)
		printf("%s%c", strchr("_*\\", *text) ? "\\" : "", *text);
}

static void print_setting(const struct config_setting *setting)
{
	char allowed[CONFIG_ALLOWED_TEXT];

	config_describe_allowed(setting, allowed);
	printf("*%s*: ", setting->name);
	print_plain(allowed);
	if (setting->choices)
		printf("; default \"%s\"", setting->choices[setting->standard]);
	if (setting->type == CONFIG_NUMBER)
		printf("; default %" PRIu64, setting->standard);
	if (setting->type == CONFIG_FLAG)
		printf("; default %s", setting->standard ? "true" : "false");
	printf("\n\t%s\n\n", setting->help);
}

static void print_rights(void)
{
	static const struct {
		const char *word, *help;
		bool is_named;
	} rights[] = {
#define X(right, word, named, help) {word, help, named},
		RIGHTS(X)
#undef X
	};

	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++)
		printf("*%s*%s\n\t%s\n\n", rights[i].word,
			rights[i].is_named ? " _NAME_" : "", rights[i].help);
}

static bool print_settings(const char *line)
{
	static const struct {
		const char *line;
		const struct config_setting *settings;
	} tables[] = {
		{"@settings@\n", config_settings},
		{"@listen_settings@\n", config_listen_settings},
		{"@typeid_settings@\n", config_typeid_settings},
		{"@identity_settings@\n", config_identity_settings},
	};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		const struct config_setting *row = tables[i].settings;

		if (strcmp(line, tables[i].line) != 0)
			continue;
		for (; row->name; row++)
			print_setting(row);
		return true;
	}
	return false;
}

int main(void)
{
	char line[LINE_MAX_BYTES];

	while (fgets(line, sizeof(line), stdin))
		if (strcmp(line, "@rights@\n") == 0)
			print_rights();
		else if (!print_settings(line))
			fputs(line, stdout);
	return fflush(stdout) == 0 && !ferror(stdin) ? 0 : 1;
}
