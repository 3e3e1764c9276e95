/* SPDX-License-Identifier: MIT */
#include "fuzz_auth.h"

#include <string.h>

#define KEY   "key"
#define NONCE "0123456789012345678901234567890123456789"

/* 13 bytes: a frame that says no. */
static const uint8_t failure[] = "\0\0\0\x09#FAILURE#";

static unsigned count_failures(const struct tli_auth *auth)
{
	unsigned count = 0;

	for (size_t i = 0; i + 13 <= auth->output_len; i++)
		count += memcmp(auth->output + i, failure, 13) == 0;
	return count;
}

static int feed_in_pieces(struct tli_auth *auth, const uint8_t *bytes,
	size_t len, size_t piece, size_t *used)
{
	int result = TLI_AUTH_MORE;
	size_t taken;

	for (*used = 0; *used < len && result == TLI_AUTH_MORE;
		*used += taken) {
		if (piece > len - *used)
			piece = len - *used;
		result = tli_auth_feed(auth, bytes + *used, piece, &taken);
		require(result != TLI_AUTH_MORE || taken == piece);
	}
	return result;
}

/* What it says of itself is so. */
static void check_end(const struct tli_auth *auth, int result)
{
	bool failed = auth->reason != TLI_AUTH_NONE;

	require((result == TLI_AUTH_FAILED) == failed);
	require((tli_auth_wants(auth) == 0) == (result != TLI_AUTH_MORE));
	require((tli_auth_awaits(auth) == TLI_AUTH_FINISHED) ==
		(result == TLI_AUTH_DONE));
	require(count_failures(auth) ==
		(failed && auth->reason != TLI_AUTH_REJECTED));
	require(tli_auth_reason_text(auth->reason)[0]);
	require(tli_auth_dialect_name(auth->answered)[0]);
	if (result == TLI_AUTH_DONE)
		require(auth->policy.dialects & TLI_AUTH_BIT(auth->answered));
}

void fuzz_auth(enum tli_auth_role role, const uint8_t *data, size_t size)
{
	struct tli_auth whole, pieces;
	static const struct tli_auth_shared_key key = {KEY, 3};
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	struct tli_auth_policy policy = {.dialects = 0};
	size_t used, again, len;
	int result;

	if (size < 2)
		return;
	policy.dialects = data[0] & TLI_AUTH_ALL;
	policy.legacy_answer =
		data[0] & 0x80 ? TLI_AUTH_RAW_SHA256 : TLI_AUTH_RAW_MD5;
	tli_auth_init(&whole, role, &policy, &keys, (const uint8_t *)NONCE);
	pieces = whole;
	result = tli_auth_feed(&whole, data + 2, size - 2, &used);
	require(used <= size - 2);
	check_end(&whole, result);
	require(feed_in_pieces(&pieces, data + 2, size - 2, data[1] + 1u,
			&again) == result);
	require(again == used && pieces.output_len == whole.output_len);
	require(memcmp(pieces.output, whole.output, whole.output_len) == 0);
	require(tli_auth_output(&whole, &len) == whole.output);
	tli_auth_output_sent(&whole, len);
	if (result != TLI_AUTH_MORE)
		require(tli_auth_feed(&whole, data, size, &used) == result &&
			used == 0);
}
