/* SPDX-License-Identifier: MIT */
#include "log.h"

#include "../system/clock.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define LINE_BYTES 1024
#define QUIET_MS   1000

/* Of syslog(3). */
static const int priorities[] = {
	[CONFIG_LOG_ERROR] = 3,
	[CONFIG_LOG_WARNING] = 4,
	[CONFIG_LOG_INFO] = 6,
	[CONFIG_LOG_DEBUG] = 7,
};

void log_init(struct log *log, int fd, enum config_log_level level)
{
	*log = (struct log){
		.fd = fd,
		.level = level,
		.for_journal = getenv("JOURNAL_STREAM") != NULL,
	};
}

static size_t put_start(
	const struct log *log, enum config_log_level level, char *line)
{
	struct timespec now;
	struct tm utc;
	char date[32];

	if (log->for_journal)
		return (size_t)snprintf(
			line, LINE_BYTES, "<%d>", priorities[level]);
	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &utc);
	return (size_t)snprintf(line, LINE_BYTES, "%s.%03ldZ %s: ", date,
		now.tv_nsec / 1000000, config_log_level_name(level));
}

static bool would_block(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLOUT};

	return poll(&entry, 1, 0) != 1;
}

static void put_line(struct log *log, enum config_log_level level,
	const char *format, va_list args) __attribute__((format(printf, 3, 0)));

static void put_line(struct log *log, enum config_log_level level,
	const char *format, va_list args)
{
	char line[LINE_BYTES];
	size_t len = put_start(log, level, line);
	int text = vsnprintf(line + len, sizeof(line) - len, format, args);

	len += text > 0 ? (size_t)text : 0;
	if (len > sizeof(line) - 1)
		len = sizeof(line) - 1;
	line[len++] = '\n';
	if (would_block(log->fd) || write(log->fd, line, len) != (ssize_t)len)
		log->dropped++;
}

void log_write(
	struct log *log, enum config_log_level level, const char *format, ...)
{
	va_list args;

	if (level > log->level)
		return;
	va_start(args, format);
	put_line(log, level, format, args);
	va_end(args);
}

void log_rarely(struct log *log, struct log_limit *limit,
	enum config_log_level level, const char *format, ...)
{
	int64_t now_ms = tli_now_ms();
	va_list args;

	if (level > log->level)
		return;
	if (now_ms < limit->quiet_until_ms) {
		limit->left_out++;
		return;
	}
	if (limit->left_out > 0)
		log_write(log, level, "%u lines like the next were left out",
			limit->left_out);
	*limit = (struct log_limit){.quiet_until_ms = now_ms + QUIET_MS};
	va_start(args, format);
	put_line(log, level, format, args);
	va_end(args);
}
