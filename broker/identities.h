/* SPDX-License-Identifier: MIT */
/*
 * Who may come: each identity with its key, its rights, and where and when the
 * key is taken. All of them are loaded together, or none; those who are
 * connected keep the set that theirs is of.
 */
#ifndef BROKER_IDENTITIES_H
#define BROKER_IDENTITIES_H

#include "../system/key.h"

#include "rights.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDENTITIES_MAX            64u /* each costs a login a digest */
#define IDENTITY_ID_MAX           64u
#define IDENTITY_UIDS_MAX         64u
#define IDENTITY_CERTIFICATES_MAX 16u
#define IDENTITY_OF_AUTHKEY       "authkey"

struct identity {
	struct identities *set; /* of which it is */
	char id[IDENTITY_ID_MAX + 1];
	uint32_t number;     /* for limits; the same after a reload */
	struct tli_key *key; /* NULL = it comes by certificate alone */
	struct rights rights;
	uint32_t forbidden_links; /* of struct op */
	int64_t not_before;       /* seconds since 1970 */
	int64_t not_after;        /* the first at which it is over */
	bool has_uids;            /* the key is taken from these users alone */
	size_t uid_count;
	uint32_t uids[IDENTITY_UIDS_MAX];
	size_t certificate_count;
	char *certificates[IDENTITY_CERTIFICATES_MAX]; /* names; owned */
};

/* In the order of their ids, that of authkey_file first. */
struct identities {
	unsigned references;
	uint64_t generation; /* another one after each load */
	uint32_t last_number;
	size_t count;
	struct identity all[IDENTITIES_MAX];
};

/*
 * Loads those of keys_dir, "" for none, and adds the key of authkey_file, NULL
 * for none, as an identity with all rights; the key is given up to them, also
 * on failure. before: the set that is to be replaced, for numbers; NULL = none.
 * NULL with *error set: "FILE: what is wrong and what to do".
 */
struct identities *identities_load(const char *keys_dir,
	struct tli_key *authkey, const struct identities *before,
	struct tli_error *error);

/* NULL is fine. */
void identities_unref(struct identities *identities);

/* A reference to the set of which one is, and so to it; NULL is fine. */
const struct identity *identity_ref(const struct identity *identity);
void identity_unref(const struct identity *identity);

/* NULL if there is none. */
const struct identity *identities_find(
	const struct identities *identities, const char *id);
const struct identity *identities_find_certificate(
	const struct identities *identities, const char *name);

/* Why its key is not taken at that time from that user; NULL if it is. */
const char *identity_key_objection(const struct identity *identity,
	int64_t now_unix_s, bool has_uid, uint32_t uid);

/* Why it is not valid at that time, however it comes; NULL if it is. */
const char *identity_objection(
	const struct identity *identity, int64_t now_unix_s);

/* A new one, with no rights. NULL if there are IDENTITIES_MAX. */
struct identity *identities_add(struct identities *identities, const char *id);

#endif
