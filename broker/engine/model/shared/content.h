/* SPDX-License-Identifier: MIT */
/* What the kinds that contain values share: what they count, and how their
 * content looks as text. */
#ifndef MODEL_CONTENT_H
#define MODEL_CONTENT_H

#include "../../../../proto/buf.h"
#include "../cell.h"

/* Counts what comes into the object of the call and what goes, at once: what
 * goes makes room. False with the error raised, and nothing counted. */
bool content_exchange(
	struct call *call, const struct usage *comes, const struct usage *goes);

/* For kinds whose fini() drops all their content: that, and what it counts, as
 * soon as they are deleted. */
void content_deleted(struct model *model, struct object *object);

/* Whether there are items to make it of. Python's constructors refuse None. */
bool content_is_given(const struct call *call, const struct tli_value *items);

/* The content was changed, but what is told of it is an index. */
void content_changed_at(struct call *call, size_t index);

/* A text that is being made. Once the call has failed nothing is added. */
struct text {
	struct call *call;
	struct tli_buf buf;
};

void text_start(struct text *text, struct call *call);
void text_add(struct text *text, const void *bytes, size_t len);
/* What Python's repr() has for a value. */
void text_add_repr(struct text *text, const struct tli_value *value);
/* The whole as a str; NULL with the error raised. Frees what it was made in. */
struct tli_value *text_end(struct text *text);

/* Answers with the repr() of a value; a NULL is an error that was raised. */
enum outcome content_return_repr(
	struct call *call, const struct tli_value *value);

/* Answers with an instance of that class of multiprocessing.managers, as Python
 * pickles it, with that state, a dict; a NULL is an error that was raised. */
enum outcome content_return_instance(
	struct call *call, const char *class, struct tli_value *state);

/* Answers with a value and the version that it has; a NULL is an error, raised
 * or that of the call's values. */
enum outcome content_return_versioned(
	struct call *call, struct tli_value *value, uint64_t version);

/* The same list, which is in nothing yet, backwards. */
struct tli_value *content_reversed(struct tli_value *list);

/* The value, which a NULL is a failure to make: then its error is raised. */
struct tli_value *content_made(struct call *call, struct tli_value *value);

#endif
