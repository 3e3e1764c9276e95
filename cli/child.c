/* SPDX-License-Identifier: MIT */
#include "child.h"

#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
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

/* What is started, and how. */
struct launch {
	char *const *words;
	int input_fd, output_fd;
	bool is_leader; /* of a process group */
};

/* With no signal blocked or ignored by us. */
static int set_attributes(posix_spawnattr_t *attributes, bool is_leader)
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
		(short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			(is_leader ? POSIX_SPAWN_SETPGROUP : 0)));
	return -result;
}

static int set_descriptors(
	posix_spawn_file_actions_t *actions, const struct launch *launch)
{
	int result = posix_spawn_file_actions_adddup2(
		actions, launch->input_fd, STDIN_FILENO);

	if (result == 0)
		result = posix_spawn_file_actions_adddup2(
			actions, launch->output_fd, STDOUT_FILENO);
	return -result;
}

/* Returns 0 or -errno. */
static int spawn(pid_t *pid, const struct launch *launch)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	int result = -posix_spawn_file_actions_init(&actions);

	if (result < 0)
		return result;
	result = -posix_spawnattr_init(&attributes);
	if (result < 0)
		goto destroy_actions;
	result = set_attributes(&attributes, launch->is_leader);
	if (result == 0)
		result = set_descriptors(&actions, launch);
	if (result == 0)
		result = -posix_spawnp(pid, launch->words[0], &actions,
			&attributes, launch->words, environ);
	posix_spawnattr_destroy(&attributes);
destroy_actions:
	posix_spawn_file_actions_destroy(&actions);
	return result;
}

static int spawn_shell(
	pid_t *pid, const char *command, int input_fd, int output_fd)
{
	char shell[] = "/bin/sh", option[] = "-c";
	char *const words[] = {shell, option, (char *)command, NULL};
	struct launch launch = {words, input_fd, output_fd, true};

	return spawn(pid, &launch);
}

int child_start(struct child *child, const char *command)
{
	struct pipes pipes;
	pid_t pid;
	int result = open_pipes(&pipes);

	if (result < 0)
		return result;
	result = spawn_shell(&pid, command, pipes.input[0], pipes.output[1]);
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

int child_start_with(pid_t *pid_out, const char *command, int input_fd)
{
	return spawn_shell(pid_out, command, input_fd, STDOUT_FILENO);
}

int child_start_here(pid_t *pid_out, char *const words[])
{
	struct launch launch = {words, STDIN_FILENO, STDOUT_FILENO, false};

	return spawn(pid_out, &launch);
}

void child_stop(struct child *child)
{
	if (child->pid > 0)
		kill(-child->pid, SIGTERM);
	child->pid = 0;
}

bool child_has_succeeded(int wait_status, const char *what)
{
	if (WIFEXITED(wait_status) && WEXITSTATUS(wait_status) != 0)
		complain(STATUS_OTHER, what,
			"the command has ended with status %d",
			WEXITSTATUS(wait_status));
	else if (WIFSIGNALED(wait_status))
		complain(STATUS_OTHER, what,
			"the command was ended by signal %d",
			WTERMSIG(wait_status));
	return wait_status == 0;
}
