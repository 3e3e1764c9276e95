/* SPDX-License-Identifier: MIT */
/* A listener with several keys: whose is whose, and which are not taken. */
#include "handshake.h"

#include <string.h>

#define LISTENER TLI_AUTH_LISTENER
#define CLIENT   TLI_AUTH_CLIENT
#define KEYS     4u

/* The third is known, but not taken; the fourth's role matters. */
static const char *const texts[KEYS] = {"first", "second", "expired", "bound"};

struct ring {
	unsigned asked; /* how many keys were looked at */
	size_t broken;  /* one that cannot be computed, or KEYS */
};

static enum tli_auth_key_use nth(const void *arg, size_t n,
	enum tli_auth_role role, struct tli_auth_secret *secret)
{
	struct ring *ring = (struct ring *)arg;

	if (n == KEYS)
		return TLI_AUTH_KEY_END;
	ring->asked++;
	secret->bytes = (const uint8_t *)texts[n];
	secret->len = strlen(texts[n]);
	if (n == 3 && role == LISTENER)
		secret->bytes = (const uint8_t *)"BOUND";
	if (n == ring->broken)
		return TLI_AUTH_KEY_NO_DIGEST;
	return n == 2 ? TLI_AUTH_KEY_REFUSED : TLI_AUTH_KEY_USABLE;
}

static struct tli_auth listen_with(struct ring *ring)
{
	const struct tli_auth_keys keys = {nth, ring};
	struct tli_auth auth;

	tli_auth_init(&auth, LISTENER, &local, &keys, nonce_of(LISTENER));
	return auth;
}

static struct tli_auth connect_with(const struct tli_auth_shared_key *key)
{
	const struct tli_auth_keys keys = tli_auth_only_key(key);
	struct tli_auth auth;

	tli_auth_init(&auth, CLIENT, &local, &keys, nonce_of(CLIENT));
	return auth;
}

/* Hands over what one has to say; a machine that is over takes nothing. */
static void pass(struct tli_auth *from, struct tli_auth *to)
{
	uint8_t bytes[TLI_AUTH_OUTPUT_MAX];
	size_t len = take_output(from, bytes), used;

	(void)tli_auth_feed(to, bytes, len, &used);
}

static void talk(struct tli_auth *listener, struct tli_auth *client)
{
	for (int i = 0; i < 4; i++) {
		pass(listener, client);
		pass(client, listener);
	}
}

static struct tli_auth_shared_key key_of(const char *text)
{
	return (struct tli_auth_shared_key){text, strlen(text)};
}

static void the_key_that_verifies_is_told_and_answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct ring ring = {.broken = KEYS};
		struct tli_auth_shared_key key = key_of(texts[i]);
		struct tli_auth listener = listen_with(&ring);
		struct tli_auth client = connect_with(&key);

		talk(&listener, &client);
		check_equal(
			texts[i], tli_auth_awaits(&client), TLI_AUTH_FINISHED);
		check_equal(texts[i], tli_auth_awaits(&listener),
			TLI_AUTH_FINISHED);
		check_equal(texts[i], listener.matched, i);
	}
}

static void every_key_is_tried_whichever_matches(void **state)
{
	static const char *const given[] = {"first", "second", "none of them"};

	(void)state;
	for (size_t i = 0; i < LENGTH(given); i++) {
		struct ring ring = {.broken = KEYS};
		struct tli_auth_shared_key key = key_of(given[i]);
		struct tli_auth listener = listen_with(&ring);
		struct tli_auth client = connect_with(&key);

		pass(&listener, &client);
		pass(&client, &listener);
		check_equal(given[i], ring.asked, KEYS);
	}
}

static void another_key_is_a_wrong_answer(void **state)
{
	struct ring ring = {.broken = KEYS};
	struct tli_auth_shared_key key = key_of("none of them");
	struct tli_auth listener = listen_with(&ring);
	struct tli_auth client = connect_with(&key);

	(void)state;
	talk(&listener, &client);
	assert_int_equal(listener.reason, TLI_AUTH_WRONG_ANSWER);
	assert_int_equal(listener.matched, TLI_AUTH_NO_KEY);
	assert_int_equal(client.reason, TLI_AUTH_REJECTED);
}

/* The client sees no difference; we know whose key it is. */
static void a_key_that_is_not_taken_is_told_apart_on_our_side(void **state)
{
	struct ring ring = {.broken = KEYS};
	struct tli_auth_shared_key key = key_of("expired");
	struct tli_auth listener = listen_with(&ring);
	struct tli_auth client = connect_with(&key);

	(void)state;
	talk(&listener, &client);
	assert_int_equal(listener.reason, TLI_AUTH_REFUSED_KEY);
	assert_int_equal(listener.matched, 2);
	assert_int_equal(client.reason, TLI_AUTH_REJECTED);
}

/* The client proves "bound"; the listener then proves "BOUND", which only who
 * knows of roles expects. */
static void each_role_has_a_key_of_its_own(void **state)
{
	struct ring ring = {.broken = KEYS};
	struct tli_auth_shared_key key = key_of("bound");
	struct tli_auth listener = listen_with(&ring);
	struct tli_auth client = connect_with(&key);

	(void)state;
	talk(&listener, &client);
	assert_int_equal(listener.matched, 3);
	assert_int_equal(client.reason, TLI_AUTH_WRONG_ANSWER);
}

static void a_key_that_cannot_be_computed_lets_nobody_in(void **state)
{
	(void)state;
	for (size_t broken = 0; broken < KEYS; broken++) {
		struct ring ring = {.broken = broken};
		struct tli_auth_shared_key key = key_of("none of them");
		struct tli_auth listener = listen_with(&ring);
		struct tli_auth client = connect_with(&key);

		talk(&listener, &client);
		check_equal(texts[broken], listener.reason, TLI_AUTH_NO_DIGEST);
		check_equal(texts[broken], client.reason, TLI_AUTH_REJECTED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_key_that_verifies_is_told_and_answers),
		cmocka_unit_test(every_key_is_tried_whichever_matches),
		cmocka_unit_test(another_key_is_a_wrong_answer),
		cmocka_unit_test(
			a_key_that_is_not_taken_is_told_apart_on_our_side),
		cmocka_unit_test(each_role_has_a_key_of_its_own),
		cmocka_unit_test(a_key_that_cannot_be_computed_lets_nobody_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
