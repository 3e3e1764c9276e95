/* SPDX-License-Identifier: MIT */
/* Streams of messages that go from one client to another through a relay. */
#ifndef TESTS_CARRYING_H
#define TESTS_CARRYING_H

#include "clients.h"

/* The four ways in which two sockets can be paired. */
struct wires {
	const char *name;
	enum wire from;
	enum wire to;
};

#define WIRES 4
extern const struct wires all_wires[WIRES];

/* Bytes that a cut or a shift would show in; to be freed. */
uint8_t *pattern(size_t len);

/* A message of a pattern with its header, 4 bytes; to be freed. */
uint8_t *message(size_t body_len);

/* Sends them in pieces of so many bytes, lets the broker go on after each, and
 * takes what has come: in the end, all of it. */
void carry(int from, int to, const uint8_t *bytes, size_t len, size_t piece);

/* Sends until neither the broker nor the kernel takes more, and stores it all
 * in *bytes, to be freed; returns how much it was. It is one long message. */
size_t flood(int from, uint8_t **bytes);

/* Takes it, and checks it. */
void drain(int to, uint8_t *bytes, size_t len);

/* The same until the connection is over, or reset: at least so much comes. */
void drain_until_over(
	int to, uint8_t *bytes, size_t len, size_t least, bool is_reset);

/* Leaves the broker's socket as little room as the kernel lets. */
void narrow(uint64_t id);

/* Takes over what the broker has to tell of a relayed peer. */
struct relay_report report_of(uint64_t id);

#endif
