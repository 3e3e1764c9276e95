/* SPDX-License-Identifier: MIT */
#include "origin.h"

#include "../proto/hmac.h"

#include "endpoint.h"
#include "socket.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define SECRET_BYTES 32u
#define RANDOM_BYTES 24u
#define TAG_BYTES    8u
#define ENDS_TEXT    (2 * TLI_ENDPOINT_TEXT)

/* A nonce: what is random, a tag that says that we made it, and one that says
 * for which connection. To others all of it is random. */
struct nonce {
	uint8_t random[RANDOM_BYTES];
	uint8_t ours[TAG_BYTES];
	uint8_t connection[TAG_BYTES];
};

_Static_assert(sizeof(struct nonce) == TLI_AUTH_NONCE_BYTES, "no padding");

static uint8_t secret[SECRET_BYTES];
static int secret_error; /* an errno; 0 = the secret is there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_secret(void)
{
	if (getrandom(secret, sizeof(secret), 0) != sizeof(secret))
		secret_error = errno ? errno : EIO;
}

static int check_secret(void)
{
	pthread_once(&once, make_secret);
	return -secret_error;
}

/* Unix sockets: who is at each end. The client's has no address. */
static void describe_unix(const struct tli_origin *origin, char text[ENDS_TEXT])
{
	int us = (int)getpid(), them = tli_socket_peer_pid(origin->fd);
	bool listens = origin->role == TLI_AUTH_LISTENER;

	snprintf(text, ENDS_TEXT, "unix %d %d", listens ? us : them,
		listens ? them : us);
}

/* The listener's end, then the client's: the same from both sides. */
static void describe(const struct tli_origin *origin, char text[ENDS_TEXT])
{
	struct tli_endpoint us = {.len = sizeof(us.address)};
	struct tli_endpoint them = {.len = sizeof(them.address)};
	char our_text[TLI_ENDPOINT_TEXT], their_text[TLI_ENDPOINT_TEXT];
	bool listens = origin->role == TLI_AUTH_LISTENER;

	getsockname(origin->fd, (struct sockaddr *)&us.address, &us.len);
	getpeername(origin->fd, (struct sockaddr *)&them.address, &them.len);
	if (!tli_endpoint_is_tcp(&us)) {
		describe_unix(origin, text);
		return;
	}
	tli_endpoint_format(&us, our_text);
	tli_endpoint_format(&them, their_text);
	snprintf(text, ENDS_TEXT, "%s %s", listens ? our_text : their_text,
		listens ? their_text : our_text);
}

/* The first bytes of a digest over the random bytes and a text. */
static bool tag(
	const struct nonce *nonce, const char *text, uint8_t tag_out[TAG_BYTES])
{
	uint8_t input[RANDOM_BYTES + ENDS_TEXT];
	uint8_t mac[TLI_HMAC_MAX];
	size_t len = strlen(text);

	memcpy(input, nonce->random, RANDOM_BYTES);
	memcpy(input + RANDOM_BYTES, text, len);
	if (!tli_hmac(TLI_SHA256, secret, sizeof(secret), input,
		    RANDOM_BYTES + len, mac))
		return false;
	memcpy(tag_out, mac, TAG_BYTES);
	return true;
}

static bool tags(const struct tli_origin *origin, struct nonce *nonce)
{
	char ends[ENDS_TEXT];

	describe(origin, ends);
	return tag(nonce, "ours", nonce->ours) &&
		tag(nonce, ends, nonce->connection);
}

int tli_origin_make_nonce(const struct tli_origin *origin,
	uint8_t nonce_out[TLI_AUTH_NONCE_BYTES])
{
	struct nonce nonce;
	int result = check_secret();

	if (result < 0)
		return result;
	if (getrandom(nonce.random, RANDOM_BYTES, 0) != RANDOM_BYTES)
		return -errno;
	if (!tags(origin, &nonce))
		return -ENOMEM;
	memcpy(nonce_out, &nonce, sizeof(nonce));
	return 0;
}

bool tli_origin_is_reflected(
	const void *arg, const uint8_t *message, size_t len)
{
	struct nonce theirs, here;

	if (len < sizeof(theirs))
		return false;
	memcpy(&theirs, message + len - sizeof(theirs), sizeof(theirs));
	here = theirs;
	/* Who cannot tell must not answer. */
	if (!tags(arg, &here))
		return true;
	return tli_equal_secret(here.ours, theirs.ours, TAG_BYTES) &&
		!tli_equal_secret(
			here.connection, theirs.connection, TAG_BYTES);
}
