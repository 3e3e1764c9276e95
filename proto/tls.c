/* SPDX-License-Identifier: MIT */
#include "tls_private.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#define RECORD_BYTES (16u << 10) /* what one record takes at most */
/* Beyond OUTPUT_MAX there may be the record that passed it, with its header,
 * and the answers to key updates and alerts. */
#define OUTPUT_LIMIT (TLI_TLS_OUTPUT_MAX + 2 * RECORD_BYTES)

/* ---- How OpenSSL gets at the bytes ------------------------------------ */

static int on_read(BIO *bio, char *bytes, int size)
{
	struct tli_buf *input = &((struct tli_tls *)BIO_get_data(bio))->input;
	size_t len = tli_buf_len(input);

	BIO_clear_retry_flags(bio);
	if (size <= 0)
		return 0;
	if (len == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	if (len > (size_t)size)
		len = (size_t)size;
	memcpy(bytes, tli_buf_head(input), len);
	tli_buf_consume(input, len);
	if (tli_buf_len(input) == 0)
		tli_buf_fini(input);
	return (int)len;
}

/* A peer that has us answer without end, and reads nothing, has to wait. */
static int on_write(BIO *bio, const char *bytes, int len)
{
	struct tli_buf *output = &((struct tli_tls *)BIO_get_data(bio))->output;

	BIO_clear_retry_flags(bio);
	if (len <= 0)
		return 0;
	switch (tli_buf_append(output, bytes, (size_t)len)) {
	case TLI_BUF_OK:
		return len;
	case TLI_BUF_FULL:
		BIO_set_retry_write(bio);
	}
	return -1;
}

static long on_control(BIO *bio, int command, long number, void *arg)
{
	(void)bio;
	(void)number;
	(void)arg;
	return command == BIO_CTRL_FLUSH;
}

static int on_create(BIO *bio)
{
	BIO_set_init(bio, 1);
	return 1;
}

BIO_METHOD *tli_tls_transport_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "tieline");

	if (method &&
		(BIO_meth_set_read(method, on_read) != 1 ||
			BIO_meth_set_write(method, on_write) != 1 ||
			BIO_meth_set_ctrl(method, on_control) != 1 ||
			BIO_meth_set_create(method, on_create) != 1)) {
		BIO_meth_free(method);
		return NULL;
	}
	return method;
}

/* ---- A connection ----------------------------------------------------- */

static bool set_transport(struct tli_tls *tls)
{
	BIO *bio = BIO_new(tls->context->transport);

	if (!bio)
		return false;
	BIO_set_data(bio, tls);
	SSL_set_bio(tls->openssl, bio, bio);
	return true;
}

/* Addresses are not told to the server, as RFC 6066 has it. */
static bool set_server_name(struct tli_tls *tls, const char *name)
{
	X509_VERIFY_PARAM *param = SSL_get0_param(tls->openssl);
	bool is_checked = tls->context->verify == TLI_TLS_NAME;

	if (X509_VERIFY_PARAM_set1_ip_asc(param, name) == 1)
		return is_checked ||
			X509_VERIFY_PARAM_set1_ip(param, NULL, 0) == 1;
	SSL_set_hostflags(tls->openssl,
		X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS |
			X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
	return SSL_set_tlsext_host_name(tls->openssl, name) == 1 &&
		(!is_checked || SSL_set1_host(tls->openssl, name) == 1);
}

static bool start(struct tli_tls *tls, const char *server_name)
{
	if (tls->context->role == TLI_TLS_SERVER) {
		SSL_set_accept_state(tls->openssl);
		return true;
	}
	SSL_set_connect_state(tls->openssl);
	return set_server_name(tls, server_name) &&
		tli_tls_handshake(tls) == TLI_TLS_AGAIN;
}

struct tli_tls *tli_tls_new(
	struct tli_tls_context *context, const char *server_name)
{
	struct tli_tls *tls = calloc(1, sizeof(*tls));

	if (!tls)
		return NULL;
	ERR_clear_error();
	tls->context = tli_tls_context_ref(context);
	tli_buf_init(&tls->input, TLI_TLS_INPUT_MAX_AT_FIRST);
	tli_buf_init(&tls->output, OUTPUT_LIMIT);
	tls->openssl = SSL_new(context->openssl);
	if (tls->openssl && SSL_set_app_data(tls->openssl, tls) == 1 &&
		set_transport(tls) && start(tls, server_name))
		return tls;
	ERR_clear_error();
	tli_tls_free(tls);
	return NULL;
}

void tli_tls_free(struct tli_tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->openssl);
	OPENSSL_free(tls->refused);
	tli_buf_fini(&tls->input);
	tli_buf_fini(&tls->output);
	tli_tls_context_unref(tls->context);
	free(tls);
}

struct tli_buf *tli_tls_input(struct tli_tls *tls)
{
	return &tls->input;
}

struct tli_buf *tli_tls_output(struct tli_tls *tls)
{
	return &tls->output;
}

bool tli_tls_is_open(const struct tli_tls *tls)
{
	return tls->open;
}

const char *tli_tls_version(const struct tli_tls *tls)
{
	return SSL_get_version(tls->openssl);
}

/* ---- Bytes ------------------------------------------------------------ */

/* What a call of OpenSSL came to that moved nothing. The first failure is the
 * one to tell of. */
static int outcome(struct tli_tls *tls, int result)
{
	switch (SSL_get_error(tls->openssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return TLI_TLS_AGAIN;
	case SSL_ERROR_ZERO_RETURN:
		if (tls->open)
			return TLI_TLS_END;
		ERR_raise(ERR_LIB_SSL, SSL_R_UNEXPECTED_EOF_WHILE_READING);
	}
	if (!tls->failed)
		tls->error = ERR_peek_error();
	tls->failed = true;
	ERR_clear_error();
	return TLI_TLS_FAILED;
}

int tli_tls_handshake(struct tli_tls *tls)
{
	int result;

	if (tls->open)
		return 1;
	if (tls->failed)
		return TLI_TLS_FAILED;
	ERR_clear_error();
	result = SSL_do_handshake(tls->openssl);
	if (result != 1)
		return outcome(tls, result);
	tls->open = true;
	tls->input.max_bytes = TLI_TLS_INPUT_MAX;
	return 1;
}

ptrdiff_t tli_tls_read(struct tli_tls *tls, void *bytes, size_t size)
{
	size_t got;
	int result;

	if (tls->failed)
		return TLI_TLS_FAILED;
	ERR_clear_error();
	result = SSL_read_ex(tls->openssl, bytes, size, &got);
	return result == 1 ? (ptrdiff_t)got : outcome(tls, result);
}

bool tli_tls_may_read(const struct tli_tls *tls)
{
	return tls->failed || SSL_pending(tls->openssl) > 0 ||
		tli_buf_len(&tls->input) > 0 ||
		(SSL_get_shutdown(tls->openssl) & SSL_RECEIVED_SHUTDOWN);
}

/* Returns what of a record was taken, or what else is in the header. */
static ptrdiff_t write_record(
	struct tli_tls *tls, const uint8_t *bytes, size_t len)
{
	size_t put;
	int result;

	if (len > RECORD_BYTES)
		len = RECORD_BYTES;
	ERR_clear_error();
	result = SSL_write_ex(tls->openssl, bytes, len, &put);
	return result == 1 ? (ptrdiff_t)put : outcome(tls, result);
}

ptrdiff_t tli_tls_write(struct tli_tls *tls, const void *bytes, size_t len)
{
	const uint8_t *from = bytes;
	size_t done = 0;

	if (tls->failed || tls->ended)
		return TLI_TLS_FAILED;
	while (done < len && tli_buf_len(&tls->output) < TLI_TLS_OUTPUT_MAX) {
		ptrdiff_t put = write_record(tls, from + done, len - done);

		if (put <= 0)
			return done > 0 ? (ptrdiff_t)done : put;
		done += (size_t)put;
	}
	return (ptrdiff_t)done;
}

void tli_tls_end(struct tli_tls *tls)
{
	if (!tls->open || tls->failed || tls->ended)
		return;
	tls->ended = true;
	ERR_clear_error();
	(void)SSL_shutdown(tls->openssl);
	ERR_clear_error();
}
