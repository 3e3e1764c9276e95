/* SPDX-License-Identifier: MIT */
#include "record.h"

#include <tieline/tieline.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

/* What comes of connections that are harmed, of other clients, and of
 * operations that do not fit the state. */
static const struct {
	int code;
	const char *outcome;
} failures[] = {
	{TIELINE_EOUTCOME, "unknown"},
	{TIELINE_ENOTSENT, "refused"},
	{TIELINE_ECANCELLED, "refused"},
	{TIELINE_ETIMEDOUT, "refused"},
	{TIELINE_EEMPTY, "refused"},
	{TIELINE_EQUEUEFULL, "refused"},
	{TIELINE_ENOLEASE, "refused"},
	{TIELINE_ENOTOWNER, "refused"},
	{TIELINE_ERAISED, "refused"},
};

static const char *outcome_of(int code)
{
	if (code >= 0)
		return "ok";
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].code == code)
			return failures[i].outcome;
	fprintf(stderr, "historian: %s is not expected\n",
		tieline_code_name(code));
	exit(1);
}

uint64_t record_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

unsigned record_begun(uint64_t since_ns, const char *format, ...)
{
	static unsigned number;
	va_list words;

	va_start(words, format);
	printf("%llu + %u ", (unsigned long long)since_ns, ++number);
	vprintf(format, words);
	va_end(words);
	putchar('\n');
	fflush(stdout);
	return number;
}

void record_end(unsigned number, int code, const char *format, ...)
{
	uint64_t now_ns = record_now_ns();
	va_list words;

	va_start(words, format);
	printf("%llu - %u %s", (unsigned long long)now_ns, number,
		outcome_of(code));
	if (code >= 0)
		vprintf(format, words);
	va_end(words);
	putchar('\n');
	fflush(stdout);
}
