/* SPDX-License-Identifier: MIT */
/* A pickle's memo: nodes by number. A number may be anything below the limit,
 * and costs a page of memory at most. */
#ifndef TLI_MEMO_H
#define TLI_MEMO_H

#include "../value/value.h"

#define TLI_MEMO_NEAR 32u /* numbers that need no memory of their own */

struct tli_memo {
	struct tli_value *near[TLI_MEMO_NEAR];
	struct tli_value ***pages;
	size_t page_count;
	size_t bytes; /* that these need */
};

void tli_memo_init(struct tli_memo *memo);
void tli_memo_fini(struct tli_memo *memo);

/* False for lack of memory. */
bool tli_memo_put(
	struct tli_memo *memo, uint32_t number, struct tli_value *value);

/* NULL if there is none. */
struct tli_value *tli_memo_get(const struct tli_memo *memo, uint64_t number);

#endif
