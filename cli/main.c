/* SPDX-License-Identifier: MIT */
/* The tool tieline: finds the verb, checks the words and options given to it,
 * and runs it. */
#include "help.h"
#include "status.h"
#include "verbs.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* With one of the three closed, the next socket would take its place. */
static void open_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static int check_options(const struct verb *verb, option_set given)
{
	option_set wrong = given & ~(verb->options | OPTIONS_COMMON);

	for (int i = 0; i < OPTION_ROWS; i++)
		if (option_is_among(i, wrong))
			return complain(STATUS_USAGE, verb->name,
				"--%s is no option of this verb: see tieline "
				"%s --help",
				option_rows[i].name, verb->name);
	return STATUS_DONE;
}

static int refuse_pair(
	const struct verb *verb, int id, const char *relation, int other)
{
	return complain(STATUS_USAGE, verb->name,
		"--%s %s --%s: see tieline %s --help", option_rows[id].name,
		relation, option_rows[other].name, verb->name);
}

static int check_one_of(const struct verb *verb, option_set given)
{
	int first = OPTION_ROWS;

	for (int i = 0; i < OPTION_ROWS; i++) {
		if (!option_is_among(i, given & verb->one_of))
			continue;
		if (first < OPTION_ROWS)
			return refuse_pair(verb, first, "does not go with", i);
		first = i;
	}
	return STATUS_DONE;
}

/* What needs another, where a verb has both and they are not one of many. */
static const struct {
	int id;
	int other;
} needs[] = {
	{OPTION_ID_JSON, OPTION_ID_VALUE},
	{OPTION_ID_JOBS, OPTION_ID_EXEC},
};

static int check_needs(const struct verb *verb, option_set given)
{
	option_set checked = verb->options & ~verb->one_of;

	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (option_is_among(needs[i].id, given & checked) &&
			option_is_among(needs[i].other, verb->options) &&
			!option_is_among(needs[i].other, given))
			return refuse_pair(
				verb, needs[i].id, "needs", needs[i].other);
	return STATUS_DONE;
}

static int check_words(const struct verb *verb, size_t count)
{
	if (count >= verb->min_words && count <= verb->max_words)
		return STATUS_DONE;
	return complain(STATUS_USAGE, verb->name,
		"too %s arguments: usage: tieline %s %s%s[OPTION...]",
		count < verb->min_words ? "few" : "many", verb->name,
		verb->arguments, *verb->arguments ? " " : "");
}

/* Taken are the words of the verb itself. */
static int run_verb(
	const struct verb *verb, size_t taken, const struct command_line *line)
{
	const struct call call = {
		.verb = verb,
		.settings = line->settings,
		.words = line->words + taken,
	};
	int status = check_options(verb, line->given);

	if (status == STATUS_DONE && line->settings.help) {
		help_print_verb(verb);
		return STATUS_DONE;
	}
	if (status == STATUS_DONE)
		status = check_one_of(verb, line->given);
	if (status == STATUS_DONE)
		status = check_needs(verb, line->given);
	if (status == STATUS_DONE)
		status = check_words(verb, line->word_count - taken);
	return status == STATUS_DONE ? verb->run(&call) : status;
}

static int run(const struct command_line *line)
{
	const struct verb *verb;
	size_t taken;

	if (line->settings.version) {
		printf("tieline %s\n", tieline_version());
		return STATUS_DONE;
	}
	if (line->word_count == 0 && line->settings.help) {
		help_print();
		return STATUS_DONE;
	}
	if (line->word_count == 0)
		return complain(STATUS_USAGE, "no verb",
			"say what to do: see tieline --help");
	verb = verb_find(line->words, &taken);
	if (!verb)
		return complain(STATUS_USAGE, line->words[0],
			"there is no such verb: see tieline --help");
	return run_verb(verb, taken, line);
}

/* So that a shell, and who else waits, sees what it was. Returns what a shell
 * would see if it is a signal that cannot end us. */
static int die_of(int signal_number)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, signal_number);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
	return 128 + signal_number;
}

int main(int argc, char **argv)
{
	struct command_line line;
	int status;

	open_standard_descriptors();
	status = read_command_line(argc, argv, &line);
	if (status == STATUS_DONE)
		status = run(&line);
	if (fflush(stdout) != 0 && status == STATUS_DONE)
		status = complain(
			STATUS_OTHER, "standard output", "%s", strerror(errno));
	return status > STATUS_SIGNAL ? die_of(status - STATUS_SIGNAL) : status;
}
