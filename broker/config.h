/* SPDX-License-Identifier: MIT */
/* The broker's settings, and the file that they are read from. */
#ifndef BROKER_CONFIG_H
#define BROKER_CONFIG_H

#include "../proto/address.h"
#include "../system/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct typeids;

#define CONFIG_LISTEN_MAX 64u
#define CONFIG_PATH_MAX   4096u
/* Of the paths of which each address has several. */
#define CONFIG_CREDENTIAL_MAX 1024u

enum config_legacy_auth {
	CONFIG_LEGACY_AUTH_OFF,
	CONFIG_LEGACY_AUTH_LOCAL,
	CONFIG_LEGACY_AUTH_ANY,
};

enum config_removed_identities {
	CONFIG_REMOVED_CLOSE,
	CONFIG_REMOVED_KEEP,
};

enum config_client_certificates {
	CONFIG_CERTIFICATES_NONE,
	CONFIG_CERTIFICATES_OPTIONAL,
	CONFIG_CERTIFICATES_REQUIRED,
};

enum config_log_level {
	CONFIG_LOG_ERROR,
	CONFIG_LOG_WARNING,
	CONFIG_LOG_INFO,
	CONFIG_LOG_DEBUG,
};

/* One address to listen at. */
struct config_listen {
	char address[TLI_ADDRESS_TEXT_MAX]; /* without a #name */
	char bind[TLI_ADDRESS_NAME_MAX +
		1];            /* a name, to which all who
				  connect are dialled; "" = none */
	uint32_t bind_wait_ms; /* for a listener under that name */
	uint32_t backlog;      /* the kernel's queue of new peers */

	/* Of tls://...; "" = none. */
	char certificate_file[CONFIG_CREDENTIAL_MAX];
	char private_key_file[CONFIG_CREDENTIAL_MAX];
	char client_ca_file[CONFIG_CREDENTIAL_MAX];
	char client_crl_file[CONFIG_CREDENTIAL_MAX];
	enum config_client_certificates client_certificates;
	uint32_t allow_tls12;   /* 0 or 1 */
	uint32_t allow_unbound; /* 0 or 1 */
};

struct config {
	struct config_listen listen[CONFIG_LISTEN_MAX];
	size_t listen_count;                /* 0 = the default addresses */
	char authkey_file[CONFIG_PATH_MAX]; /* "" = the default file */
	char keys_dir[CONFIG_PATH_MAX];     /* "" = none */
	enum config_removed_identities removed_identities;
	enum config_legacy_auth legacy_auth;
	enum config_log_level log_level;
	uint32_t allow_plaintext_remote; /* 0 or 1 */

	uint32_t max_connections;
	uint32_t max_handshakes;
	uint32_t max_handshakes_per_source;
	uint32_t tls_handshake_timeout_ms;
	uint32_t handshake_timeout_ms;
	uint32_t penalty_ms;
	uint32_t penalty_max_ms;

	uint32_t max_parked;
	uint32_t max_waiting;
	uint32_t dial_timeout_ms;
	uint32_t max_held_bytes;

	uint64_t max_message_bytes; /* 0 = no limit */
	uint32_t relay_window_bytes;
	uint64_t relay_total_bytes;

	uint32_t session_window_bytes;
	uint32_t max_session_requests;
	uint32_t max_session_handles;
	uint32_t max_session_grants;
	uint32_t max_item_bytes;

	char advertise_address[TLI_ADDRESS_TEXT_MAX]; /* "" = none */
	uint32_t manager_shutdown;                    /* 0 or 1 */

	uint32_t max_waiting_requests;
	uint64_t max_objects;
	uint64_t max_items;
	uint64_t max_engine_bytes;
	uint64_t max_object_items;
	uint64_t max_object_bytes;
	uint64_t max_identity_objects;
	uint64_t max_identity_items;
	uint64_t max_identity_bytes;
	uint32_t max_identity_waiting_requests;

	uint64_t max_references;
	uint32_t reference_grace_ms;
	uint64_t reference_ttl_ms;
	struct typeids *typeids; /* NULL = none */
	uint32_t guess_typeids;  /* 0 or 1 */

	uint32_t keepalive_idle_s;
	uint32_t keepalive_interval_s;
	uint32_t keepalive_probes;
	uint32_t linger_timeout_ms;
	uint32_t drain_timeout_ms;
	uint32_t max_monitor_bytes;
};

/* Sets everything to its default. */
void config_init(struct config *config);

/* Gives up what it refers to. Copies of the struct are of no use then, unless
 * they have a reference to the typeids of their own. */
void config_fini(struct config *config);

/*
 * Reads a file over the defaults. Returns 0, or a negative code with nothing in
 * *config to be given up and in *error "FILE:LINE: what is wrong and what to
 * do".
 */
int config_load(
	struct config *config, const char *path, struct tli_error *error);

/* The same of a text; path is for messages. */
int config_parse(struct config *config, const char *path, const char *text,
	size_t len, struct tli_error *error);

/*
 * Adds an address to listen at, if it parses and is not there yet, with all
 * else at its default. Returns 0, or the code in *error with nothing added.
 */
int config_add_listen(
	struct config *config, const char *address, struct tli_error *error);

/* Whether that is an address with TLS. */
bool config_is_secure(const struct config_listen *listen);

/* A level by its name; false if there is none. And back. */
bool config_log_level_parse(const char *name, enum config_log_level *level_out);
const char *config_log_level_name(enum config_log_level level);

#endif
