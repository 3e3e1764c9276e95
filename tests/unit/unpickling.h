/* SPDX-License-Identifier: MIT */
/* Pickles by hand, and what they are read as: by the text of the value, or of
 * the error. */
#ifndef TESTS_UNPICKLING_H
#define TESTS_UNPICKLING_H

#include "../../proto/pickle/unpickle.h"

extern const struct tli_value_limits unpickle_limits;
extern const uint64_t unpickle_seed[2];

struct pickle_row {
	const char *pickle;
	size_t len;
	const char *text; /* the repr, or the error's */
};

#define ROW(pickle, text)                                                      \
	{                                                                      \
		pickle, sizeof(pickle) - 1, text                               \
	}

/* The repr of what a pickle is, or its error, to be freed. */
char *read_pickle_row(
	const struct pickle_row *row, enum tli_unpickle_bytes bytes);

/* Reads each, with its bytes copied and borrowed. */
void check_pickles(const struct pickle_row *rows, size_t count);

#endif
