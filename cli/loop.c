/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include "clock.h"
#include "status.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOO_MANY "too much at a time"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP};

/* Those that the parent wanted to be ignored, as nohup does, stay so. */
static bool is_ignored(int signal_number)
{
	struct sigaction action;

	return sigaction(signal_number, NULL, &action) == 0 &&
		action.sa_handler == SIG_IGN;
}

static void signals_of(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGCHLD);
	for (size_t i = 0;
		i < sizeof(ending_signals) / sizeof(ending_signals[0]); i++)
		if (!is_ignored(ending_signals[i]))
			sigaddset(set, ending_signals[i]);
}

int loop_open(struct loop *loop)
{
	sigset_t set;

	*loop = (struct loop){.count = 0};
	TAILQ_INIT(&loop->parties);
	/* What cannot be written any more is told by EPIPE. */
	signal(SIGPIPE, SIG_IGN);
	signals_of(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal_fd >= 0)
		return STATUS_DONE;
	return complain(STATUS_OTHER, "signalfd", "%s", strerror(errno));
}

void loop_add(struct loop *loop, struct party *party)
{
	TAILQ_INSERT_TAIL(&loop->parties, party, link);
	loop->count++;
}

static void take_children(struct loop *loop)
{
	int wait_status;
	pid_t pid;

	while ((pid = waitpid(-1, &wait_status, WNOHANG)) > 0)
		if (loop->on_child)
			loop->on_child(loop->arg, pid, wait_status);
}

static bool is_dealt_with(
	struct loop *loop, const struct signalfd_siginfo *info)
{
	return loop->on_signal &&
		loop->on_signal(
			loop->arg, (int)info->ssi_signo, info->ssi_code > 0);
}

/* The status of the signal that ends the loop; STATUS_DONE if none came. */
static int take_signals(struct loop *loop)
{
	struct signalfd_siginfo info;

	while (read(loop->signal_fd, &info, sizeof(info)) ==
		(ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGCHLD)
			take_children(loop);
		else if (!is_dealt_with(loop, &info))
			return STATUS_SIGNAL + (int)info.ssi_signo;
	}
	return STATUS_DONE;
}

/* The first one is that of the signals. */
static size_t entries_for(size_t parties)
{
	return 1 + PARTY_ENTRIES * parties;
}

static bool make_room(struct loop *loop)
{
	size_t capacity = 2 * loop->count;
	struct pollfd *entries;

	if (loop->count <= loop->capacity)
		return true;
	/* As many again for those that are polled. */
	entries = realloc(
		loop->entries, 2 * entries_for(capacity) * sizeof(*entries));
	if (!entries)
		return false;
	loop->entries = entries;
	loop->capacity = capacity;
	return true;
}

static int prepare(struct loop *loop)
{
	struct pollfd *entry = loop->entries;
	struct party *party;
	int timeout_ms = -1;

	*entry++ = (struct pollfd){loop->signal_fd, POLLIN, 0};
	TAILQ_FOREACH (party, &loop->parties, link) {
		for (int i = 0; i < PARTY_ENTRIES; i++)
			entry[i] = (struct pollfd){-1, 0, 0};
		timeout_ms = earlier(
			timeout_ms, party->class->prepare(party, entry));
		entry += PARTY_ENTRIES;
	}
	return timeout_ms;
}

/* Polls those that have a descriptor: poll(2) refuses more entries than a
 * process may have descriptors, whether they have one or not. */
static int poll_used(struct loop *loop, int timeout_ms)
{
	size_t count = entries_for(loop->count);
	struct pollfd *used = loop->entries + count;
	nfds_t used_count = 0;
	int result;

	for (size_t i = 0; i < count; i++)
		if (loop->entries[i].fd >= 0)
			used[used_count++] = loop->entries[i];
	result = poll(used, used_count, timeout_ms);
	for (size_t i = 0; i < count; i++)
		if (loop->entries[i].fd >= 0)
			loop->entries[i].revents = (used++)->revents;
	return result;
}

/* Those that are added meanwhile come behind, and have no entries yet. */
static void process(struct loop *loop)
{
	const struct pollfd *entry = loop->entries + 1;
	struct party *party = TAILQ_FIRST(&loop->parties), *next;

	for (size_t left = loop->count; left > 0; left--) {
		bool goes_on = party->class->process(party, entry);

		next = TAILQ_NEXT(party, link);
		if (!goes_on) {
			TAILQ_REMOVE(&loop->parties, party, link);
			loop->count--;
			party->class->close(party);
		}
		party = next;
		entry += PARTY_ENTRIES;
	}
}

int loop_run(struct loop *loop)
{
	int status = STATUS_DONE;

	while (loop->count > 0 && status == STATUS_DONE) {
		int timeout_ms;

		if (!make_room(loop))
			return complain_of_memory(TOO_MANY);
		timeout_ms = prepare(loop);
		if (poll_used(loop, timeout_ms) < 0 && errno != EINTR)
			return complain(STATUS_OTHER, TOO_MANY, "poll: %s",
				strerror(errno));
		if (loop->entries[0].revents)
			status = take_signals(loop);
		if (status == STATUS_DONE)
			process(loop);
	}
	return status;
}

void loop_close(struct loop *loop)
{
	struct party *party;

	while ((party = TAILQ_FIRST(&loop->parties))) {
		TAILQ_REMOVE(&loop->parties, party, link);
		party->class->close(party);
	}
	free(loop->entries);
	if (loop->signal_fd >= 0)
		close(loop->signal_fd);
}
