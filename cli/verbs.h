/* SPDX-License-Identifier: MIT */
/*
 * The verbs: one table has the name, arguments, options and help of each. The
 * help texts and the completions come from it.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "options.h"

/* One run of the tool: what a verb's function is given. */
struct call {
	const struct verb *verb;
	struct settings settings;
	const char *words[WORDS_MAX]; /* behind the verb; NULL = not given */
};

struct verb {
	const char *name;
	const char *arguments; /* as in the usage */
	unsigned min_words;
	unsigned max_words;
	const char *choices; /* what the word may be; NULL = anything */
	uint32_t options;    /* besides OPTIONS_COMMON, as bits */
	int (*run)(const struct call *call); /* returns the exit status */
	const char *summary;
	const char *details;
};

#define VERB_COUNT 11
extern const struct verb verbs[VERB_COUNT];

/* The verb of that name; NULL if there is none. */
const struct verb *verb_find(const char *name);

int verb_key(const struct call *call);
int verb_ping(const struct call *call);
int verb_ls(const struct call *call);
int verb_stat(const struct call *call);
int verb_monitor(const struct call *call);
int verb_listen(const struct call *call);
int verb_dial(const struct call *call);
int verb_pipe(const struct call *call);
int verb_expose(const struct call *call);
int verb_pickle(const struct call *call);
int verb_completion(const struct call *call);

#endif
