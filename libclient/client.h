/* SPDX-License-Identifier: MIT */
/* Client(): from an address to an open connection. */
#ifndef TLI_CLIENT_H
#define TLI_CLIENT_H

#include "connection.h"

/*
 * Makes a connection that is to be connected by deadline_ms and open by
 * total_ms, and takes no step yet. The settings and the request, which may be
 * NULL, are copied. NULL with *error set on failure.
 */
tieline_connection *tli_client_new(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, const struct tli_request *request,
	int64_t deadline_ms, int64_t total_ms, struct tli_error *error);

#endif
