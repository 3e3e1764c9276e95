/* SPDX-License-Identifier: MIT */
/**
 * @file
 * How to make a listener or a connection, or what is made of one: keys, limits,
 * deadlines, TLS. tieline.h includes this.
 */
#ifndef TIELINE_OPTIONS_H
#define TIELINE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The pickle protocols that are written. Every Python from 3.4 on reads the
 *  default. */
#define TIELINE_PICKLE_PROTOCOL_MIN     2
#define TIELINE_PICKLE_PROTOCOL_MAX     5
#define TIELINE_PICKLE_PROTOCOL_DEFAULT 4

/** Which peers may use HMAC-MD5, all that Python up to 3.11 can do. */
typedef enum tieline_legacy_auth {
	TIELINE_LEGACY_AUTH_LOCAL = 0, /**< Unix sockets and loopback */
	TIELINE_LEGACY_AUTH_OFF,       /**< none */
	TIELINE_LEGACY_AUTH_ANY        /**< all */
} tieline_legacy_auth;

/** How a client answers the challenge that does not name a digest. */
typedef enum tieline_legacy_digest {
	TIELINE_LEGACY_DIGEST_MD5 = 0, /**< CPython up to 3.11 */
	TIELINE_LEGACY_DIGEST_SHA256   /**< Red Hat's patched Pythons */
} tieline_legacy_digest;

/** What a client asks of the certificate of a server at tls://. */
typedef enum tieline_verify {
	/** A CA that is trusted vouches for it, for the name of the server. */
	TIELINE_VERIFY_FULL = 0,
	/** A CA that is trusted vouches for it, whatever name it has: for a CA
	 *  of one's own, all of whose servers are trusted alike. */
	TIELINE_VERIFY_CHAIN,
	/** Nothing: the key alone tells who the server is. The login is bound
	 *  to the TLS connection, so somebody in between does not get past it;
	 *  it needs a key, and no allow_unbound. */
	TIELINE_VERIFY_NONE
} tieline_verify;

/** What a listener at tls:// asks of its peers' certificates. */
typedef enum tieline_client_certificates {
	TIELINE_CLIENT_CERTIFICATES_NONE = 0, /**< nothing */
	TIELINE_CLIENT_CERTIFICATES_OPTIONAL, /**< one that is given is good */
	TIELINE_CLIENT_CERTIFICATES_REQUIRED  /**< all have a good one */
} tieline_client_certificates;

/**
 * Told of each peer that a listener turned away; by a listener with a name, of
 * each time that it lost its broker, or was refused by it: once, and again only
 * after it has been back.
 *
 * Called from within accept, wait and process. It must not call anything on
 * that listener; it may print, count, or copy its arguments.
 *
 * @param arg      on_refused_arg of the options.
 * @param code     a #tieline_code: #TIELINE_EAUTH, #TIELINE_EPROTOCOL,
 *                 #TIELINE_EHANDSHAKE, #TIELINE_ELOST ...; #TIELINE_EBROKER
 *                 if it is about the broker.
 * @param peer     the peer's address, or the listener's own if it is about the
 *                 broker; valid during the call.
 * @param message  why, and what to do about it; valid during the call.
 */
typedef void (*tieline_refused_callback)(
	void *arg, int code, const char *peer, const char *message);

/**
 * How to make a listener or a connection. Get one from
 * tieline_options_default() and change what you need: 0, NULL and false
 * everywhere are the defaults. Everything in it is copied by the call that
 * takes it.
 */
typedef struct tieline_options {
	/** sizeof(tieline_options) of the program; tells versions apart. */
	size_t size;

	/** The shared key: 1 to 4096 bytes. Or leave NULL and name a file. */
	const void *authkey;
	size_t authkey_len;

	/**
	 * A file with the key: all its bytes, also a trailing newline. It must
	 * be a regular file, belong to the user or root, and have no rights
	 * for group and others (mode 0600 or 0400).
	 */
	const char *authkey_file;

	/** Skip the handshake, as authkey=None does in Python: only where
	 *  nobody else can reach the address. Without it a key is needed. */
	bool no_authkey;

	/** Client: connecting and authenticating in all; with a name, waiting
	 *  for the other program too. Listener with a name: connecting to the
	 *  broker. Default 10,000. */
	uint32_t connect_timeout_ms;

	/** From the established connection to the end of the handshake.
	 *  Default 5,000. */
	uint32_t handshake_timeout_ms;

	/** Longest message sent or received, in bytes, at most SIZE_MAX / 2.
	 *  Default 64 MiB. */
	uint64_t max_message_bytes;

	/** Listener: while so many connections wait for accept, at most 65,535,
	 *  no new peer is taken; handshakes under way then still add to them.
	 *  Also the kernel's queue of new peers. Default 128. With a name: how
	 *  many connections wait, for accept or, at the broker, for somebody
	 * who dials the name. Default 1. */
	uint32_t backlog;

	/** Listener without a name: handshakes under way at a time, at most
	 *  65,535; at the cap the oldest goes. Default 512. */
	uint32_t max_handshakes;

	/** A #tieline_legacy_auth. */
	tieline_legacy_auth legacy_auth;

	/** A #tieline_legacy_digest. */
	tieline_legacy_digest legacy_digest;

	/** On Unix sockets: only talk to processes of the user peer_uid. */
	bool check_peer_uid;
	uint32_t peer_uid;

	/** Listener: told of each peer turned away, or of the broker's loss;
	 * may be NULL. */
	tieline_refused_callback on_refused;
	void *on_refused_arg;

	/** Listener with a name: while it, or a connection that it accepted, is
	 *  open, nobody else can listen under the name. Since 0.2. */
	bool exclusive;

	/** The pickle protocol in which tieline_send_value() sends, 2 to 5.
	 *  Default 4. Since 0.3. */
	int pickle_protocol;

	/*
	 * TLS, for addresses that begin with tls://; with others what follows
	 * is not looked at. Files are in PEM; they are read by the call that
	 * takes the options, and not again: what is made later with what that
	 * call made, a listener's connections and a session's new ones, uses
	 * what was read. Since 0.6.
	 */

	/** Who is trusted to vouch for the peer. NULL: for a client those that
	 *  the system trusts; a listener that asks for certificates needs it.
	 */
	const char *ca_file;

	/** Certificates that are revoked, of each CA that is involved. NULL:
	 *  revocation is not checked. */
	const char *crl_file;

	/** The own certificate, with those between it and a CA behind it. A
	 *  listener without a name needs one; a client has one if its server
	 *  asks for it. */
	const char *certificate_file;

	/** Its private key, without a password, in a file as closed as
	 *  authkey_file is to be. */
	const char *private_key_file;

	/** Client: the name, or the numeric address, that the server's
	 *  certificate is for. NULL = the host of the address. */
	const char *server_name;

	/** Client: a #tieline_verify. */
	tieline_verify verify;

	/** Listener without a name: a #tieline_client_certificates. */
	tieline_client_certificates client_certificates;

	/** Take TLS 1.2 too, with the ciphers of 1.3; not below. */
	bool allow_tls12;

	/**
	 * The key is proved over TLS so that the proof is good for this one TLS
	 * connection: who relays it to another has nothing of it. A program
	 * that does not know that, such as a stock Python one behind a TLS
	 * terminator, proves its key as it would without TLS: this has a client
	 * log in to such a server, and only such a one, and a listener take
	 * such logins too.
	 */
	bool allow_unbound;

	/**
	 * Client: bind the proof to the certificate of the server, and not to
	 * this one connection. It is what a listener of python/tieline.py at a
	 * tls:// address of its own can check, and all others can too; but
	 * whoever has the private key of that certificate can relay the proof
	 * to any other server that has it.
	 */
	bool bind_to_certificate;
} tieline_options;

/** Options in which everything is at its default. */
static inline tieline_options tieline_options_default(void)
{
	tieline_options options;

	memset(&options, 0, sizeof(options));
	options.size = sizeof(options);
	return options;
}

#ifdef __cplusplus
}
#endif

#endif
