/* SPDX-License-Identifier: MIT */
/* What the kinds that contain values share: what they count, and how their
 * content looks as text. */
#ifndef MODEL_CONTENT_H
#define MODEL_CONTENT_H

#include "cell.h"

/* Counts what comes into the object of the call and what goes, at once: what
 * goes makes room. False with the error raised, and nothing counted. */
bool content_exchange(
	struct call *call, const struct usage *comes, const struct usage *goes);

/* The content was changed, but what is told of it is an index. */
void content_changed_at(struct call *call, size_t index);

/* The text that Python's repr() has for a value; NULL with the error raised.
 */
struct tli_value *content_repr(
	struct call *call, const struct tli_value *value);

/* Answers with it; a NULL is an error that has been raised. */
enum outcome content_return_repr(
	struct call *call, const struct tli_value *value);

/* The same list, which is in nothing yet, backwards. */
struct tli_value *content_reversed(struct tli_value *list);

/* The value, which a NULL is a failure to make: then its error is raised. */
struct tli_value *content_made(struct call *call, struct tli_value *value);

#endif
