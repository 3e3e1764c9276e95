/* SPDX-License-Identifier: MIT */
#include "parsing.h"

#include <tieline/tieline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct config config;
struct tli_error error;

int parse(const char *text)
{
	uint8_t *copy = exact_copy(text, strlen(text));
	int result;

	error = (struct tli_error){.code = 0};
	result = config_parse(
		&config, "test.json", (const char *)copy, strlen(text), &error);
	free(copy);
	return result;
}

void expect_good(const char *text)
{
	if (parse(text) < 0)
		fail_msg("%s: %s", text, error.text);
}

void expect_wrong(const char *text, const char *wrong)
{
	char expected[2 * TLI_ERROR_TEXT];

	snprintf(expected, sizeof(expected), "test.json:%s", wrong);
	check_equal(text, parse(text), TIELINE_EINVAL);
	check_equal(text, error.code, TIELINE_EINVAL);
	if (strcmp(error.text, expected) != 0)
		fail_msg("%s: %s\nnot %s", text, error.text, expected);
}
