/* SPDX-License-Identifier: MIT */
/* Shared lists. list.c has their methods but those with a slice, which
 * list_slices.c has, and sort(). */
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

enum outcome list_sort(struct call *call);

#endif
