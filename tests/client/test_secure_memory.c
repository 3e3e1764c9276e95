/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the library made to fail in turn with TLS, and some of
 * OpenSSL's below it, of which there are thousands:
 * tests/unit/test_tls_memory.c has more of those.
 */
#include "secure.h"
#include "shortage.h"

#include "../unit/alloc.h"
#include "../unit/alloc_crypto.h"

#include <stdlib.h>

#define BIG    ((size_t)100000)
#define STRIDE 397ul

static uint8_t big[BIG];

/* Each side has a certificate. */
static int open_both(struct ends *ends)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	server.ca_file = certificate("ca.crt");
	server.client_certificates = TIELINE_CLIENT_CERTIFICATES_REQUIRED;
	show_certificate(&client, "good");
	return open_unlike_ends(ends, SECURE, &server, &client);
}

/* Sends, without blocking, and receives. */
static int carry(struct ends *ends, size_t len)
{
	int result = send_now(ends->client, big, len);
	void *data;
	size_t got;

	while (result == 0 && tieline_poll(ends->server, 0) == 0) {
		result = tieline_flush(ends->client, 0);
		if (result == TIELINE_ETIMEDOUT)
			result = 0;
	}
	if (result == 0)
		result = tieline_recv_bytes(ends->server, 0, &data, &got);
	if (result < 0)
		return result;
	assert_int_equal(got, len);
	tieline_free(data);
	return 0;
}

static int open_and_carry(void)
{
	struct ends ends;
	int result = open_both(&ends);

	if (result < 0)
		return result;
	result = carry(&ends, 100);
	if (result == 0)
		result = carry(&ends, BIG);
	close_ends(&ends);
	return result;
}

static void the_library_is_short_of_memory(void **state)
{
	(void)state;
	alloc_spare_crypto(true);
	fail_allocations(open_and_carry, 1);
}

static void all_are_short_of_memory(void **state)
{
	(void)state;
	alloc_spare_crypto(false);
	fail_allocations(open_and_carry, STRIDE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_library_is_short_of_memory),
		cmocka_unit_test(all_are_short_of_memory),
	};

	if (!alloc_take_crypto())
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
