/* SPDX-License-Identifier: MIT */
/*
 * What the two targets of the handshake share. The input: the allowed dialects
 * (a byte; its highest bit: how a client answers bare challenges), the pieces'
 * length (a byte), and what the peer sends. The key and the nonce are fixed,
 * so that an input can make the whole handshake.
 */
#ifndef TESTS_FUZZ_AUTH_H
#define TESTS_FUZZ_AUTH_H

#include "fuzz.h"

#include "../../proto/auth.h"

void fuzz_auth(enum tli_auth_role role, const uint8_t *data, size_t size);

#endif
