/* SPDX-License-Identifier: MIT */
/* Who the peer is, and what names the connection: for identities and for keys
 * bound to the channel. */
#include "stranger.h"
#include "tls_ends.h"
#include "unit.h"

#include <openssl/pem.h>
#include <stdio.h>
#include <string.h>

/* ---- Names ------------------------------------------------------------ */

static char long_name[TLI_TLS_NAME_BYTES];

static const struct {
	const char *own;
	const char *names[3]; /* in their order */
} name_rows[] = {
	{"good", {"client-good", "client-good", NULL}},
	{"rsa", {"client-rsa", "client-rsa", NULL}},
	{"chain", {"client-chain", "client-chain", NULL}},
	{"names", {"one.test", "urn:two", "client-names"}},
	/* What is too long or has a NUL in it is passed over. */
	{"long", {long_name, "client-long", NULL}},
	{"nul", {"client-nul", NULL, NULL}},
	{NULL, {NULL, NULL, NULL}},
};

static void check_names(
	const char *row, struct tli_tls *tls, const char *const names[3])
{
	char name[TLI_TLS_NAME_BYTES];

	for (size_t n = 0; n < 4; n++) {
		const char *due = n < 3 ? names[n] : NULL;

		check_equal(row, tli_tls_peer_name(tls, n, name), due != NULL);
		if (due)
			assert_string_equal(name, due);
	}
}

static void test_names_of_clients(void **state)
{
	const struct side server = {TLI_TLS_IF_GIVEN, .own = "good"};

	(void)state;
	snprintf(long_name, sizeof(long_name), "urn:%02044d", 2);
	for (size_t i = 0; i < LENGTH(name_rows); i++) {
		const struct side client = {
			TLI_TLS_NAME, .own = name_rows[i].own};
		struct ends ends = open_ends(&server, &client);

		check_names(name_rows[i].own ? name_rows[i].own : "none",
			ends.server, name_rows[i].names);
		free_ends(&ends);
	}
}

static void test_names_of_servers(void **state)
{
	static const char *const names[3] = {"localhost", "server-good", NULL};
	struct ends ends = open_ends(&good_server, &good_client);

	(void)state;
	check_names("server", ends.client, names);
	free_ends(&ends);
}

/* A certificate for which nobody vouches says nothing of who has it. */
static void test_no_names_unverified(void **state)
{
	static const char *const none[3] = {NULL, NULL, NULL};
	const struct side client = {TLI_TLS_UNVERIFIED, .own = "good"};
	struct ends ends = open_ends(&good_server, &client);

	(void)state;
	check_names("client", ends.client, none);
	check_names("server", ends.server, none);
	free_ends(&ends);
}

static void test_no_names_before_the_handshake(void **state)
{
	static const char *const none[3] = {NULL, NULL, NULL};
	struct ends ends =
		new_ends(&mutual_server, &mutual_client, "localhost");

	(void)state;
	check_names("client", ends.client, none);
	check_names("server", ends.server, none);
	free_ends(&ends);
}

/* ---- What names the connection ---------------------------------------- */

struct exported {
	unsigned char bytes[TLI_TLS_EXPORT_BYTES];
};

static struct exported export_of(struct tli_tls *tls)
{
	struct exported exported;

	assert_true(tli_tls_export(tls, exported.bytes));
	return exported;
}

static void test_both_ends_export_the_same(void **state)
{
	struct ends first = open_ends(&good_server, &good_client);
	struct ends second = open_ends(&good_server, &good_client);
	struct exported of_server = export_of(first.server);
	struct exported of_client = export_of(first.client);
	struct exported other = export_of(second.client);

	(void)state;
	assert_memory_equal(&of_server, &of_client, sizeof(of_server));
	assert_memory_not_equal(&of_server, &other, sizeof(other));
	check_exchange(first.client, first.server, "hello", 5);
	of_server = export_of(first.server);
	assert_memory_equal(&of_server, &of_client, sizeof(of_server));
	free_ends(&first);
	free_ends(&second);
}

static void test_nothing_to_export_before(void **state)
{
	struct ends ends = new_ends(&good_server, &good_client, "localhost");
	struct exported exported;

	(void)state;
	assert_false(tli_tls_export(ends.server, exported.bytes));
	assert_false(tli_tls_export(ends.client, exported.bytes));
	free_ends(&ends);
}

static const struct {
	const char *name;
	uint64_t options;
	bool exports;
} tls12_rows[] = {
	{"extended master secret", 0, true},
	{"without it", SSL_OP_NO_EXTENDED_MASTER_SECRET, false},
};

static void test_export_over_tls12(void **state)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	const struct side side = {
		TLI_TLS_UNVERIFIED, .own = "good", .allow_tls12 = true};
	struct tli_tls_context *context = new_context(TLI_TLS_SERVER, &side);

	(void)state;
	for (size_t i = 0; i < LENGTH(tls12_rows); i++) {
		struct stranger stranger = new_stranger(TLI_TLS_CLIENT, NULL);
		struct exported ours, theirs;

		SSL_CTX_set_max_proto_version(stranger.context, TLS1_2_VERSION);
		SSL_CTX_set_options(stranger.context, tls12_rows[i].options);
		face(&stranger, tli_tls_new(context, NULL));
		assert_true(meet(&stranger));
		check_equal(tls12_rows[i].name,
			tli_tls_export(stranger.tls, ours.bytes),
			tls12_rows[i].exports);
		assert_int_equal(SSL_export_keying_material(stranger.openssl,
					 theirs.bytes, sizeof(theirs.bytes),
					 label, strlen(label), NULL, 0, 1),
			1);
		if (tls12_rows[i].exports)
			assert_memory_equal(&ours, &theirs, sizeof(ours));
		free_stranger(&stranger);
	}
	tli_tls_context_unref(context);
}

/* The hash of the file's certificate, as RFC 5929 has it. */
static unsigned hash_of(const char *name, const EVP_MD *hash,
	unsigned char out[TLI_TLS_END_POINT_BYTES])
{
	char path[CERTIFICATE_PATH];
	unsigned char *der = NULL;
	X509 *certificate;
	unsigned len;
	int der_len;
	FILE *file;

	certificate_path(name, path);
	file = fopen(path, "r");
	assert_non_null(file);
	certificate = PEM_read_X509(file, NULL, NULL, NULL);
	fclose(file);
	der_len = i2d_X509(certificate, &der);
	assert_true(der_len > 0);
	assert_int_equal(
		EVP_Digest(der, (size_t)der_len, out, &len, hash, NULL), 1);
	OPENSSL_free(der);
	X509_free(certificate);
	return len;
}

static void check_end_point(const char *row, struct tli_tls *tls,
	const unsigned char *due, size_t due_len)
{
	unsigned char hash[TLI_TLS_END_POINT_BYTES];

	check_bytes(row, hash, tli_tls_end_point(tls, hash), due, due_len);
}

static void test_end_points(void **state)
{
	const struct {
		const char *own, *file;
		const EVP_MD *hash;
	} rows[] = {
		{"good", "server-good.crt", EVP_sha256()},
		{"rsa", "server-rsa.crt", EVP_sha256()},
		{"chain", "server-chain.crt", EVP_sha256()},
		{"sha384", "server-sha384.crt", EVP_sha384()},
		{"sha512", "server-sha512.crt", EVP_sha512()},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		unsigned char due[TLI_TLS_END_POINT_BYTES];
		unsigned len = hash_of(rows[i].file, rows[i].hash, due);
		const struct side server = {TLI_TLS_CHAIN, .own = rows[i].own};
		const struct side client = {TLI_TLS_UNVERIFIED, .own = "good"};
		struct ends ends = open_ends(&server, &client);

		check_end_point(rows[i].own, ends.server, due, len);
		check_end_point(rows[i].own, ends.client, due, len);
		free_ends(&ends);
	}
}

static void test_no_end_point_before(void **state)
{
	struct ends ends = new_ends(&good_server, &good_client, "localhost");
	unsigned char hash[TLI_TLS_END_POINT_BYTES];

	(void)state;
	assert_int_equal(tli_tls_end_point(ends.client, hash), 0);
	free_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_clients),
		cmocka_unit_test(test_names_of_servers),
		cmocka_unit_test(test_no_names_unverified),
		cmocka_unit_test(test_no_names_before_the_handshake),
		cmocka_unit_test(test_both_ends_export_the_same),
		cmocka_unit_test(test_nothing_to_export_before),
		cmocka_unit_test(test_export_over_tls12),
		cmocka_unit_test(test_end_points),
		cmocka_unit_test(test_no_end_point_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
