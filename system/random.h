/* SPDX-License-Identifier: MIT */
/* Random bytes that nobody can guess. */
#ifndef TLI_RANDOM_H
#define TLI_RANDOM_H

#include <stddef.h>

#define TLI_RANDOM_MAX 256u /* what the kernel gives in one piece */

/* Fills in len bytes, at most TLI_RANDOM_MAX. Returns 0 or -errno. */
int tli_random(void *bytes, size_t len);

#endif
