/* SPDX-License-Identifier: MIT */
/* Values to test with, and checks of what they are and how they fail. */
#ifndef TESTS_CHECKS_H
#define TESTS_CHECKS_H

#include "ends.h"

#include <tieline/values.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* New values with these limits, NULL for the defaults. */
tieline_values *new_values(const tieline_value_limits *limits);

/* Fails the test unless repr() of the value is that. */
#define assert_repr(text, value)                                               \
	assert_repr_at((text), (value), __FILE__, __LINE__)
void assert_repr_at(const char *text, const tieline_value *value,
	const char *file, int line);

/* Fails the test unless the value is NULL and this thread's last failure was
 * with that code and text. */
#define assert_unmade(code, text, value)                                       \
	assert_unmade_at((code), (text), (value), __FILE__, __LINE__)
void assert_unmade_at(int code, const char *text, const tieline_value *value,
	const char *file, int line);

/* The same of a function that returns a code. */
#define assert_fails(code, text, result)                                       \
	assert_fails_at((code), (text), (result), __FILE__, __LINE__)
void assert_fails_at(
	int code, const char *text, int result, const char *file, int line);

/* What a program has not made: NULL, with no failure that says why. */
tieline_value *nothing(void);

/* What has to be there. */
tieline_value *parsed(tieline_values *values, const char *text);

/* A value of each kind; of arrays, ranges, big ints ... too. */
extern const char *const literals[];
extern const size_t literals_count;

#endif
