/* SPDX-License-Identifier: MIT */
/*
 * Connections closed so that the other side sees a break, behind all that was
 * sent, and not an end. TCP has resets, and TLS ends that are not told; on Unix
 * sockets, which have neither, an end inside a message is a break.
 */
#ifndef CLI_BREAKING_H
#define CLI_BREAKING_H

#include "loop.h"

#include <tieline/tieline.h>

/* Closes the connection as a break, at once or in the loop; all that was sent
 * were messages. */
void break_connection(tieline_connection *connection, struct loop *loop);

/* The same of one that carries bytes; it says whether what was sent ended where
 * a message does. */
void break_carrier(
	tieline_connection *connection, bool at_boundary, struct loop *loop);

#endif
