/* SPDX-License-Identifier: MIT */
/* What the public values are inside: proto/value's nodes and where they live.
 */
#ifndef TLI_VALUES_H
#define TLI_VALUES_H

#include "../proto/value/value.h"
#include "../system/error.h"

#include <tieline/values.h>

struct tieline_values {
	struct tli_values tree;
	struct tli_error broken; /* what first kept something from being put
				  * into something else */
	bool is_mended;          /* what does so next is told instead */
};

/* A public value is a node. */
static inline struct tli_value *tli_node(const tieline_value *value)
{
	return (struct tli_value *)value;
}

static inline tieline_value *tli_public(const struct tli_value *node)
{
	return (tieline_value *)node;
}

/* Whose a node is that has items. */
static inline tieline_values *tli_values_of(const struct tli_value *container)
{
	return (tieline_values *)tli_items_of(container)->values;
}

/* What hides the hashes of this process from peers, of two words. NULL with
 * *error set if the kernel gives no random bytes. */
const uint64_t *tli_values_seed(struct tli_error *error);

/* Makes an error of values this thread's last. Returns its tieline_code. */
int tli_values_failed(const struct tli_value_error *error);

/* The same for a value that cannot be written: if it is broken, the error is
 * what broke it. */
int tli_value_refused(
	const struct tli_value *value, const struct tli_value_error *error);

/* Makes a container broken by this thread's error. Returns its code. */
int tli_value_break(struct tli_value *container);

/* Keeps this thread's error as what kept a value from being made. Returns NULL.
 */
tieline_value *tli_value_not_made(void);

/* Forgets it: everything begins anew. */
void tli_value_begin(void);

/* The node, made in those values, as public; NULL, with this thread's error
 * set, if it could not be made. */
tieline_value *tli_values_made(
	tieline_values *values, const struct tli_value *node);

/* The same of the expression that makes it, which needs values; NULL if there
 * are none. */
#define TLI_MADE(values, node)                                                 \
	((values) ? tli_values_made((values), (node)) : tli_value_unmade())

/* For a NULL where a value that a program has made is needed: the code of what
 * kept it from being made, which is this thread's error. */
int tli_value_missing(void);

/* The same for what makes a value of it. Returns NULL. */
tieline_value *tli_value_unmade(void);

/* Sets this thread's error to TIELINE_EINVAL: a NULL where a value is looked
 * at. */
int tli_value_null_given(void);

/* Sets this thread's error to TIELINE_ETYPE: "list expected, not int". */
int tli_value_wrong_kind(const char *expected, const struct tli_value *node);

/* A copy in those values; NULL with the values' error set. */
struct tli_value *tli_values_copy(
	struct tli_values *values, const struct tli_value *node);

/* The item itself if it lives in those values, otherwise a copy that does. NULL
 * for NULL, or with the values' error set. */
struct tli_value *tli_values_own(
	struct tli_values *values, const tieline_value *item);

#endif
