/* SPDX-License-Identifier: MIT */
/* Shared lists. list.c has the methods about one element, list_many.c those
 * about all of them, list_slices.c those with a slice, list_sort.c sort(). */
#ifndef MODEL_LIST_H
#define MODEL_LIST_H

#include "cells.h"

struct list {
	struct object object;
	struct cells content;
};

static inline struct cells *list_content(const struct call *call)
{
	return &((struct list *)call->object)->content;
}

/* Moves cells to where others are dropped: `gone` of them, from `at` on. False
 * with the error raised: then nothing has changed. */
bool list_splice(
	struct call *call, size_t at, size_t gone, struct cells *cells);

/* The methods, if what they are about is a slice. */
enum outcome list_get_slice(struct call *call);
enum outcome list_set_slice(struct call *call);
enum outcome list_delete_slice(struct call *call);

/* The methods that are about all elements. */
enum outcome list_add(struct call *call);
enum outcome list_clear(struct call *call);
enum outcome list_copy(struct call *call);
enum outcome list_create(struct call *call);
enum outcome list_extend(struct call *call);
enum outcome list_imul(struct call *call);
enum outcome list_mul(struct call *call);
enum outcome list_repr(struct call *call);
enum outcome list_reverse(struct call *call);
enum outcome list_reversed(struct call *call);
enum outcome list_sort(struct call *call);

#endif
