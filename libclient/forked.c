/* SPDX-License-Identifier: MIT */
#include "forked.h"

#include <pthread.h>

/* A counter costs a call less per message than getpid(). */
static unsigned generation;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void count_fork(void)
{
	generation++;
}

static void watch_forks(void)
{
	if (pthread_atfork(NULL, NULL, count_fork) == 0)
		generation = 1;
}

unsigned tli_fork_generation(void)
{
	pthread_once(&once, watch_forks);
	return generation;
}
