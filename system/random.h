/* SPDX-License-Identifier: MIT */
/* Random bytes of the kernel's: the home of getrandom(2). */
#ifndef TLI_RANDOM_H
#define TLI_RANDOM_H

#include <stddef.h>

/* Fills all of it. Returns 0 or -errno. */
int tli_random(void *bytes, size_t len);

#endif
