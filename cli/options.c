/* SPDX-License-Identifier: MIT */
#include "options.h"

#include "status.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#define LONG_OPTION 1000 /* plus its identifier: what getopt_long returns */
#define WORD        1    /* and this for what is no option */
#define SEE_HELP    "see tieline --help"

static const struct settings no_settings = {
	.timeout_ms = -1,
	.quit_after_ms = -1,
	.delay_ms = -1,
	.lease_ms = -1,
};

const struct option_row option_rows[OPTION_ROWS] = {
#define X(id, name, letter, kind, argument, member, help)                      \
	{name, letter, OPTION_##kind, argument,                                \
		offsetof(struct settings, member), help},
	OPTION_MAP(X)
#undef X
};

/* Each reads an option's argument; NULL, or what it has to be. */

static const char *read_flag(char *text, void *place)
{
	(void)text;
	*(bool *)place = true;
	return NULL;
}

static const char *read_text(char *text, void *place)
{
	*(const char **)place = text;
	return NULL;
}

static const char *read_seconds(char *text, void *place)
{
	char *end;
	double seconds = strtod(text, &end);

	/* Written so that what is no number does not pass. */
	if (end == text || *end || !(seconds >= 0 && seconds <= INT_MAX / 1000))
		return "a number of seconds, as 0.5 or 10";
	*(int *)place = (int)(seconds * 1000 + 0.999);
	return NULL;
}

static const char *read_count(char *text, void *place)
{
	char *end;
	unsigned long count = strtoul(text, &end, 10);

	if (*text < '0' || *text > '9' || *end || count == 0 || count > INT_MAX)
		return "a whole number from 1";
	*(unsigned *)place = (unsigned)count;
	return NULL;
}

static const char *read_number(char *text, void *place)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (end == text || *end || errno)
		return "a whole number";
	*(int64_t *)place = number;
	return NULL;
}

static const char *read_pair(char *text, void *place)
{
	struct pairs *pairs = place;
	char *sign = strchr(text, '=');

	if (!sign || sign == text || pairs->count == OPTION_PAIRS_MAX)
		return "NAME=VALUE, which can be given 16 times";
	*sign = '\0';
	pairs->list[pairs->count++] = (tieline_header){text, sign + 1};
	return NULL;
}

static const char *read_verify(char *text, void *place)
{
	static const char *const words[] = {
		[TIELINE_VERIFY_FULL] = "full",
		[TIELINE_VERIFY_CHAIN] = "chain",
		[TIELINE_VERIFY_NONE] = "none",
	};

	for (int i = TIELINE_VERIFY_FULL; i <= TIELINE_VERIFY_NONE; i++)
		if (strcmp(text, words[i]) == 0) {
			*(tieline_verify *)place = (tieline_verify)i;
			return NULL;
		}
	return "full, chain or none";
}

static const char *read_texts(char *text, void *place)
{
	struct texts *texts = place;

	if (texts->count == OPTION_TEXTS_MAX)
		return "one of 16 at most: more rights or users can be written "
		       "into the file";
	texts->list[texts->count++] = text;
	return NULL;
}

static const char *(*const readers[])(char *text, void *place) = {
	[OPTION_FLAG] = read_flag,
	[OPTION_TEXT] = read_text,
	[OPTION_FILE] = read_text,
	[OPTION_SECONDS] = read_seconds,
	[OPTION_COUNT] = read_count,
	[OPTION_NUMBER] = read_number,
	[OPTION_PAIR] = read_pair,
	[OPTION_VERIFY] = read_verify,
	[OPTION_TEXTS] = read_texts,
};

/* The tables in getopt_long's terms. */
static void describe(struct option long_options[OPTION_ROWS + 1],
	char letters[2 + 2 * OPTION_ROWS + 1])
{
	/* What is no option comes in its place; a missing argument is told. */
	*letters++ = '-';
	*letters++ = ':';
	for (int i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];
		bool has_argument = row->kind != OPTION_FLAG;

		long_options[i] = (struct option){
			row->name, has_argument, NULL, LONG_OPTION + i};
		if (row->letter)
			*letters++ = row->letter;
		if (row->letter && has_argument)
			*letters++ = ':';
	}
	long_options[OPTION_ROWS] = (struct option){NULL, 0, NULL, 0};
	*letters = '\0';
}

/* The option that getopt_long found; OPTION_ROWS if there is none. */
static int id_of(int found)
{
	int id = found - LONG_OPTION;

	for (int i = 0; id < 0 && i < OPTION_ROWS; i++)
		if (found && option_rows[i].letter == found)
			id = i;
	return id < 0 ? OPTION_ROWS : id;
}

/* Of a long option that is none, or the start of several. */
static int refuse_name(const char *text)
{
	size_t len = strcspn(text, "=");
	const char *found[2] = {NULL, NULL};

	for (int i = 0; i < OPTION_ROWS && !found[1]; i++)
		if (strncmp(option_rows[i].name, text + 2, len - 2) == 0)
			found[found[0] != NULL] = option_rows[i].name;
	if (!found[1])
		return complain(STATUS_USAGE, text,
			"there is no such option: " SEE_HELP);
	return complain(STATUS_USAGE, text,
		"it may be --%s or --%s: write more of it", found[0], found[1]);
}

/* Why getopt_long does not take what it has just read. */
static int refuse(int found, char **argv)
{
	const char letter[] = {'-', (char)optopt, '\0'};
	const char *text = argv[optind - 1];
	int id = id_of(optopt);

	if (found == ':')
		return complain(STATUS_USAGE, text, "%s is missing: " SEE_HELP,
			option_rows[id].argument);
	if (id < OPTION_ROWS)
		return complain(STATUS_USAGE, text, "--%s takes no argument",
			option_rows[id].name);
	if (optopt)
		return complain(STATUS_USAGE, letter,
			"there is no such option: " SEE_HELP);
	return refuse_name(text);
}

static int take_option(struct command_line *line, int id, char *argument)
{
	const struct option_row *row = &option_rows[id];
	const char *needed = readers[row->kind](
		argument, (char *)&line->settings + row->offset);

	line->given |= UINT64_C(1) << id;
	if (!needed)
		return STATUS_DONE;
	return complain(
		STATUS_USAGE, row->name, "'%s' is not %s", argument, needed);
}

/* There are never more than have been read of argv. */
static void take_word(struct command_line *line, char *word)
{
	line->words[line->word_count++] = word;
}

int read_command_line(int argc, char **argv, struct command_line *line)
{
	struct option long_options[OPTION_ROWS + 1];
	char letters[2 + 2 * OPTION_ROWS + 1];
	int found, status = STATUS_DONE;

	*line = (struct command_line){
		.settings = no_settings,
		.words = argv + (argc > 0),
	};
	describe(long_options, letters);
	opterr = 0;
	while (status == STATUS_DONE &&
		(found = getopt_long(
			 argc, argv, letters, long_options, NULL)) != -1) {
		if (found == WORD)
			take_word(line, optarg);
		else if (found == '?' || found == ':')
			status = refuse(found, argv);
		else
			status = take_option(line, id_of(found), optarg);
	}
	while (optind < argc)
		take_word(line, argv[optind++]);
	line->words[line->word_count] = NULL;
	return status;
}
