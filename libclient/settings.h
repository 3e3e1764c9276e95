/* SPDX-License-Identifier: MIT */
/* The program's options, checked, with the defaults filled in. */
#ifndef TLI_SETTINGS_H
#define TLI_SETTINGS_H

#include "../proto/auth.h"

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
};

/* Whether a handle is made that shakes hands, so that it needs a key. */
enum tli_key_need {
	TLI_WITH_KEY,
	TLI_WITHOUT_KEY,
};

/*
 * Copies a public struct that starts with its size, as the program knows it. A
 * program built against a later version may know more members than we do; those
 * it left at their defaults do not matter, any other has it return false.
 */
bool tli_options_copy(void *to, size_t to_size, const void *from);

/*
 * Checks options (NULL = defaults) into *settings. Returns 0, or the code in
 * *error, with nothing to free.
 */
int tli_settings_init(struct tli_settings *settings,
	const tieline_options *options, enum tli_key_need need,
	struct tli_error *error);

/* Copies the settings, key and all. Returns 0, or TIELINE_ENOMEM. */
int tli_settings_copy(
	struct tli_settings *settings, const struct tli_settings *from);

/* Wipes and frees the key. */
void tli_settings_fini(struct tli_settings *settings);

/* What a peer on this machine, or off it, may use. */
struct tli_auth_policy tli_settings_policy(
	const struct tli_settings *settings, bool peer_is_local);

#endif
