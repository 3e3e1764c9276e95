/* SPDX-License-Identifier: MIT */
#include "identities.h"

#include "engine/kinds.h"
#include "engine/needs.h"
#include "identity_folder.h"

#include <tieline/tieline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Lives ------------------------------------------------------------ */

static void fini(struct identity *identity)
{
	tli_key_free(identity->key);
	rights_fini(&identity->rights);
	for (size_t i = 0; i < identity->certificate_count; i++)
		free(identity->certificates[i]);
}

void identities_unref(struct identities *identities)
{
	if (!identities || --identities->references > 0)
		return;
	for (size_t i = 0; i < identities->count; i++)
		fini(&identities->all[i]);
	free(identities);
}

const struct identity *identity_ref(const struct identity *identity)
{
	if (identity)
		identity->set->references++;
	return identity;
}

void identity_unref(const struct identity *identity)
{
	if (identity)
		identities_unref(identity->set);
}

struct identity *identities_add(struct identities *identities, const char *id)
{
	struct identity *added = &identities->all[identities->count];

	if (identities->count == IDENTITIES_MAX)
		return NULL;
	identities->count++;
	*added = (struct identity){
		.set = identities,
		.not_before = INT64_MIN,
		.not_after = INT64_MAX,
	};
	strcpy(added->id, id);
	return added;
}

/* ---- Finding ---------------------------------------------------------- */

const struct identity *identities_find(
	const struct identities *identities, const char *id)
{
	for (size_t i = 0; i < identities->count; i++)
		if (strcmp(identities->all[i].id, id) == 0)
			return &identities->all[i];
	return NULL;
}

static bool has_certificate(const struct identity *identity, const char *name)
{
	for (size_t i = 0; i < identity->certificate_count; i++)
		if (strcmp(identity->certificates[i], name) == 0)
			return true;
	return false;
}

const struct identity *identities_find_certificate(
	const struct identities *identities, const char *name)
{
	for (size_t i = 0; i < identities->count; i++)
		if (has_certificate(&identities->all[i], name))
			return &identities->all[i];
	return NULL;
}

/* ---- Objections ------------------------------------------------------- */

static bool has_uid_of(const struct identity *identity, uint32_t uid)
{
	for (size_t i = 0; i < identity->uid_count; i++)
		if (identity->uids[i] == uid)
			return true;
	return false;
}

const char *identity_objection(
	const struct identity *identity, int64_t now_unix_s)
{
	if (now_unix_s < identity->not_before)
		return "it is not valid yet: see its \"not_before\"";
	if (now_unix_s >= identity->not_after)
		return "it is not valid any more: see its \"not_after\"";
	return NULL;
}

const char *identity_key_objection(const struct identity *identity,
	int64_t now_unix_s, bool has_uid, uint32_t uid)
{
	const char *invalid = identity_objection(identity, now_unix_s);

	if (invalid || !identity->has_uids)
		return invalid;
	if (!has_uid)
		return "its key is for Unix sockets alone: see its \"uids\"";
	if (!has_uid_of(identity, uid))
		return "its key is for other users: see its \"uids\"";
	return NULL;
}

/* ---- Loading ---------------------------------------------------------- */

/* By their ids; that of authkey_file is the first. */
static int compare(const void *a, const void *b)
{
	const struct identity *one = a, *other = b;
	int first = (strcmp(other->id, IDENTITY_OF_AUTHKEY) == 0) -
		(strcmp(one->id, IDENTITY_OF_AUTHKEY) == 0);

	return first ? first : strcmp(one->id, other->id);
}

/* Whoever comes is one of them, and not two. */
static int check_pair(const struct identity *one, const struct identity *other,
	struct tli_error *error)
{
	if (tli_key_equal(one->key, other->key))
		return tli_error_set(error, TIELINE_EKEY,
			"%s and %s have the same key: each needs one of its "
			"own",
			one->id, other->id);
	for (size_t i = 0; i < other->certificate_count; i++)
		if (has_certificate(one, other->certificates[i]))
			return tli_error_set(error, TIELINE_EINVAL,
				"%s and %s have the same name of a "
				"certificate: \"%.80s\"",
				one->id, other->id, other->certificates[i]);
	return 0;
}

static int check_pairs(
	const struct identities *identities, struct tli_error *error)
{
	int result = 0;

	for (size_t i = 0; i < identities->count; i++)
		for (size_t j = 0; j < i && result == 0; j++)
			result = check_pair(&identities->all[j],
				&identities->all[i], error);
	return result;
}

static void give_numbers(
	struct identities *identities, const struct identities *before)
{
	if (before)
		identities->last_number = before->last_number;
	for (size_t i = 0; i < identities->count; i++) {
		struct identity *identity = &identities->all[i];
		const struct identity *old =
			before ? identities_find(before, identity->id) : NULL;

		if (strcmp(identity->id, IDENTITY_OF_AUTHKEY) == 0)
			identity->number = 0;
		else
			identity->number =
				old ? old->number : ++identities->last_number;
	}
}

/* What no right at all is to. The engine does not know who has a right to which
 * name: of objects with names it is all or none. */
static uint32_t forbidden_links(const struct rights *rights)
{
	uint32_t links = rights->everywhere & NEEDS_ANY ? 0 : LINKS_TO_OTHERS;
	char name[TLI_ADDRESS_NAME_MAX + 2];

	for (unsigned i = 0; engine_kind_name(i); i++) {
		snprintf(name, sizeof(name), "@%s", engine_kind_name(i));
		if (!(rights_on(rights, name) & NEEDS_ANY))
			links |= LINKS_TO_KIND(i);
	}
	return links;
}

static int load(struct identities *identities, const char *keys_dir,
	struct tli_error *error)
{
	int result = keys_dir[0]
		? identity_folder_read(keys_dir, identities, error)
		: 0;

	qsort(identities->all, identities->count, sizeof(identities->all[0]),
		compare);
	return result < 0 ? result : check_pairs(identities, error);
}

struct identities *identities_load(const char *keys_dir,
	struct tli_key *authkey, const struct identities *before,
	struct tli_error *error)
{
	struct identities *identities = calloc(1, sizeof(*identities));
	struct identity *all_rights;

	if (!identities) {
		tli_key_free(authkey);
		tli_error_set(error, TIELINE_ENOMEM, "no memory for the keys");
		return NULL;
	}
	identities->references = 1;
	identities->generation = before ? before->generation + 1 : 1;
	if (authkey) {
		all_rights = identities_add(identities, IDENTITY_OF_AUTHKEY);
		all_rights->key = authkey;
		all_rights->rights = rights_all;
	}
	if (load(identities, keys_dir, error) < 0) {
		identities_unref(identities);
		return NULL;
	}
	give_numbers(identities, before);
	for (size_t i = 0; i < identities->count; i++)
		identities->all[i].forbidden_links =
			forbidden_links(&identities->all[i].rights);
	return identities;
}
