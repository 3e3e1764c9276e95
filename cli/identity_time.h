/* SPDX-License-Identifier: MIT */
/* When an identity is valid: days and seconds of UTC, as its file has them. */
#ifndef CLI_IDENTITY_TIME_H
#define CLI_IDENTITY_TIME_H

#include <stdbool.h>
#include <stdint.h>

/* What a text stands for, in seconds since 1970. */
struct identity_span {
	int64_t start_s;
	int64_t end_s; /* the first behind it */
};

/* Reads YYYY-MM-DD, a day, or YYYY-MM-DDTHH:MM:SSZ; false if it is neither, or
 * there is no such day. */
bool identity_parse_time(const char *text, struct identity_span *span);

int64_t identity_now_s(void);

#endif
