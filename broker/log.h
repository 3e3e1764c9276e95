/* SPDX-License-Identifier: MIT */
/* The broker's log: a line for each thing worth knowing, on one descriptor. */
#ifndef BROKER_LOG_H
#define BROKER_LOG_H

#include "config.h"

#include <stdint.h>

struct log {
	int fd;
	enum config_log_level level; /* what is less important is left out */
	bool for_journal; /* which knows the time, and wants "<6>" in front */
	uint64_t dropped; /* lines: the reader was too slow */
};

/* Keeps one kind of line from filling the log. To be zeroed at first. */
struct log_limit {
	int64_t quiet_until_ms;
	unsigned left_out;
};

void log_init(struct log *log, int fd, enum config_log_level level);

/* Writes a line, without ever blocking: a reader that is too slow gets fewer.
 */
void log_write(struct log *log, enum config_log_level level, const char *format,
	...) __attribute__((format(printf, 3, 4)));

/* The same at most once a second, and then with how many were left out. */
void log_rarely(struct log *log, struct log_limit *limit,
	enum config_log_level level, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
