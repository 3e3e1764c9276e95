/* SPDX-License-Identifier: MIT */
#include "child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <unistd.h>

/* Their ends: those the child is given, and ours. */
struct pipes {
	int input[2];
	int output[2];
};

static void close_pipe(int ends[2])
{
	close(ends[0]);
	close(ends[1]);
}

static int open_pipes(struct pipes *pipes)
{
	int error_number;

	if (pipe2(pipes->input, O_CLOEXEC) != 0)
		return -errno;
	if (pipe2(pipes->output, O_CLOEXEC) == 0)
		return 0;
	error_number = errno;
	close_pipe(pipes->input);
	return -error_number;
}

/* In a process group of its own, with no signal blocked or ignored by us. */
static int set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, ignored;
	int result;

	sigemptyset(&none);
	sigemptyset(&ignored);
	sigaddset(&ignored, SIGPIPE);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &ignored);
	posix_spawnattr_setpgroup(attributes, 0);
	result = posix_spawnattr_setflags(attributes,
		POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETPGROUP);
	return -result;
}

static int set_pipes(posix_spawn_file_actions_t *actions, struct pipes *pipes)
{
	int result = posix_spawn_file_actions_adddup2(
		actions, pipes->input[0], STDIN_FILENO);

	if (result == 0)
		result = posix_spawn_file_actions_adddup2(
			actions, pipes->output[1], STDOUT_FILENO);
	return -result;
}

/* Returns 0 or -errno. */
static int spawn(pid_t *pid, const char *command, struct pipes *pipes)
{
	char shell[] = "sh", option[] = "-c";
	char *const words[] = {shell, option, (char *)command, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result = -posix_spawn_file_actions_init(&actions);

	if (result < 0)
		return result;
	result = -posix_spawnattr_init(&attributes);
	if (result < 0)
		goto destroy_actions;
	result = set_attributes(&attributes);
	if (result == 0)
		result = set_pipes(&actions, pipes);
	if (result == 0)
		result = -posix_spawn(
			pid, "/bin/sh", &actions, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
destroy_actions:
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

int child_start(struct child *child, const char *command)
{
	struct pipes pipes;
	pid_t pid;
	int result = open_pipes(&pipes);

	if (result < 0)
		return result;
	result = spawn(&pid, command, &pipes);
	if (result < 0) {
		close_pipe(pipes.input);
		close_pipe(pipes.output);
		return result;
	}
	close(pipes.input[0]);
	close(pipes.output[1]);
	fcntl(pipes.input[1], F_SETFL, O_NONBLOCK);
	fcntl(pipes.output[0], F_SETFL, O_NONBLOCK);
	*child = (struct child){pid, pipes.input[1], pipes.output[0]};
	return 0;
}

void child_stop(struct child *child)
{
	if (child->pid > 0)
		kill(-child->pid, SIGTERM);
	child->pid = 0;
}
