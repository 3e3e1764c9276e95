/* SPDX-License-Identifier: MIT */
/*
 * Messages of a topic to many subscribers, timed:
 *
 *     topic CONTESTANT ADDRESS PID LENGTH SUBSCRIBERS COUNT
 *
 * Contestants, addresses and PID as for bench/queue; by hand alone. One process
 * publishes messages of LENGTH bytes, 512 in flight, and another one has all
 * the subscriptions, until COUNT messages have arrived, each of them as often
 * as there are subscribers. Prints the seconds it took, and those of CPU time
 * that the broker used.
 */
#include "dialect.h"
#include "team.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define DEPTH           512u
#define AHEAD_MAX       4096u /* of the subscribers: nothing is to be lost */
#define BATCH           2048u
#define INPUT_BYTES     (256u << 10)
#define SUBSCRIBERS_MAX 1000u
#define ANSWERS_MAX     8192u /* more than are in that many bytes */

static const struct dialect *dialect;
static const char *address;
static char name[32];
static size_t item_bytes;
static unsigned subscribers;

static void publish(void)
{
	struct request request = {PUBLISH, item_bytes, 1};
	struct timespec pause = {.tv_nsec = 50000};
	int fd = dialect->dial(address, name, true);
	unsigned long published = 0;

	team_ready();
	for (;; published += BATCH) {
		while (published * subscribers >
			team_count() + AHEAD_MAX * subscribers)
			nanosleep(&pause, NULL);
		exchange(dialect, fd, &request, DEPTH, BATCH);
	}
}

/* Returns when the subscription is there. */
static void start_to_hear(int fd, struct input *input)
{
	struct request request = {SUBSCRIBE, item_bytes, 1};
	uint8_t bytes[256];
	struct answer answer;

	input_init(input, INPUT_BYTES);
	write_all(fd, bytes, dialect->ask(bytes, &request, 1));
	while (input_take(input, dialect, fd, &request, &answer, 1) == 0)
		;
}

/* How many messages one of them has got. */
static unsigned hear(int fd, struct input *input)
{
	static struct answer answers[ANSWERS_MAX];
	struct request request = {SUBSCRIBE, item_bytes, 1};
	unsigned items = 0;
	unsigned count =
		input_take(input, dialect, fd, &request, answers, ANSWERS_MAX);

	for (unsigned i = 0; i < count; i++)
		items += answers[i].items;
	return items;
}

static void subscribe(void)
{
	static struct input inputs[SUBSCRIBERS_MAX];
	static struct pollfd polled[SUBSCRIBERS_MAX];

	for (unsigned i = 0; i < subscribers; i++) {
		polled[i].fd = dialect->dial(address, name, true);
		polled[i].events = POLLIN;
		start_to_hear(polled[i].fd, &inputs[i]);
	}
	team_ready();
	for (;;) {
		unsigned items = 0;

		if (poll(polled, subscribers, -1) < 0)
			die("poll");
		for (unsigned i = 0; i < subscribers; i++)
			if (polled[i].revents)
				items += hear(polled[i].fd, &inputs[i]);
		team_moved(items);
	}
}

int main(int argc, char **argv)
{
	if (argc != 7)
		return 2;
	dialect = strcmp(argv[1], "redis") == 0 ? &dialect_redis
						: &dialect_tieline;
	address = argv[2];
	item_bytes = strtoul(argv[4], NULL, 10);
	subscribers = (unsigned)strtoul(argv[5], NULL, 10);
	snprintf(name, sizeof(name), "bench-%d", getpid());
	if (subscribers > SUBSCRIBERS_MAX)
		return 2;
	team_init(strtoul(argv[6], NULL, 10) * subscribers);
	team_add(subscribe);
	team_add(publish);
	team_run(atoi(argv[3]));
	return 0;
}
