/* SPDX-License-Identifier: MIT */
/* Two TLS engines, and the bytes between them carried by hand. */
#ifndef TESTS_TLS_ENDS_H
#define TESTS_TLS_ENDS_H

#include "../../proto/tls.h"

#include "certificates.h"

#include <sys/types.h>

#define UNLIMITED SIZE_MAX

struct contexts {
	struct tli_tls_context *server;
	struct tli_tls_context *client;
};

struct ends {
	struct tli_tls *server;
	struct tli_tls *client;
};

/* Sides that trust each other. */
extern const struct side good_server;
extern const struct side good_client;
extern const struct side mutual_server;
extern const struct side mutual_client;

struct contexts new_contexts(
	const struct side *server, const struct side *client);
void free_contexts(struct contexts *contexts);

/* The handshake has not begun. */
struct ends ends_of(const struct contexts *contexts, const char *server_name);

/* Of contexts of their own. */
struct ends new_ends(const struct side *server, const struct side *client,
	const char *server_name);

/* The same, with the handshake over. */
struct ends open_ends(const struct side *server, const struct side *client);
void free_ends(struct ends *ends);

/* Carries at most max bytes, as far as there is room for them. Returns how
 * many; -1 for lack of memory. */
ssize_t carry(struct tli_tls *from, struct tli_tls *to, size_t max);

/*
 * Goes on with the handshake until both ends are done, one has failed and the
 * other has heard of it, or nothing moves any more. Carries pieces of that size
 * at most, and no more than *budget bytes, which it counts down.
 */
void shake_hands(struct ends *ends, size_t piece, size_t *budget);

/* Encrypts and carries all of it, and checks that it comes out. */
void check_exchange(struct tli_tls *from, struct tli_tls *to, const void *bytes,
	size_t len);

#endif
