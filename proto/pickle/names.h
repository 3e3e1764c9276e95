/* SPDX-License-Identifier: MIT */
/*
 * What Python 2 calls the modules, classes and functions of Python 3. Python
 * writes pickles below protocol 3 with the old names, and takes them for old
 * ones when it reads them.
 */
#ifndef TLI_PICKLE_NAMES_H
#define TLI_PICKLE_NAMES_H

#include "../value/value.h"

struct tli_word {
	const char *text; /* no NUL has to follow */
	size_t len;
};

/* Of a literal, as an initializer. */
/* clang-format off */
#define TLI_WORD(text) {text, sizeof(text) - 1}
/* clang-format on */

/* Of a str. */
static inline struct tli_word tli_word_of(const struct tli_value *text)
{
	const struct tli_bytes *node = tli_bytes_of(text);

	return (struct tli_word){(const char *)node->data, node->len};
}

/* The two names of a global. */
struct tli_names {
	struct tli_word module;
	struct tli_word name;
};

/* Replace what is called differently on the other side. */
void tli_names_from_python2(struct tli_names *names);
void tli_names_to_python2(struct tli_names *names);

#endif
