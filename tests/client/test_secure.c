/* SPDX-License-Identifier: MIT */
/* TLS between a client and a listener: who is let in, and who is not. */
#include "secure.h"

#include <stdio.h>

static void messages_go_both_ways(void **state)
{
	struct ends ends;

	(void)state;
	open_secure(&ends);
	assert_code(TIELINE_OK, send_now(ends.client, "ping", 4));
	expect_message(ends.server, "ping", 4);
	assert_code(TIELINE_OK, send_now(ends.server, "pong", 4));
	expect_message(ends.client, "pong", 4);
	assert_string_equal(tieline_connection_peer(ends.client),
		tieline_listener_address(ends.listener));
	assert_memory_equal(
		tieline_connection_peer(ends.server), "tls://127.0.0.1:", 16);
	close_ends(&ends);
}

/* What opening came to, and why. */
static char why[256];

static int try(const tieline_options *server, const tieline_options *client)
{
	struct ends ends;
	int result = open_unlike_ends(&ends, SECURE, server, client);

	strcpy(why, ends.why[0] ? ends.why : last_text());
	if (result == 0)
		close_ends(&ends);
	return result;
}

static const char *refused_text;
static int refused_code;

static void note_refused(
	void *arg, int code, const char *peer, const char *message)
{
	static char text[256];

	(void)arg;
	(void)peer;
	snprintf(text, sizeof(text), "%s", message);
	refused_text = text;
	refused_code = code;
}

static void certificates_of_servers_are_checked(void **state)
{
	static const struct {
		const char *own;
		tieline_verify verify;
		const char *server_name;
		int code;
		const char *text;
	} table[] = {
		{"good", TIELINE_VERIFY_FULL, NULL, 0, ""},
		{"good", TIELINE_VERIFY_FULL, "localhost", 0, ""},
		{"good", TIELINE_VERIFY_FULL, "elsewhere.test", TIELINE_ETLS,
			"another name"},
		{"good", TIELINE_VERIFY_CHAIN, "elsewhere.test", 0, ""},
		{"rsa", TIELINE_VERIFY_FULL, NULL, 0, ""},
		{"chain", TIELINE_VERIFY_FULL, NULL, 0, ""},
		{"chain-cut", TIELINE_VERIFY_FULL, NULL, TIELINE_ETLS,
			"ca_file"},
		{"wrong-name", TIELINE_VERIFY_FULL, NULL, TIELINE_ETLS,
			"another address"},
		{"wrong-name", TIELINE_VERIFY_FULL, "elsewhere.test", 0, ""},
		{"wrong-name", TIELINE_VERIFY_CHAIN, NULL, 0, ""},
		{"expired", TIELINE_VERIFY_FULL, NULL, TIELINE_ETLS, "expired"},
		{"expired", TIELINE_VERIFY_CHAIN, NULL, TIELINE_ETLS,
			"expired"},
		{"expired", TIELINE_VERIFY_NONE, NULL, 0, ""},
		{"early", TIELINE_VERIFY_FULL, NULL, TIELINE_ETLS, "clock"},
		{"other-ca", TIELINE_VERIFY_FULL, NULL, TIELINE_ETLS,
			"ca_file"},
		{"other-ca", TIELINE_VERIFY_NONE, NULL, 0, ""},
		{"self-signed", TIELINE_VERIFY_CHAIN, NULL, TIELINE_ETLS,
			"itself"},
		{"wrong-use", TIELINE_VERIFY_CHAIN, NULL, TIELINE_ETLS,
			"another use"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		tieline_options server = secure_server(table[i].own);
		tieline_options client = secure_client();

		client.verify = table[i].verify;
		client.server_name = table[i].server_name;
		assert_code(table[i].code, try(&server, &client));
		if (table[i].code)
			assert_non_null(strstr(why, table[i].text));
	}
}

static void a_certificate_can_be_the_authority_itself(void **state)
{
	tieline_options server = secure_server("self-signed");
	tieline_options client = secure_client();

	(void)state;
	client.ca_file = certificate("server-self-signed.crt");
	assert_code(TIELINE_OK, try(&server, &client));
}

static void revoked_certificates_are_refused(void **state)
{
	tieline_options server = secure_server("revoked");
	tieline_options client = secure_client();

	(void)state;
	assert_code(TIELINE_OK, try(&server, &client));
	client.crl_file = certificate("ca.crl");
	assert_code(TIELINE_ETLS, try(&server, &client));
	assert_non_null(strstr(why, "revoked"));
}

/* A client hears of it when it is open, or is reset before. */
static void certificates_of_clients_are_checked(void **state)
{
	static const struct {
		tieline_client_certificates asked;
		const char *own;  /* NULL = none */
		const char *text; /* NULL = it is let in */
	} table[] = {
		{TIELINE_CLIENT_CERTIFICATES_NONE, NULL, NULL},
		{TIELINE_CLIENT_CERTIFICATES_NONE, "expired", NULL},
		{TIELINE_CLIENT_CERTIFICATES_OPTIONAL, NULL, NULL},
		{TIELINE_CLIENT_CERTIFICATES_OPTIONAL, "good", NULL},
		{TIELINE_CLIENT_CERTIFICATES_OPTIONAL, "expired", "expired"},
		{TIELINE_CLIENT_CERTIFICATES_REQUIRED, "good", NULL},
		{TIELINE_CLIENT_CERTIFICATES_REQUIRED, NULL,
			"has no certificate"},
		{TIELINE_CLIENT_CERTIFICATES_REQUIRED, "other-ca", "ca_file"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		tieline_options server = secure_server("good");
		tieline_options client = secure_client();

		server.client_certificates = table[i].asked;
		server.ca_file = certificate("ca.crt");
		server.on_refused = note_refused;
		if (table[i].own)
			show_certificate(&client, table[i].own);
		refused_text = NULL;
		if (!table[i].text) {
			assert_code(TIELINE_OK, try(&server, &client));
			continue;
		}
		assert_true(try(&server, &client) < 0);
		assert_non_null(refused_text);
		assert_code(TIELINE_ETLS, refused_code);
		assert_non_null(strstr(refused_text, table[i].text));
	}
}

static void options_that_make_no_sense_are_refused(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	client.verify = TIELINE_VERIFY_NONE;
	client.allow_unbound = true;
	assert_code(TIELINE_EINVAL, try(&server, &client));
	client.allow_unbound = false;
	client.no_authkey = true;
	client.authkey = NULL;
	assert_code(TIELINE_EINVAL, try(&server, &client));
	client = secure_client();
	client.verify = 3;
	assert_code(TIELINE_EINVAL, try(&server, &client));
	client = secure_client();
	server.client_certificates = TIELINE_CLIENT_CERTIFICATES_REQUIRED;
	assert_code(TIELINE_EINVAL, try(&server, &client));
	assert_non_null(strstr(why, "ca_file"));
	server = with_key();
	assert_code(TIELINE_EINVAL, try(&server, &client));
	assert_non_null(strstr(why, "certificate_file"));
}

static void files_that_cannot_be_used_are_refused(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	client.ca_file = "/nonexistent/ca.crt";
	assert_code(TIELINE_ECREDENTIALS, try(&server, &client));
	assert_non_null(strstr(why, "/nonexistent/ca.crt"));
	server.private_key_file = certificate("server-rsa.key");
	assert_code(TIELINE_ECREDENTIALS, try(&server, &client));
}

/* They are not even read. */
static void without_tls_its_options_do_not_matter(void **state)
{
	tieline_options options = with_key();
	struct ends ends;

	(void)state;
	options.ca_file = options.certificate_file = "/nonexistent/file";
	options.private_key_file = options.crl_file = "/nonexistent/file";
	options.verify = TIELINE_VERIFY_NONE;
	options.allow_unbound = true;
	options.bind_to_certificate = true;
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	close_ends(&ends);
}

static void another_key_is_refused(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	client.authkey = "another key";
	client.authkey_len = strlen(client.authkey);
	assert_code(TIELINE_EAUTH, try(&server, &client));
	server.authkey_len--;
	client = secure_client();
	server.on_refused = note_refused;
	assert_code(TIELINE_EAUTH, try(&server, &client));
	assert_code(TIELINE_EAUTH, refused_code);
}

static void unbound_logins_are_taken_where_that_is_allowed(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	client.allow_unbound = true;
	server.on_refused = note_refused;
	assert_code(TIELINE_EAUTH, try(&server, &client));
	assert_non_null(strstr(refused_text, "allow_unbound"));
	server.allow_unbound = true;
	assert_code(TIELINE_OK, try(&server, &client));
	client.allow_unbound = false;
	assert_code(TIELINE_OK, try(&server, &client));
}

static void a_login_can_be_bound_to_the_certificate(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	client.bind_to_certificate = true;
	assert_code(TIELINE_OK, try(&server, &client));
	client.verify = TIELINE_VERIFY_NONE;
	assert_code(TIELINE_OK, try(&server, &client));
	client.allow_tls12 = true;
	client.authkey_len--;
	assert_code(TIELINE_EAUTH, try(&server, &client));
	client = secure_client();
	client.bind_to_certificate = client.allow_unbound = true;
	assert_code(TIELINE_EINVAL, try(&server, &client));
	assert_non_null(strstr(why, "bind_to_certificate"));
}

static void no_key_is_needed_where_there_is_none(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	server.authkey = client.authkey = NULL;
	server.no_authkey = client.no_authkey = true;
	assert_code(TIELINE_OK, try(&server, &client));
}

static void tls_1_2_is_taken_where_that_is_allowed(void **state)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	(void)state;
	server.allow_tls12 = client.allow_tls12 = true;
	assert_code(TIELINE_OK, try(&server, &client));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		leak_test(messages_go_both_ways),
		leak_test(certificates_of_servers_are_checked),
		leak_test(a_certificate_can_be_the_authority_itself),
		leak_test(revoked_certificates_are_refused),
		leak_test(certificates_of_clients_are_checked),
		leak_test(options_that_make_no_sense_are_refused),
		leak_test(files_that_cannot_be_used_are_refused),
		leak_test(without_tls_its_options_do_not_matter),
		leak_test(another_key_is_refused),
		leak_test(unbound_logins_are_taken_where_that_is_allowed),
		leak_test(a_login_can_be_bound_to_the_certificate),
		leak_test(no_key_is_needed_where_there_is_none),
		leak_test(tls_1_2_is_taken_where_that_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
