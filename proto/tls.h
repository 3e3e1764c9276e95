/* SPDX-License-Identifier: MIT */
/*
 * One TLS connection as bytes in and bytes out: what comes from the peer is put
 * into `input`, what is to go to it stands in `output`. Neither holds memory at
 * rest.
 */
#ifndef TLI_TLS_H
#define TLI_TLS_H

#include "buf.h"
#include "tls_context.h"

/* So much is fed at a time at most: several records, so that a read is worth
 * its system call. */
#define TLI_TLS_INPUT_MAX (64u << 10)
/* Before the handshake is over: nobody has been let in yet. */
#define TLI_TLS_INPUT_MAX_AT_FIRST (4u << 10)
/* No more is encrypted while so much is not taken. */
#define TLI_TLS_OUTPUT_MAX (64u << 10)

#define TLI_TLS_EXPORT_BYTES    32u
#define TLI_TLS_END_POINT_BYTES 64u   /* of the longest hash */
#define TLI_TLS_NAME_MAX        2048u /* bytes of a name; a URI is long */
#define TLI_TLS_NAME_BYTES      (TLI_TLS_NAME_MAX + 1u)

/* What reading and writing return besides a count above 0. */
enum {
	TLI_TLS_AGAIN = 0, /* more has to come in, or to go out, first */
	TLI_TLS_END = -1,  /* the peer has said that it is done */
	TLI_TLS_FAILED = -2,
};

struct tli_tls;

/*
 * Starts a connection; a client's first bytes are due at once. The server's
 * name or address is a client's: it is told to the server, and the certificate
 * is checked for it where the context says so. NULL for lack of memory.
 */
struct tli_tls *tli_tls_new(
	struct tli_tls_context *context, const char *server_name);

/* NULL is fine. */
void tli_tls_free(struct tli_tls *tls);

/* Where the peer's bytes are put. Its max_bytes says how much there may be;
 * what is in it is taken by the calls below. */
struct tli_buf *tli_tls_input(struct tli_tls *tls);

/* What is to be sent, to be consumed by who has sent it. It has bytes also
 * after a failure: they tell the peer of it. */
struct tli_buf *tli_tls_output(struct tli_tls *tls);

/* Goes on with the handshake. Returns 1 when it is over, TLI_TLS_AGAIN or
 * TLI_TLS_FAILED. */
int tli_tls_handshake(struct tli_tls *tls);

/* Whether the handshake is over. */
bool tli_tls_is_open(const struct tli_tls *tls);

/* Decrypts. Returns how many bytes it stored, of one record at most, or what
 * else is above. */
ptrdiff_t tli_tls_read(struct tli_tls *tls, void *bytes, size_t size);

/* Whether there may be more to decrypt, or an end or a failure to be told,
 * without another byte of the peer. */
bool tli_tls_may_read(const struct tli_tls *tls);

/* Encrypts as much as the output has room for. Returns how much that is, or
 * what else is above. */
ptrdiff_t tli_tls_write(struct tli_tls *tls, const void *bytes, size_t len);

/* Tells the peer that nothing more comes, once. */
void tli_tls_end(struct tli_tls *tls);

/* Why it failed, as text to follow "the peer ", with what to do about it. */
void tli_tls_explain(const struct tli_tls *tls, char text[TLI_TLS_TEXT]);

/*
 * What both ends of this connection know and nobody else (RFC 9266,
 * tls-exporter). False if the version spoken does not give that, or for lack of
 * memory.
 */
bool tli_tls_export(
	struct tli_tls *tls, unsigned char out[TLI_TLS_EXPORT_BYTES]);

/* The hash of the server's certificate (RFC 5929, tls-server-end-point).
 * Returns its length, 0 on failure. */
size_t tli_tls_end_point(
	struct tli_tls *tls, unsigned char out[TLI_TLS_END_POINT_BYTES]);

/* The n-th name for which a CA has vouched of the peer: its alternative names
 * (DNS and URI), then its common name; not those that are too long. False if
 * there are no more. */
bool tli_tls_peer_name(
	struct tli_tls *tls, size_t n, char name[TLI_TLS_NAME_BYTES]);

/* The version spoken, for listings. */
const char *tli_tls_version(const struct tli_tls *tls);

#endif
