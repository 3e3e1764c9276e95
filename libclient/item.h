/* SPDX-License-Identifier: MIT */
/* Items as programs see them, made of records and made into records. */
#ifndef TLI_CLIENT_ITEM_H
#define TLI_CLIENT_ITEM_H

#include "../proto/item.h"

#include "../system/error.h"
#include "exchange.h"

#include <tieline/session.h>

#include <sys/queue.h>

/* An item of the library's own. */
struct tli_got {
	TAILQ_ENTRY(tli_got) link; /* in a stream */
	uint32_t references;
	tieline_item item;
	tieline_header headers[]; /* behind them: texts and body */
};

TAILQ_HEAD(tli_got_list, tli_got);

static inline struct tli_got *tli_got_of(tieline_item *item)
{
	return (struct tli_got *)((char *)item -
		offsetof(struct tli_got, item));
}

/*
 * Makes items of the records of a payload, and hands each to take, which owns
 * it then, and returns false for lack of memory. Returns 0, or the code in
 * *error: TIELINE_ENOMEM, or TIELINE_EPROTOCOL.
 */
int tli_items_take(const uint8_t *payload, size_t len,
	bool (*take)(void *arg, struct tli_got *got), void *arg,
	struct tli_error *error);

/* Makes a request with items as its payload. Those without a subject get that
 * one. NULL with the session's error set. */
struct tli_exchange *tli_items_exchange(tieline_object *object,
	const struct tli_session_frame *asked, const tieline_item items[],
	size_t count, const char *subject);

#endif
