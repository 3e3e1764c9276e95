/* SPDX-License-Identifier: MIT */
/* The file of an identity: what is taken says who it is and what it may do, and
 * what is not taken is refused with a line that the file has. */
#include "refused.h"

#include "../../broker/identities.h"
#include "../../broker/identity_members.h"
#include "../../proto/tls.h"

#include <stdlib.h>
#include <string.h>

#define PATH "a.json"

static void check_rights(const struct rights *rights)
{
	require(rights->count <= RIGHTS_MAX);
	require(rights->everywhere >> RIGHT_COUNT == 0);
	for (size_t i = 0; i < rights->count; i++) {
		const struct right_entry *entry = &rights->entries[i];
		size_t len = strlen(entry->pattern);

		require(len >= 1 && len <= TLI_ADDRESS_NAME_MAX);
		require(entry->bits && entry->bits >> RIGHT_COUNT == 0);
		/* A pattern matches itself, whatever its stars are. */
		require((rights_on(rights, entry->pattern) & entry->bits) ==
			entry->bits);
	}
	for (unsigned right = 0; right < RIGHT_COUNT; right++)
		require(rights_permit(rights, (enum right)right, "a.b") ==
			(rights_on(rights, "a.b") >> right & 1));
}

static void check_taken(const struct identity *identity)
{
	check_rights(&identity->rights);
	require(identity->not_before < identity->not_after);
	require(identity->uid_count <= IDENTITY_UIDS_MAX);
	require(identity->has_uids || identity->uid_count == 0);
	require(identity->certificate_count <= IDENTITY_CERTIFICATES_MAX);
	for (size_t i = 0; i < identity->certificate_count; i++) {
		const char *name = identity->certificates[i];

		require(strlen(name) >= 1 && strlen(name) <= TLI_TLS_NAME_MAX);
		require(identities_find_certificate(identity->set, name) ==
			identity);
	}
	require(!identity_key_objection(identity, identity->not_before, true,
			identity->uids[0]) ||
		(identity->has_uids && identity->uid_count == 0));
	require(identity_key_objection(identity, identity->not_after, true, 0));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_error error = {.code = 0};
	struct identities *set = calloc(1, sizeof(*set));
	struct identity *identity;

	require(set);
	set->references = 1;
	identity = identities_add(set, "a");
	if (identity_parse(identity, PATH, (const char *)data, size, &error) ==
		0)
		check_taken(identity);
	else
		check_refused(&error, PATH, data, size);
	identities_unref(set);
	return 0;
}
