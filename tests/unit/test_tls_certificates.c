/* SPDX-License-Identifier: MIT */
/* Every certificate of the test set, in every mode, at both ends, and what is
 * said of it. */
#include "tls_ends.h"
#include "unit.h"

#include <stdio.h>
#include <string.h>

#define OPENS NULL

#define UNKNOWN_CA "from a CA that is not in ca_file"
#define ALONE      "that only vouches for itself, and is not in ca_file"
#define EXPIRED    "that has expired"
#define EARLY      "that is not valid yet: is the clock right?"
#define OTHER_USE  "that is for another use (extended key usage)"
#define OTHER_NAME "for another name"
#define REVOKED    "that is revoked"
#define NO_LIST    "from a CA of which there is no CRL in crl_file"

#define OTHER_ADDRESS "for another address"
#define LIST_EXPIRED  "that cannot be checked, as the CRL has expired"
#define REQUIRED                                                               \
	"has no certificate, which is required here: set certificate_file "    \
	"and private_key_file there"

#define ALERT(name) "ended TLS with the alert \"" name "\": its log says more"

/* What one end says, and what the other then hears. */
static const struct {
	const char *said, *heard;
} alerts[] = {
	{UNKNOWN_CA, ALERT("unknown CA")},
	{ALONE, ALERT("unknown CA")},
	{EXPIRED, ALERT("certificate expired")},
	{EARLY, ALERT("bad certificate")},
	{OTHER_USE, ALERT("unsupported certificate")},
	{OTHER_NAME, ALERT("bad certificate")},
	{OTHER_ADDRESS, ALERT("bad certificate")},
	{REVOKED, ALERT("certificate revoked")},
	{NO_LIST, ALERT("unknown CA")},
	{LIST_EXPIRED, ALERT("certificate expired")},
	{REQUIRED,
		"requires a certificate: set certificate_file and "
		"private_key_file here"},
};

static const char *heard_for(const char *said)
{
	for (size_t i = 0; i < LENGTH(alerts); i++)
		if (strcmp(alerts[i].said, said) == 0)
			return alerts[i].heard;
	fail_msg("nothing is known to be heard for '%s'", said);
	return NULL;
}

static void check_text(const char *row, struct tli_tls *tls, const char *part)
{
	char text[TLI_TLS_TEXT];

	tli_tls_explain(tls, text);
	if (!strstr(text, part))
		fail_msg("%s: '%s' has no '%s' in it", row, text, part);
}

/* Shakes hands. What the one that checks has to say is `said`, or nothing. */
static void check_outcome(const char *row, struct ends *ends,
	struct tli_tls *checks, struct tli_tls *shows, const char *said)
{
	size_t budget = UNLIMITED;
	char byte;

	shake_hands(ends, UNLIMITED, &budget);
	check_equal(row, tli_tls_is_open(checks), said == OPENS);
	if (said == OPENS) {
		check(row, tli_tls_is_open(shows));
		check_exchange(checks, shows, "hello", 5);
		return;
	}
	check_text(row, checks, said);
	/* A client is through before its certificate is seen. */
	check_equal(row, tli_tls_read(shows, &byte, 1), TLI_TLS_FAILED);
	check_text(row, shows, heard_for(said));
}

/* ---- Servers' --------------------------------------------------------- */

/* For a client that wants "localhost", with and without a CRL. */
static const struct server_row {
	const char *own;
	const char *chain;
	const char *name;
	const char *with_crl; /* by name too */
} server_rows[] = {
	{"good", OPENS, OPENS, OPENS},
	{"rsa", OPENS, OPENS, OPENS},
	{"sha384", OPENS, OPENS, OPENS},
	{"chain", OPENS, OPENS, OPENS},
	{"name-only", OPENS, OPENS, OPENS},
	{"no-names", OPENS, OTHER_NAME, OTHER_NAME},
	{"expired", EXPIRED, EXPIRED, EXPIRED},
	{"early", EARLY, EARLY, EARLY},
	{"other-ca", UNKNOWN_CA, UNKNOWN_CA, UNKNOWN_CA},
	{"self-signed", ALONE, ALONE, ALONE},
	{"chain-cut", UNKNOWN_CA, UNKNOWN_CA, UNKNOWN_CA},
	{"wrong-use", OTHER_USE, OTHER_USE, OTHER_USE},
	{"revoked", OPENS, OPENS, REVOKED},
	{"chain-revoked", OPENS, OPENS, REVOKED},
	{"wrong-name", OPENS, OTHER_NAME, OTHER_NAME},
	{"ip-only", OPENS, OTHER_NAME, OTHER_NAME},
	{"wildcard", OPENS, OTHER_NAME, OTHER_NAME},
};

static void check_server(const char *own, enum tli_tls_verify verify,
	const char *crl, const char *said)
{
	const struct side server = {TLI_TLS_UNVERIFIED, .own = own};
	const struct side client = {verify, .crl = crl};
	struct ends ends = new_ends(&server, &client, "localhost");

	check_outcome(own, &ends, ends.client, ends.server, said);
	free_ends(&ends);
}

static void test_servers(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(server_rows); i++) {
		const struct server_row *row = &server_rows[i];

		check_server(row->own, TLI_TLS_UNVERIFIED, NULL, OPENS);
		check_server(row->own, TLI_TLS_CHAIN, NULL, row->chain);
		check_server(row->own, TLI_TLS_NAME, NULL, row->name);
		check_server(row->own, TLI_TLS_NAME, "ca.crl", row->with_crl);
	}
}

static const struct {
	const char *own;
	const char *wanted;
	const char *said;
} name_rows[] = {
	{"good", "LOCALHOST", OPENS},
	{"good", "127.0.0.1", OPENS},
	{"good", "::1", OPENS},
	{"good", "0:0:0:0:0:0:0:1", OPENS},
	{"good", "127.0.0.2", OTHER_ADDRESS},
	{"good", "localhost.test", OTHER_NAME},
	{"good", "server-good", OTHER_NAME},
	{"ip-only", "127.0.0.1", OPENS},
	{"name-only", "127.0.0.1", OTHER_ADDRESS},
	{"no-names", "127.0.0.1", OTHER_ADDRESS},
	{"wildcard", "a.tieline.test", OPENS},
	{"wildcard", "tieline.test", OTHER_NAME},
	{"wildcard", "a.b.tieline.test", OTHER_NAME},
	{"wrong-name", "elsewhere.test", OPENS},
	{"wrong-name", "192.0.2.1", OPENS},
};

static void test_names(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(name_rows); i++) {
		const struct side server = {
			TLI_TLS_UNVERIFIED, .own = name_rows[i].own};
		const struct side client = {.verify = TLI_TLS_NAME};
		struct ends ends =
			new_ends(&server, &client, name_rows[i].wanted);

		check_outcome(name_rows[i].wanted, &ends, ends.client,
			ends.server, name_rows[i].said);
		free_ends(&ends);
	}
}

/* No name to check would be no check. */
static void test_names_that_none_has(void **state)
{
	const struct side client = {.verify = TLI_TLS_NAME};
	struct tli_tls_context *context = new_context(TLI_TLS_CLIENT, &client);
	char longest[300];

	(void)state;
	memset(longest, 'a', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_null(tli_tls_new(context, ""));
	assert_null(tli_tls_new(context, longest));
	tli_tls_context_unref(context);
}

/* ---- Clients' --------------------------------------------------------- */

static const struct client_row {
	const char *own;
	const char *said;
	const char *with_crl;
} client_rows[] = {
	{"good", OPENS, OPENS},
	{"rsa", OPENS, OPENS},
	{"chain", OPENS, OPENS},
	{"expired", EXPIRED, EXPIRED},
	{"early", EARLY, EARLY},
	{"other-ca", UNKNOWN_CA, UNKNOWN_CA},
	{"self-signed", ALONE, ALONE},
	{"chain-cut", UNKNOWN_CA, UNKNOWN_CA},
	{"wrong-use", OTHER_USE, OTHER_USE},
	{"revoked", OPENS, REVOKED},
	{"chain-revoked", OPENS, REVOKED},
};

static void check_client(const char *own, enum tli_tls_verify verify,
	const char *crl, const char *said)
{
	const struct side server = {verify, .own = "good", .crl = crl};
	const struct side client = {TLI_TLS_NAME, .own = own};
	struct ends ends = new_ends(&server, &client, "localhost");

	check_outcome(own ? own : "no certificate", &ends, ends.server,
		ends.client, said);
	free_ends(&ends);
}

static void test_clients(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(client_rows); i++) {
		const struct client_row *row = &client_rows[i];

		check_client(row->own, TLI_TLS_UNVERIFIED, NULL, OPENS);
		check_client(row->own, TLI_TLS_IF_GIVEN, NULL, row->said);
		check_client(row->own, TLI_TLS_CHAIN, NULL, row->said);
		check_client(row->own, TLI_TLS_CHAIN, "ca.crl", row->with_crl);
	}
}

static void test_no_client_certificate(void **state)
{
	(void)state;
	check_client(NULL, TLI_TLS_UNVERIFIED, NULL, OPENS);
	check_client(NULL, TLI_TLS_IF_GIVEN, NULL, OPENS);
	check_client(NULL, TLI_TLS_CHAIN, NULL, REQUIRED);
}

/* ---- CAs and CRLs ----------------------------------------------------- */

static const struct {
	const char *name;
	const char *own;
	const char *ca;
	const char *crl;
	const char *said;
} trust_rows[] = {
	{"trusted itself", "self-signed", "server-self-signed.crt", NULL,
		OPENS},
	{"another is trusted", "good", "other-ca.crt", NULL, UNKNOWN_CA},
	{"one of several", "other-ca", "both-cas.crt", NULL, OPENS},
	{"the list has expired", "good", NULL, "expired.crl", LIST_EXPIRED},
	{"a list of another", "good", NULL, "other-ca.crl", NO_LIST},
};

static void test_trust(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(trust_rows); i++) {
		const struct side server = {
			TLI_TLS_UNVERIFIED, .own = trust_rows[i].own};
		const struct side client = {TLI_TLS_NAME,
			.ca = trust_rows[i].ca, .crl = trust_rows[i].crl};
		struct ends ends = new_ends(&server, &client, "localhost");

		check_outcome(trust_rows[i].name, &ends, ends.client,
			ends.server, trust_rows[i].said);
		free_ends(&ends);
	}
}

/* What a certificate says may end up in a log, in one line. */
static void test_a_subject_with_control_characters(void **state)
{
	const struct side server = {TLI_TLS_CHAIN, .own = "good"};
	const struct side client = {TLI_TLS_NAME, .own = "odd"};
	struct ends ends = new_ends(&server, &client, "localhost");
	char text[TLI_TLS_TEXT];
	size_t budget = UNLIMITED;

	(void)state;
	shake_hands(&ends, UNLIMITED, &budget);
	assert_false(tli_tls_is_open(ends.server));
	check_text("odd", ends.server, "(/CN=a\\x0Ab\\x1B[31m) ");
	tli_tls_explain(ends.server, text);
	for (const char *at = text; *at; at++)
		assert_in_range(*at, ' ', '~');
	free_ends(&ends);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_servers),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_names_that_none_has),
		cmocka_unit_test(test_clients),
		cmocka_unit_test(test_no_client_certificate),
		cmocka_unit_test(test_trust),
		cmocka_unit_test(test_a_subject_with_control_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
