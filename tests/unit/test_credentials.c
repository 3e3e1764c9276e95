/* SPDX-License-Identifier: MIT */
/* Files of certificates and keys: what is taken, and what is said of the rest.
 */
#include "../../system/credentials.h"
#include "certificates.h"
#include "unit.h"

#include <tieline/tieline.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES 4

/* Names of files in the test set; a path if there is a '/' in it. */
struct files {
	enum tli_tls_role role;
	enum tli_tls_verify verify;
	const char *certificate, *private_key, *ca, *crl;
};

static const char *path_of(const char *name, char path[CERTIFICATE_PATH])
{
	if (!name || !name[0] || strchr(name, '/'))
		return name;
	certificate_path(name, path);
	return path;
}

static struct tli_tls_context *load(
	const struct files *files, struct tli_error *error)
{
	char paths[FILES][CERTIFICATE_PATH];
	const struct tli_credentials credentials = {
		.role = files->role,
		.verify = files->verify,
		.certificate_file = path_of(files->certificate, paths[0]),
		.private_key_file = path_of(files->private_key, paths[1]),
		.ca_file = path_of(files->ca, paths[2]),
		.crl_file = path_of(files->crl, paths[3]),
	};

	*error = (struct tli_error){.code = 0};
	return tli_credentials_load(&credentials, error);
}

#define SERVER   TLI_TLS_SERVER
#define CLIENT   TLI_TLS_CLIENT
#define NOBODY   TLI_TLS_UNVERIFIED
#define IF_GIVEN TLI_TLS_IF_GIVEN
#define CHAIN    TLI_TLS_CHAIN
#define NAME     TLI_TLS_NAME
#define GOOD     "server-good.crt", "server-good.key"

static const struct {
	const char *row;
	struct files files;
} right[] = {
	{"a server", {SERVER, NOBODY, GOOD, NULL, NULL}},
	{"nothing is as good as none", {SERVER, NOBODY, GOOD, "", ""}},
	{"with clients", {SERVER, CHAIN, GOOD, "ca.crt", "ca.crl"}},
	{"with some", {SERVER, IF_GIVEN, GOOD, "both-cas.crt", NULL}},
	{"a chain",
		{SERVER, NOBODY, "server-chain.crt", "server-chain.key", NULL,
			NULL}},
	{"RSA",
		{SERVER, NOBODY, "server-rsa.crt", "server-rsa.key", NULL,
			NULL}},
	{"one file for both",
		{SERVER, NOBODY, "server-both.crt", "server-both.crt", NULL,
			NULL}},
	{"a client", {CLIENT, NAME, NULL, NULL, "ca.crt", NULL}},
	{"of the system's CAs", {CLIENT, NAME, NULL, NULL, NULL, NULL}},
	{"that checks nothing", {CLIENT, NOBODY, NULL, NULL, NULL, NULL}},
	{"with a certificate",
		{CLIENT, CHAIN, "client-good.crt", "client-good.key", "ca.crt",
			"ca.crl"}},
};

static void test_right(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(right); i++) {
		struct tli_error error;
		struct tli_tls_context *context = load(&right[i].files, &error);

		if (!context)
			fail_msg("%s: %s", right[i].row, error.text);
		tli_tls_context_unref(context);
	}
}

static const struct {
	const char *row;
	struct files files;
	const char *said;
} wrong[] = {
	{"none for a server", {SERVER, NOBODY, NULL, NULL, NULL, NULL},
		"a server needs a certificate and its private key"},
	{"no key", {SERVER, NOBODY, "server-good.crt", NULL, NULL, NULL},
		"server-good.crt: a certificate and its private key go "
		"together"},
	{"no certificate",
		{CLIENT, NAME, NULL, "client-good.key", "ca.crt", NULL},
		"client-good.key: a certificate and its private key go "
		"together"},
	{"no such file",
		{SERVER, NOBODY, "none.crt", "server-good.key", NULL, NULL},
		"none.crt: No such file or directory"},
	{"no such key",
		{SERVER, NOBODY, "server-good.crt", "none.key", NULL, NULL},
		"none.key: No such file or directory"},
	{"another's key",
		{SERVER, NOBODY, "server-good.crt", "client-good.key", NULL,
			NULL},
		"client-good.key: the private key does not belong to the "
		"certificate"},
	{"a key that others can read",
		{SERVER, NOBODY, "server-good.crt", "readable.key", NULL, NULL},
		"readable.key can be used by group or others"},
	{"a password",
		{SERVER, NOBODY, "server-good.crt", "encrypted.key", NULL,
			NULL},
		"encrypted.key: the private key has a password: store it "
		"without one"},
	{"a key cut off",
		{SERVER, NOBODY, "server-good.crt", "cut.key", NULL, NULL},
		"cut.key: no private key in PEM that can be used"},
	{"an empty key",
		{SERVER, NOBODY, "server-good.crt", "empty.crt", NULL, NULL},
		"empty.crt: no private key in PEM that can be used"},
	{"a certificate for a key",
		{SERVER, NOBODY, "server-good.crt", "server-good.crt", NULL,
			NULL},
		"server-good.crt: no private key in PEM that can be used"},
	{"an empty certificate",
		{SERVER, NOBODY, "empty.crt", "server-good.key", NULL, NULL},
		"empty.crt: no certificate in PEM"},
	{"no certificate in it",
		{SERVER, NOBODY, "garbage.crt", "server-good.key", NULL, NULL},
		"garbage.crt: no certificate in PEM"},
	{"a broken certificate",
		{SERVER, NOBODY, "broken.crt", "server-good.key", NULL, NULL},
		"broken.crt: no certificate in PEM"},
	{"a certificate cut off",
		{SERVER, NOBODY, "cut.crt", "server-good.key", NULL, NULL},
		"cut.crt: no certificate in PEM"},
	{"a broken chain",
		{SERVER, NOBODY, "server-broken-chain.crt", "server-good.key",
			NULL, NULL},
		"server-broken-chain.crt: no certificate in PEM"},
	{"a key for a certificate",
		{SERVER, NOBODY, "server-good.key", "server-good.key", NULL,
			NULL},
		"server-good.key: no certificate in PEM"},
	{"a short key",
		{SERVER, NOBODY, "server-weak.crt", "server-weak.key", NULL,
			NULL},
		"key too small"},
	{"clients, and no CA", {SERVER, CHAIN, GOOD, NULL, NULL},
		"needs the CA that they are from"},
	{"no such CA", {CLIENT, NAME, NULL, NULL, "none.crt", NULL},
		"none.crt: No such file or directory"},
	{"an empty CA", {CLIENT, NAME, NULL, NULL, "empty.crt", NULL},
		"empty.crt: no certificates of CAs in PEM"},
	{"no CA in it", {CLIENT, NAME, NULL, NULL, "ca.key", NULL},
		"ca.key: no certificates of CAs in PEM"},
	{"a broken CA", {CLIENT, NAME, NULL, NULL, "broken.crt", NULL},
		"broken.crt: no certificates of CAs in PEM"},
	{"no such CRL", {CLIENT, NAME, NULL, NULL, "ca.crt", "none.crl"},
		"none.crl: No such file or directory"},
	{"no CRL in it", {CLIENT, NAME, NULL, NULL, "ca.crt", "ca.crt"},
		"ca.crt: no CRL in PEM"},
	{"an empty CRL", {CLIENT, NAME, NULL, NULL, "ca.crt", "empty.crt"},
		"empty.crt: no CRL in PEM"},
	{"a CRL for nothing", {CLIENT, NOBODY, NULL, NULL, NULL, "ca.crl"},
		"ca.crl: a CRL is of no use where no certificate is checked"},
	{"a folder", {CLIENT, NAME, NULL, NULL, "/tmp", NULL},
		"/tmp is not a regular file"},
	{"a device", {CLIENT, NAME, NULL, NULL, "/dev/zero", NULL},
		"/dev/zero is not a regular file"},
	{"a key from a device",
		{CLIENT, NAME, "client-good.crt", "/dev/null", "ca.crt", NULL},
		"/dev/null is not a regular file"},
};

static void test_wrong(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		struct tli_error error;

		check(wrong[i].row, !load(&wrong[i].files, &error));
		check_equal(wrong[i].row, error.code, TIELINE_ECREDENTIALS);
		if (!strstr(error.text, wrong[i].said))
			fail_msg("%s: '%s' has no '%s' in it", wrong[i].row,
				error.text, wrong[i].said);
	}
}

/* A temporary file of that length, for its owner alone. */
static void make_file(char path[CERTIFICATE_PATH], off_t len)
{
	int fd;

	snprintf(path, CERTIFICATE_PATH, "/tmp/tieline-credentials-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, len), 0);
	close(fd);
}

static void test_the_longest_file(void **state)
{
	static const off_t longest = TLI_CREDENTIALS_BYTES_MAX;
	char path[CERTIFICATE_PATH];
	const struct files files = {CLIENT, NAME, NULL, NULL, path, NULL};
	struct tli_error error;

	(void)state;
	make_file(path, longest);
	assert_null(load(&files, &error));
	assert_non_null(strstr(error.text, "no certificates of CAs"));
	assert_int_equal(truncate(path, longest + 1), 0);
	assert_null(load(&files, &error));
	assert_non_null(strstr(error.text, "is longer than 1 MiB"));
	unlink(path);
}

/* Nobody would ever write to it. */
static void test_a_fifo(void **state)
{
	char path[CERTIFICATE_PATH];
	const struct files files = {CLIENT, NAME, NULL, NULL, path, NULL};
	struct tli_error error;

	(void)state;
	make_file(path, 0);
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_null(load(&files, &error));
	assert_non_null(strstr(error.text, "is not a regular file"));
	unlink(path);
}

static void test_modes_of_keys(void **state)
{
	static const mode_t closed[] = {0600, 0400};
	static const mode_t open_to_others[] = {0640, 0604, 0620, 0602, 0610};
	char path[CERTIFICATE_PATH];
	const struct files files = {
		SERVER, NOBODY, "server-good.crt", path, NULL, NULL};
	struct tli_error error;

	(void)state;
	make_file(path, 0);
	for (size_t i = 0; i < LENGTH(closed); i++) {
		assert_int_equal(chmod(path, closed[i]), 0);
		assert_null(load(&files, &error));
		assert_non_null(strstr(error.text, "no private key in PEM"));
	}
	for (size_t i = 0; i < LENGTH(open_to_others); i++) {
		assert_int_equal(chmod(path, open_to_others[i]), 0);
		assert_null(load(&files, &error));
		assert_null(strstr(error.text, "no private key in PEM"));
	}
	unlink(path);
}

/* Tools that renew certificates live on them. */
static void test_a_symbolic_link(void **state)
{
	char path[CERTIFICATE_PATH], target[CERTIFICATE_PATH];
	const struct files files = {
		SERVER, NOBODY, "server-good.crt", path, NULL, NULL};
	struct tli_tls_context *context;
	struct tli_error error;

	(void)state;
	make_file(path, 0);
	unlink(path);
	certificate_path("server-good.key", target);
	assert_int_equal(symlink(target, path), 0);
	context = load(&files, &error);
	assert_non_null(context);
	tli_tls_context_unref(context);
	unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_right),
		cmocka_unit_test(test_wrong),
		cmocka_unit_test(test_the_longest_file),
		cmocka_unit_test(test_a_fifo),
		cmocka_unit_test(test_modes_of_keys),
		cmocka_unit_test(test_a_symbolic_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
