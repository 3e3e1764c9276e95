/* SPDX-License-Identifier: MIT */
/* uthash, set up for a broker: lack of memory leaves the element without a
 * table (its hh.tbl is NULL) instead of ending the process. */
#ifndef BROKER_TABLE_H
#define BROKER_TABLE_H

#define HASH_NONFATAL_OOM 1
/* The default one falls through its switch, which clang warns of. */
#define HASH_FUNCTION HASH_FNV

#include <uthash.h>

#endif
