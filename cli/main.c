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

static int check_options(const struct verb *verb, uint32_t given)
{
	uint32_t wrong = given & ~(verb->options | OPTIONS_COMMON);

	for (int i = 0; i < OPTION_ROWS; i++)
		if (option_is_among(i, wrong))
			return complain(STATUS_USAGE, verb->name,
				"--%s is no option of this verb: see tieline "
				"%s --help",
				option_rows[i].name, verb->name);
	return STATUS_DONE;
}

/* What does not go together, and what needs another, where a verb has both. */
static const struct {
	int id;
	int other;
	bool needs;
} rules[] = {
	{OPTION_ID_RAW, OPTION_ID_VALUE, false},
	{OPTION_ID_JSON, OPTION_ID_VALUE, true},
};

static int check_rules(const struct verb *verb, uint32_t given)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		bool needs = rules[i].needs;

		if (option_is_among(rules[i].id, given) &&
			option_is_among(rules[i].other, verb->options) &&
			option_is_among(rules[i].other, given) != needs)
			return complain(STATUS_USAGE, verb->name,
				"--%s %s --%s: see tieline %s --help",
				option_rows[rules[i].id].name,
				needs ? "needs" : "does not go with",
				option_rows[rules[i].other].name, verb->name);
	}
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

static int run_verb(const struct verb *verb, const struct command_line *line)
{
	struct call call = {.verb = verb, .settings = line->settings};
	int status = check_options(verb, line->given);

	if (status == STATUS_DONE && line->settings.help) {
		help_print_verb(verb);
		return STATUS_DONE;
	}
	if (status == STATUS_DONE)
		status = check_rules(verb, line->given);
	if (status == STATUS_DONE)
		status = check_words(verb, line->word_count - 1);
	if (status != STATUS_DONE)
		return status;
	for (size_t i = 1; i < line->word_count; i++)
		call.words[i - 1] = line->words[i];
	return verb->run(&call);
}

static int run(const struct command_line *line)
{
	const struct verb *verb;

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
	verb = verb_find(line->words[0]);
	if (!verb)
		return complain(STATUS_USAGE, line->words[0],
			"there is no such verb: see tieline --help");
	return run_verb(verb, line);
}

/* So that a shell, and who else waits, sees what it was. */
static void die_of(int signal_number)
{
	sigset_t one;

	sigemptyset(&one);
	sigaddset(&one, signal_number);
	signal(signal_number, SIG_DFL);
	raise(signal_number);
	sigprocmask(SIG_UNBLOCK, &one, NULL);
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
	if (status > STATUS_SIGNAL)
		die_of(status - STATUS_SIGNAL);
	return status;
}
