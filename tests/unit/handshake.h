/* SPDX-License-Identifier: MIT */
/*
 * Handshakes for the tests: a machine brought to any step by a peer that is
 * another machine, and what is then fed to it.
 */
#ifndef TESTS_HANDSHAKE_H
#define TESTS_HANDSHAKE_H

#include "unit.h"

#include "../../proto/auth.h"

#define KEY       "the key of these tests"
#define FRAME_MAX (4 + TLI_AUTH_FRAME_MAX)

/* The two that legacy_auth makes: MD5 is allowed, or not. */
extern const struct tli_auth_policy local, remote;

/* Our challenge, after "#CHALLENGE#": "{sha256}" and the role's nonce. */
#define MESSAGE_BYTES 48u
const uint8_t *nonce_of(enum tli_auth_role role);
void message_of(enum tli_auth_role role, uint8_t message[MESSAGE_BYTES]);

struct tli_auth start(
	enum tli_auth_role role, const struct tli_auth_policy *policy);

/* A frame of two parts; returns its length. */
size_t put_frame(uint8_t *frame, const void *head, size_t head_len,
	const void *tail, size_t tail_len);
size_t put_text(uint8_t *frame, const char *text);

/* The answer of a dialect to a message, with the tests' key. */
size_t put_answer(uint8_t *frame, enum tli_auth_dialect dialect,
	const void *message, size_t message_len);

/* Feeds a copy of these bytes, which must be taken in full. */
int feed(struct tli_auth *auth, const uint8_t *bytes, size_t len);
/* The same, and stores how many were taken. */
int feed_some(
	struct tli_auth *auth, const uint8_t *bytes, size_t len, size_t *used);

/* Takes all that is to be sent. */
size_t take_output(struct tli_auth *auth, uint8_t bytes[TLI_AUTH_OUTPUT_MAX]);

/* A machine that has sent all it has to, with the frame that it waits for, and
 * the one that it took last. */
struct scene {
	const char *name;
	struct tli_auth auth;
	uint8_t due[FRAME_MAX];
	size_t due_len;
	uint8_t last[FRAME_MAX];
	size_t last_len;
};

struct scene scene_at(enum tli_auth_role role, enum tli_auth_step step,
	const struct tli_auth_policy *policy);

/* Checks that it has failed for that reason, that it says #FAILURE# once if it
 * is to, and that this is the end. */
void expect_failure(
	const char *row, struct tli_auth *auth, enum tli_auth_reason reason);

#endif
