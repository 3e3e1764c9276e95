/* SPDX-License-Identifier: MIT */
/* What went wrong in a TLS connection, for people. */
#include "tls_private.h"

#include <openssl/err.h>
#include <stdio.h>
#include <string.h>

/* What there is to say of a certificate, to follow "has a certificate ". */
static const struct {
	int code;
	const char *text;
} verdicts[] = {
	{X509_V_ERR_CERT_HAS_EXPIRED, "that has expired"},
	{X509_V_ERR_CERT_NOT_YET_VALID,
		"that is not valid yet: is the clock right?"},
	{X509_V_ERR_HOSTNAME_MISMATCH, "for another name"},
	{X509_V_ERR_IP_ADDRESS_MISMATCH, "for another address"},
	{X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
		"that only vouches for itself, and is not in ca_file"},
	{X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
		"from a CA that is not in ca_file"},
	{X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
		"from a CA that is not in ca_file"},
	{X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
		"from a CA that is not in ca_file"},
	{X509_V_ERR_CERT_SIGNATURE_FAILURE,
		"that its CA has not signed as it is"},
	{X509_V_ERR_CERT_REVOKED, "that is revoked"},
	{X509_V_ERR_UNABLE_TO_GET_CRL,
		"from a CA of which there is no CRL in crl_file"},
	{X509_V_ERR_CRL_HAS_EXPIRED,
		"that cannot be checked, as the CRL has expired"},
	{X509_V_ERR_INVALID_PURPOSE,
		"that is for another use (extended key usage)"},
	{X509_V_ERR_EE_KEY_TOO_SMALL, "with too short a key"},
	{X509_V_ERR_CA_KEY_TOO_SMALL, "from a CA with too short a key"},
	{X509_V_ERR_CA_MD_TOO_WEAK, "with too weak a signature"},
};

static const struct {
	int reason;
	const char *text;
} failures[] = {
	{SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE,
		"has no certificate, which is required here: set "
		"certificate_file and private_key_file there"},
	{SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED,
		"requires a certificate: set certificate_file and "
		"private_key_file here"},
	{SSL_R_WRONG_VERSION_NUMBER, "does not speak TLS"},
	{SSL_R_HTTP_REQUEST, "does not speak TLS, but HTTP"},
	{SSL_R_BAD_RECORD_TYPE, "does not speak TLS"},
	{SSL_R_UNSUPPORTED_PROTOCOL,
		"speaks no version of TLS that is allowed here: 1.3, or 1.2 "
		"with allow_tls12"},
	{SSL_R_NO_SHARED_CIPHER, "and we have no cipher in common"},
	{SSL_R_UNEXPECTED_EOF_WHILE_READING, "closed the connection"},
};

static const char *verdict_text(long code)
{
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		if (verdicts[i].code == code)
			return verdicts[i].text;
	return NULL;
}

static const char *failure_text(unsigned long error)
{
	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++)
		if (failures[i].reason == ERR_GET_REASON(error))
			return failures[i].text;
	return NULL;
}

/* For lack of memory nothing is noted. */
int tli_tls_on_verified(int is_good, X509_STORE_CTX *store)
{
	SSL *openssl = X509_STORE_CTX_get_ex_data(
		store, SSL_get_ex_data_X509_STORE_CTX_idx());
	struct tli_tls *tls = SSL_get_app_data(openssl);
	X509 *certificate = X509_STORE_CTX_get_current_cert(store);

	if (!is_good && certificate && !tls->refused)
		tls->refused = X509_NAME_oneline(
			X509_get_subject_name(certificate), NULL, 0);
	return is_good;
}

static void explain_certificate(
	const struct tli_tls *tls, long verdict, char text[TLI_TLS_TEXT])
{
	const char *known = verdict_text(verdict);
	const char *subject = tls->refused ? tls->refused : "?";

	if (known)
		snprintf(text, TLI_TLS_TEXT, "has a certificate (%.128s) %s",
			subject, known);
	else
		snprintf(text, TLI_TLS_TEXT, "has a certificate (%.128s): %s",
			subject, X509_verify_cert_error_string(verdict));
}

/* The peer's own word for what it does not like. */
static bool explain_alert(unsigned long error, char text[TLI_TLS_TEXT])
{
	int alert = ERR_GET_REASON(error) - SSL_AD_REASON_OFFSET;

	if (ERR_GET_LIB(error) != ERR_LIB_SSL || alert < 0 || alert > 255)
		return false;
	snprintf(text, TLI_TLS_TEXT,
		"ended TLS with the alert \"%s\": its log says more",
		SSL_alert_desc_string_long(alert));
	return true;
}

void tli_tls_explain(const struct tli_tls *tls, char text[TLI_TLS_TEXT])
{
	long verdict = SSL_get_verify_result(tls->openssl);
	const char *known = failure_text(tls->error);
	const char *reason = ERR_reason_error_string(tls->error);

	if (ERR_GET_REASON(tls->error) == SSL_R_CERTIFICATE_VERIFY_FAILED &&
		verdict != X509_V_OK)
		explain_certificate(tls, verdict, text);
	else if (known)
		snprintf(text, TLI_TLS_TEXT, "%s", known);
	else if (!explain_alert(tls->error, text))
		snprintf(text, TLI_TLS_TEXT, "failed in TLS: %s",
			reason ? reason : "out of memory");
}
