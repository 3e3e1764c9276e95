/* SPDX-License-Identifier: MIT */
/* The test set of certs/make, and contexts of TLS made of it. */
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

#include "../../proto/tls_context.h"

#define CERTIFICATE_PATH 512u

/* The path of a file of the set. */
void certificate_path(const char *name, char path[CERTIFICATE_PATH]);

/* One side of a connection. */
struct side {
	enum tli_tls_verify verify;
	const char *own; /* "good" is server-good or client-good; NULL = none */
	const char *ca;  /* file; NULL = "ca.crt" */
	const char *crl; /* file; NULL = none */
	bool allow_tls12;
};

/* The files of a side, read; what it has not is empty. */
struct side_files {
	struct tli_pem certificate, private_key, ca, crl;
};

void read_side(enum tli_tls_role role, const struct side *side,
	struct side_files *files);
void free_side(struct side_files *files);

/* Of what was read. NULL with what is wrong in why. */
struct tli_tls_context *context_of(enum tli_tls_role role,
	const struct side *side, const struct side_files *files,
	char why[TLI_TLS_TEXT]);

/* The same in one step; fails the test if there is none. */
struct tli_tls_context *new_context(
	enum tli_tls_role role, const struct side *side);

#endif
