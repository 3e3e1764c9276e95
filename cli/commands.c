/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include "breaking.h"
#include "bridge.h"
#include "child.h"
#include "status.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define COMMANDS_MAX 128 /* at a time, each with some descriptors */

/* It lives until both the connection and the process are gone. */
struct command {
	struct bridge bridge;
	bool connected;
	struct source source;
	struct sink sink;
	struct codec codec;
	struct child child;
	struct commands *commands;
	TAILQ_ENTRY(command) link;
};

static void free_if_gone(struct command *command)
{
	struct commands *commands = command->commands;

	if (command->connected || command->child.pid != 0)
		return;
	TAILQ_REMOVE(&commands->list, command, link);
	commands->count--;
	free(command);
}

static void on_end(struct bridge *bridge, int status)
{
	struct command *command = (struct command *)bridge;

	(void)status;
	source_close(&command->source);
	sink_close(&command->sink);
	codec_close(&command->codec);
	command->connected = false;
	free_if_gone(command);
}

static void on_child(void *arg, pid_t pid, int wait_status)
{
	struct commands *commands = arg;
	struct command *command;

	TAILQ_FOREACH (command, &commands->list, link)
		if (command->child.pid == pid)
			break;
	if (!command)
		return;
	command->child.pid = 0;
	command->bridge.ending =
		child_has_succeeded(wait_status, commands->call->words[0])
		? BRIDGE_ENDS
		: BRIDGE_BREAKS;
	free_if_gone(command);
}

void commands_open(
	struct commands *commands, const struct call *call, struct loop *loop)
{
	*commands = (struct commands){.call = call};
	TAILQ_INIT(&commands->list);
	loop->on_child = on_child;
	loop->arg = commands;
}

bool commands_are_full(const struct commands *commands)
{
	return commands->count >= COMMANDS_MAX;
}

/* Returns 0 or -errno. */
static int spawn(struct command *command, tieline_connection *connection)
{
	const struct call *call = command->commands->call;
	bool raw = call->settings.raw;
	int result;

	if (!codec_open(&command->codec, call))
		return -ENOMEM;
	setenv("TIELINE_PEER", tieline_connection_peer(connection), 1);
	setenv("TIELINE_NAME", call->words[0], 1);
	result = child_start(&command->child, call->settings.exec);
	if (result < 0)
		return result;
	command->source =
		(struct source){.fd = command->child.output_fd, .raw = raw};
	command->sink =
		(struct sink){.fd = command->child.input_fd, .raw = raw};
	return 0;
}

static void connect_to(struct command *command, tieline_connection *connection,
	struct loop *loop)
{
	const struct call *call = command->commands->call;

	command->connected = true;
	command->bridge = (struct bridge){
		.what = call->words[0],
		.connection = connection,
		.source = &command->source,
		.sink = &command->sink,
		.codec = &command->codec,
		.count_left = call->settings.count,
		.quit_after_ms = call->settings.quit_after_ms,
		/* The output of a command that fails may lack something. */
		.ending = BRIDGE_WAITS,
		.on_end = on_end,
	};
	bridge_start(&command->bridge, loop);
}

static void free_unstarted(struct command *command)
{
	if (command)
		codec_close(&command->codec);
	free(command);
}

void commands_start(struct commands *commands, tieline_connection *connection,
	struct loop *loop)
{
	struct command *command = calloc(1, sizeof(*command));
	int result = -ENOMEM;

	if (command) {
		command->commands = commands;
		result = spawn(command, connection);
	}
	if (result < 0) {
		complain(STATUS_OTHER, commands->call->settings.exec,
			"cannot run the command: %s", strerror(-result));
		free_unstarted(command);
		break_connection(connection, loop);
		return;
	}
	TAILQ_INSERT_TAIL(&commands->list, command, link);
	commands->count++;
	connect_to(command, connection, loop);
}

void commands_close(struct commands *commands)
{
	struct command *command;

	while ((command = TAILQ_FIRST(&commands->list))) {
		child_stop(&command->child);
		free_if_gone(command);
	}
}
