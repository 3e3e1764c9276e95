/* SPDX-License-Identifier: MIT */
/* The program's options, checked, with the defaults filled in. */
#ifndef TLI_SETTINGS_H
#define TLI_SETTINGS_H

#include "../proto/address.h"
#include "../proto/auth.h"
#include "../proto/binding.h"

#include "../system/credentials.h"
#include "../system/endpoint.h"
#include "../system/error.h"
#include "../system/key.h"

#include <tieline/tieline.h>

struct tli_settings {
	struct tli_key *key; /* owned; NULL = no handshake */
	int connect_timeout_ms;
	int handshake_timeout_ms;
	size_t max_message_bytes;
	unsigned backlog; /* 0 = the listener's kind has a default */
	unsigned max_handshakes;
	tieline_legacy_auth legacy_auth;
	enum tli_auth_dialect legacy_answer;
	bool check_peer_uid;
	uint32_t peer_uid;
	tieline_refused_callback on_refused;
	void *on_refused_arg;
	bool exclusive;
	int pickle_protocol;
	struct tli_tls_context *tls; /* a reference; NULL = no TLS */
	char server_name[TLI_ADDRESS_HOST_MAX + 1];
	bool allow_unbound;
	enum tli_binding_way binding_way; /* a client's */
};

/* What a handle is made for that shakes hands. */
struct tli_use {
	const struct tli_address *address;
	enum tli_auth_role role; /* ours there */
};

/*
 * Copies a public struct that starts with its size, as the program knows it. A
 * program built against a later version may know more members than we do; those
 * it left at their defaults do not matter, any other has it return false.
 */
bool tli_options_copy(void *to, size_t to_size, const void *from);

/*
 * Checks options (NULL = defaults) into *settings, for a use; NULL is one
 * without a handshake. Returns 0, or the code in *error, with nothing to free.
 */
int tli_settings_init(struct tli_settings *settings,
	const tieline_options *options, const struct tli_use *use,
	struct tli_error *error);

/* What is to be known for TLS, at an address that has it: settings_tls.c. As
 * above, but that what the settings have by then is still to be freed. */
int tli_settings_secure(struct tli_settings *settings,
	const tieline_options *options, const struct tli_use *use,
	struct tli_error *error);

/* Copies the settings, key and all. Returns 0, or TIELINE_ENOMEM. */
int tli_settings_copy(
	struct tli_settings *settings, const struct tli_settings *from);

/* Writes the endpoint as tli_endpoint_format(), over TLS as tls://. */
void tli_settings_format(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT]);

/* Wipes and frees what they have. */
void tli_settings_fini(struct tli_settings *settings);

/* What a peer on this machine, or off it, may use. */
struct tli_auth_policy tli_settings_policy(
	const struct tli_settings *settings, bool peer_is_local);

#endif
