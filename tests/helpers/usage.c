/* SPDX-License-Identifier: MIT */
#include "usage.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool usage_open(struct usage *usage)
{
	usage->status = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	usage->clear_refs = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
	return usage->status >= 0 && usage->clear_refs >= 0;
}

/* The most that was in memory, since it was last cleared. */
static uint64_t peak_bytes(const struct usage *usage)
{
	static const char name[] = "VmHWM:";
	char text[4096];
	ssize_t len = pread(usage->status, text, sizeof(text) - 1, 0);
	const char *line;

	text[len < 0 ? 0 : len] = '\0';
	line = strstr(text, name);
	return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}

static uint64_t cpu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void usage_start(struct usage *usage)
{
	/* What earlier work has freed would hide what this one needs. */
	malloc_trim(0);
	if (write(usage->clear_refs, "5", 1) != 1)
		abort();
	usage->started_bytes = peak_bytes(usage);
	usage->started_ns = cpu_now_ns();
}

void usage_stop(struct usage *usage)
{
	uint64_t peak = peak_bytes(usage);

	usage->cpu_ns = cpu_now_ns() - usage->started_ns;
	/* The kernel counts by and by, and may be a bit behind. */
	usage->memory_bytes =
		peak > usage->started_bytes ? peak - usage->started_bytes : 0;
}
