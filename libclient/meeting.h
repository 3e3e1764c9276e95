/* SPDX-License-Identifier: MIT */
/*
 * Meeting at a broker: a request follows the handshake, and the broker's
 * replies follow that, until the connection leads to a partner. What comes
 * behind the last reply is the partner's, and is not read here.
 */
#ifndef TLI_MEETING_H
#define TLI_MEETING_H

#include "../proto/buf.h"
#include "../proto/control.h"
#include "../proto/frame.h"

#include "../system/endpoint.h"
#include "output.h"

struct tli_meeting {
	struct tli_request request;
	struct tli_output output; /* the request, until it is sent */
	struct tli_frame_reader reader;
	struct tli_buf body;             /* of a reply, so far */
	bool asked;                      /* the request is made */
	bool parked;                     /* the broker has said so */
	bool met;                        /* the connection leads to a partner */
	char partner[TLI_ENDPOINT_TEXT]; /* its address */
};

/* Copies the request, whose timeout is yet to be found, and allocates nothing.
 */
void tli_meeting_init(
	struct tli_meeting *meeting, const struct tli_request *request);

void tli_meeting_fini(struct tli_meeting *meeting);

/*
 * Goes on. Returns 1 when the connection leads to a partner, 0 when it takes
 * longer, or the code in *error. deadline_ms is when we give up, which the
 * broker is to do a little earlier.
 */
int tli_meeting_step(struct tli_meeting *meeting, struct tli_channel *channel,
	int64_t deadline_ms, struct tli_error *error);

/* What to poll(2) for. */
short tli_meeting_events(
	const struct tli_meeting *meeting, const struct tli_channel *channel);

#endif
