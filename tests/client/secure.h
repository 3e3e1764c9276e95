/* SPDX-License-Identifier: MIT */
/* Two ends with TLS between them, with the test set of certs/make. */
#ifndef TESTS_SECURE_H
#define TESTS_SECURE_H

#include "ends.h"

#define SECURE "tls://127.0.0.1:0"

/* The path of a file of the set; of the last 16 asked for. */
const char *certificate(const char *name);

/* Options with the key: of a listener that has server-OWN, and of a client that
 * trusts the authority of most. */
tieline_options secure_server(const char *own);
tieline_options secure_client(void);

/* Gives a client client-OWN. */
void show_certificate(tieline_options *options, const char *own);

/* Opens both with good certificates. */
void open_secure(struct ends *ends);

/* Accepts the only one who connects to a raw listening socket of the test's. */
int accept_raw(int listening);

/* A raw listening socket, and its address as tls://. */
int listen_raw(char address[64]);

#endif
