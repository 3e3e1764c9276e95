/* SPDX-License-Identifier: MIT */
#include "tls_context_private.h"

#include <limits.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CERTIFICATES_MAX (32u << 10) /* bytes of a peer's chain */
#define SECURITY_LEVEL   2           /* 112 bits: no RSA below 2048 */
#define TLS12_CIPHERS    "ECDHE+AESGCM:ECDHE+CHACHA20"

static bool fail(char why[TLI_TLS_TEXT], const char *name, const char *what)
{
	snprintf(why, TLI_TLS_TEXT, "%s: %s", name, what);
	return false;
}

/* With OpenSSL's own word for it. */
static bool fail_openssl(
	char why[TLI_TLS_TEXT], const char *name, const char *what)
{
	const char *reason = ERR_reason_error_string(ERR_peek_last_error());

	snprintf(why, TLI_TLS_TEXT, "%s: %s (%s)", name, what,
		reason ? reason : "out of memory");
	return false;
}

/* A key with a password has nobody to ask for it. */
static int no_password(char *password, int size, int writing, void *arg)
{
	bool *asked = arg;

	(void)password;
	(void)size;
	(void)writing;
	*asked = true;
	return -1;
}

static BIO *open_pem(const struct tli_pem *pem)
{
	return pem->len <= INT_MAX ? BIO_new_mem_buf(pem->text, (int)pem->len)
				   : NULL;
}

/* Whether reading stopped for want of another one, and nothing else. */
static bool is_at_end(void)
{
	return ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
}

/* ---- Our certificate -------------------------------------------------- */

static bool add_chain(SSL_CTX *context, BIO *bio)
{
	X509 *issuer;

	while ((issuer = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		bool added = SSL_CTX_add1_chain_cert(context, issuer) == 1;

		X509_free(issuer);
		if (!added)
			return false;
	}
	return is_at_end();
}

static bool use_certificate(SSL_CTX *context, BIO *bio)
{
	X509 *certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	bool used = certificate &&
		SSL_CTX_use_certificate(context, certificate) == 1;

	X509_free(certificate);
	return used && add_chain(context, bio);
}

static bool load_certificate(
	SSL_CTX *context, const struct tli_pem *pem, char why[TLI_TLS_TEXT])
{
	BIO *bio = open_pem(pem);
	bool loaded = bio && use_certificate(context, bio);

	BIO_free(bio);
	return loaded ||
		fail_openssl(why, pem->name,
			"no certificate in PEM, with its chain behind it, that "
			"can be used");
}

static bool load_private_key(
	SSL_CTX *context, const struct tli_pem *pem, char why[TLI_TLS_TEXT])
{
	bool asked = false;
	BIO *bio = open_pem(pem);
	EVP_PKEY *key = bio
		? PEM_read_bio_PrivateKey(bio, NULL, no_password, &asked)
		: NULL;
	/* One of another kind has a place of its own, without a certificate. */
	bool used = key && SSL_CTX_use_PrivateKey(context, key) == 1 &&
		SSL_CTX_check_private_key(context) == 1;

	EVP_PKEY_free(key);
	BIO_free(bio);
	if (used)
		return true;
	if (asked)
		return fail(why, pem->name,
			"the private key has a password: store it without one "
			"(openssl pkey -in FILE -out FILE)");
	return fail_openssl(why, pem->name,
		key ? "the private key does not belong to the certificate"
		    : "no private key in PEM that can be used");
}

static bool load_own(SSL_CTX *context, const struct tli_tls_options *options,
	char why[TLI_TLS_TEXT])
{
	const struct tli_pem *certificate = &options->certificate;
	const struct tli_pem *key = &options->private_key;

	if (!certificate->text && !key->text)
		return options->role == TLI_TLS_CLIENT ||
			fail(why, "TLS",
				"a server needs a certificate and its private "
				"key");
	if (!certificate->text || !key->text)
		return fail(why,
			certificate->text ? certificate->name : key->name,
			"a certificate and its private key go together: one of "
			"the two is missing");
	return load_certificate(context, certificate, why) &&
		load_private_key(context, key, why);
}

/* ---- Whom to trust ---------------------------------------------------- */

static bool trust(SSL_CTX *context, X509 *authority, bool is_server)
{
	return X509_STORE_add_cert(
		       SSL_CTX_get_cert_store(context), authority) == 1 &&
		(!is_server || SSL_CTX_add_client_CA(context, authority) == 1);
}

static bool trust_all(SSL_CTX *context, BIO *bio, bool is_server)
{
	X509 *authority;
	size_t count = 0;

	while ((authority = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
		bool added = trust(context, authority, is_server);

		X509_free(authority);
		if (!added)
			return false;
		count++;
	}
	return count > 0 && is_at_end();
}

static bool load_authorities(SSL_CTX *context,
	const struct tli_tls_options *options, char why[TLI_TLS_TEXT])
{
	const struct tli_pem *pem = &options->ca;
	bool is_server = options->role == TLI_TLS_SERVER;
	bool loaded;
	BIO *bio;

	if (options->verify == TLI_TLS_UNVERIFIED)
		return true;
	if (!pem->text && is_server)
		return fail(why, "TLS",
			"checking clients' certificates needs the CA that they "
			"are from");
	if (!pem->text)
		return SSL_CTX_set_default_verify_paths(context) == 1 ||
			fail_openssl(why, "TLS", "no CA of the system");
	bio = open_pem(pem);
	loaded = bio && trust_all(context, bio, is_server);
	BIO_free(bio);
	return loaded ||
		fail_openssl(why, pem->name,
			"no certificates of CAs in PEM that can be used");
}

static bool add_revocations(X509_STORE *store, BIO *bio)
{
	X509_CRL *list;
	size_t count = 0;

	while ((list = PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL))) {
		bool added = X509_STORE_add_crl(store, list) == 1;

		X509_CRL_free(list);
		if (!added)
			return false;
		count++;
	}
	return count > 0 && is_at_end() &&
		X509_STORE_set_flags(store,
			X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL) == 1;
}

static bool load_revocations(SSL_CTX *context,
	const struct tli_tls_options *options, char why[TLI_TLS_TEXT])
{
	const struct tli_pem *pem = &options->crl;
	bool loaded;
	BIO *bio;

	if (!pem->text)
		return true;
	if (options->verify == TLI_TLS_UNVERIFIED)
		return fail(why, pem->name,
			"a CRL is of no use where no certificate is checked");
	bio = open_pem(pem);
	loaded = bio && add_revocations(SSL_CTX_get_cert_store(context), bio);
	BIO_free(bio);
	return loaded ||
		fail_openssl(why, pem->name, "no CRL in PEM that can be used");
}

/* ---- The context ------------------------------------------------------ */

static const int verify_modes[] = {
	[TLI_TLS_UNVERIFIED] = SSL_VERIFY_NONE,
	[TLI_TLS_IF_GIVEN] = SSL_VERIFY_PEER,
	[TLI_TLS_CHAIN] = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
	[TLI_TLS_NAME] = SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
};

static bool set_policy(SSL_CTX *context, const struct tli_tls_options *options)
{
	SSL_CTX_set_options(context,
		SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
			SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE);
	SSL_CTX_set_mode(context,
		SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
			SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_security_level(context, SECURITY_LEVEL);
	SSL_CTX_set_max_cert_list(context, CERTIFICATES_MAX);
	SSL_CTX_set_verify(context, verify_modes[options->verify],
		options->verify == TLI_TLS_UNVERIFIED ? NULL
						      : tli_tls_on_verified);
	return SSL_CTX_set_num_tickets(context, 0) == 1 &&
		SSL_CTX_set_min_proto_version(context,
			options->allow_tls12 ? TLS1_2_VERSION
					     : TLS1_3_VERSION) == 1 &&
		SSL_CTX_set_cipher_list(context, TLS12_CIPHERS) == 1;
}

static bool set_up(SSL_CTX *context, const struct tli_tls_options *options,
	char why[TLI_TLS_TEXT])
{
	if (!set_policy(context, options))
		return fail_openssl(why, "TLS", "OpenSSL cannot be set up");
	return load_own(context, options, why) &&
		load_authorities(context, options, why) &&
		load_revocations(context, options, why);
}

struct tli_tls_context *tli_tls_context_new(
	const struct tli_tls_options *options, char why[TLI_TLS_TEXT])
{
	struct tli_tls_context *context = calloc(1, sizeof(*context));
	bool done;

	if (!context) {
		fail(why, "TLS", "out of memory");
		return NULL;
	}
	ERR_clear_error();
	atomic_init(&context->references, 1);
	context->role = options->role;
	context->verify = options->verify;
	context->transport = tli_tls_transport_new();
	context->openssl = SSL_CTX_new(options->role == TLI_TLS_SERVER
			? TLS_server_method()
			: TLS_client_method());
	if (context->transport && context->openssl)
		done = set_up(context->openssl, options, why);
	else
		done = fail_openssl(why, "TLS", "OpenSSL cannot be set up");
	ERR_clear_error();
	if (done)
		return context;
	tli_tls_context_unref(context);
	return NULL;
}

struct tli_tls_context *tli_tls_context_ref(struct tli_tls_context *context)
{
	atomic_fetch_add(&context->references, 1);
	return context;
}

void tli_tls_context_unref(struct tli_tls_context *context)
{
	if (!context || atomic_fetch_sub(&context->references, 1) != 1)
		return;
	SSL_CTX_free(context->openssl);
	BIO_meth_free(context->transport);
	free(context);
}
