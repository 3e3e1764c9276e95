/* SPDX-License-Identifier: MIT */
/*
 * Connections closed so that the other side sees a break, behind all that was
 * sent, and not an end. TCP has resets; on Unix sockets, which have none, an
 * end inside a message is a break.
 */
#ifndef CLI_BREAKING_H
#define CLI_BREAKING_H

#include "loop.h"

#include <tieline/tieline.h>

#define BREAK_WITHIN_MS 5000 /* however slowly the other side reads */
#define BREAK_POLL_MS   10   /* nothing tells when all is sent */

/* Whether a break would overtake what the kernel has not sent yet, or be lost
 * for lack of room. */
bool break_has_to_wait(int fd);

/* Closes the socket as a break; it says whether what was sent ended where a
 * message does. */
void break_socket(int fd, bool at_boundary);

/* Closes the connection as a break, at once or in the loop. */
void break_connection(tieline_connection *connection, struct loop *loop);

#endif
