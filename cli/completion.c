/* SPDX-License-Identifier: MIT */
/* The verb completion: scripts for shells, made from the tables of verbs and
 * options. */
#include "status.h"
#include "verbs.h"

#include <stdio.h>
#include <string.h>

/* The names of the options among those bits, each behind a separator. */
static void print_names(option_set options, const char *separator)
{
	for (int i = 0; i < OPTION_ROWS; i++)
		if (option_is_among(i, options))
			printf("%s--%s", separator, option_rows[i].name);
}

/* Those options whose argument is a file, or is not. */
static option_set with_argument(bool file)
{
	option_set options = 0;

	for (int i = 0; i < OPTION_ROWS; i++) {
		enum option_kind kind = option_rows[i].kind;

		if (kind != OPTION_FLAG && (kind == OPTION_FILE) == file)
			options |= UINT64_C(1) << i;
	}
	return options;
}

static void print_bash_verb(const struct verb *verb)
{
	printf("\t\"%s\") words=\"%s", verb->name,
		verb->choices ? verb->choices : "");
	print_names(verb->options | OPTIONS_COMMON, " ");
	printf("\" ;;\n");
}

/* A case of bash that all those options fall into. */
static void print_bash_case(option_set options, const char *action)
{
	printf("\t\"\"");
	print_names(options, "|");
	printf(") %s ;;\n", action);
}

/* Those that are, or are not, parts of others. */
static void print_verbs(bool parts, const char *before, const char *behind)
{
	for (size_t i = 0; i < VERB_COUNT; i++)
		if (verb_is_part(&verbs[i]) == parts)
			printf("%s%s%s", before, verbs[i].name, behind);
}

static void print_bash(void)
{
	printf("# bash completion of tieline\n"
	       "_tieline()\n{\n"
	       "\tlocal word=${COMP_WORDS[COMP_CWORD]} verb= words i\n\n"
	       "\tCOMPREPLY=()\n"
	       "\tcase ${COMP_WORDS[COMP_CWORD-1]} in\n");
	print_bash_case(with_argument(true),
		"COMPREPLY=($(compgen -f -- \"$word\")); return");
	print_bash_case(with_argument(false), "return");
	printf("\tesac\n"
	       "\tfor ((i = 1; i < COMP_CWORD && ${#verb} == 0; i++)); do\n"
	       "\t\tcase ${COMP_WORDS[i]} in\n\t\t\"\"");
	print_verbs(false, "|", "");
	printf(") verb=${COMP_WORDS[i]} ;;\n\t\tesac\n\tdone\n"
	       "\t((i < COMP_CWORD)) && case \"$verb ${COMP_WORDS[i]}\" in\n"
	       "\t\"\"");
	print_verbs(true, "|\"", "\"");
	printf(") verb+=\" ${COMP_WORDS[i]}\" ;;\n\tesac\n"
	       "\tcase $verb in\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		print_bash_verb(&verbs[i]);
	printf("\t*) words=\"");
	print_verbs(false, "", " ");
	print_names(OPTIONS_COMMON, " ");
	printf("\" ;;\n\tesac\n"
	       "\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
	       "complete -o default -F _tieline tieline\n");
}

/* Prints text for inside single quotes, where zsh's _arguments and _describe
 * read some characters. */
static void print_zsh_text(const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			printf("'\\'");
		else if (strchr("[]:\\", *text))
			putchar('\\');
		putchar(*text);
	}
}

static void print_zsh_options(option_set options)
{
	for (int i = 0; i < OPTION_ROWS; i++) {
		const struct option_row *row = &option_rows[i];

		if (!option_is_among(i, options))
			continue;
		printf("\t\t'--%s[", row->name);
		print_zsh_text(row->help);
		putchar(']');
		if (row->argument)
			printf(":%s:%s", row->argument,
				row->kind == OPTION_FILE ? "_files" : "");
		printf("'\n");
	}
}

static void print_zsh_verb(const struct verb *verb)
{
	printf("\t\"%s\")\n\t\t_arguments $common \\\n", verb->name);
	for (int i = 0; i < OPTION_ROWS; i++)
		if (option_is_among(i, verb->options))
			printf("\t\t\t\"${options[(r)--%s\\[*]}\" \\\n",
				option_rows[i].name);
	if (verb->choices)
		printf("\t\t\t'*:word:(%s)' ;;\n", verb->choices);
	else
		printf("\t\t\t'*:word:_files' ;;\n");
}

static void print_zsh(void)
{
	printf("#compdef tieline\n_tieline()\n{\n"
	       "\tlocal -a verbs common options\n"
	       "\tlocal state\n\n\tverbs=(\n");
	for (size_t i = 0; i < VERB_COUNT; i++) {
		if (verb_is_part(&verbs[i]))
			continue;
		printf("\t\t'%s:", verbs[i].name);
		print_zsh_text(verbs[i].summary);
		printf("'\n");
	}
	printf("\t)\n\tcommon=(\n");
	print_zsh_options(OPTIONS_COMMON);
	printf("\t)\n\toptions=(\n");
	print_zsh_options(~OPTIONS_COMMON);
	printf("\t)\n\t_arguments -C $common '1:verb:->verb' '*::word:->rest'\n"
	       "\tcase $state in\n"
	       "\tverb) _describe verb verbs; return ;;\n"
	       "\tesac\n"
	       "\t(( CURRENT > 2 )) && case \"$words[1] $words[2]\" in\n"
	       "\t\"\"");
	print_verbs(true, "|\"", "\"");
	printf(") words[1,2]=\"$words[1] $words[2]\"; (( CURRENT-- )) ;;\n"
	       "\tesac\n\tcase $words[1] in\n");
	for (size_t i = 0; i < VERB_COUNT; i++)
		print_zsh_verb(&verbs[i]);
	printf("\tesac\n}\n"
	       "if [ \"$funcstack[1]\" = _tieline ]; then\n"
	       "\t_tieline \"$@\"\nelse\n\tcompdef _tieline tieline\nfi\n");
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{"bash", print_bash},
	{"zsh", print_zsh},
};

int verb_completion(const struct call *call)
{
	for (size_t i = 0; i < sizeof(shells) / sizeof(shells[0]); i++) {
		if (strcmp(shells[i].name, call->words[0]) != 0)
			continue;
		shells[i].print();
		return STATUS_DONE;
	}
	return complain(STATUS_USAGE, call->words[0],
		"no completions for that shell, only for %s",
		call->verb->choices);
}
