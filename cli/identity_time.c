/* SPDX-License-Identifier: MIT */
#include "identity_time.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FORMAT    "%Y-%m-%dT%H:%M:%SZ"
#define TEXT_MAX  32
#define DAY_LEN   10u
#define DAY_START "T00:00:00Z"
#define DAY_S     86400

/* Written again it is the same: there is no 30th of February. */
static bool parse_second(const char *text, int64_t *time_out)
{
	struct tm parts = {.tm_mday = 1};
	const char *end = strptime(text, FORMAT, &parts);
	char again[TEXT_MAX];
	time_t time;

	if (!end || *end)
		return false;
	time = timegm(&parts);
	*time_out = time;
	return gmtime_r(&time, &parts) &&
		strftime(again, sizeof(again), FORMAT, &parts) > 0 &&
		strcmp(again, text) == 0;
}

bool identity_parse_time(const char *text, struct identity_span *span)
{
	char start[TEXT_MAX];
	bool is_day = strlen(text) == DAY_LEN;

	snprintf(start, sizeof(start), "%s%s", text, is_day ? DAY_START : "");
	if (!parse_second(start, &span->start_s))
		return false;
	span->end_s = span->start_s + (is_day ? DAY_S : 1);
	return true;
}

int64_t identity_now_s(void)
{
	return time(NULL);
}
