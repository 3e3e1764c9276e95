/* SPDX-License-Identifier: MIT */
/*
 * The verbs: one table has the name, arguments, options and help of each. The
 * help texts and the completions come from it.
 */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

#include "options.h"

#include <limits.h>

#define WORDS_ANY UINT_MAX

/* One run of the tool: what a verb's function is given. */
struct call {
	const struct verb *verb;
	struct settings settings;
	char **words; /* behind the verb; NULL behind the last one */
};

struct verb {
	const char *name;
	const char *arguments; /* as in the usage */
	unsigned min_words;
	unsigned max_words;  /* WORDS_ANY */
	const char *choices; /* what the word may be; NULL = anything */
	option_set options;  /* besides OPTIONS_COMMON */
	option_set one_of;   /* those that do not go with each other */
	int (*run)(const struct call *call); /* returns the exit status */
	const char *summary;
	const char *details;
};

#define VERB_COUNT 26
extern const struct verb verbs[VERB_COUNT];

/* The verb that words begin with, which may take two of them; NULL if there is
 * none. Stores how many words it takes. */
const struct verb *verb_find(char *const words[], size_t *taken_out);

/* Whether it is the second word of another verb. */
bool verb_is_part(const struct verb *verb);

int verb_key(const struct call *call);
int verb_key_add(const struct call *call);
int verb_key_ls(const struct call *call);
int verb_key_rm(const struct call *call);
int verb_ping(const struct call *call);
int verb_ls(const struct call *call);
int verb_stat(const struct call *call);
int verb_monitor(const struct call *call);
int verb_listen(const struct call *call);
int verb_dial(const struct call *call);
int verb_pipe(const struct call *call);
int verb_expose(const struct call *call);
int verb_tunnel(const struct call *call);
int verb_put(const struct call *call);
int verb_get(const struct call *call);
int verb_consume(const struct call *call);
int verb_peek(const struct call *call);
int verb_purge(const struct call *call);
int verb_pub(const struct call *call);
int verb_sub(const struct call *call);
int verb_call(const struct call *call);
int verb_lock(const struct call *call);
int verb_rm(const struct call *call);
int verb_typeid(const struct call *call);
int verb_pickle(const struct call *call);
int verb_completion(const struct call *call);

#endif
