/* SPDX-License-Identifier: MIT */
/* Socket addresses: from text, to text, and whether they are this machine. */
#ifndef TLI_ENDPOINT_H
#define TLI_ENDPOINT_H

#include "../proto/address.h"

#include "error.h"

#include <stdbool.h>
#include <sys/socket.h>

#define TLI_ENDPOINTS_MAX 8u /* of one host name; more are not tried */
#define TLI_ENDPOINT_TEXT 128

struct tli_endpoint {
	struct sockaddr_storage address;
	socklen_t len;
};

enum tli_lookup {
	TLI_LOOKUP_LISTEN,  /* "" = all addresses; may block */
	TLI_LOOKUP_CONNECT, /* may block */
	TLI_LOOKUP_NUMERIC, /* for connecting; never blocks */
};

/* Parses text into *address. Returns 0, or the code in *error. */
int tli_endpoint_parse(
	const char *text, struct tli_address *address, struct tli_error *error);

/* Stores 1 to TLI_ENDPOINTS_MAX endpoints. Returns 0, or the code in *error. */
int tli_endpoint_lookup(const struct tli_address *address,
	enum tli_lookup lookup,
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX], size_t *count,
	struct tli_error *error);

/* True for Unix sockets and loopback addresses. */
bool tli_endpoint_is_local(const struct tli_endpoint *endpoint);

/* True for IPv4 and IPv6. */
bool tli_endpoint_is_tcp(const struct tli_endpoint *endpoint);

/* Writes "tcp://host:port" or "unix:path", which is "unix:" without a path.
 * Control characters in a path are written as '?'. */
void tli_endpoint_format(
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT]);

#endif
