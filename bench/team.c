/* SPDX-License-Identifier: MIT */
#include "team.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MEMBERS_MAX 16

static unsigned long *moved; /* shared */
static unsigned long total;
static pid_t members[MEMBERS_MAX];
static int member_count;

/* Members write a byte when they are ready, and one when all has arrived; that
 * they may start they see by the end of the other one. */
static int ready[2], start[2], arrived[2];

void die(const char *what)
{
	perror(what);
	exit(1);
}

void team_init(unsigned long count)
{
	total = count;
	moved = mmap(NULL, sizeof(*moved), PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (moved == MAP_FAILED || pipe(ready) != 0 || pipe(start) != 0 ||
		pipe(arrived) != 0)
		die("team");
}

void team_add(void (*work)(void))
{
	pid_t pid = fork();

	if (pid < 0 || member_count == MEMBERS_MAX)
		die("fork");
	if (pid > 0) {
		members[member_count++] = pid;
		return;
	}
	close(start[1]);
	work();
	exit(0);
}

static void tell(int fd)
{
	if (write(fd, "", 1) != 1)
		exit(1);
}

static bool hear(int fd)
{
	char byte;

	return read(fd, &byte, 1) == 1;
}

void team_ready(void)
{
	tell(ready[1]);
	(void)hear(start[0]);
}

void team_moved(unsigned long count)
{
	if (__atomic_add_fetch(moved, count, __ATOMIC_RELAXED) < total)
		return;
	tell(arrived[1]);
	for (;;)
		pause();
}

unsigned long team_count(void)
{
	return __atomic_load_n(moved, __ATOMIC_RELAXED);
}

static double seconds(clockid_t clock)
{
	struct timespec now = {0};

	clock_gettime(clock, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static double cpu_seconds(int pid)
{
	clockid_t clock;

	if (clock_getcpuclockid(pid, &clock) != 0)
		die("CPU time");
	return seconds(clock);
}

void team_run(int pid)
{
	double began, cpu;

	close(ready[1]);
	close(arrived[1]);
	for (int i = 0; i < member_count; i++)
		if (!hear(ready[0]))
			exit(1);
	cpu = cpu_seconds(pid);
	began = seconds(CLOCK_MONOTONIC);
	close(start[1]);
	if (!hear(arrived[0]))
		exit(1);
	printf("%.9f %.9f\n", seconds(CLOCK_MONOTONIC) - began,
		cpu_seconds(pid) - cpu);
	for (int i = 0; i < member_count; i++)
		kill(members[i], SIGKILL);
	while (wait(NULL) > 0)
		;
}
