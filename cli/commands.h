/* SPDX-License-Identifier: MIT */
/* listen --exec: a shell command for each connection, many side by side. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "loop.h"
#include "verbs.h"

#include <tieline/tieline.h>

struct command;

struct commands {
	const struct call *call;
	TAILQ_HEAD(, command) list;
	unsigned count;
};

/* Gets ready, and has the loop tell of children. */
void commands_open(
	struct commands *commands, const struct call *call, struct loop *loop);

/* Whether no other may be started before one ends. */
bool commands_are_full(const struct commands *commands);

/* Starts the command for a connection, which it takes. What fails is told on
 * standard error, and breaks the connection. */
void commands_start(struct commands *commands, tieline_connection *connection,
	struct loop *loop);

/* Stops those that still run, when the loop is closed. */
void commands_close(struct commands *commands);

#endif
