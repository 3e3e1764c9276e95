/* SPDX-License-Identifier: MIT */
#include "tls_ends.h"

#include "unit.h"

#include <stdlib.h>
#include <string.h>

const struct side good_server = {TLI_TLS_UNVERIFIED, .own = "good"};
const struct side good_client = {TLI_TLS_NAME, .own = NULL};
const struct side mutual_server = {TLI_TLS_CHAIN, .own = "good"};
const struct side mutual_client = {TLI_TLS_NAME, .own = "good"};

struct contexts new_contexts(
	const struct side *server, const struct side *client)
{
	return (struct contexts){
		.server = new_context(TLI_TLS_SERVER, server),
		.client = new_context(TLI_TLS_CLIENT, client),
	};
}

void free_contexts(struct contexts *contexts)
{
	tli_tls_context_unref(contexts->server);
	tli_tls_context_unref(contexts->client);
}

struct ends ends_of(const struct contexts *contexts, const char *server_name)
{
	struct ends ends = {
		.server = tli_tls_new(contexts->server, NULL),
		.client = tli_tls_new(contexts->client, server_name),
	};

	assert_non_null(ends.server);
	assert_non_null(ends.client);
	return ends;
}

struct ends new_ends(const struct side *server, const struct side *client,
	const char *server_name)
{
	struct contexts contexts = new_contexts(server, client);
	struct ends ends = ends_of(&contexts, server_name);

	free_contexts(&contexts);
	return ends;
}

struct ends open_ends(const struct side *server, const struct side *client)
{
	struct ends ends = new_ends(server, client, "localhost");
	size_t budget = UNLIMITED;

	shake_hands(&ends, UNLIMITED, &budget);
	assert_true(tli_tls_is_open(ends.server));
	assert_true(tli_tls_is_open(ends.client));
	return ends;
}

void free_ends(struct ends *ends)
{
	tli_tls_free(ends->server);
	tli_tls_free(ends->client);
}

static size_t smallest(size_t a, size_t b)
{
	return a < b ? a : b;
}

ssize_t carry(struct tli_tls *from, struct tli_tls *to, size_t max)
{
	struct tli_buf *output = tli_tls_output(from);
	struct tli_buf *input = tli_tls_input(to);
	size_t room = input->max_bytes - tli_buf_len(input);
	size_t len = smallest(smallest(max, room), tli_buf_len(output));

	if (len == 0)
		return 0;
	if (tli_buf_append(input, tli_buf_head(output), len) != TLI_BUF_OK)
		return -1;
	tli_buf_consume(output, len);
	if (tli_buf_len(output) == 0)
		tli_buf_fini(output);
	return (ssize_t)len;
}

static bool step(
	struct tli_tls *from, struct tli_tls *to, size_t piece, size_t *budget)
{
	ssize_t carried = carry(from, to, smallest(piece, *budget));

	if (carried > 0)
		*budget -= (size_t)carried;
	(void)tli_tls_handshake(to);
	return carried > 0;
}

void shake_hands(struct ends *ends, size_t piece, size_t *budget)
{
	bool moved = true;

	while (moved) {
		moved = step(ends->client, ends->server, piece, budget);
		moved |= step(ends->server, ends->client, piece, budget);
	}
}

void check_exchange(
	struct tli_tls *from, struct tli_tls *to, const void *bytes, size_t len)
{
	uint8_t *got = malloc(len + 1);
	size_t put = 0, taken = 0;

	assert_non_null(got);
	while (taken < len) {
		ssize_t now = tli_tls_write(
			from, (const uint8_t *)bytes + put, len - put);

		assert_true(now >= 0);
		put += (size_t)now;
		carry(from, to, UNLIMITED);
		while ((now = tli_tls_read(to, got + taken, len + 1 - taken)) >
			0)
			taken += (size_t)now;
		assert_int_equal(now, TLI_TLS_AGAIN);
	}
	assert_int_equal(taken, len);
	assert_memory_equal(got, bytes, len);
	free(got);
}
