/* SPDX-License-Identifier: MIT */
/*
 * A socket as what bytes are read from and written to, with TLS above it or
 * not. What TLS holds back is hidden as far as that goes: see has_input and
 * has_output.
 */
#ifndef TLI_CHANNEL_H
#define TLI_CHANNEL_H

#include "../proto/tls.h"

#include "error.h"
#include "socket.h"

struct tli_channel {
	int fd;              /* -1 = closed */
	struct tli_tls *tls; /* owned; NULL = plain */
	int cut;             /* TLS: -errno, why nothing more comes; or 0 */
	bool ending; /* TLS: the socket's side is to end, once flushed */
	bool stuck;  /* TLS: it reads no more until what is held has gone */
};

/* A channel without TLS. It owns nothing but the number. */
static inline struct tli_channel tli_channel_plain(int fd)
{
	return (struct tli_channel){.fd = fd};
}

/*
 * Puts TLS on a socket on which nothing was said yet. The server's name is a
 * client's. False for lack of memory.
 */
bool tli_channel_secure(struct tli_channel *channel,
	struct tli_tls_context *context, const char *server_name);

/*
 * Goes on with the handshake of TLS, without blocking. Returns 1 when it is
 * over (at once without TLS), 0 when it takes longer, or -errno; -EPROTO if TLS
 * has failed: tli_tls_explain() then says why, and the peer is told.
 */
int tli_channel_shake_hands(struct tli_channel *channel);

/*
 * As tli_socket_read() and tli_socket_write(), with which they are the same
 * without TLS. Over TLS only the peer's word is an end: a socket that ends
 * without it is -ECONNRESET. What fails in TLS is -EPROTO.
 *
 * A read that comes back with less than there is room for has emptied the
 * channel. What was written may still be held here, encrypted.
 */
ssize_t tli_channel_read(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode);
ssize_t tli_channel_write(struct tli_channel *channel, struct iovec *parts,
	size_t count, enum tli_socket_mode mode);

/* Whether reading may give something although the socket has nothing, and
 * although it may not take what is held. */
bool tli_channel_has_input(const struct tli_channel *channel);

/* Bytes that were written and are held here until the socket takes them. */
size_t tli_channel_held_bytes(const struct tli_channel *channel);

/* Writes what is held. Returns 1 when nothing is left, 0 when the socket has no
 * room, or -errno. */
int tli_channel_flush(struct tli_channel *channel, enum tli_socket_mode mode);

/*
 * Ends our side: the peer reads to the end. Over TLS it is told, and the
 * socket's own side ends when that is flushed.
 */
void tli_channel_end(struct tli_channel *channel);

/* Says why nothing more moves: TIELINE_ETLS if TLS has failed, otherwise as
 * tli_error_lost(). Returns the code. */
int tli_channel_lost(const struct tli_channel *channel, int error_number,
	struct tli_error *error);

/* Closes the socket and frees TLS. */
void tli_channel_close(struct tli_channel *channel);

#endif
