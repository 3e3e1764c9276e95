/* SPDX-License-Identifier: MIT */
#include "verbs.h"

#include <string.h>

#define TALK_OPTIONS                                                           \
	(OPTION_BIT(RAW) | OPTION_BIT(VALUE) | OPTION_BIT(JSON) |              \
		OPTION_BIT(COUNT) | OPTION_BIT(QUIT_AFTER))

#define VALUE_DETAILS                                                          \
	"With --value, lines are the objects of Python's send() and "          \
	"recv(): each is read\n"                                               \
	"as JSON if it is JSON, else as a Python literal, and printed "        \
	"as Python would;\n"                                                   \
	"or, with --json, as JSON. What is no object is told on "              \
	"standard error and\n"                                                 \
	"passed over; the exit status is 1 then.\n"

const struct verb verbs[VERB_COUNT] = {
	{"key", "[FILE]", 0, 1, NULL, 0, verb_key, "make a key file",
		"Writes a new random key to FILE, or to the default place, "
		"with mode 0600, and\n"
		"says what to do with it. A file that exists is left alone.\n"},
	{"ping", "", 0, 0, NULL, OPTION_BIT(COUNT) | OPTION_BIT(JSON),
		verb_ping, "make a round trip to the broker",
		"Prints the broker's version and the time it took. As a health "
		"check:\n"
		"tieline ping --timeout 1\n"},
	{"ls", "[PREFIX]", 0, 1, NULL,
		OPTION_BIT(CONNECTIONS) | OPTION_BIT(LIMIT) | OPTION_BIT(JSON),
		verb_ls, "list names, or connections",
		"Lists the names at the broker, or the connections, those that "
		"start with PREFIX.\n"},
	{"stat", "", 0, 0, NULL, OPTION_BIT(JSON), verb_stat,
		"print the broker's counters", "Prints one counter a line.\n"},
	{"monitor", "[PREFIX]", 0, 1, NULL, OPTION_BIT(JSON), verb_monitor,
		"print what happens at the broker",
		"Prints an event a line, until Ctrl-C: those with names that "
		"start with PREFIX.\n"},
	{"listen", "NAME", 1, 1, NULL,
		TALK_OPTIONS | OPTION_BIT(KEEP) | OPTION_BIT(EXEC) |
			OPTION_BIT(BACKLOG) | OPTION_BIT(EXCLUSIVE),
		verb_listen, "accept connections under a name",
		"Prints each message as a line, and sends each line of "
		"standard input as a\n"
		"message. The end of standard input ends sending; it goes on "
		"printing until the\n"
		"peer ends. With --keep it takes connections one after the "
		"other. --timeout is\n"
		"how long to wait for one.\n"
		"With --exec COMMAND, each connection gets a shell command of "
		"its own, whose\n"
		"standard input and output are connected instead. It finds the "
		"peer's address in\n"
		"$TIELINE_PEER, and the name in $TIELINE_NAME. A command that "
		"fails breaks the\n"
		"connection.\n" VALUE_DETAILS},
	{"dial", "NAME", 1, 1, NULL, TALK_OPTIONS, verb_dial,
		"connect to who listens under a name",
		"Sends each line of standard input as a message, and prints "
		"each message as a\n"
		"line. The end of standard input ends sending; it goes on "
		"printing until the peer\n"
		"ends. --timeout is how long to wait for a "
		"listener.\n" VALUE_DETAILS},
	{"pipe", "NAME", 1, 1, NULL, TALK_OPTIONS, verb_pipe,
		"connect to who says the same",
		"Like dial, but both sides say pipe: the first two that give "
		"the same NAME are\n"
		"connected. --timeout is how long to wait for the "
		"other.\n" VALUE_DETAILS},
	{"expose", "NAME ADDRESS", 2, 2, NULL,
		OPTION_BIT(BACKLOG) | OPTION_BIT(EXCLUSIVE) |
			OPTION_BIT(TARGET_AUTHKEY_FILE) |
			OPTION_BIT(TARGET_NO_AUTHKEY),
		verb_expose, "put a program's own listener under a name",
		"Connects who dials NAME to the program that listens at "
		"ADDRESS, tcp://host:port\n"
		"or unix:/path, which needs to know nothing of the broker. "
		"--timeout is how long\n"
		"connecting to it may take; if it fails, the dialler's "
		"connection breaks.\n"},
	{"pickle", "[FILE]", 0, 1, NULL, 0, verb_pickle,
		"show a pickle, and whether it would be taken",
		"Prints what is in FILE, or standard input, opcode by opcode, "
		"as Python's\n"
		"pickletools does; then \"taken:\" and the object, or "
		"\"refused:\" and why: the\n"
		"exit status is 1 then. Nothing is imported or run.\n"},
	{"completion", "bash|zsh", 1, 1, "bash zsh", 0, verb_completion,
		"print the completions for a shell",
		"For bash: source <(tieline completion bash)\n"
		"For zsh, behind compinit: source <(tieline completion zsh)\n"},
};

const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}
