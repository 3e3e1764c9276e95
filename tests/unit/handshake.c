/* SPDX-License-Identifier: MIT */
#include "handshake.h"

#include "../../proto/hmac.h"
#include "../../proto/wire.h"

#include <stdlib.h>
#include <string.h>

const struct tli_auth_policy local = {
	.dialects = TLI_AUTH_ALL,
	.legacy_answer = TLI_AUTH_RAW_MD5,
};
const struct tli_auth_policy remote = {
	.dialects = TLI_AUTH_ALL & ~TLI_AUTH_HMAC_MD5,
	.legacy_answer = TLI_AUTH_RAW_MD5,
};

const uint8_t *nonce_of(enum tli_auth_role role)
{
	static const char *const nonces[] = {
		[TLI_AUTH_LISTENER] =
			"40 bytes that are a listener's challenge",
		[TLI_AUTH_CLIENT] = "forty bytes to be a client's challenge..",
	};
	return (const uint8_t *)nonces[role];
}

void message_of(enum tli_auth_role role, uint8_t message[MESSAGE_BYTES])
{
	memcpy(message, "{sha256}", 8);
	memcpy(message + 8, nonce_of(role), TLI_AUTH_NONCE_BYTES);
}

struct tli_auth start(
	enum tli_auth_role role, const struct tli_auth_policy *policy)
{
	static const struct tli_auth_shared_key key = {KEY, sizeof(KEY) - 1};
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	struct tli_auth auth;

	tli_auth_init(&auth, role, policy, &keys, nonce_of(role));
	return auth;
}

size_t put_frame(uint8_t *frame, const void *head, size_t head_len,
	const void *tail, size_t tail_len)
{
	tli_store_be32(frame, (uint32_t)(head_len + tail_len));
	memcpy(frame + 4, head, head_len);
	memcpy(frame + 4 + head_len, tail, tail_len);
	return 4 + head_len + tail_len;
}

size_t put_text(uint8_t *frame, const char *text)
{
	return put_frame(frame, text, strlen(text), "", 0);
}

size_t put_answer(uint8_t *frame, enum tli_auth_dialect dialect,
	const void *message, size_t message_len)
{
	static const struct {
		const char *prefix;
		enum tli_digest digest;
	} answers[] = {
		[TLI_AUTH_RAW_MD5] = {"", TLI_MD5},
		[TLI_AUTH_RAW_SHA256] = {"", TLI_SHA256},
		[TLI_AUTH_MD5] = {"{md5}", TLI_MD5},
		[TLI_AUTH_SHA256] = {"{sha256}", TLI_SHA256},
		[TLI_AUTH_SHA384] = {"{sha384}", TLI_SHA384},
		[TLI_AUTH_SHA3_256] = {"{sha3_256}", TLI_SHA3_256},
		[TLI_AUTH_SHA3_384] = {"{sha3_384}", TLI_SHA3_384},
	};
	const char *prefix = answers[dialect].prefix;
	enum tli_digest digest = answers[dialect].digest;
	uint8_t mac[TLI_HMAC_MAX];

	assert_true(tli_hmac(
		digest, KEY, sizeof(KEY) - 1, message, message_len, mac));
	return put_frame(
		frame, prefix, strlen(prefix), mac, tli_digest_bytes(digest));
}

int feed_some(
	struct tli_auth *auth, const uint8_t *bytes, size_t len, size_t *used)
{
	uint8_t *copy = exact_copy(bytes, len);
	int result;

	*used = SIZE_MAX;
	result = tli_auth_feed(auth, copy, len, used);
	free(copy);
	return result;
}

int feed(struct tli_auth *auth, const uint8_t *bytes, size_t len)
{
	size_t used;
	int result = feed_some(auth, bytes, len, &used);

	assert_int_equal(used, len);
	return result;
}

size_t take_output(struct tli_auth *auth, uint8_t bytes[TLI_AUTH_OUTPUT_MAX])
{
	size_t len;
	const uint8_t *output = tli_auth_output(auth, &len);

	assert_in_range(len, 0, TLI_AUTH_OUTPUT_MAX);
	memcpy(bytes, output, len);
	tli_auth_output_sent(auth, len);
	return len;
}

/* Lets the peer hear all, and say the next frame. */
static void ask(struct scene *scene, struct tli_auth *peer)
{
	uint8_t bytes[TLI_AUTH_OUTPUT_MAX];
	size_t len = take_output(&scene->auth, bytes);

	assert_in_range(feed(peer, bytes, len), TLI_AUTH_MORE, TLI_AUTH_DONE);
	scene->due_len = take_output(peer, scene->due);
	assert_in_range(scene->due_len, 4 + 1, FRAME_MAX);
	assert_int_equal(tli_load_be32(scene->due), scene->due_len - 4);
}

struct scene scene_at(enum tli_auth_role role, enum tli_auth_step step,
	const struct tli_auth_policy *policy)
{
	static const char *const names[][3] = {
		[TLI_AUTH_LISTENER] = {"listener awaiting an answer",
			"listener awaiting a challenge",
			"listener awaiting a verdict"},
		[TLI_AUTH_CLIENT] = {"client awaiting an answer",
			"client awaiting a challenge",
			"client awaiting a verdict"},
	};
	struct scene scene = {
		.name = names[role][step],
		.auth = start(role, policy),
	};
	struct tli_auth peer = start(
		role == TLI_AUTH_LISTENER ? TLI_AUTH_CLIENT : TLI_AUTH_LISTENER,
		policy);

	ask(&scene, &peer);
	while (tli_auth_awaits(&scene.auth) != step) {
		memcpy(scene.last, scene.due, scene.due_len);
		scene.last_len = scene.due_len;
		assert_int_equal(feed(&scene.auth, scene.due, scene.due_len),
			TLI_AUTH_MORE);
		ask(&scene, &peer);
	}
	return scene;
}

void expect_failure(
	const char *row, struct tli_auth *auth, enum tli_auth_reason reason)
{
	uint8_t output[TLI_AUTH_OUTPUT_MAX], expected[FRAME_MAX];
	size_t output_len = take_output(auth, output);
	size_t expected_len = put_text(expected, "#FAILURE#");
	size_t used;

	check_equal(row, auth->reason, reason);
	check_bytes(row, output, output_len, expected,
		reason == TLI_AUTH_REJECTED ? 0 : expected_len);
	check_equal(row, tli_auth_wants(auth), 0);
	check_equal(row, feed_some(auth, expected, expected_len, &used),
		TLI_AUTH_FAILED);
	check_equal(row, used, 0);
	check_equal(row, auth->reason, reason);
	check_equal(row, take_output(auth, output), 0);
}
