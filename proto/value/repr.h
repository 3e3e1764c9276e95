/* SPDX-License-Identifier: MIT */
/*
 * Values as text, as Python's repr() prints them. Objects, which Python's
 * classes print, look like this:
 *
 *     module.name                               a global; what can be no name
 *                                               is in quotes
 *     module.name(1, 2, x=3)                    an object, made with arguments
 *     <module.name(1) {'state': 4}>             with its state
 *     <module.name() [1, 2]>, <... {'k': 'v'}>  with what is put into it
 *
 * What is inside itself is cut there: "[...]" and the like, and "<...>" for an
 * object. Integers of more than 4,300 digits, which Python's repr refuses, are
 * in hexadecimal.
 */
#ifndef TLI_REPR_H
#define TLI_REPR_H

#include "../buf.h"
#include "value.h"
#include "walk.h"

/* Appends the text, UTF-8 with escapes for lone surrogates, to a buffer.
 * TLI_VALUE_LIMIT if its max_bytes are too few; TLI_VALUE_NOMEM. */
int tli_repr(const struct tli_value *value, struct tli_buf *text);

/* The same of one of many parts of a tree: the marks, which are of the whole,
 * are needed by all, but made only once. After a failure they are of no use. */
int tli_repr_part(const struct tli_value *value, struct tli_marks *path,
	struct tli_buf *text);

#endif
