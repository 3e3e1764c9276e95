/* SPDX-License-Identifier: MIT */
#include "verbs.h"

#include <string.h>

#define TALK_OPTIONS                                                           \
	(OPTION_BIT(RAW) | OPTION_BIT(VALUE) | OPTION_BIT(JSON) |              \
		OPTION_BIT(COUNT) | OPTION_BIT(QUIT_AFTER))
#define TALK_ONE_OF (OPTION_BIT(RAW) | OPTION_BIT(VALUE))

#define FORMATS (OPTION_BIT(RAW) | OPTION_BIT(VALUE) | OPTION_BIT(JSON))

#define LS_ONE_OF                                                              \
	(OPTION_BIT(NAMES) | OPTION_BIT(CONNECTIONS) | OPTION_BIT(REFS) |      \
		OPTION_BIT(KIND))

#define QUEUE_OPTIONS                                                          \
	(OPTION_BIT(KIND) | OPTION_BIT(MAXSIZE) | OPTION_BIT(MAX_ATTEMPTS) |   \
		OPTION_BIT(DEAD_LETTER))

#define VALUE_DETAILS                                                          \
	"With --value, lines are the objects of Python's send() and "          \
	"recv(): each is read\n"                                               \
	"as JSON if it is JSON, else as a Python literal, and printed "        \
	"as Python would;\n"                                                   \
	"or, with --json, as JSON. What is no object is told on "              \
	"standard error and\n"                                                 \
	"passed over; the exit status is 1 then.\n"

const struct verb verbs[VERB_COUNT] = {
	{"key", "[FILE]", 0, 1, "add ls rm", 0, 0, verb_key, "make a key file",
		"Writes a new random key to FILE, or to the default place, "
		"with mode 0600, and\n"
		"says what to do with it. A file that exists is left alone. A "
		"FILE that is named\n"
		"add, ls or rm is written as ./add: those are verbs of their "
		"own.\n"},
	{"key add", "DIR ID", 2, 2, NULL,
		OPTION_BIT(RIGHT) | OPTION_BIT(ALL_RIGHTS) |
			OPTION_BIT(NOT_BEFORE) | OPTION_BIT(NOT_AFTER) |
			OPTION_BIT(UID) | OPTION_BIT(CERTIFICATE),
		OPTION_BIT(RIGHT) | OPTION_BIT(ALL_RIGHTS), verb_key_add,
		"add an identity, with a key and rights",
		"Makes ID.key, a new key, and ID.json, which says what who has "
		"it may do, in DIR,\n"
		"which is made if it is not there. DIR is the broker's "
		"keys_dir. What may be\n"
		"done has to be said, by --right or --all-rights. What is "
		"there is left alone.\n"},
	{"key ls", "DIR", 1, 1, NULL, OPTION_BIT(JSON), 0, verb_key_ls,
		"list identities, never their keys",
		"Prints the identities in DIR: whether each is valid now, from "
		"when, until when,\n"
		"whether its key is there, and what it may do. The keys are "
		"not read. If a file\n"
		"makes no sense, that is told, and the exit status is 1.\n"},
	{"key rm", "DIR ID", 2, 2, NULL, 0, 0, verb_key_rm,
		"remove an identity, and its key",
		"Removes ID.json and then ID.key from DIR, and what an "
		"interrupted key add has\n"
		"left of them.\n"},
	{"ping", "", 0, 0, NULL, OPTION_BIT(COUNT) | OPTION_BIT(JSON), 0,
		verb_ping, "make a round trip to the broker",
		"Prints the broker's version and the time it took. As a health "
		"check:\n"
		"tieline ping --timeout 1\n"},
	{"ls", "[PREFIX]", 0, 1, NULL,
		LS_ONE_OF | OPTION_BIT(LIMIT) | OPTION_BIT(JSON), LS_ONE_OF,
		verb_ls, "list what is at the broker",
		"Lists the names that programs meet under, and the queues, "
		"topics, locks and\n"
		"other objects, those that start with PREFIX; --kind Queue "
		"lists those of one\n"
		"kind. With --refs, the processes that have references by "
		"proxies of Python's\n"
		"managers, and to which object.\n"},
	{"stat", "[NAME]", 0, 1, NULL, OPTION_BIT(JSON), 0, verb_stat,
		"print the counters of the broker, or of an object",
		"Prints one counter a line.\n"},
	{"rm", "NAME...", 1, WORDS_ANY, NULL, 0, 0, verb_rm, "delete objects",
		"Deletes a queue, a topic or another object, with all that "
		"is in it. Who waits\n"
		"for it hears that it was deleted. What has no name is "
		"written as @ID, as\n"
		"ls --refs shows it.\n"},
	{"monitor", "[PREFIX]", 0, 1, NULL, OPTION_BIT(JSON), 0, verb_monitor,
		"print what happens at the broker",
		"Prints an event a line, until Ctrl-C: those with names that "
		"start with PREFIX.\n"},
	{"listen", "NAME", 1, 1, NULL,
		TALK_OPTIONS | OPTION_BIT(KEEP) | OPTION_BIT(EXEC) |
			OPTION_BIT(BACKLOG) | OPTION_BIT(EXCLUSIVE),
		TALK_ONE_OF, verb_listen, "accept connections under a name",
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
	{"dial", "NAME", 1, 1, NULL, TALK_OPTIONS, TALK_ONE_OF, verb_dial,
		"connect to who listens under a name",
		"Sends each line of standard input as a message, and prints "
		"each message as a\n"
		"line. The end of standard input ends sending; it goes on "
		"printing until the peer\n"
		"ends. --timeout is how long to wait for a "
		"listener.\n" VALUE_DETAILS},
	{"pipe", "NAME", 1, 1, NULL, TALK_OPTIONS, TALK_ONE_OF, verb_pipe,
		"connect to who says the same",
		"Like dial, but both sides say pipe: the first two that give "
		"the same NAME are\n"
		"connected. --timeout is how long to wait for the "
		"other.\n" VALUE_DETAILS},
	{"expose", "NAME ADDRESS", 2, 2, NULL,
		OPTION_BIT(BACKLOG) | OPTION_BIT(EXCLUSIVE) |
			OPTION_BIT(TARGET_AUTHKEY_FILE) |
			OPTION_BIT(TARGET_NO_AUTHKEY),
		0, verb_expose, "put a program's own listener under a name",
		"Connects who dials NAME to the program that listens at "
		"ADDRESS, tcp://host:port\n"
		"or unix:/path, which needs to know nothing of the broker. "
		"--timeout is how long\n"
		"connecting to it may take; if it fails, the dialler's "
		"connection breaks.\n"},
	{"tunnel", "LOCAL REMOTE", 2, 2, NULL,
		OPTION_BIT(LOCAL_AUTHKEY_FILE) | OPTION_BIT(MAX_CONNECTIONS) |
			OPTION_BIT(JSON),
		0, verb_tunnel, "reach a broker over TLS without knowing it",
		"Listens at LOCAL, unix:/path or tcp://127.0.0.1:port, for "
		"programs that cannot\n"
		"do TLS, and carries each of their connections to REMOTE, "
		"tls://host:port, or\n"
		"tls://host:port#name for who listens under that name there. "
		"It has the key for\n"
		"both sides. While REMOTE is away, it is tried again for "
		"--timeout, 10 seconds\n"
		"by default; then the connection breaks, and the tunnel "
		"goes on.\n"},
	{"put", "NAME [ITEM...]", 1, WORDS_ANY, NULL,
		FORMATS | QUEUE_OPTIONS | OPTION_BIT(DELAY) | OPTION_BIT(TTL) |
			OPTION_BIT(PRIORITY) | OPTION_BIT(HEADER),
		FORMATS, verb_put, "put items into a queue",
		"Puts each ITEM, or else each line of standard input, into "
		"the queue NAME, as a\n"
		"text; with --value as a Python object, a literal or JSON; "
		"with --json as JSON;\n"
		"with --raw as bytes, all of standard input as one item. A "
		"queue that is not\n"
		"there is made. While it is full, put waits, at most for "
		"--timeout: then the\n"
		"exit status is 6, and what is behind was not put.\n"},
	{"get", "NAME", 1, 1, NULL, FORMATS | QUEUE_OPTIONS | OPTION_BIT(COUNT),
		FORMATS, verb_get, "get items from a queue",
		"Gets an item from the queue NAME, or --count, and prints "
		"it as a line: texts,\n"
		"bytes and JSON as they are, Python's objects as Python "
		"would. With --value all\n"
		"are printed as Python would; with --json as objects with "
		"value, format, headers\n"
		"and attempts; with --raw as they are, with no newline. "
		"While the queue is\n"
		"empty, get waits, at most for --timeout: then the exit "
		"status is 7.\n"},
	{"consume", "NAME", 1, 1, NULL,
		FORMATS | QUEUE_OPTIONS | OPTION_BIT(COUNT) | OPTION_BIT(ACK) |
			OPTION_BIT(EXEC) | OPTION_BIT(JOBS) |
			OPTION_BIT(LEASE) | OPTION_BIT(DELAY),
		FORMATS, verb_consume, "print, or work on, items as they come",
		"Gets and prints items as get does, until Ctrl-C; "
		"--timeout is how long to wait\n"
		"for the next one. With --ack, an item is acknowledged "
		"when it was printed, and\n"
		"so counts as a task that is done; what was not printed is "
		"got again by somebody\n"
		"else. With --exec COMMAND, each item is the standard "
		"input of a shell command:\n"
		"if it succeeds the item is done, if it fails the item "
		"goes back, to be got\n"
		"again after --delay, or a second. It finds the queue in "
		"$TIELINE_QUEUE, how\n"
		"often the item was delivered in $TIELINE_ATTEMPTS, and "
		"its lease in\n"
		"$TIELINE_LEASE.\n"},
	{"peek", "NAME", 1, 1, NULL, FORMATS | OPTION_BIT(COUNT), FORMATS,
		verb_peek, "print the next items, and leave them there",
		"Prints what get would, and leaves it in the queue.\n"},
	{"purge", "NAME", 1, 1, NULL, 0, 0, verb_purge, "empty a queue",
		"Drops all items that can be got, and prints how many they "
		"were.\n"},
	{"pub", "NAME SUBJECT [MESSAGE...]", 2, WORDS_ANY, NULL,
		FORMATS | OPTION_BIT(HEADER) | OPTION_BIT(RETAIN), FORMATS,
		verb_pub, "publish messages at a topic",
		"Publishes each MESSAGE, or else each line of standard "
		"input, at the topic NAME,\n"
		"to all who subscribe to SUBJECT now. Formats are as for "
		"put. A topic that is\n"
		"not there is made.\n"},
	{"sub", "NAME [PATTERN]", 1, 2, NULL,
		FORMATS | OPTION_BIT(COUNT) | OPTION_BIT(GROUP) |
			OPTION_BIT(RETAIN) | OPTION_BIT(RETAINED),
		FORMATS, verb_sub, "subscribe to a topic",
		"Prints the messages whose subject fits PATTERN, or all, "
		"until Ctrl-C: the\n"
		"subject, a tab, and the message as get prints items. In a "
		"PATTERN, * stands for\n"
		"a word and > at the end for any words: 'sensor.*.heat', "
		"'sensor.>'. Messages\n"
		"that are lost because they come faster than they are "
		"printed are counted on\n"
		"standard error. --timeout is how long to wait for a "
		"message.\n"},
	{"call", "NAME METHOD [ARGUMENT...]", 2, WORDS_ANY, NULL,
		OPTION_BIT(KIND) | OPTION_BIT(OPTION) | OPTION_BIT(JSON), 0,
		verb_call, "call a method of an object",
		"Calls a method of the object NAME, as Python would, and "
		"prints what it returns;\n"
		"nothing if that is None. Each ARGUMENT is a Python "
		"literal, JSON, or a word\n"
		"that is neither, which is a text; as name=ARGUMENT it is "
		"passed by name. With\n"
		"--kind, an object that is not there is made. Arguments "
		"that start with - stand\n"
		"behind --.\n"},
	{"lock", "NAME [--] COMMAND [ARGUMENT...]", 2, WORDS_ANY, NULL,
		OPTION_BIT(KIND) | OPTION_BIT(OPTION), 0, verb_lock,
		"run a command while holding a lock",
		"Acquires the lock NAME, which is made if it is not there, "
		"and runs COMMAND. The\n"
		"grant's token, a number that only grows, is in "
		"$TIELINE_TOKEN. --timeout is how\n"
		"long to wait for the lock. The exit status is the "
		"command's. If the connection\n"
		"is lost, and so the lock, the command gets SIGTERM, and "
		"the exit status is 9.\n"},
	{"typeid", "NAME [ARGUMENT...]", 1, WORDS_ANY, NULL, OPTION_BIT(JSON),
		0, verb_typeid, "show what a manager's client gets by a name",
		"Prints what NAME(ARGUMENT...) of a manager in Python comes to "
		"at the broker: the\n"
		"object's kind and name, what it is made with, and the methods "
		"of its proxies;\n"
		"and whether NAME is Python's own, of the broker's "
		"configuration, or a guess.\n"
		"Nothing is made. Arguments are written as for call. If there "
		"is no such typeid,\n"
		"the exit status is 5; if the call is refused, it is 1.\n"},
	{"pickle", "[FILE]", 0, 1, NULL, 0, 0, verb_pickle,
		"show a pickle, and whether it would be taken",
		"Prints what is in FILE, or standard input, opcode by opcode, "
		"as Python's\n"
		"pickletools does; then \"taken:\" and the object, or "
		"\"refused:\" and why: the\n"
		"exit status is 1 then. Nothing is imported or run.\n"},
	{"completion", "bash|zsh", 1, 1, "bash zsh", 0, 0, verb_completion,
		"print the completions for a shell",
		"For bash: source <(tieline completion bash)\n"
		"For zsh, behind compinit: source <(tieline completion zsh)\n"},
};

bool verb_is_part(const struct verb *verb)
{
	return strchr(verb->name, ' ') != NULL;
}

/* How many words the name has, if the words begin with it; else 0. */
static size_t words_of(const char *name, char *const words[])
{
	size_t count = 0;

	while (*name) {
		size_t len = strcspn(name, " ");

		if (!words[count] || strlen(words[count]) != len ||
			strncmp(name, words[count], len) != 0)
			return 0;
		count++;
		name += len + (name[len] == ' ');
	}
	return count;
}

const struct verb *verb_find(char *const words[], size_t *taken_out)
{
	const struct verb *found = NULL;

	*taken_out = 0;
	for (size_t i = 0; i < VERB_COUNT; i++) {
		size_t count = words_of(verbs[i].name, words);

		if (count > *taken_out) {
			found = &verbs[i];
			*taken_out = count;
		}
	}
	return found;
}
