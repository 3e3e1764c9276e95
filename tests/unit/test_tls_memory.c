/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the engine, and of OpenSSL below it, made to fail in
 * turn: once, and from then on for good. It fails, or goes on as if nothing
 * were; nobody is let in who would not be otherwise.
 */
#include "alloc.h"
#include "alloc_crypto.h"
#include "tls_ends.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

#define SITES_MAX 50000ul /* more allocations than any scenario makes */
#define STRIDE    97ul
#define OWN_MIN   2ul /* allocations without OpenSSL's */

/* What is tested, its files read before. */
static struct {
	const char *name;
	struct side server, client;
	struct side_files server_files, client_files;
	struct contexts contexts;
	bool trusts; /* each other */
} scene;

/* Returns whether it is there, and whole. */
static bool make_contexts(struct contexts *contexts)
{
	char why[TLI_TLS_TEXT];

	*contexts = (struct contexts){
		.server = context_of(TLI_TLS_SERVER, &scene.server,
			&scene.server_files, why),
		.client = context_of(TLI_TLS_CLIENT, &scene.client,
			&scene.client_files, why),
	};
	if (contexts->server && contexts->client)
		return true;
	check(scene.name, why[0]);
	return false;
}

static bool say(struct tli_tls *from, struct tli_tls *to)
{
	char got[16];

	return tli_tls_write(from, "hello", 5) == 5 &&
		carry(from, to, UNLIMITED) > 0 &&
		tli_tls_read(to, got, sizeof(got)) == 5 &&
		memcmp(got, "hello", 5) == 0;
}

/* What an open connection is asked; the answers are right, or there are none.
 */
static bool ask(struct ends *ends)
{
	unsigned char first[TLI_TLS_END_POINT_BYTES];
	unsigned char second[TLI_TLS_END_POINT_BYTES];
	char name[TLI_TLS_NAME_BYTES];
	size_t len = tli_tls_end_point(ends->server, first);
	bool named = tli_tls_peer_name(ends->server, 0, name);
	bool done = named;

	if (named)
		assert_string_equal(name, "client-good");
	if (len > 0 && tli_tls_end_point(ends->client, second) == len)
		assert_memory_equal(first, second, len);
	else
		done = false;
	if (tli_tls_export(ends->server, first) &&
		tli_tls_export(ends->client, second))
		assert_memory_equal(first, second, TLI_TLS_EXPORT_BYTES);
	else
		done = false;
	return done;
}

static void check_explained(struct tli_tls *tls)
{
	char text[TLI_TLS_TEXT] = "";

	tli_tls_explain(tls, text);
	check(scene.name, text[0]);
}

static bool connect_ends(const struct contexts *contexts)
{
	struct ends ends = {
		.server = tli_tls_new(contexts->server, NULL),
		.client = tli_tls_new(contexts->client, "localhost"),
	};
	size_t budget = UNLIMITED;
	bool done = false;

	if (ends.server && ends.client) {
		shake_hands(&ends, UNLIMITED, &budget);
		done = tli_tls_is_open(ends.server) &&
			tli_tls_is_open(ends.client) &&
			say(ends.client, ends.server) &&
			say(ends.server, ends.client) && ask(&ends);
		check_explained(ends.server);
		check_explained(ends.client);
		tli_tls_end(ends.server);
		tli_tls_end(ends.client);
	}
	free_ends(&ends);
	return done;
}

static bool load_and_connect(void)
{
	struct contexts contexts;
	bool done = make_contexts(&contexts) && connect_ends(&contexts);

	free_contexts(&contexts);
	return done;
}

static bool load(void)
{
	struct contexts contexts;
	bool done = make_contexts(&contexts);

	free_contexts(&contexts);
	return done;
}

static bool connect_alone(void)
{
	return connect_ends(&scene.contexts);
}

/* Those that OpenSSL makes are too many to have each of them fail every time.
 * Returns how many there were. */
static unsigned long fail_some(
	bool (*is_done)(void), unsigned long stride, bool persistent)
{
	for (unsigned long n = 1;; n += stride) {
		bool done;

		check(scene.name, n < SITES_MAX);
		alloc_fail_from(n, persistent);
		done = is_done();
		if (alloc_count() < n) {
			check_equal(scene.name, done, scene.trusts);
			alloc_reset();
			return alloc_count();
		}
		check(scene.name, scene.trusts || !done);
	}
}

static void fail_each(bool (*is_done)(void))
{
	unsigned long stride = getenv("TIELINE_EVERY_ALLOCATION") ? 1 : STRIDE;

	for (int persistent = 0; persistent < 2; persistent++) {
		alloc_spare_crypto(true);
		check(scene.name, fail_some(is_done, 1, persistent) >= OWN_MIN);
		alloc_spare_crypto(false);
		check(scene.name,
			fail_some(is_done, stride, persistent) > STRIDE);
		check_equal(scene.name, is_done(), scene.trusts);
	}
}

static void open_scene(const char *name, const struct side *server,
	const struct side *client, bool trusts)
{
	scene.name = name;
	scene.server = *server;
	scene.client = *client;
	scene.trusts = trusts;
	read_side(TLI_TLS_SERVER, server, &scene.server_files);
	read_side(TLI_TLS_CLIENT, client, &scene.client_files);
	/* OpenSSL keeps things from the first time on. */
	check_equal(name, load_and_connect(), trusts);
	assert_true(make_contexts(&scene.contexts));
}

static void close_scene(void)
{
	free_contexts(&scene.contexts);
	free_side(&scene.server_files);
	free_side(&scene.client_files);
}

static const struct side server_with_crl = {
	TLI_TLS_CHAIN, .own = "good", .crl = "ca.crl"};
static const struct side client_with_crl = {
	TLI_TLS_NAME, .own = "good", .crl = "ca.crl"};

static void test_loading(void **state)
{
	(void)state;
	open_scene("loading", &server_with_crl, &client_with_crl, true);
	fail_each(load);
	close_scene();
}

static void test_connecting(void **state)
{
	(void)state;
	open_scene("connecting", &server_with_crl, &client_with_crl, true);
	fail_each(connect_alone);
	close_scene();
}

/* Of who checks, and of who shows something wrong. */
static void test_never_let_in(void **state)
{
	static const struct {
		const char *name;
		struct side server, client;
	} rows[] = {
		{"expired server", {TLI_TLS_UNVERIFIED, .own = "expired"},
			{.verify = TLI_TLS_NAME}},
		{"wrong name", {TLI_TLS_UNVERIFIED, .own = "wrong-name"},
			{.verify = TLI_TLS_NAME}},
		{"revoked client",
			{TLI_TLS_CHAIN, .own = "good", .crl = "ca.crl"},
			{TLI_TLS_NAME, .own = "revoked"}},
		{"client of another CA", {TLI_TLS_CHAIN, .own = "good"},
			{TLI_TLS_NAME, .own = "other-ca"}},
		{"client without a certificate", {TLI_TLS_CHAIN, .own = "good"},
			{.verify = TLI_TLS_NAME}},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		open_scene(
			rows[i].name, &rows[i].server, &rows[i].client, false);
		fail_each(connect_alone);
		close_scene();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loading),
		cmocka_unit_test(test_connecting),
		cmocka_unit_test(test_never_let_in),
	};

	return alloc_take_crypto() ? cmocka_run_group_tests(tests, NULL, NULL)
				   : 1;
}
