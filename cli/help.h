/* SPDX-License-Identifier: MIT */
/* The help texts, made from the tables of verbs and options. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "verbs.h"

/* Prints the help of the tool. */
void help_print(void);

/* Prints the help of one verb. */
void help_print_verb(const struct verb *verb);

#endif
