/* SPDX-License-Identifier: MIT */
/*
 * Addresses as text: tcp://host:port, tls://host:port, unix:/path, each with an
 * optional #name (a name at a broker). Only text is handled here; nothing is
 * looked up.
 */
#ifndef TLI_ADDRESS_H
#define TLI_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_ADDRESS_HOST_MAX   255u /* RFC 1035 */
#define TLI_ADDRESS_PATH_MAX   107u /* sockaddr_un, with its NUL */
#define TLI_ADDRESS_NAME_MAX   128u
#define TLI_ADDRESS_NAME_CHARS "letters, digits and . _ - : /"
/* Longest text of any address, with its NUL. */
#define TLI_ADDRESS_TEXT_MAX (16u + TLI_ADDRESS_HOST_MAX + TLI_ADDRESS_NAME_MAX)

enum tli_address_kind {
	TLI_ADDRESS_TCP,
	TLI_ADDRESS_TLS, /* above TCP */
	TLI_ADDRESS_UNIX,
};

struct tli_address {
	enum tli_address_kind kind;
	uint16_t port;                       /* 0 = any free one */
	char host[TLI_ADDRESS_HOST_MAX + 1]; /* "" = all; no brackets */
	char path[TLI_ADDRESS_PATH_MAX + 1]; /* of a Unix socket */
	char name[TLI_ADDRESS_NAME_MAX + 1]; /* "" = none */
};

/*
 * Parses text. Returns NULL, or a static text that says what is wrong with it,
 * with *address untouched.
 */
const char *tli_address_parse(const char *text, struct tli_address *address);

/* Writes the address as text that parses to the same again. */
void tli_address_format(
	const struct tli_address *address, char text[TLI_ADDRESS_TEXT_MAX]);

/* Whether two addresses, which parse, are one place to listen at, be it with
 * TLS or without; port 0 is another place each time. */
bool tli_address_is_same_place(const char *one, const char *other);

/*
 * Whether that is a name at a broker. Returns NULL, or a static text that says
 * what one is.
 */
const char *tli_name_check(const char *name);

#endif
