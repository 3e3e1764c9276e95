/* SPDX-License-Identifier: MIT */
/* Texts of settings, parsed, and what is to be said of them. */
#ifndef TESTS_PARSING_H
#define TESTS_PARSING_H

#include "../unit/unit.h"

#include "../../broker/config.h"

/* What was parsed, and why not. */
extern struct config config;
extern struct tli_error error;

/* Parses a file "test.json" with that text. */
int parse(const char *text);

/* Parses it, and fails the test if it is refused; or if it is not, with exactly
 * this said behind "test.json:". */
void expect_good(const char *text);
void expect_wrong(const char *text, const char *wrong);

#endif
