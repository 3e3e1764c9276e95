/* SPDX-License-Identifier: MIT */
/* Who the peer of a TLS connection is, and what names this connection. */
#include "tls_private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <string.h>

#define EXPORT_LABEL "EXPORTER-Channel-Binding"

/* Before TLS 1.3 only the extended master secret makes it unique (RFC 9266). */
static bool is_exporter_unique(SSL *openssl)
{
	return SSL_version(openssl) >= TLS1_3_VERSION ||
		SSL_get_extms_support(openssl) == 1;
}

bool tli_tls_export(
	struct tli_tls *tls, unsigned char out[TLI_TLS_EXPORT_BYTES])
{
	static const unsigned char no_context;
	bool done;

	if (!tls->open || !is_exporter_unique(tls->openssl))
		return false;
	done = SSL_export_keying_material(tls->openssl, out,
		       TLI_TLS_EXPORT_BYTES, EXPORT_LABEL,
		       sizeof(EXPORT_LABEL) - 1, &no_context, 0, 1) == 1;
	ERR_clear_error();
	return done;
}

/* The hash of its signature, but for those that are broken (RFC 5929). */
static const EVP_MD *hash_for(X509 *certificate)
{
	int hash = NID_undef;

	(void)X509_get_signature_info(certificate, &hash, NULL, NULL, NULL);
	switch (hash) {
	case NID_sha384:
		return EVP_sha384();
	case NID_sha512:
		return EVP_sha512();
	}
	return EVP_sha256();
}

size_t tli_tls_end_point(
	struct tli_tls *tls, unsigned char out[TLI_TLS_END_POINT_BYTES])
{
	X509 *certificate = tls->context->role == TLI_TLS_SERVER
		? SSL_get_certificate(tls->openssl)
		: SSL_get0_peer_certificate(tls->openssl);
	unsigned int len = 0;

	if (!certificate ||
		X509_digest(certificate, hash_for(certificate), out, &len) != 1)
		len = 0;
	ERR_clear_error();
	return len;
}

/* A name with a NUL inside would look like another one. */
static bool copy_name(const ASN1_STRING *from, char name[TLI_TLS_NAME_BYTES])
{
	const unsigned char *bytes = ASN1_STRING_get0_data(from);
	size_t len = (size_t)ASN1_STRING_length(from);

	if (len == 0 || len > TLI_TLS_NAME_MAX || memchr(bytes, 0, len))
		return false;
	memcpy(name, bytes, len);
	name[len] = '\0';
	return true;
}

/* The n-th of the alternative names; counts down those passed over. */
static bool find_alternative(
	const GENERAL_NAMES *names, size_t *n, char name[TLI_TLS_NAME_BYTES])
{
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *entry = sk_GENERAL_NAME_value(names, i);

		if (entry->type != GEN_DNS && entry->type != GEN_URI)
			continue;
		/* Both are an IA5String. */
		if (!copy_name(entry->d.ia5, name))
			continue;
		if ((*n)-- == 0)
			return true;
	}
	return false;
}

static bool find_common_name(
	const X509 *certificate, size_t n, char name[TLI_TLS_NAME_BYTES])
{
	const X509_NAME *subject = X509_get_subject_name(certificate);
	int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);

	return n == 0 && at >= 0 &&
		copy_name(X509_NAME_ENTRY_get_data(
				  X509_NAME_get_entry(subject, at)),
			name);
}

bool tli_tls_peer_name(
	struct tli_tls *tls, size_t n, char name[TLI_TLS_NAME_BYTES])
{
	X509 *certificate = SSL_get0_peer_certificate(tls->openssl);
	GENERAL_NAMES *names;
	bool found;

	if (!certificate || tls->context->verify == TLI_TLS_UNVERIFIED ||
		SSL_get_verify_result(tls->openssl) != X509_V_OK)
		return false;
	names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	found = names && find_alternative(names, &n, name);
	GENERAL_NAMES_free(names);
	ERR_clear_error();
	return found || find_common_name(certificate, n, name);
}
