/* SPDX-License-Identifier: MIT */
/* Certificates and their keys in files, made ready for TLS. */
#ifndef TLI_CREDENTIALS_H
#define TLI_CREDENTIALS_H

#include "../proto/tls_context.h"
#include "error.h"

#define TLI_CREDENTIALS_BYTES_MAX (1u << 20) /* of one file */

/* Files in PEM; NULL or "" = none. */
struct tli_credentials {
	enum tli_tls_role role;
	enum tli_tls_verify verify;
	const char *certificate_file;
	const char *private_key_file; /* to be as closed as a key file */
	const char *ca_file;
	const char *crl_file;
	bool allow_tls12;
};

/* Reads the files and makes a context of them. NULL with *error set:
 * TIELINE_ECREDENTIALS, TIELINE_ENOMEM or TIELINE_EDESCRIPTORS. */
struct tli_tls_context *tli_credentials_load(
	const struct tli_credentials *credentials, struct tli_error *error);

#endif
