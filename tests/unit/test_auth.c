/* SPDX-License-Identifier: MIT */
/* The handshake: every step with every wrong input, and with the right one. */
#include "handshake.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define LISTENER TLI_AUTH_LISTENER
#define CLIENT   TLI_AUTH_CLIENT
#define HEADER   4u
#define FAILURE  "#FAILURE#"
#define WELCOME  "#WELCOME#"

static const enum tli_auth_role roles[] = {LISTENER, CLIENT};
static const enum tli_auth_step steps[] = {TLI_AUTH_AWAIT_ANSWER,
	TLI_AUTH_AWAIT_CHALLENGE, TLI_AUTH_AWAIT_VERDICT};

/* Calls do_it(scene) for each role in each step. */
static void at_every_step(void (*do_it)(const struct scene *scene))
{
	for (size_t role = 0; role < LENGTH(roles); role++)
		for (size_t step = 0; step < LENGTH(steps); step++) {
			struct scene scene =
				scene_at(roles[role], steps[step], &local);

			do_it(&scene);
		}
}

/* ---- Wrong input ----------------------------------------------------- */

static size_t changed_tag(const struct scene *scene, uint8_t *frame)
{
	memcpy(frame, scene->due, scene->due_len);
	frame[HEADER + 1] ^= 1;
	return scene->due_len;
}

static size_t changed_last_byte(const struct scene *scene, uint8_t *frame)
{
	memcpy(frame, scene->due, scene->due_len);
	frame[scene->due_len - 1] ^= 1;
	return scene->due_len;
}

static size_t shorter(const struct scene *scene, uint8_t *frame)
{
	return put_frame(
		frame, scene->due + HEADER, scene->due_len - HEADER - 1, "", 0);
}

static size_t longer(const struct scene *scene, uint8_t *frame)
{
	return put_frame(
		frame, scene->due + HEADER, scene->due_len - HEADER, "x", 1);
}

/* Nothing but a WELCOME if there was none before. */
static size_t duplicate(const struct scene *scene, uint8_t *frame)
{
	memcpy(frame, scene->last, scene->last_len);
	return scene->last_len ? scene->last_len : put_text(frame, WELCOME);
}

static size_t an_answer(const struct scene *scene, uint8_t *frame)
{
	uint8_t message[MESSAGE_BYTES];

	message_of(scene->auth.role == LISTENER ? CLIENT : LISTENER, message);
	return put_answer(frame, TLI_AUTH_SHA256, message, sizeof(message));
}

static size_t own_challenge(const struct scene *scene, uint8_t *frame)
{
	uint8_t message[MESSAGE_BYTES];

	message_of(scene->auth.role, message);
	return put_frame(frame, "#CHALLENGE#", 11, message, sizeof(message));
}

static size_t a_message(const struct scene *scene, uint8_t *frame)
{
	(void)scene;
	return put_text(frame, "a message of the time after the handshake");
}

static size_t a_welcome(const struct scene *scene, uint8_t *frame)
{
	(void)scene;
	return put_text(frame, WELCOME);
}

static size_t a_failure(const struct scene *scene, uint8_t *frame)
{
	(void)scene;
	return put_text(frame, FAILURE);
}

static size_t as_long_as_can_be(const struct scene *scene, uint8_t *frame)
{
	uint8_t body[TLI_AUTH_FRAME_MAX];

	(void)scene;
	memset(body, '#', sizeof(body));
	return put_frame(frame, body, sizeof(body), "", 0);
}

#define NONE TLI_AUTH_NONE
#define OTHER_KIND                                                             \
	{                                                                      \
		TLI_AUTH_NO_ANSWER, TLI_AUTH_NO_CHALLENGE, TLI_AUTH_NO_VERDICT \
	}
#define EVERYWHERE(reason)                                                     \
	{                                                                      \
		reason, reason, reason                                         \
	}
#define LENGTH_ALONE 4u

/* The bytes, how many of them are taken if not all, and what is wrong with
 * them for one that awaits an answer, a challenge, a verdict. */
static const struct wrong {
	const char *name;
	const char *hex;
	size_t (*make)(const struct scene *scene, uint8_t *frame);
	size_t used;
	enum tli_auth_reason reasons[3];
} wrongs[] = {
	{"length 0", "00000000", NULL, 0, OTHER_KIND},
	{"length 1", "00000001 23", NULL, 0, OTHER_KIND},
	{"length -2", "fffffffe 2323", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length -5", "fffffffb 2323", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length INT_MIN", "80000000 2323", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length -1, 9", "ffffffff 0000000000000009 23", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length -1, 2^63", "ffffffff 8000000000000000", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length -1, 2^64-1", "ffffffff ffffffffffffffff", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length 257", "00000101 2323", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length 2^31-1", "7fffffff 2323", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"length 256", NULL, as_long_as_can_be, 0, OTHER_KIND},
	{"HTTP", "47455420 2f20485454502f312e310d0a", NULL, LENGTH_ALONE,
		EVERYWHERE(TLI_AUTH_BAD_LENGTH)},
	{"changed tag", NULL, changed_tag, 0, OTHER_KIND},
	{"changed last byte", NULL, changed_last_byte, 0,
		{TLI_AUTH_WRONG_ANSWER, NONE, TLI_AUTH_NO_VERDICT}},
	{"one byte less", NULL, shorter, 0,
		{TLI_AUTH_NO_ANSWER, NONE, TLI_AUTH_NO_VERDICT}},
	{"one byte more", NULL, longer, 0,
		{TLI_AUTH_NO_ANSWER, NONE, TLI_AUTH_NO_VERDICT}},
	{"the last frame again", NULL, duplicate, 0, OTHER_KIND},
	{"an answer", NULL, an_answer, 0,
		{TLI_AUTH_WRONG_ANSWER, TLI_AUTH_NO_CHALLENGE,
			TLI_AUTH_NO_VERDICT}},
	{"own challenge", NULL, own_challenge, 0,
		{TLI_AUTH_NO_ANSWER, TLI_AUTH_REFLECTED, TLI_AUTH_NO_VERDICT}},
	{"a message", NULL, a_message, 0, OTHER_KIND},
	{"a welcome", NULL, a_welcome, 0,
		{TLI_AUTH_NO_ANSWER, TLI_AUTH_NO_CHALLENGE, NONE}},
	{"a failure", NULL, a_failure, 0, EVERYWHERE(TLI_AUTH_REJECTED)},
};

/* Fed in two pieces, cut there; the rest follows one that has failed, too. */
static void feed_cut(const char *row, struct tli_auth *auth,
	const uint8_t *bytes, size_t len, size_t cut, size_t expected_used)
{
	size_t first, second;
	int result = feed_some(auth, bytes, cut, &first);

	check_equal(row, result,
		cut < expected_used ? TLI_AUTH_MORE : TLI_AUTH_FAILED);
	result = feed_some(auth, bytes + first, len - first, &second);
	check_equal(row, result, TLI_AUTH_FAILED);
	check_equal(row, first + second, expected_used);
}

static void feed_singly(const char *row, struct tli_auth *auth,
	const uint8_t *bytes, size_t expected_used)
{
	for (size_t i = 0; i < expected_used; i++)
		check_equal(row, feed(auth, bytes + i, 1),
			i + 1 < expected_used ? TLI_AUTH_MORE
					      : TLI_AUTH_FAILED);
}

static void refuse_in_every_cut(const struct scene *scene, const char *name,
	const uint8_t *bytes, size_t len, size_t used,
	enum tli_auth_reason reason)
{
	char row[100];
	struct tli_auth auth;

	snprintf(row, sizeof(row), "%s: %s", scene->name, name);
	for (size_t cut = 0; cut <= len; cut++) {
		auth = scene->auth;
		feed_cut(row, &auth, bytes, len, cut, used);
		expect_failure(row, &auth, reason);
	}
	auth = scene->auth;
	feed_singly(row, &auth, bytes, used);
	expect_failure(row, &auth, reason);
}

static void refuse_everything_wrong(const struct scene *scene)
{
	enum tli_auth_step step = tli_auth_awaits(&scene->auth);

	for (size_t i = 0; i < LENGTH(wrongs); i++) {
		const struct wrong *wrong = &wrongs[i];
		uint8_t bytes[FRAME_MAX + 1];
		size_t len = wrong->make
			? wrong->make(scene, bytes)
			: from_hex(wrong->hex, bytes, sizeof(bytes));

		if (wrong->reasons[step] != NONE)
			refuse_in_every_cut(scene, wrong->name, bytes, len,
				wrong->used ? wrong->used : len,
				wrong->reasons[step]);
	}
}

static void every_wrong_input_is_refused_at_every_step(void **state)
{
	(void)state;
	at_every_step(refuse_everything_wrong);
}

/* What comes too early is as wrong as what never comes. */
static void steps_cannot_be_swapped(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++)
		for (size_t step = 0; step < LENGTH(steps); step++) {
			static const enum tli_auth_reason expected[] =
				OTHER_KIND;
			struct scene scene =
				scene_at(roles[i], steps[step], &local);
			struct tli_auth auth = start(roles[i], &local);
			uint8_t ours[TLI_AUTH_OUTPUT_MAX];
			enum tli_auth_step first = tli_auth_awaits(&auth);

			if (first == steps[step])
				continue;
			take_output(&auth, ours);
			feed(&auth, scene.due, scene.due_len);
			expect_failure(scene.name, &auth, expected[first]);
		}
}

/* ---- What is right --------------------------------------------------- */

static void accept_in_every_cut(const struct scene *scene)
{
	struct tli_auth whole = scene->auth;
	int expected = feed(&whole, scene->due, scene->due_len);

	check(scene->name, expected != TLI_AUTH_FAILED);
	for (size_t cut = 0; cut < scene->due_len; cut++) {
		struct tli_auth auth = scene->auth;

		check_equal(scene->name, feed(&auth, scene->due, cut),
			TLI_AUTH_MORE);
		check_equal(scene->name,
			feed(&auth, scene->due + cut, scene->due_len - cut),
			expected);
		check_bytes(scene->name, auth.output, auth.output_len,
			whole.output, whole.output_len);
	}
}

static void the_due_frame_is_accepted_at_every_step(void **state)
{
	(void)state;
	at_every_step(accept_in_every_cut);
}

static void refuse_nothing(const struct scene *scene)
{
	struct tli_auth auth = scene->auth;
	uint8_t output[TLI_AUTH_OUTPUT_MAX];

	check_equal(scene->name, feed(&auth, (const uint8_t *)"", 0),
		TLI_AUTH_MORE);
	check_equal(scene->name, take_output(&auth, output), 0);
	check(scene->name, tli_auth_wants(&auth) > 0);
}

static void no_bytes_change_nothing(void **state)
{
	(void)state;
	at_every_step(refuse_nothing);
}

static struct scene last_step_of(enum tli_auth_role role)
{
	return scene_at(role,
		role == LISTENER ? TLI_AUTH_AWAIT_VERDICT
				 : TLI_AUTH_AWAIT_ANSWER,
		&local);
}

static void what_follows_the_last_frame_is_left(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++) {
		struct scene scene = last_step_of(roles[i]);
		uint8_t bytes[2 * FRAME_MAX];
		size_t used;

		memcpy(bytes, scene.due, scene.due_len);
		memset(bytes + scene.due_len, 0xff, 20);
		check_equal(scene.name,
			feed_some(
				&scene.auth, bytes, scene.due_len + 20, &used),
			TLI_AUTH_DONE);
		check_equal(scene.name, used, scene.due_len);
		check_equal(scene.name,
			feed_some(&scene.auth, bytes + used, 20, &used),
			TLI_AUTH_DONE);
		check_equal(scene.name, used, 0);
		check_equal(scene.name, tli_auth_wants(&scene.auth), 0);
		check_equal(scene.name, tli_auth_awaits(&scene.auth),
			TLI_AUTH_FINISHED);
	}
}

static void of_the_last_frame_no_more_is_wanted_than_it_has(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++) {
		struct scene scene = last_step_of(roles[i]);

		for (size_t at = 0; at < scene.due_len; at++) {
			check_equal(scene.name, tli_auth_wants(&scene.auth),
				at < HEADER ? HEADER - at : scene.due_len - at);
			feed(&scene.auth, scene.due + at, 1);
		}
		check_equal(scene.name, tli_auth_wants(&scene.auth), 0);
	}
}

static void the_output_can_be_sent_in_pieces(void **state)
{
	struct tli_auth auth = start(LISTENER, &local);
	uint8_t expected[FRAME_MAX];
	struct scene scene = {.auth = auth};
	size_t expected_len = own_challenge(&scene, expected);
	size_t len;

	(void)state;
	for (size_t sent = 0; sent < expected_len; sent++) {
		const uint8_t *output = tli_auth_output(&auth, &len);

		check_bytes("challenge", output, len, expected + sent,
			expected_len - sent);
		tli_auth_output_sent(&auth, 1);
	}
	tli_auth_output(&auth, &len);
	assert_int_equal(len, 0);
}

static void the_longest_handshake_fits_its_output(void **state)
{
	struct scene scene =
		scene_at(LISTENER, TLI_AUTH_AWAIT_CHALLENGE, &local);
	uint8_t frame[FRAME_MAX];
	static const char challenge[] =
		"#CHALLENGE#{sha3_384}0123456789012345678901234567890123456789";

	(void)state;
	assert_int_equal(feed(&scene.auth, frame, put_text(frame, challenge)),
		TLI_AUTH_MORE);
	assert_int_equal(feed(&scene.auth, frame, put_text(frame, "?")),
		TLI_AUTH_FAILED);
	assert_int_equal(scene.auth.output_len, TLI_AUTH_OUTPUT_MAX);
}

/* ---- Attacks --------------------------------------------------------- */

static void an_answer_is_no_good_the_next_time(void **state)
{
	static const char other[TLI_AUTH_NONCE_BYTES + 1] =
		"another nonce, of another time, 40 bytes";

	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++) {
		struct scene scene =
			scene_at(roles[i], TLI_AUTH_AWAIT_ANSWER, &local);
		uint8_t message[MESSAGE_BYTES], frame[FRAME_MAX];

		message_of(roles[i], message);
		memcpy(message + 8, other, TLI_AUTH_NONCE_BYTES);
		feed(&scene.auth, frame,
			put_answer(frame, TLI_AUTH_SHA256, message,
				sizeof(message)));
		expect_failure(scene.name, &scene.auth, TLI_AUTH_WRONG_ANSWER);
	}
}

/* The MAC covers the prefix: that of the nonce alone is another's. */
static void an_answer_to_the_bare_nonce_is_wrong(void **state)
{
	struct scene scene = scene_at(LISTENER, TLI_AUTH_AWAIT_ANSWER, &local);
	uint8_t frame[FRAME_MAX];

	(void)state;
	feed(&scene.auth, frame,
		put_answer(frame, TLI_AUTH_SHA256, nonce_of(LISTENER),
			TLI_AUTH_NONCE_BYTES));
	expect_failure("nonce", &scene.auth, TLI_AUTH_WRONG_ANSWER);
}

/* The frames share one place in memory, where the answer that came before may
 * have the byte that this challenge lacks. */
static void a_cut_tag_is_not_completed_by_the_last_frame(void **state)
{
	static const struct tli_auth_shared_key key = {KEY, sizeof(KEY) - 1};
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	uint8_t nonce[TLI_AUTH_NONCE_BYTES] = {0}, message[MESSAGE_BYTES];
	uint8_t frame[FRAME_MAX], ours[TLI_AUTH_OUTPUT_MAX];
	struct tli_auth auth;
	size_t len;

	(void)state;
	memcpy(message, "{sha256}", 8);
	do {
		if (++nonce[0] == 0)
			assert_int_not_equal(++nonce[1], 0);
		memcpy(message + 8, nonce, sizeof(nonce));
		len = put_answer(
			frame, TLI_AUTH_SHA256, message, sizeof(message));
	} while (frame[HEADER + 10] != '#');
	tli_auth_init(&auth, LISTENER, &local, &keys, nonce);
	assert_int_equal(feed(&auth, frame, len), TLI_AUTH_MORE);
	take_output(&auth, ours);
	feed(&auth, frame, put_text(frame, "#CHALLENGE"));
	expect_failure("#CHALLENGE", &auth, TLI_AUTH_NO_CHALLENGE);
}

static void a_digest_that_cannot_be_computed_fails_closed(void **state)
{
	/* more than OpenSSL takes, and than is there */
	static const struct tli_auth_shared_key too_long = {
		KEY, (size_t)INT_MAX + 1};
	static const enum tli_auth_step needing[] = {
		TLI_AUTH_AWAIT_ANSWER, TLI_AUTH_AWAIT_CHALLENGE};

	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++)
		for (size_t step = 0; step < LENGTH(needing); step++) {
			struct scene scene =
				scene_at(roles[i], needing[step], &local);

			scene.auth.keys = tli_auth_only_key(&too_long);
			feed(&scene.auth, scene.due, scene.due_len);
			expect_failure(
				scene.name, &scene.auth, TLI_AUTH_NO_DIGEST);
		}
}

/* ---- Texts ----------------------------------------------------------- */

static void every_reason_and_dialect_has_its_text(void **state)
{
	(void)state;
	for (int i = 0; i <= TLI_AUTH_NO_DIGEST; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
				tli_auth_reason_text((enum tli_auth_reason)i),
				tli_auth_reason_text((enum tli_auth_reason)j));
	assert_string_equal(
		tli_auth_reason_text(TLI_AUTH_REJECTED), "rejected our key");
	for (int i = 0; i <= TLI_AUTH_DIALECTS; i++)
		for (int j = 0; j < i; j++)
			assert_string_not_equal(
				tli_auth_dialect_name((enum tli_auth_dialect)i),
				tli_auth_dialect_name(
					(enum tli_auth_dialect)j));
	assert_string_equal(tli_auth_dialect_name(TLI_AUTH_RAW_MD5), "raw MD5");
	assert_string_equal(tli_auth_dialect_name(TLI_AUTH_DIALECTS), "none");
}

/* ---- Given up, and told by the policy -------------------------------- */

static void give_up(const struct scene *scene)
{
	struct tli_auth auth = scene->auth;
	size_t before = auth.output_len;

	tli_auth_give_up(&auth);
	assert_int_equal(auth.reason, TLI_AUTH_GIVEN_UP);
	assert_int_equal(auth.output_len, before + HEADER + strlen(FAILURE));
	assert_memory_equal(auth.output + before, "\0\0\0\11" FAILURE,
		HEADER + strlen(FAILURE));
	assert_int_equal(tli_auth_wants(&auth), 0);
	tli_auth_give_up(&auth);
	assert_int_equal(auth.output_len, before + HEADER + strlen(FAILURE));
}

static void what_is_given_up_has_failed_once(void **state)
{
	(void)state;
	at_every_step(give_up);
}

static bool says_arg(const void *arg, const uint8_t *message, size_t len)
{
	assert_int_equal(len, MESSAGE_BYTES);
	assert_memory_equal(message, "{sha256}", 8);
	return *(const bool *)arg;
}

/* The caller may know a challenge that the machine does not. */
static void the_policy_can_know_a_challenge(void **state)
{
	(void)state;
	for (int known = 0; known < 2; known++) {
		struct scene scene =
			scene_at(CLIENT, TLI_AUTH_AWAIT_CHALLENGE, &local);
		bool reflected = known;
		size_t used;

		scene.auth.policy.is_reflected = says_arg;
		scene.auth.policy.is_reflected_arg = &reflected;
		assert_int_equal(tli_auth_feed(&scene.auth, scene.due,
					 scene.due_len, &used),
			known ? TLI_AUTH_FAILED : TLI_AUTH_MORE);
		assert_int_equal(scene.auth.reason,
			known ? TLI_AUTH_REFLECTED : TLI_AUTH_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_given_up_has_failed_once),
		cmocka_unit_test(the_policy_can_know_a_challenge),
		cmocka_unit_test(every_wrong_input_is_refused_at_every_step),
		cmocka_unit_test(steps_cannot_be_swapped),
		cmocka_unit_test(the_due_frame_is_accepted_at_every_step),
		cmocka_unit_test(no_bytes_change_nothing),
		cmocka_unit_test(what_follows_the_last_frame_is_left),
		cmocka_unit_test(
			of_the_last_frame_no_more_is_wanted_than_it_has),
		cmocka_unit_test(the_output_can_be_sent_in_pieces),
		cmocka_unit_test(the_longest_handshake_fits_its_output),
		cmocka_unit_test(an_answer_is_no_good_the_next_time),
		cmocka_unit_test(an_answer_to_the_bare_nonce_is_wrong),
		cmocka_unit_test(a_cut_tag_is_not_completed_by_the_last_frame),
		cmocka_unit_test(a_digest_that_cannot_be_computed_fails_closed),
		cmocka_unit_test(every_reason_and_dialect_has_its_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
