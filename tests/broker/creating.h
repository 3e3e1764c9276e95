/* SPDX-License-Identifier: MIT */
/* What a create() comes to, as a text. */
#ifndef TESTS_CREATING_H
#define TESTS_CREATING_H

#include "parsing.h"

#include "../../broker/typeids.h"

#define CREATED_TEXT 2048

/* By settings, a typeid, and Python literals of a tuple and a dict: the
 * options, and behind " then " the call; or behind "unknown: " or "refused: "
 * why not. */
const char *created(const char *settings, const char *typeid, const char *args,
	const char *kwds, char text[CREATED_TEXT]);

/* Fails the test if it is another one. */
void expect_created(const char *settings, const char *typeid, const char *args,
	const char *kwds, const char *expected);

#endif
