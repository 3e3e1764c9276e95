/* SPDX-License-Identifier: MIT */
#include "help.h"

#include "status.h"

#include <stdio.h>
#include <string.h>

#define HELP_COLUMN 30
#define WIDTH       80

/* Prints text from a column on, in lines that end before WIDTH. */
static void print_folded(const char *text)
{
	size_t column = HELP_COLUMN;

	while (*text) {
		size_t len = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + len >= WIDTH) {
			printf("\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			putchar(' ');
			column++;
		}
		printf("%.*s", (int)len, text);
		column += len;
		text += len + strspn(text + len, " ");
	}
	putchar('\n');
}

/* Prints what is explained, which may be too long for its column. */
static void print_term(const char *term)
{
	int printed = printf("  %s", term);

	if (printed > HELP_COLUMN - 2)
		printf("\n%*s", HELP_COLUMN, "");
	else
		printf("%*s", HELP_COLUMN - printed, "");
}

static void print_option(const struct option_row *row)
{
	const char letter[] = {'-', row->letter, ',', ' ', '\0'};
	char term[64];

	snprintf(term, sizeof(term), "%s--%s%s%s", row->letter ? letter : "",
		row->name, row->argument ? " " : "",
		row->argument ? row->argument : "");
	print_term(term);
	print_folded(row->help);
}

static void print_options(const char *title, option_set options)
{
	if (options)
		printf("\n%s\n", title);
	for (int i = 0; i < OPTION_ROWS; i++)
		if (option_is_among(i, options))
			print_option(&option_rows[i]);
}

static void print_verb(const struct verb *verb)
{
	char term[64];

	snprintf(term, sizeof(term), "%s %s", verb->name, verb->arguments);
	print_term(term);
	print_folded(verb->summary);
}

static void print_statuses(void)
{
	static const struct {
		int status;
		const char *text;
	} rows[] = {
#define X(name, value, text) {value, text},
		STATUS_MAP(X)
#undef X
	};

	printf("\nExit statuses:\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		printf("  %3d  %s\n", rows[i].status, rows[i].text);
}

void help_print(void)
{
	printf("usage: tieline VERB [ARGUMENT...] [OPTION...]\n\nVerbs:\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		print_verb(&verbs[i]);
	print_options("Options of all verbs:", OPTIONS_COMMON);
	print_statuses();
	printf("\nMore: tieline VERB --help, and the manual page tieline(1)\n");
}

void help_print_verb(const struct verb *verb)
{
	printf("usage: tieline %s %s%s[OPTION...]\n\n%s", verb->name,
		verb->arguments, *verb->arguments ? " " : "", verb->details);
	print_options("Options:", verb->options);
	print_options("Options of all verbs:", OPTIONS_COMMON);
}
