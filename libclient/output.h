/* SPDX-License-Identifier: MIT */
/*
 * What goes out on a connection: a message at a time, written from the caller's
 * memory; the rest of one that the kernel had no room for is kept.
 */
#ifndef TLI_OUTPUT_H
#define TLI_OUTPUT_H

#include "../proto/buf.h"

#include "../system/channel.h"
#include "../system/error.h"

struct tli_output {
	struct tli_buf kept;    /* at most one message, with its header */
	struct tli_error error; /* sticky: code 0 = it goes on */
};

void tli_output_init(struct tli_output *output, size_t max_message_bytes);
void tli_output_fini(struct tli_output *output);

/* Whether a message is still being sent, so that none can be taken. */
bool tli_output_is_pending(
	const struct tli_output *output, const struct tli_channel *channel);

/*
 * Sends a message when none is pending. With TLI_SOCKET_TRY the rest is kept;
 * with TLI_SOCKET_BLOCK it returns when all is written. Returns 0, or
 * TIELINE_ENOMEM with nothing taken, or the code of the sticky error.
 */
int tli_output_send(struct tli_output *output, struct tli_channel *channel,
	const void *data, size_t len, enum tli_socket_mode mode);

/* Writes bytes that are no message when none is pending, and keeps a little of
 * what there is no room for. Returns as above, with *put as what was taken. */
int tli_output_put(struct tli_output *output, struct tli_channel *channel,
	const void *bytes, size_t len, size_t *put);

/* Writes as much of what is kept as the kernel has room for. */
void tli_output_flush(struct tli_output *output, struct tli_channel *channel);

#endif
