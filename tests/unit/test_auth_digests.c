/* SPDX-License-Identifier: MIT */
/* The handshake: every digest under every policy, and two machines that talk to
 * each other. */
#include "handshake.h"

#include <stdio.h>
#include <string.h>

#define LISTENER TLI_AUTH_LISTENER
#define CLIENT   TLI_AUTH_CLIENT
#define NONE     TLI_AUTH_NONE

static const enum tli_auth_role roles[] = {LISTENER, CLIENT};

/* ---- Digests --------------------------------------------------------- */

#define REFUSED    TLI_AUTH_REFUSED_DIALECT
#define NO_DIALECT TLI_AUTH_DIALECTS
#define MAC_32     "0123456789abcdef0123456789abcdef"

/* Answers by dialect, or with this text; what comes of them locally and
 * remotely. */
static const struct {
	const char *name;
	enum tli_auth_dialect dialect;
	const char *text;
	enum tli_auth_reason local, remote;
} answers[] = {
	{"MD5", TLI_AUTH_RAW_MD5, NULL, NONE, REFUSED},
	{"SHA-256", TLI_AUTH_RAW_SHA256, NULL, NONE, NONE},
	{"{md5}", TLI_AUTH_MD5, NULL, NONE, REFUSED},
	{"{sha256}", TLI_AUTH_SHA256, NULL, NONE, NONE},
	{"{sha384}", TLI_AUTH_SHA384, NULL, NONE, NONE},
	{"{sha3_256}", TLI_AUTH_SHA3_256, NULL, NONE, NONE},
	{"{sha3_384}", TLI_AUTH_SHA3_384, NULL, NONE, NONE},
	{"{sha1}", NO_DIALECT, "{sha1}0123456789abcdef0123", TLI_AUTH_NO_ANSWER,
		TLI_AUTH_NO_ANSWER},
	{"{SHA256}", NO_DIALECT, "{SHA256}" MAC_32, TLI_AUTH_NO_ANSWER,
		TLI_AUTH_NO_ANSWER},
	{"{sha256} of 16", NO_DIALECT, "{sha256}0123456789abcdef",
		TLI_AUTH_NO_ANSWER, TLI_AUTH_NO_ANSWER},
	{"{md5} of 32", NO_DIALECT, "{md5}" MAC_32, TLI_AUTH_NO_ANSWER,
		TLI_AUTH_NO_ANSWER},
	{"48 bare bytes", NO_DIALECT, MAC_32 "0123456789abcdef",
		TLI_AUTH_NO_ANSWER, TLI_AUTH_NO_ANSWER},
	/* right lengths and prefixes, but nothing computed */
	{"a wrong 16", TLI_AUTH_RAW_MD5, "0123456789abcdef",
		TLI_AUTH_WRONG_ANSWER, REFUSED},
	{"a wrong 32", TLI_AUTH_RAW_SHA256, MAC_32, TLI_AUTH_WRONG_ANSWER,
		TLI_AUTH_WRONG_ANSWER},
	{"a wrong {sha3_256}", TLI_AUTH_SHA3_256, "{sha3_256}" MAC_32,
		TLI_AUTH_WRONG_ANSWER, TLI_AUTH_WRONG_ANSWER},
};

static void answer(enum tli_auth_role role, size_t i, bool is_local)
{
	struct scene scene = scene_at(
		role, TLI_AUTH_AWAIT_ANSWER, is_local ? &local : &remote);
	enum tli_auth_reason reason =
		is_local ? answers[i].local : answers[i].remote;
	uint8_t frame[FRAME_MAX], message[MESSAGE_BYTES];
	size_t len;
	int result;

	message_of(role, message);
	len = answers[i].text ? put_text(frame, answers[i].text)
			      : put_answer(frame, answers[i].dialect, message,
					sizeof(message));
	result = feed(&scene.auth, frame, len);
	check_equal(answers[i].name, scene.auth.answered, answers[i].dialect);
	if (reason != NONE)
		expect_failure(answers[i].name, &scene.auth, reason);
	else
		check_equal(answers[i].name, result,
			role == LISTENER ? TLI_AUTH_MORE : TLI_AUTH_DONE);
}

static void answers_are_taken_by_digest_and_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(answers); i++)
		for (size_t role = 0; role < LENGTH(roles); role++) {
			answer(roles[role], i, true);
			answer(roles[role], i, false);
		}
}

#define LONGEST (TLI_AUTH_FRAME_MAX - 11)

/* What follows "#CHALLENGE#", filled up with "." to that length; how it is
 * answered; what comes of it locally and remotely. */
static const struct {
	const char *start;
	size_t len;
	enum tli_auth_dialect dialect;
	enum tli_auth_reason local, remote;
} challenges[] = {
	{"", 20, TLI_AUTH_RAW_MD5, NONE, REFUSED},
	{"{sha256}", 20, TLI_AUTH_RAW_MD5, NONE, REFUSED},
	{"{md5}", 45, TLI_AUTH_MD5, NONE, REFUSED},
	{"{sha256}", 48, TLI_AUTH_SHA256, NONE, NONE},
	{"{sha384}", 48, TLI_AUTH_SHA384, NONE, NONE},
	{"{sha3_256}", 50, TLI_AUTH_SHA3_256, NONE, NONE},
	{"{sha3_384}", 50, TLI_AUTH_SHA3_384, NONE, NONE},
	{"{sha256}", 21, TLI_AUTH_SHA256, NONE, NONE},
	{"{sha256}", LONGEST, TLI_AUTH_SHA256, NONE, NONE},
	{"{sha1}", 46, NO_DIALECT, TLI_AUTH_UNKNOWN_DIGEST,
		TLI_AUTH_UNKNOWN_DIGEST},
	{"{sha256", 48, NO_DIALECT, TLI_AUTH_UNKNOWN_DIGEST,
		TLI_AUTH_UNKNOWN_DIGEST},
	{"", 21, NO_DIALECT, TLI_AUTH_UNKNOWN_DIGEST, TLI_AUTH_UNKNOWN_DIGEST},
	{"{sha256}", 19, NO_DIALECT, TLI_AUTH_SHORT_CHALLENGE,
		TLI_AUTH_SHORT_CHALLENGE},
	{"", 0, NO_DIALECT, TLI_AUTH_SHORT_CHALLENGE, TLI_AUTH_SHORT_CHALLENGE},
};

/* Challenges it, and checks its answer, or why it has none. */
static void challenge(const char *row, struct tli_auth *auth,
	const uint8_t *message, size_t len, enum tli_auth_dialect dialect,
	enum tli_auth_reason reason)
{
	uint8_t frame[FRAME_MAX], output[TLI_AUTH_OUTPUT_MAX];
	int result = feed(
		auth, frame, put_frame(frame, "#CHALLENGE#", 11, message, len));

	if (reason != NONE) {
		expect_failure(row, auth, reason);
		return;
	}
	check_equal(row, result, TLI_AUTH_MORE);
	len = put_answer(frame, dialect, message, len);
	check_bytes(row, output, take_output(auth, output), frame, len);
}

static void challenges_are_answered_by_digest_and_policy(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2 * 2 * LENGTH(challenges); i++) {
		size_t row = i / 4;
		const char *text = challenges[row].start;
		bool is_local = i % 2;
		struct scene scene = scene_at(roles[i / 2 % 2],
			TLI_AUTH_AWAIT_CHALLENGE, is_local ? &local : &remote);
		uint8_t message[LONGEST];

		memset(message, '.', sizeof(message));
		memcpy(message, text, strlen(text));
		challenge(text, &scene.auth, message, challenges[row].len,
			challenges[row].dialect,
			is_local ? challenges[row].local
				 : challenges[row].remote);
	}
}

/* How a listener answers the challenge of 20 bytes after each answer. */
static const struct {
	enum tli_auth_dialect answered;
	enum tli_auth_dialect answers;
	enum tli_auth_reason remote;
} bare[] = {
	{TLI_AUTH_RAW_MD5, TLI_AUTH_RAW_MD5, NONE},
	{TLI_AUTH_RAW_SHA256, TLI_AUTH_RAW_SHA256, NONE},
	{TLI_AUTH_MD5, TLI_AUTH_RAW_MD5, NONE},
	{TLI_AUTH_SHA256, TLI_AUTH_RAW_MD5, REFUSED},
	{TLI_AUTH_SHA384, TLI_AUTH_RAW_MD5, REFUSED},
	{TLI_AUTH_SHA3_256, TLI_AUTH_RAW_MD5, REFUSED},
	{TLI_AUTH_SHA3_384, TLI_AUTH_RAW_MD5, REFUSED},
};

static void bare_challenge_after(size_t i, const struct tli_auth_policy *policy,
	enum tli_auth_reason reason)
{
	const char *name = tli_auth_dialect_name(bare[i].answered);
	struct tli_auth auth = start(LISTENER, policy);
	uint8_t message[MESSAGE_BYTES], frame[FRAME_MAX];
	uint8_t ours[TLI_AUTH_OUTPUT_MAX];

	message_of(LISTENER, message);
	feed(&auth, frame,
		put_answer(frame, bare[i].answered, message, sizeof(message)));
	take_output(&auth, ours);
	challenge(name, &auth, (const uint8_t *)"20 bytes, says nothing", 20,
		bare[i].answers, reason);
}

static void a_listener_answers_bare_as_it_was_answered(void **state)
{
	struct tli_auth_policy odd = local;

	(void)state;
	odd.legacy_answer = TLI_AUTH_RAW_SHA256; /* for clients only */
	for (size_t i = 0; i < LENGTH(bare); i++) {
		bare_challenge_after(i, &local, NONE);
		bare_challenge_after(i, &odd, NONE);
		if (!(TLI_AUTH_HMAC_MD5 & TLI_AUTH_BIT(bare[i].answered)))
			bare_challenge_after(i, &remote, bare[i].remote);
	}
}

static void a_client_answers_bare_as_its_policy_says(void **state)
{
	const uint8_t *message = (const uint8_t *)"20 bytes, says nothing";
	struct tli_auth_policy policy = remote;
	struct tli_auth auth;

	(void)state;
	policy.legacy_answer = TLI_AUTH_RAW_SHA256;
	auth = start(CLIENT, &policy);
	challenge("SHA-256", &auth, message, 20, TLI_AUTH_RAW_SHA256, NONE);
	policy.dialects &= ~TLI_AUTH_BIT(TLI_AUTH_RAW_SHA256);
	auth = start(CLIENT, &policy);
	challenge("SHA-256", &auth, message, 20, NO_DIALECT, REFUSED);
}

static void only_the_whole_own_challenge_is_reflected(void **state)
{
	uint8_t message[MESSAGE_BYTES + 1];

	(void)state;
	for (size_t len = 21; len <= sizeof(message); len++)
		for (size_t i = 0; i < LENGTH(roles); i++) {
			struct scene scene = scene_at(
				roles[i], TLI_AUTH_AWAIT_CHALLENGE, &local);

			message_of(roles[i], message);
			message[MESSAGE_BYTES] = 0;
			challenge(scene.name, &scene.auth, message, len,
				TLI_AUTH_SHA256,
				len == MESSAGE_BYTES ? TLI_AUTH_REFLECTED
						     : NONE);
		}
}

/* ---- Two machines ---------------------------------------------------- */

#define AFTER "what follows the handshake"

/* A connection's one direction: what was sent and not yet read. */
struct wire {
	uint8_t bytes[TLI_AUTH_OUTPUT_MAX + sizeof(AFTER)];
	size_t start, end;
	bool ended;
};

static void put(struct wire *wire, const void *bytes, size_t len)
{
	assert_in_range(len, 0, sizeof(wire->bytes) - wire->end);
	memcpy(wire->bytes + wire->end, bytes, len);
	wire->end += len;
}

/* It sends all it has, and once it is done, what a program would. */
static void send_all(struct tli_auth *auth, int result, struct wire *wire)
{
	uint8_t output[TLI_AUTH_OUTPUT_MAX];

	put(wire, output, take_output(auth, output));
	if (result == TLI_AUTH_DONE && !wire->ended) {
		put(wire, AFTER, sizeof(AFTER));
		wire->ended = true;
	}
}

/* It reads what it wants, in pieces of at most that many bytes. */
static int receive(struct tli_auth *auth, struct wire *wire, size_t piece)
{
	size_t len = wire->end - wire->start;
	size_t wants = tli_auth_wants(auth);

	if (len > wants)
		len = wants;
	if (len > piece)
		len = piece;
	wire->start += len;
	return feed(auth, wire->bytes + wire->start - len, len);
}

/* Both talk until neither has more to say. */
static void talk(struct tli_auth *listener, struct tli_auth *client,
	struct wire *to_client, struct wire *to_listener, size_t piece)
{
	int listening = TLI_AUTH_MORE, connecting = TLI_AUTH_MORE;
	size_t before;

	do {
		before = to_client->end + to_client->start + to_listener->end +
			to_listener->start;
		send_all(listener, listening, to_client);
		connecting = receive(client, to_client, piece);
		send_all(client, connecting, to_listener);
		listening = receive(listener, to_listener, piece);
	} while (to_client->end + to_client->start + to_listener->end +
			to_listener->start !=
		before);
}

static void expect_after(const char *row, const struct wire *wire)
{
	check_bytes(row, wire->bytes + wire->start, wire->end - wire->start,
		AFTER, sizeof(AFTER));
}

static void two_machines_agree_and_read_nothing_more(void **state)
{
	(void)state;
	for (size_t piece = 1; piece <= TLI_AUTH_FRAME_MAX; piece++) {
		struct tli_auth listener = start(LISTENER, &remote);
		struct tli_auth client = start(CLIENT, &remote);
		struct wire to_client = {.end = 0}, to_listener = {.end = 0};

		talk(&listener, &client, &to_client, &to_listener, piece);
		assert_int_equal(tli_auth_awaits(&listener), TLI_AUTH_FINISHED);
		assert_int_equal(tli_auth_awaits(&client), TLI_AUTH_FINISHED);
		assert_int_equal(listener.answered, TLI_AUTH_SHA256);
		assert_int_equal(client.answered, TLI_AUTH_SHA256);
		expect_after("to the client", &to_client);
		expect_after("to the listener", &to_listener);
	}
}

/* We always ask for SHA-256: whoever does not allow it stops, the other is
 * rejected. */
static void two_policies(unsigned listening, unsigned connecting)
{
	struct tli_auth_policy first = {.dialects = listening};
	struct tli_auth_policy second = {.dialects = connecting};
	struct tli_auth listener = start(LISTENER, &first);
	struct tli_auth client = start(CLIENT, &second);
	struct wire to_client = {.end = 0}, to_listener = {.end = 0};
	bool may_listen = listening & TLI_AUTH_BIT(TLI_AUTH_SHA256);
	bool may_connect = connecting & TLI_AUTH_BIT(TLI_AUTH_SHA256);
	char row[60];

	snprintf(row, sizeof(row), "policies %#x, %#x", listening, connecting);
	talk(&listener, &client, &to_client, &to_listener, SIZE_MAX);
	check_equal(row, client.reason,
		!may_connect          ? REFUSED
			: !may_listen ? TLI_AUTH_REJECTED
				      : NONE);
	check_equal(row, listener.reason,
		!may_connect          ? TLI_AUTH_REJECTED
			: !may_listen ? REFUSED
				      : NONE);
	if (may_listen && may_connect)
		expect_after(row, &to_listener);
}

static void every_policy_meets_every_other(void **state)
{
	(void)state;
	for (unsigned policy = 0; policy <= TLI_AUTH_ALL; policy++) {
		two_policies(policy, local.dialects);
		two_policies(policy, remote.dialects);
		two_policies(policy, policy);
		two_policies(local.dialects, policy);
		two_policies(remote.dialects, policy);
	}
}

static void another_key_is_noticed_by_the_listener_first(void **state)
{
	static const char *const keys[] = {"", "The key of these tests",
		"the key of these test", "the key of these tests "};

	(void)state;
	for (size_t i = 0; i < LENGTH(keys); i++) {
		struct tli_auth listener = start(LISTENER, &local), client;
		struct wire to_client = {.end = 0}, to_listener = {.end = 0};

		const struct tli_auth_shared_key key = {
			keys[i], strlen(keys[i])};
		const struct tli_auth_keys only = tli_auth_only_key(&key);

		tli_auth_init(&client, CLIENT, &local, &only, nonce_of(CLIENT));
		talk(&listener, &client, &to_client, &to_listener, SIZE_MAX);
		check_equal(keys[i], listener.reason, TLI_AUTH_WRONG_ANSWER);
		check_equal(keys[i], client.reason, TLI_AUTH_REJECTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_taken_by_digest_and_policy),
		cmocka_unit_test(challenges_are_answered_by_digest_and_policy),
		cmocka_unit_test(a_listener_answers_bare_as_it_was_answered),
		cmocka_unit_test(a_client_answers_bare_as_its_policy_says),
		cmocka_unit_test(only_the_whole_own_challenge_is_reflected),
		cmocka_unit_test(two_machines_agree_and_read_nothing_more),
		cmocka_unit_test(every_policy_meets_every_other),
		cmocka_unit_test(another_key_is_noticed_by_the_listener_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
