/* SPDX-License-Identifier: MIT */
/* Tells whether a handle was made by this process or by one it forked from. */
#ifndef TLI_FORKED_H
#define TLI_FORKED_H

/*
 * A number that is another one in a forked child. 0 when that cannot be
 * watched for, because there is no memory.
 */
unsigned tli_fork_generation(void);

#endif
