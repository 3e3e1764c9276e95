/* SPDX-License-Identifier: MIT */
/* From an address as text to a socket that listens there. */
#ifndef TLI_LISTENING_H
#define TLI_LISTENING_H

#include "../proto/address.h"

#include "endpoint.h"
#include "error.h"
#include "socketfile.h"

/* Where one would listen at an address without a #name; may block. Returns 0,
 * or the code in *error. */
int tli_listening_lookup(const char *text, struct tli_address *address,
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX], size_t *count,
	struct tli_error *error);

/*
 * Listens at an address without a #name. Returns a non-blocking listening
 * socket, or the code in *error. Stores the file that a Unix socket made, and
 * the address to tell others: with the port in use, and for all addresses one
 * that stock Python can make sense of.
 */
int tli_listening_open(const char *text, unsigned backlog,
	struct tli_socket_file *file, char address_out[TLI_ADDRESS_TEXT_MAX],
	struct tli_error *error);

#endif
