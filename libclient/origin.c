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

#define RANDOM_BYTES 24u
#define TAG_BYTES    8u
#define ENDS_TEXT    (2 * TLI_ENDPOINT_TEXT)

/* The tags need not be secret: an answer covers every byte of the challenge, so
 * one that was changed on its way is of no use to who changed it. */
struct nonce {
	uint8_t random[RANDOM_BYTES];
	uint8_t process[TAG_BYTES];
	uint8_t connection[TAG_BYTES];
};

_Static_assert(sizeof(struct nonce) == TLI_AUTH_NONCE_BYTES, "no padding");

static uint8_t process_tag[TAG_BYTES];
static int process_error; /* an errno; 0 = the tag is there */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static int fill_randomly(uint8_t *bytes, size_t len)
{
	return getrandom(bytes, len, 0) == (ssize_t)len ? 0 : -errno;
}

static void make_process_tag(void)
{
	process_error = fill_randomly(process_tag, TAG_BYTES);
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

/* False for lack of memory. */
static bool tag_connection(
	const struct tli_origin *origin, uint8_t tag_out[TAG_BYTES])
{
	char ends[ENDS_TEXT];
	uint8_t mac[TLI_HMAC_MAX];

	describe(origin, ends);
	if (!tli_hmac(TLI_SHA256, process_tag, TAG_BYTES, ends, strlen(ends),
		    mac))
		return false;
	memcpy(tag_out, mac, TAG_BYTES);
	return true;
}

int tli_origin_make_nonce(const struct tli_origin *origin,
	uint8_t nonce_out[TLI_AUTH_NONCE_BYTES])
{
	struct nonce nonce = {.random = {0}};
	int result;

	pthread_once(&once, make_process_tag);
	result = process_error;
	if (result == 0)
		result = fill_randomly(nonce.random, RANDOM_BYTES);
	if (result == 0 && !tag_connection(origin, nonce.connection))
		result = -ENOMEM;
	memcpy(nonce.process, process_tag, TAG_BYTES);
	memcpy(nonce_out, &nonce, sizeof(nonce));
	return result;
}

bool tli_origin_is_reflected(
	const void *origin, const uint8_t *message, size_t len)
{
	uint8_t here[TAG_BYTES];
	struct nonce nonce;

	if (len < sizeof(nonce))
		return false;
	memcpy(&nonce, message + len - sizeof(nonce), sizeof(nonce));
	if (memcmp(nonce.process, process_tag, TAG_BYTES) != 0)
		return false;
	/* Who cannot tell must not answer. */
	return !tag_connection(origin, here) ||
		memcmp(nonce.connection, here, TAG_BYTES) != 0;
}
