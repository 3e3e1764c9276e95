/* SPDX-License-Identifier: MIT */
/*
 * The options of all verbs: one table has the name, argument and help of each;
 * reading the command line, the help and the completions come from it.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WORDS_MAX 3 /* the most that a verb takes, and one more */

/* What the options say. NULL, false and 0 where they say nothing; -1 for
 * times. */
struct settings {
	const char *url;
	const char *authkey_file;
	bool json;
	int timeout_ms;
	bool help;
	bool version;
	unsigned count;
	bool connections;
	unsigned limit;
	bool raw;
	bool value;
	int quit_after_ms;
	bool keep;
	const char *exec;
	unsigned backlog;
	bool exclusive;
	const char *target_authkey_file;
	bool target_no_authkey;
};

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_SECONDS,
	OPTION_COUNT,
};

/* Identifier, name, short letter (0 = none), kind, what its argument is
 * called, its member of the settings, help. */
#define OPTION_MAP(X)                                                          \
	X(URL, "url", 0, TEXT, "URL", url,                                     \
		"the broker's address: tcp://host:port or unix:/path; else "   \
		"$TIELINE_URL, else the default")                              \
	X(AUTHKEY_FILE, "authkey-file", 0, FILE, "FILE", authkey_file,         \
		"the file with the key; else $TIELINE_AUTHKEY_FILE, else the " \
		"default")                                                     \
	X(JSON, "json", 0, FLAG, NULL, json, "print JSON, one object a line")  \
	X(TIMEOUT, "timeout", 0, SECONDS, "SECONDS", timeout_ms,               \
		"how long to wait; fractions are fine")                        \
	X(HELP, "help", 'h', FLAG, NULL, help, "say how to use it")            \
	X(VERSION, "version", 'V', FLAG, NULL, version, "print the version")   \
	X(COUNT, "count", 0, COUNT, "N", count,                                \
		"end after so many round trips, or messages received")         \
	X(CONNECTIONS, "connections", 0, FLAG, NULL, connections,              \
		"list connections instead of names")                           \
	X(LIMIT, "limit", 0, COUNT, "N", limit,                                \
		"list so many at most; 1000 is the most")                      \
	X(RAW, "raw", 0, FLAG, NULL, raw,                                      \
		"bytes instead of lines: up to 64 KiB of input a message, "    \
		"and messages printed as they are")                            \
	X(VALUE, "value", 0, FLAG, NULL, value,                                \
		"objects, as of Python's send() and recv(): a literal or "     \
		"JSON a line, and printed as Python would")                    \
	X(QUIT_AFTER, "quit-after", 'q', SECONDS, "SECONDS", quit_after_ms,    \
		"end so long after standard input has ended")                  \
	X(KEEP, "keep", 'k', FLAG, NULL, keep,                                 \
		"take the next connection when one has ended")                 \
	X(EXEC, "exec", 0, TEXT, "COMMAND", exec,                              \
		"run a shell command for each connection, many side by side")  \
	X(BACKLOG, "backlog", 0, COUNT, "N", backlog,                          \
		"keep so many connections waiting for diallers")               \
	X(EXCLUSIVE, "exclusive", 0, FLAG, NULL, exclusive,                    \
		"have the name alone")                                         \
	X(TARGET_AUTHKEY_FILE, "target-authkey-file", 0, FILE, "FILE",         \
		target_authkey_file,                                           \
		"the key of the program at ADDRESS; else the broker's")        \
	X(TARGET_NO_AUTHKEY, "target-no-authkey", 0, FLAG, NULL,               \
		target_no_authkey, "the program at ADDRESS has no key")

enum option_id {
#define X(id, ...) OPTION_ID_##id,
	OPTION_MAP(X)
#undef X
		OPTION_ROWS
};

/* Options as bits. */
#define OPTION_BIT(id) (UINT32_C(1) << OPTION_ID_##id)
#define OPTIONS_COMMON                                                         \
	(OPTION_BIT(URL) | OPTION_BIT(AUTHKEY_FILE) | OPTION_BIT(TIMEOUT) |    \
		OPTION_BIT(HELP) | OPTION_BIT(VERSION))

struct option_row {
	const char *name;
	char letter;
	enum option_kind kind;
	const char *argument;
	size_t offset; /* in struct settings */
	const char *help;
};

extern const struct option_row option_rows[OPTION_ROWS];

/* Whether the option is among those bits. */
static inline bool option_is_among(int id, uint32_t options)
{
	return options >> id & 1;
}

/* What the command line says. */
struct command_line {
	struct settings settings;
	uint32_t given; /* options, as bits */
	const char *words[WORDS_MAX];
	size_t word_count; /* all, also those that did not fit */
};

/*
 * Reads the command line; options may stand anywhere before "--". Returns
 * STATUS_DONE, or STATUS_USAGE when it has complained.
 */
int read_command_line(int argc, char **argv, struct command_line *line);

#endif
