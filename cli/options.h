/* SPDX-License-Identifier: MIT */
/*
 * The options of all verbs: one table has the name, argument and help of each;
 * reading the command line, the help and the completions come from it.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <tieline/session.h>

#define OPTION_PAIRS_MAX 16

/* NAME=VALUE, given as often as needed. */
struct pairs {
	tieline_header list[OPTION_PAIRS_MAX];
	size_t count;
};

#define OPTION_TEXTS_MAX 16

/* Texts, given as often as needed. */
struct texts {
	const char *list[OPTION_TEXTS_MAX];
	size_t count;
};

/* What the options say. NULL, false and 0 where they say nothing; -1 for
 * times. */
struct settings {
	const char *url;
	const char *authkey_file;
	const char *ca_file;
	const char *crl_file;
	const char *certificate_file;
	const char *private_key_file;
	const char *server_name;
	tieline_verify verify;
	bool tls12;
	bool allow_unbound;
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
	const char *local_authkey_file;
	unsigned max_connections;
	bool names;
	bool refs;
	int delay_ms;
	int ttl_ms;
	int64_t priority;
	struct pairs headers;
	const char *kind;
	unsigned maxsize;
	unsigned max_attempts;
	const char *dead_letter;
	struct pairs options;
	bool ack;
	int lease_ms;
	unsigned jobs;
	const char *group;
	bool retain;
	bool retained;
	struct texts rights;
	bool all_rights;
	const char *not_before;
	const char *not_after;
	struct texts uids;
	struct texts certificates;
};

enum option_kind {
	OPTION_FLAG,
	OPTION_TEXT,
	OPTION_FILE,
	OPTION_SECONDS,
	OPTION_COUNT,
	OPTION_NUMBER,
	OPTION_PAIR,
	OPTION_VERIFY,
	OPTION_TEXTS,
};

/* Identifier, name, short letter (0 = none), kind, what its argument is
 * called, its member of the settings, help. */
#define OPTION_MAP(X)                                                          \
	X(URL, "url", 0, TEXT, "URL", url,                                     \
		"the broker's address: tls://host:port, tcp://host:port or "   \
		"unix:/path; else $TIELINE_URL, else the default")             \
	X(AUTHKEY_FILE, "authkey-file", 0, FILE, "FILE", authkey_file,         \
		"the file with the key; else $TIELINE_AUTHKEY_FILE, else the " \
		"default")                                                     \
	X(CA_FILE, "ca-file", 0, FILE, "FILE", ca_file,                        \
		"who vouches for the broker at tls://; else "                  \
		"$TIELINE_CA_FILE, else those that the system trusts")         \
	X(CRL_FILE, "crl-file", 0, FILE, "FILE", crl_file,                     \
		"certificates that are revoked; else $TIELINE_CRL_FILE")       \
	X(CERTIFICATE_FILE, "certificate-file", 0, FILE, "FILE",               \
		certificate_file,                                              \
		"a certificate of one's own, if the broker asks for one; "     \
		"else $TIELINE_CERTIFICATE_FILE")                              \
	X(PRIVATE_KEY_FILE, "private-key-file", 0, FILE, "FILE",               \
		private_key_file,                                              \
		"its private key; else $TIELINE_PRIVATE_KEY_FILE")             \
	X(SERVER_NAME, "server-name", 0, TEXT, "NAME", server_name,            \
		"the name in the broker's certificate; else "                  \
		"$TIELINE_SERVER_NAME, else the host of its address")          \
	X(VERIFY, "verify", 0, VERIFY, "full|chain|none", verify,              \
		"what is checked of the broker's certificate: who vouches "    \
		"for it and its name, the former alone, or nothing, as the "   \
		"key tells who it is")                                         \
	X(TLS12, "tls12", 0, FLAG, NULL, tls12, "take TLS 1.2 too")            \
	X(ALLOW_UNBOUND, "allow-unbound", 0, FLAG, NULL, allow_unbound,        \
		"log in as Python would without TLS: for a program behind "    \
		"something that does TLS for it")                              \
	X(JSON, "json", 0, FLAG, NULL, json,                                   \
		"JSON: an object a line is printed; what is put is JSON")      \
	X(TIMEOUT, "timeout", 0, SECONDS, "SECONDS", timeout_ms,               \
		"how long to wait; fractions are fine")                        \
	X(HELP, "help", 'h', FLAG, NULL, help, "say how to use it")            \
	X(VERSION, "version", 'V', FLAG, NULL, version, "print the version")   \
	X(COUNT, "count", 'n', COUNT, "N", count,                              \
		"so many round trips, messages or items, and no more")         \
	X(CONNECTIONS, "connections", 0, FLAG, NULL, connections,              \
		"list connections instead")                                    \
	X(NAMES, "names", 0, FLAG, NULL, names,                                \
		"list the names that programs meet under, and all about them") \
	X(REFS, "refs", 0, FLAG, NULL, refs,                                   \
		"list who has references to objects, by Python's proxies")     \
	X(LIMIT, "limit", 0, COUNT, "N", limit,                                \
		"list so many at most; 1000 is the most")                      \
	X(RAW, "raw", 0, FLAG, NULL, raw,                                      \
		"bytes instead of lines, and printed as they are")             \
	X(VALUE, "value", 0, FLAG, NULL, value,                                \
		"Python's objects: a literal or JSON a line, and printed as "  \
		"Python would")                                                \
	X(QUIT_AFTER, "quit-after", 'q', SECONDS, "SECONDS", quit_after_ms,    \
		"end so long after standard input has ended")                  \
	X(KEEP, "keep", 'k', FLAG, NULL, keep,                                 \
		"take the next connection when one has ended")                 \
	X(EXEC, "exec", 0, TEXT, "COMMAND", exec,                              \
		"run a shell command for each connection, or each item")       \
	X(BACKLOG, "backlog", 0, COUNT, "N", backlog,                          \
		"keep so many connections waiting for diallers")               \
	X(EXCLUSIVE, "exclusive", 0, FLAG, NULL, exclusive,                    \
		"have the name alone")                                         \
	X(TARGET_AUTHKEY_FILE, "target-authkey-file", 0, FILE, "FILE",         \
		target_authkey_file,                                           \
		"the key of the program at ADDRESS; else the broker's")        \
	X(TARGET_NO_AUTHKEY, "target-no-authkey", 0, FLAG, NULL,               \
		target_no_authkey, "the program at ADDRESS has no key")        \
	X(LOCAL_AUTHKEY_FILE, "local-authkey-file", 0, FILE, "FILE",           \
		local_authkey_file,                                            \
		"the key of programs on this machine; else that of REMOTE")    \
	X(MAX_CONNECTIONS, "max-connections", 0, COUNT, "N", max_connections,  \
		"carry so many connections at a time; default 1000")           \
	X(DELAY, "delay", 0, SECONDS, "SECONDS", delay_ms,                     \
		"how long an item that is put, or goes back, cannot be got")   \
	X(TTL, "ttl", 0, SECONDS, "SECONDS", ttl_ms,                           \
		"how long an item can be got at most")                         \
	X(PRIORITY, "priority", 0, NUMBER, "N", priority,                      \
		"of items of a PriorityQueue: small ones are got first")       \
	X(HEADER, "header", 0, PAIR, "KEY=VALUE", headers,                     \
		"goes along with each item; may be given several times")       \
	X(KIND, "kind", 0, TEXT, "KIND", kind,                                 \
		"what to make if it is not there, as Queue, LifoQueue, dict; " \
		"or what to list")                                             \
	X(OPTION, "option", 0, PAIR, "NAME=VALUE", options,                    \
		"of an object made now, as maxsize=10; may be given several "  \
		"times")                                                       \
	X(MAXSIZE, "maxsize", 0, COUNT, "N", maxsize,                          \
		"how many items a queue made now has room for")                \
	X(MAX_ATTEMPTS, "max-attempts", 0, COUNT, "N", max_attempts,           \
		"how often a queue made now delivers an item at most")         \
	X(DEAD_LETTER, "dead-letter", 0, TEXT, "NAME", dead_letter,            \
		"the queue for items that were delivered as often as that")    \
	X(ACK, "ack", 0, FLAG, NULL, ack,                                      \
		"an item is done when it was printed, and not before")         \
	X(LEASE, "lease", 0, SECONDS, "SECONDS", lease_ms,                     \
		"how long an item is nobody else's, unless that is renewed; "  \
		"default 30")                                                  \
	X(JOBS, "jobs", 'j', COUNT, "N", jobs,                                 \
		"run up to N commands at a time")                              \
	X(GROUP, "group", 0, TEXT, "GROUP", group,                             \
		"share the messages with others who say the same")             \
	X(RETAIN, "retain", 0, FLAG, NULL, retain,                             \
		"a topic made now keeps the last message of each subject")     \
	X(RETAINED, "retained", 0, FLAG, NULL, retained,                       \
		"first, the messages that the topic has kept")                 \
	X(RIGHT, "right", 0, TEXTS, "RIGHT", rights,                           \
		"what it may do, as \"dial echo.*\" or \"get\"; may be given " \
		"several times")                                               \
	X(ALL_RIGHTS, "all-rights", 0, FLAG, NULL, all_rights,                 \
		"it may do everything")                                        \
	X(NOT_BEFORE, "not-before", 0, TEXT, "TIME", not_before,               \
		"it may log in from then on: YYYY-MM-DD or "                   \
		"YYYY-MM-DDTHH:MM:SSZ")                                        \
	X(NOT_AFTER, "not-after", 0, TEXT, "TIME", not_after,                  \
		"it may log in until then; a day is to its end, in UTC")       \
	X(UID, "uid", 0, TEXTS, "USER", uids,                                  \
		"only processes of that user may have the key, on Unix "       \
		"sockets; may be given several times")                         \
	X(CERTIFICATE, "certificate", 0, TEXTS, "NAME", certificates,          \
		"who has a certificate with that name is this one; may be "    \
		"given several times")

enum option_id {
#define X(id, ...) OPTION_ID_##id,
	OPTION_MAP(X)
#undef X
		OPTION_ROWS
};

/* Options as bits. */
typedef uint64_t option_set;
_Static_assert(OPTION_ROWS <= 64, "a bit for each option");

#define OPTION_BIT(id) (UINT64_C(1) << OPTION_ID_##id)
#define OPTIONS_COMMON                                                         \
	(OPTION_BIT(URL) | OPTION_BIT(AUTHKEY_FILE) | OPTION_BIT(CA_FILE) |    \
		OPTION_BIT(CRL_FILE) | OPTION_BIT(CERTIFICATE_FILE) |          \
		OPTION_BIT(PRIVATE_KEY_FILE) | OPTION_BIT(SERVER_NAME) |       \
		OPTION_BIT(VERIFY) | OPTION_BIT(TLS12) |                       \
		OPTION_BIT(ALLOW_UNBOUND) | OPTION_BIT(TIMEOUT) |              \
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
static inline bool option_is_among(int id, option_set options)
{
	return options >> id & 1;
}

/* What the command line says. */
struct command_line {
	struct settings settings;
	option_set given;
	char **words; /* NULL behind the last one; in the place of argv's */
	size_t word_count;
};

/*
 * Reads the command line; options may stand anywhere before "--". Returns
 * STATUS_DONE, or STATUS_USAGE when it has complained.
 */
int read_command_line(int argc, char **argv, struct command_line *line);

#endif
