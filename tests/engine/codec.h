/* SPDX-License-Identifier: MIT */
/* Operations as bytes, for an engine in another process: what is asked and what
 * is answered, all of it both ways. */
#ifndef TESTS_CODEC_H
#define TESTS_CODEC_H

#include "../../broker/engine/op.h"
#include "../../proto/buf.h"

/* Appends it. False for lack of memory. */
bool codec_put_op(struct tli_buf *buf, const struct op *op);

/* Takes it out of exactly so many bytes: all fields, with items of its own.
 * False, and nothing taken, for lack of memory or what is none. */
bool codec_take_op(struct op *op, const uint8_t *bytes, size_t len);

#endif
