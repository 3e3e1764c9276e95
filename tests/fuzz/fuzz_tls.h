/* SPDX-License-Identifier: MIT */
/* What the two targets of TLS share. */
#ifndef TESTS_FUZZ_TLS_H
#define TESTS_FUZZ_TLS_H

#include "../../proto/tls.h"

#include "fuzz.h"

/*
 * An engine of that role with a peer that says this. Of the first byte the
 * lowest bit allows TLS 1.2; the second is how much comes in at a time, less
 * one.
 */
void fuzz_tls(enum tli_tls_role role, const uint8_t *data, size_t size);

#endif
