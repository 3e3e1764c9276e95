/* SPDX-License-Identifier: MIT */
#include "stranger.h"

#include "certificates.h"
#include "unit.h"

#include <stdio.h>

static void use_certificate(SSL_CTX *context, const char *own)
{
	char path[CERTIFICATE_PATH], name[64];

	snprintf(name, sizeof(name), "%s.crt", own);
	certificate_path(name, path);
	assert_int_equal(SSL_CTX_use_certificate_chain_file(context, path), 1);
	snprintf(name, sizeof(name), "%s.key", own);
	certificate_path(name, path);
	assert_int_equal(
		SSL_CTX_use_PrivateKey_file(context, path, SSL_FILETYPE_PEM),
		1);
}

struct stranger new_stranger(enum tli_tls_role role, const char *own)
{
	SSL_CTX *context =
		SSL_CTX_new(role == TLI_TLS_SERVER ? TLS_server_method()
						   : TLS_client_method());

	assert_non_null(context);
	SSL_CTX_set_security_level(context, 0);
	if (own)
		use_certificate(context, own);
	return (struct stranger){.context = context};
}

void face(struct stranger *stranger, struct tli_tls *tls)
{
	BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

	assert_non_null(tls);
	stranger->tls = tls;
	stranger->openssl = SSL_new(stranger->context);
	assert_non_null(stranger->openssl);
	BIO_set_mem_eof_return(in, -1);
	SSL_set_bio(stranger->openssl, in, out);
	if (SSL_CTX_get_ssl_method(stranger->context) == TLS_server_method())
		SSL_set_accept_state(stranger->openssl);
	else
		SSL_set_connect_state(stranger->openssl);
}

static bool to_stranger(struct stranger *stranger)
{
	struct tli_buf *output = tli_tls_output(stranger->tls);
	size_t len = tli_buf_len(output);

	if (len == 0)
		return false;
	assert_int_equal(BIO_write(SSL_get_rbio(stranger->openssl),
				 tli_buf_head(output), (int)len),
		len);
	tli_buf_consume(output, len);
	return true;
}

bool pass_to_engine(struct stranger *stranger)
{
	struct tli_buf *input = tli_tls_input(stranger->tls);
	size_t room = input->max_bytes - tli_buf_len(input);
	int len;

	if (room == 0 || tli_buf_reserve(input, room) != TLI_BUF_OK)
		return false;
	len = BIO_read(SSL_get_wbio(stranger->openssl), tli_buf_tail(input),
		(int)room);
	if (len <= 0)
		return false;
	tli_buf_commit(input, (size_t)len);
	return true;
}

void pass_bytes(struct stranger *stranger)
{
	bool moved = true;

	while (moved) {
		moved = to_stranger(stranger);
		moved |= pass_to_engine(stranger);
	}
}

bool meet(struct stranger *stranger)
{
	bool moved = true;
	int done = 0;

	while (moved) {
		(void)tli_tls_handshake(stranger->tls);
		done = SSL_do_handshake(stranger->openssl);
		moved = to_stranger(stranger);
		moved |= pass_to_engine(stranger);
	}
	return done == 1 && tli_tls_is_open(stranger->tls);
}

void check_talk(struct stranger *stranger)
{
	char got[8];

	assert_int_equal(SSL_write(stranger->openssl, "hello", 5), 5);
	pass_bytes(stranger);
	assert_int_equal(tli_tls_read(stranger->tls, got, sizeof(got)), 5);
	assert_memory_equal(got, "hello", 5);
	assert_int_equal(tli_tls_write(stranger->tls, "welcome", 7), 7);
	pass_bytes(stranger);
	assert_int_equal(SSL_read(stranger->openssl, got, sizeof(got)), 7);
	assert_memory_equal(got, "welcome", 7);
}

void free_stranger(struct stranger *stranger)
{
	SSL_free(stranger->openssl);
	SSL_CTX_free(stranger->context);
	tli_tls_free(stranger->tls);
}
