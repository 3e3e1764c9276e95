/* SPDX-License-Identifier: MIT */
/* The calls as which repr() prints plain data that has no literal: set(),
 * range(0, 3) ... Used by literal.c alone. */
#ifndef TLI_LITERAL_CALL_H
#define TLI_LITERAL_CALL_H

#include "value.h"

#define TLI_LITERAL_ARGS_MAX 3u

struct tli_literal_call {
	const char *name;
	const char *takes; /* for people */
	uint8_t min_args;
	uint8_t max_args;
	/* What a list, tuple or set right inside becomes at once, so that
	 * nothing is ever in two containers; TLI_NONE: itself. */
	uint8_t items_kind;
	/* NULL without an error: the arguments are wrong. */
	struct tli_value *(*make)(const struct tli_literal_call *call,
		struct tli_values *values, struct tli_value *const *args,
		unsigned count);
};

/* The call of that name; NULL if there is none. */
const struct tli_literal_call *tli_literal_call_find(
	const char *name, size_t len);

#endif
