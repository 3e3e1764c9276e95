/* SPDX-License-Identifier: MIT */
/* What of TLS is spoken, and what is not, whatever the peer would like. */
#include "stranger.h"
#include "tls_ends.h"
#include "unit.h"

#include <openssl/err.h>
#include <string.h>

#define ALLOWED     true
#define NOT_ALLOWED false

#define NO_VERSION "speaks no version of TLS that is allowed here"

static struct tli_tls *new_engine(enum tli_tls_role role, bool allow_tls12)
{
	const struct side sides[] = {
		[TLI_TLS_SERVER] = {TLI_TLS_UNVERIFIED, .own = "good",
			.allow_tls12 = allow_tls12},
		[TLI_TLS_CLIENT] = {TLI_TLS_UNVERIFIED,
			.allow_tls12 = allow_tls12},
	};
	struct tli_tls_context *context = new_context(role, &sides[role]);
	struct tli_tls *tls = tli_tls_new(
		context, role == TLI_TLS_CLIENT ? "localhost" : NULL);

	tli_tls_context_unref(context);
	return tls;
}

/* For an engine of that role. */
static struct stranger stranger_for(enum tli_tls_role role)
{
	return role == TLI_TLS_SERVER
		? new_stranger(TLI_TLS_CLIENT, NULL)
		: new_stranger(TLI_TLS_SERVER, "server-good");
}

static void check_explained(
	const char *row, const struct tli_tls *tls, const char *part)
{
	char text[TLI_TLS_TEXT];

	tli_tls_explain(tls, text);
	if (!strstr(text, part))
		fail_msg("%s: '%s' has no '%s' in it", row, text, part);
}

/* ---- Versions and ciphers --------------------------------------------- */

static const struct {
	const char *name;
	int version; /* the stranger's highest */
	bool allow_tls12;
	const char *spoken; /* NULL = none */
} versions[] = {
	{"1.3", TLS1_3_VERSION, NOT_ALLOWED, "TLSv1.3"},
	{"1.3, 1.2 allowed", TLS1_3_VERSION, ALLOWED, "TLSv1.3"},
	{"1.2", TLS1_2_VERSION, NOT_ALLOWED, NULL},
	{"1.2, allowed", TLS1_2_VERSION, ALLOWED, "TLSv1.2"},
	{"1.1", TLS1_1_VERSION, NOT_ALLOWED, NULL},
	{"1.1, 1.2 allowed", TLS1_1_VERSION, ALLOWED, NULL},
	{"1.0, 1.2 allowed", TLS1_VERSION, ALLOWED, NULL},
};

static void check_version(enum tli_tls_role role, size_t i)
{
	struct stranger stranger = stranger_for(role);

	SSL_CTX_set_min_proto_version(stranger.context, TLS1_VERSION);
	SSL_CTX_set_max_proto_version(stranger.context, versions[i].version);
	face(&stranger, new_engine(role, versions[i].allow_tls12));
	check_equal(
		versions[i].name, meet(&stranger), versions[i].spoken != NULL);
	if (versions[i].spoken) {
		assert_string_equal(
			tli_tls_version(stranger.tls), versions[i].spoken);
		check_talk(&stranger);
	} else if (role == TLI_TLS_SERVER) {
		check_explained(versions[i].name, stranger.tls, NO_VERSION);
	} else {
		check_explained(versions[i].name, stranger.tls,
			"alert \"protocol version\"");
	}
	free_stranger(&stranger);
}

static void test_versions(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(versions); i++) {
		check_version(TLI_TLS_SERVER, i);
		check_version(TLI_TLS_CLIENT, i);
	}
}

/* Of TLS 1.2: authenticated encryption with forward secrecy, nothing else. */
static bool is_allowed(const SSL_CIPHER *cipher)
{
	return SSL_CIPHER_is_aead(cipher) &&
		SSL_CIPHER_get_kx_nid(cipher) == NID_kx_ecdhe &&
		!strstr(SSL_CIPHER_get_name(cipher), "CCM") &&
		!strstr(SSL_CIPHER_get_name(cipher), "ARIA");
}

static void check_cipher(const SSL_CIPHER *cipher, const char *own)
{
	const struct side side = {
		TLI_TLS_UNVERIFIED, .own = own, .allow_tls12 = true};
	struct tli_tls_context *context = new_context(TLI_TLS_SERVER, &side);
	struct stranger stranger = new_stranger(TLI_TLS_CLIENT, NULL);
	const char *name = SSL_CIPHER_get_name(cipher);

	SSL_CTX_set_max_proto_version(stranger.context, TLS1_2_VERSION);
	SSL_CTX_set_cipher_list(stranger.context, name);
	face(&stranger, tli_tls_new(context, NULL));
	tli_tls_context_unref(context);
	check_equal(name, meet(&stranger), is_allowed(cipher));
	if (is_allowed(cipher))
		check_talk(&stranger);
	else
		check_explained(name, stranger.tls, "no cipher in common");
	free_stranger(&stranger);
}

static void test_ciphers_of_tls12(void **state)
{
	struct stranger all = new_stranger(TLI_TLS_CLIENT, NULL);
	const STACK_OF(SSL_CIPHER) * ciphers;
	unsigned allowed = 0;

	(void)state;
	SSL_CTX_set_cipher_list(all.context, "ALL:!PSK:!SRP");
	ciphers = SSL_CTX_get_ciphers(all.context);
	for (int i = 0; i < sk_SSL_CIPHER_num(ciphers); i++) {
		const SSL_CIPHER *cipher = sk_SSL_CIPHER_value(ciphers, i);

		if (SSL_CIPHER_get_protocol_id(cipher) >> 8 == 0x13)
			continue;
		check_cipher(cipher,
			SSL_CIPHER_get_auth_nid(cipher) == NID_auth_rsa
				? "rsa"
				: "good");
		allowed += is_allowed(cipher);
	}
	/* Two kinds of keys, each with AES of two lengths and ChaCha20. */
	assert_int_equal(allowed, 6);
	free_stranger(&all);
}

/* ---- What there is none of -------------------------------------------- */

static struct stranger met(enum tli_tls_role role, int version)
{
	struct stranger stranger = stranger_for(role);

	SSL_CTX_set_max_proto_version(stranger.context, version);
	face(&stranger, new_engine(role, true));
	assert_true(meet(&stranger));
	return stranger;
}

struct finished {
	unsigned char bytes[64];
};

/* What ended the last handshake. */
static struct finished finished_of(const struct stranger *stranger)
{
	struct finished finished = {{0}};

	SSL_get_finished(
		stranger->openssl, finished.bytes, sizeof(finished.bytes));
	return finished;
}

static void check_no_renegotiation(enum tli_tls_role role)
{
	struct stranger stranger = met(role, TLS1_2_VERSION);
	struct finished before = finished_of(&stranger), after;
	char byte;

	assert_int_equal(SSL_renegotiate(stranger.openssl), 1);
	for (int n = 0; n < 3; n++) {
		(void)SSL_do_handshake(stranger.openssl);
		pass_bytes(&stranger);
		(void)tli_tls_read(stranger.tls, &byte, 1);
		pass_bytes(&stranger);
		(void)SSL_read(stranger.openssl, &byte, 1);
	}
	ERR_clear_error();
	after = finished_of(&stranger);
	assert_memory_equal(&before, &after, sizeof(before));
	free_stranger(&stranger);
}

static void test_no_renegotiation(void **state)
{
	(void)state;
	check_no_renegotiation(TLI_TLS_SERVER);
	check_no_renegotiation(TLI_TLS_CLIENT);
}

static int sessions;

static int count_session(SSL *openssl, SSL_SESSION *session)
{
	(void)openssl;
	(void)session;
	sessions++;
	return 0;
}

/* Neither by a ticket nor by the number of a session. */
static void check_no_resumption(int version, uint64_t options)
{
	struct stranger first = new_stranger(TLI_TLS_CLIENT, NULL);
	struct tli_tls_context *context;
	const struct side side = {
		TLI_TLS_UNVERIFIED, .own = "good", .allow_tls12 = true};
	SSL_SESSION *session;

	context = new_context(TLI_TLS_SERVER, &side);
	SSL_CTX_set_max_proto_version(first.context, version);
	SSL_CTX_set_options(first.context, options);
	SSL_CTX_set_session_cache_mode(first.context, SSL_SESS_CACHE_CLIENT);
	SSL_CTX_sess_set_new_cb(first.context, count_session);
	sessions = 0;
	face(&first, tli_tls_new(context, NULL));
	assert_true(meet(&first));
	check_talk(&first);
	session = SSL_get1_session(first.openssl);
	assert_false(SSL_SESSION_is_resumable(session));
	assert_false(SSL_SESSION_has_ticket(session));
	assert_int_equal(SSL_SESSION_get_max_early_data(session), 0);
	assert_int_equal(sessions, 0);
	SSL_SESSION_free(session);
	free_stranger(&first);
	tli_tls_context_unref(context);
}

static void test_no_resumption(void **state)
{
	(void)state;
	check_no_resumption(TLS1_3_VERSION, 0);
	check_no_resumption(TLS1_2_VERSION, 0);
	check_no_resumption(TLS1_2_VERSION, SSL_OP_NO_TICKET);
}

static void test_no_compression(void **state)
{
	struct stranger stranger = stranger_for(TLI_TLS_SERVER);

	(void)state;
	SSL_CTX_clear_options(stranger.context, SSL_OP_NO_COMPRESSION);
	SSL_CTX_set_max_proto_version(stranger.context, TLS1_2_VERSION);
	face(&stranger, new_engine(TLI_TLS_SERVER, true));
	assert_true(meet(&stranger));
	assert_null(SSL_get_current_compression(stranger.openssl));
	free_stranger(&stranger);
}

static void test_no_application_protocol(void **state)
{
	static const unsigned char offered[] = "\x08http/1.1\x02h2";
	struct stranger stranger = stranger_for(TLI_TLS_SERVER);
	const unsigned char *chosen;
	unsigned len;

	(void)state;
	SSL_CTX_set_alpn_protos(stranger.context, offered, sizeof(offered) - 1);
	face(&stranger, new_engine(TLI_TLS_SERVER, false));
	assert_true(meet(&stranger));
	SSL_get0_alpn_selected(stranger.openssl, &chosen, &len);
	assert_int_equal(len, 0);
	check_talk(&stranger);
	free_stranger(&stranger);
}

static void test_no_short_keys(void **state)
{
	struct stranger stranger = new_stranger(TLI_TLS_SERVER, "server-weak");
	const struct side side = {.verify = TLI_TLS_NAME};
	struct tli_tls_context *context = new_context(TLI_TLS_CLIENT, &side);

	(void)state;
	face(&stranger, tli_tls_new(context, "localhost"));
	tli_tls_context_unref(context);
	assert_false(meet(&stranger));
	check_explained("weak", stranger.tls,
		"has a certificate (/CN=server-weak) with too short a key");
	free_stranger(&stranger);
}

/* ---- What there is ---------------------------------------------------- */

static void test_new_keys(void **state)
{
	static const enum tli_tls_role roles[] = {
		TLI_TLS_SERVER, TLI_TLS_CLIENT};

	(void)state;
	for (size_t i = 0; i < LENGTH(roles); i++) {
		struct stranger stranger = met(roles[i], TLS1_3_VERSION);

		for (int n = 0; n < 3; n++) {
			assert_int_equal(SSL_key_update(stranger.openssl,
						 SSL_KEY_UPDATE_REQUESTED),
				1);
			check_talk(&stranger);
		}
		free_stranger(&stranger);
	}
}

/* Who is asked again and again, and rid of no answer, keeps few of them. */
static void test_new_keys_without_end(void **state)
{
	struct stranger stranger = met(TLI_TLS_SERVER, TLS1_3_VERSION);
	struct tli_buf *output = tli_tls_output(stranger.tls);
	char byte;

	(void)state;
	for (int n = 0; n < 10000; n++) {
		assert_int_equal(SSL_key_update(stranger.openssl,
					 SSL_KEY_UPDATE_REQUESTED),
			1);
		assert_int_equal(SSL_do_handshake(stranger.openssl), 1);
		pass_to_engine(&stranger);
		(void)tli_tls_read(stranger.tls, &byte, 1);
		assert_true(tli_buf_len(output) <= 2 * TLI_TLS_OUTPUT_MAX);
	}
	free_stranger(&stranger);
}

/* The server's name is told, an address is not (RFC 6066). */
static void test_name_told(void **state)
{
	static const struct {
		const char *wanted, *told;
	} rows[] = {
		{"localhost", "localhost"}, {"127.0.0.1", NULL}, {"::1", NULL}};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct side side = {.verify = TLI_TLS_NAME};
		struct tli_tls_context *context =
			new_context(TLI_TLS_CLIENT, &side);
		struct stranger stranger = stranger_for(TLI_TLS_CLIENT);
		const char *told;

		face(&stranger, tli_tls_new(context, rows[i].wanted));
		tli_tls_context_unref(context);
		assert_true(meet(&stranger));
		told = SSL_get_servername(
			stranger.openssl, TLSEXT_NAMETYPE_host_name);
		check_equal(rows[i].wanted, told != NULL, rows[i].told != NULL);
		if (told && rows[i].told)
			assert_string_equal(told, rows[i].told);
		free_stranger(&stranger);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions),
		cmocka_unit_test(test_ciphers_of_tls12),
		cmocka_unit_test(test_no_renegotiation),
		cmocka_unit_test(test_no_resumption),
		cmocka_unit_test(test_no_compression),
		cmocka_unit_test(test_no_application_protocol),
		cmocka_unit_test(test_no_short_keys),
		cmocka_unit_test(test_new_keys),
		cmocka_unit_test(test_new_keys_without_end),
		cmocka_unit_test(test_name_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
