/* SPDX-License-Identifier: MIT */
#include "fuzz_tls.h"

#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define DAY        (24L * 3600)
#define PEM_MAX    4096u
#define OUTPUT_MAX (2 * TLI_TLS_OUTPUT_MAX)

/* A certificate by itself, and its key. */
struct self_signed {
	struct tli_pem certificate, private_key;
	char texts[2][PEM_MAX];
};

static void set_up(X509 *certificate, EVP_PKEY *key)
{
	X509_NAME *name = X509_get_subject_name(certificate);

	require(X509_set_version(certificate, X509_VERSION_3) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -DAY) &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), DAY) &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
			(const unsigned char *)"localhost", -1, -1, 0) &&
		X509_set_issuer_name(certificate, name) &&
		X509_set_pubkey(certificate, key) &&
		X509_sign(certificate, key, EVP_sha256()));
}

static struct tli_pem take_text(BIO *bio, char text[PEM_MAX])
{
	int len = BIO_read(bio, text, PEM_MAX);

	require(len > 0 && len < (int)PEM_MAX);
	BIO_free(bio);
	return (struct tli_pem){"made", text, (size_t)len};
}

static void make_certificate(struct self_signed *made)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	BIO *bios[] = {BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem())};

	require(key && certificate && bios[0] && bios[1]);
	set_up(certificate, key);
	require(PEM_write_bio_X509(bios[0], certificate));
	require(PEM_write_bio_PrivateKey(
		bios[1], key, NULL, NULL, 0, NULL, NULL));
	made->certificate = take_text(bios[0], made->texts[0]);
	made->private_key = take_text(bios[1], made->texts[1]);
	X509_free(certificate);
	EVP_PKEY_free(key);
}

/* Made once; for as long as there are inputs. */
static struct tli_tls_context *context_of(
	enum tli_tls_role role, bool allow_tls12)
{
	static struct tli_tls_context *contexts[2][2];
	static struct self_signed made;
	struct tli_tls_options options = {.role = role,
		.verify = role == TLI_TLS_SERVER ? TLI_TLS_IF_GIVEN
						 : TLI_TLS_NAME,
		.allow_tls12 = allow_tls12};
	char why[TLI_TLS_TEXT];

	if (!made.certificate.text)
		make_certificate(&made);
	options.certificate = options.ca = made.certificate;
	options.private_key = made.private_key;
	if (!contexts[role][allow_tls12])
		contexts[role][allow_tls12] =
			tli_tls_context_new(&options, why);
	require(contexts[role][allow_tls12]);
	return contexts[role][allow_tls12];
}

/* One line, of what may stand in a log. */
static void check_text(const struct tli_tls *tls)
{
	char text[TLI_TLS_TEXT] = "";

	tli_tls_explain(tls, text);
	require(text[0] && memchr(text, 0, sizeof(text)));
	for (const char *at = text; *at; at++)
		require(*at >= ' ' && *at <= '~');
}

/* Nobody gets through with bytes that were there before. */
static void check_state(struct tli_tls *tls, int result)
{
	char byte;

	require(result == TLI_TLS_AGAIN || result == TLI_TLS_FAILED);
	require(!tli_tls_is_open(tls));
	require(tli_buf_len(tli_tls_output(tls)) <= OUTPUT_MAX);
	if (result == TLI_TLS_AGAIN) {
		require(tli_buf_len(tli_tls_input(tls)) == 0);
		return;
	}
	require(tli_tls_handshake(tls) == TLI_TLS_FAILED);
	require(tli_tls_read(tls, &byte, 1) == TLI_TLS_FAILED);
	require(tli_tls_write(tls, "x", 1) == TLI_TLS_FAILED);
	require(tli_tls_may_read(tls));
	check_text(tls);
}

static int feed(struct tli_tls *tls, const uint8_t *bytes, size_t len)
{
	require(tli_buf_append(tli_tls_input(tls), bytes, len) == TLI_BUF_OK);
	return tli_tls_handshake(tls);
}

void fuzz_tls(enum tli_tls_role role, const uint8_t *data, size_t size)
{
	int result = TLI_TLS_AGAIN;
	struct tli_tls *tls;
	size_t piece;

	if (size < 2)
		return;
	tls = tli_tls_new(context_of(role, data[0] & 1),
		role == TLI_TLS_CLIENT ? "localhost" : NULL);
	require(tls);
	for (size_t at = 2; at < size && result == TLI_TLS_AGAIN; at += piece) {
		piece = data[1] + 1u;
		if (piece > size - at)
			piece = size - at;
		result = feed(tls, data + at, piece);
		check_state(tls, result);
	}
	tli_tls_free(tls);
}
