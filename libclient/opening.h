/* SPDX-License-Identifier: MIT */
/*
 * From a socket to an open connection: connecting (a client), TLS (at such an
 * address), the handshake, and meeting a partner at a broker (a client that
 * asks for one), each within its deadline. Freed when the connection is open.
 */
#ifndef TLI_OPENING_H
#define TLI_OPENING_H

#include "../proto/binding.h"

#include "../system/channel.h"
#include "../system/endpoint.h"
#include "handle.h"
#include "input.h"
#include "meeting.h"
#include "origin.h"
#include "settings.h"

enum tli_opening_stage {
	TLI_OPENING_CONNECTS,
	TLI_OPENING_SECURES, /* TLS; without it that is over at once */
	TLI_OPENING_AUTHENTICATES,
};

struct tli_opening {
	struct tli_settings own; /* a client's; a listener keeps its own */
	const struct tli_settings *settings;
	struct tli_origin origin;     /* the socket and our role */
	struct tli_endpoint endpoint; /* the peer's */
	enum tli_opening_stage stage;
	int64_t retry_ms;    /* when to try connecting again; 0 = not due */
	int64_t deadline_ms; /* of the step under way */
	int64_t total_ms;    /* the latest that any deadline may be */
	struct tli_binding binding; /* of our key to the channel */
	struct tli_auth auth;
	struct tli_meeting *meeting; /* NULL = the handshake is the last step */
};

/*
 * A client's opening, which is to be connected by deadline_ms and open, or
 * parked, by total_ms. It copies the settings, and the request, which is NULL
 * for a connection to the endpoint itself. NULL for lack of memory.
 */
struct tli_opening *tli_opening_client(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, const struct tli_request *request,
	int64_t deadline_ms, int64_t total_ms);

/*
 * A listener's opening of a peer that has connected. The settings stay the
 * listener's. NULL for lack of memory.
 */
struct tli_opening *tli_opening_listener(
	const struct tli_settings *settings, const struct tli_endpoint *peer);

/* Wipes and frees. NULL is fine. */
void tli_opening_free(struct tli_opening *opening);

/*
 * Goes on. Returns 1 when the connection is open, 0 when it takes longer, or
 * the code in *error. Bytes behind the handshake go to input.
 */
int tli_opening_step(struct tli_opening *opening, struct tli_channel *channel,
	struct tli_input *input, struct tli_error *error);

/* Tells the peer that it failed, as far as that goes without blocking. */
void tli_opening_give_up(
	struct tli_opening *opening, struct tli_channel *channel);

/* What it waits for. */
struct tli_interest tli_opening_interest(
	const struct tli_opening *opening, const struct tli_channel *channel);

#endif
