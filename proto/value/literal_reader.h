/* SPDX-License-Identifier: MIT */
/* The text of a literal, where in it we are, and what is wrong there. Used by
 * literal*.c alone. */
#ifndef TLI_LITERAL_READER_H
#define TLI_LITERAL_READER_H

#include "literal.h"

#include <string.h>

struct tli_literal_reader {
	struct tli_values *values;
	const char *text;
	const char *at;
	const char *end;
	const char *start; /* of the number that is being read */
	struct tli_literal_filler *filler; /* NULL: there is none */
	/* Room for what any part of the text stands for, and as many bytes
	 * more as an integer can need. */
	uint8_t *scratch;
	size_t used; /* of that */
};

/* The next character; NUL, which is none of a literal, at the end. */
static inline char tli_literal_peek(const struct tli_literal_reader *reader)
{
	return reader->at < reader->end ? *reader->at : '\0';
}

/* The one so far behind the next. */
static inline char tli_literal_ahead(
	const struct tli_literal_reader *reader, size_t distance)
{
	return (size_t)(reader->end - reader->at) > distance
		? reader->at[distance]
		: '\0';
}

static inline bool tli_literal_is_one_of(char character, const char *set)
{
	return character && strchr(set, character);
}

/* How many letters, digits and underscores there are at the distance. */
size_t tli_literal_word_len(
	const struct tli_literal_reader *reader, size_t distance);

/* Goes behind white space and comments. */
void tli_literal_skip_space(struct tli_literal_reader *reader);

/* Sets the error to TLI_VALUE_SYNTAX, with line and column of that place.
 * Returns NULL. */
void *tli_literal_fail(const struct tli_literal_reader *reader,
	const char *place, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same, of the place where we are: what should be here, and what is. */
void *tli_literal_expected(
	const struct tli_literal_reader *reader, const char *what);

#endif
