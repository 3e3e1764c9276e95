/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include "../proto/hmac.h"

#include "../system/endpoint.h"
#include "../system/random.h"
#include "../system/socket.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECRET_BYTES 32u
#define RANDOM_BYTES 24u
#define TAG_BYTES    8u

/* To others all of it is random. */
struct nonce {
	uint8_t random[RANDOM_BYTES];
	uint8_t process[TAG_BYTES];
	uint8_t connection[TAG_BYTES];
};

_Static_assert(sizeof(struct nonce) == TLI_AUTH_NONCE_BYTES, "no padding");

static uint8_t secret[SECRET_BYTES];
static int secret_result; /* 0 or -errno */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_secret(void)
{
	secret_result = tli_random(secret, sizeof(secret));
}

/* Unix sockets: who is at each end. The client's has no address. */
static void describe_unix(struct tli_origin *origin)
{
	int us = (int)getpid(), them = tli_socket_peer_pid(origin->fd);
	bool listens = origin->role == TLI_AUTH_LISTENER;

	snprintf(origin->ends, sizeof(origin->ends), "unix %d %d",
		listens ? us : them, listens ? them : us);
}

/* The listener's end, then the client's: the same from both sides. */
static void describe(struct tli_origin *origin)
{
	struct tli_endpoint us = {.len = sizeof(us.address)};
	struct tli_endpoint them = {.len = sizeof(them.address)};
	char our_text[TLI_ENDPOINT_TEXT], their_text[TLI_ENDPOINT_TEXT];
	bool listens = origin->role == TLI_AUTH_LISTENER;

	getsockname(origin->fd, (struct sockaddr *)&us.address, &us.len);
	getpeername(origin->fd, (struct sockaddr *)&them.address, &them.len);
	if (!tli_endpoint_is_tcp(&us)) {
		describe_unix(origin);
		return;
	}
	tli_endpoint_format(&us, our_text);
	tli_endpoint_format(&them, their_text);
	snprintf(origin->ends, sizeof(origin->ends), "%s %s",
		listens ? our_text : their_text,
		listens ? their_text : our_text);
}

/* The start of a keyed digest over the random bytes and a text. False if
 * OpenSSL does not make one. */
static bool tag(const uint8_t random[RANDOM_BYTES], const char *text,
	uint8_t tag_out[TAG_BYTES])
{
	uint8_t input[RANDOM_BYTES + TLI_ORIGIN_TEXT];
	uint8_t mac[TLI_HMAC_MAX];
	size_t len = strlen(text);

	memcpy(input, random, RANDOM_BYTES);
	memcpy(input + RANDOM_BYTES, text, len);
	if (!tli_hmac(TLI_SHA256, secret, sizeof(secret), input,
		    RANDOM_BYTES + len, mac))
		return false;
	memcpy(tag_out, mac, TAG_BYTES);
	return true;
}

/* A forked child has the secret too, but is another process. */
static bool tag_process(
	const uint8_t random[RANDOM_BYTES], uint8_t tag_out[TAG_BYTES])
{
	char text[32];

	snprintf(text, sizeof(text), "process %d", (int)getpid());
	return tag(random, text, tag_out);
}

int tli_origin_make_nonce(
	struct tli_origin *origin, uint8_t nonce_out[TLI_AUTH_NONCE_BYTES])
{
	struct nonce nonce = {.random = {0}};
	int result;

	describe(origin);
	pthread_once(&once, make_secret);
	result = secret_result;
	if (result == 0)
		result = tli_random(nonce.random, RANDOM_BYTES);
	if (result == 0 &&
		!(tag_process(nonce.random, nonce.process) &&
			tag(nonce.random, origin->ends, nonce.connection)))
		result = -ENOMEM;
	memcpy(nonce_out, &nonce, sizeof(nonce));
	return result;
}

bool tli_origin_is_reflected(
	const void *arg, const uint8_t *message, size_t len)
{
	const struct tli_origin *origin = arg;
	struct nonce nonce;
	uint8_t here[TAG_BYTES];

	if (len < sizeof(nonce))
		return false;
	memcpy(&nonce, message + len - sizeof(nonce), sizeof(nonce));
	/* Who cannot tell must not answer. */
	if (!tag_process(nonce.random, here))
		return true;
	if (!tli_equal_secret(nonce.process, here, TAG_BYTES))
		return false;
	return !tag(nonce.random, origin->ends, here) ||
		!tli_equal_secret(nonce.connection, here, TAG_BYTES);
}
