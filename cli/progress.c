/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include "clock.h"

#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define QUIET_S    0.5 /* what is over by then is not worth a line */
#define PERIOD_S   0.2
#define CLEAR_LINE "\r\033[K"

static struct {
	const char *what; /* NULL = nothing is shown */
	bool is_drawn;
	bool has_been_drawn;
	unsigned long long count;
	double start_s;
	double next_s;
} line;

static void draw(double at_s)
{
	double took_s = at_s - line.start_s;

	fprintf(stderr, CLEAR_LINE "%llu %s, %.0f/s", line.count, line.what,
		took_s > 0 ? (double)line.count / took_s : 0);
	line.is_drawn = line.has_been_drawn = true;
	line.next_s = at_s + PERIOD_S;
}

void progress_begin(const char *what, int fd)
{
	if (!isatty(STDERR_FILENO) || isatty(fd))
		return;
	line.what = what;
	line.start_s = now_s();
	line.next_s = line.start_s + QUIET_S;
}

void progress_add(size_t count)
{
	double at_s;

	if (!line.what)
		return;
	line.count += count;
	at_s = now_s();
	if (at_s >= line.next_s)
		draw(at_s);
}

void progress_hide(void)
{
	if (line.is_drawn)
		fputs(CLEAR_LINE, stderr);
	line.is_drawn = false;
}

void progress_end(void)
{
	if (line.has_been_drawn) {
		draw(now_s());
		fputc('\n', stderr);
	}
	line.is_drawn = false;
	line.what = NULL;
}
