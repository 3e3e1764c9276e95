/* SPDX-License-Identifier: MIT */
/*
 * Pickles as XML-RPC and XML-RPC as pickles, for tests/values: reads requests
 * from standard input and writes answers to standard output, as
 * tests/helpers/values.c does:
 *
 *     w  write: a pickle; as XML-RPC
 *     r  read: XML-RPC; as a pickle of protocol 3
 */
#include "../../proto/pickle/pickle.h"
#include "../../proto/pickle/unpickle.h"
#include "../../proto/wire.h"
#include "../../proto/xmlrpc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AMPLE    ((size_t)1 << 26)
#define PROTOCOL 3

static const struct tli_value_limits limits = {
	.max_bytes = AMPLE, .max_nodes = 1 << 22, .max_depth = 1000};
static const uint64_t seed[2] = {1, 2};

static void answer(char status, const void *bytes, size_t len)
{
	uint8_t header[4];

	tli_store_be32(header, (uint32_t)len);
	putchar(status);
	fwrite(header, 1, sizeof(header), stdout);
	if (len > 0)
		fwrite(bytes, 1, len, stdout);
	fflush(stdout);
}

/* The answer to a request, in a buffer; false with the values' error set. */
static bool respond(struct tli_values *values, int command, const uint8_t *body,
	size_t len, struct tli_buf *out)
{
	struct tli_value *value = command == 'w'
		? tli_unpickle(values, body, len, TLI_UNPICKLE_COPY, NULL)
		: tli_xmlrpc_read(values, body, len);

	if (!value)
		return false;
	if (command == 'w')
		return tli_xmlrpc_write(value, out, &values->error) ==
			TLI_VALUE_OK;
	return tli_pickle(value, PROTOCOL, out, &values->error) == TLI_VALUE_OK;
}

static void serve(int command, const uint8_t *body, size_t len)
{
	struct tli_values values;
	struct tli_buf out;

	tli_values_init(&values, &limits, seed);
	tli_buf_init(&out, AMPLE);
	if (respond(&values, command, body, len, &out))
		answer('+', tli_buf_head(&out), tli_buf_len(&out));
	else
		answer('-', values.error.text, strlen(values.error.text));
	tli_buf_fini(&out);
	tli_values_fini(&values);
}

/* The body of a request in memory that ends with it, so that reading behind it
 * is noticed; NULL at the end of the input. */
static uint8_t *read_body(size_t *len_out)
{
	uint8_t header[4], *body;

	if (fread(header, 1, sizeof(header), stdin) < sizeof(header))
		return NULL;
	*len_out = tli_load_be32(header);
	body = malloc(*len_out > 0 ? *len_out : 1);
	if (!body || fread(body, 1, *len_out, stdin) < *len_out)
		exit(1);
	return body;
}

int main(void)
{
	int command;

	while ((command = getchar()) != EOF) {
		size_t len;
		uint8_t *body = read_body(&len);

		if (!body)
			return 1;
		serve(command, body, len);
		free(body);
	}
	return 0;
}
