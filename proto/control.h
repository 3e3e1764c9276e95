/* SPDX-License-Identifier: MIT */
/*
 * Rendezvous and control: requests to a broker and its replies, as typed
 * structs and as the JSON that goes over the wire, one object to a frame.
 * docs/protocol.md has every message.
 */
#ifndef TLI_CONTROL_H
#define TLI_CONTROL_H

#include "address.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_CONTROL_MAX      4096u /* bytes of a request, and of most replies */
#define TLI_CONTROL_DEPTH    8u
#define TLI_CONTROL_NAME     (TLI_ADDRESS_NAME_MAX + 1)
#define TLI_CONTROL_TEXT     240u  /* of an error's message, with its NUL */
#define TLI_CONTROL_JSON     1024u /* of arguments, with their NUL */
#define TLI_LISTENER_ID_MAX  64u
#define TLI_LIST_LIMIT       1000u /* most entries of one listing */
#define TLI_NO_TIMEOUT_GIVEN (-1)
#define TLI_TIMEOUT_MAX_MS   (INT64_C(365) * 24 * 3600 * 1000)

enum tli_verb {
	TLI_VERB_ACCEPT,
	TLI_VERB_DIAL,
	TLI_VERB_PIPE,
	TLI_VERB_PING,
	TLI_VERB_LIST,
	TLI_VERB_STAT,
	TLI_VERB_MONITOR,
	TLI_VERB_TYPEID,
	TLI_VERB_COUNT
};

enum tli_listing {
	TLI_LIST_NAMES,
	TLI_LIST_CONNECTIONS,
};

/*
 * A request. A member that the verb does not have is as one that was left out:
 * zero, but for timeout_ms and limit.
 */
struct tli_request {
	enum tli_verb verb;
	char name[TLI_CONTROL_NAME]; /* accept, dial, pipe */
	int64_t timeout_ms;          /* left out: TLI_NO_TIMEOUT_GIVEN */
	char listener[TLI_LISTENER_ID_MAX + 1]; /* accept; "" = none given */
	bool confirm;                           /* accept */
	bool exclusive;                         /* accept */
	enum tli_listing listing;               /* list */
	char prefix[TLI_CONTROL_NAME];          /* list, monitor */
	unsigned limit;              /* list; left out: TLI_LIST_LIMIT */
	char ping[TLI_CONTROL_NAME]; /* ping; a text to be sent back */
	char typeid[TLI_CONTROL_NAME];
	char args[TLI_CONTROL_JSON];   /* typeid; an array, "" = none given */
	char kwargs[TLI_CONTROL_JSON]; /* typeid; an object */
};

enum tli_control_result {
	TLI_CONTROL_OK = 0,
	TLI_CONTROL_BAD = -1,   /* it is not as it must be */
	TLI_CONTROL_NOMEM = -2, /* the allocator refused */
};

/*
 * Reads a request. Returns TLI_CONTROL_OK, or another tli_control_result with
 * *request undefined and the reason in why, which may be sent to the peer.
 */
int tli_request_parse(const void *bytes, size_t len,
	struct tli_request *request, char why[TLI_CONTROL_TEXT]);

/* Writes a request that tli_request_parse() takes, with no NUL behind it;
 * returns its length, 0 for lack of memory. */
size_t tli_request_format(
	const struct tli_request *request, char text[TLI_CONTROL_MAX]);

/* Why the broker did not do it: name, and code on the wire. */
#define TLI_REFUSALS(X)                                                        \
	X(NONE, "")                                                            \
	X(BAD_REQUEST, "bad_request")                                          \
	X(UNSUPPORTED, "unsupported")                                          \
	X(NO_LISTENER, "no_listener")                                          \
	X(TIMED_OUT, "timed_out")                                              \
	X(NAME_TAKEN, "name_taken")                                            \
	X(FULL, "full")                                                        \
	X(NOT_PERMITTED, "not_permitted")                                      \
	X(DRAINING, "draining")                                                \
	X(INTERNAL, "internal")

enum tli_refusal {
#define X(name, text) TLI_REFUSAL_##name,
	TLI_REFUSALS(X)
#undef X
		TLI_REFUSAL_COUNT
};

/* The broker's reply to accept, dial and pipe, and every refusal. */
struct tli_reply {
	enum tli_refusal refusal;       /* NONE = paired, or parked */
	char message[TLI_CONTROL_TEXT]; /* of a refusal */
	bool parked; /* the confirmation of accept; the pairing is to come */
	char name[TLI_CONTROL_NAME];
	char peer_address[TLI_ADDRESS_TEXT_MAX]; /* whom it is paired with */
	char peer_identity[TLI_CONTROL_NAME];    /* whose key; "" = not told */
	bool has_peer_uid;
	uint32_t peer_uid; /* on Unix sockets */
};

/*
 * Reads such a reply; keys that it does not know mean nothing, and a code that
 * it does not know is INTERNAL. Returns TLI_CONTROL_OK, or another
 * tli_control_result with *reply undefined and the reason in why. All texts in
 * *reply and why are fit to be shown.
 */
int tli_reply_parse(const void *bytes, size_t len, struct tli_reply *reply,
	char why[TLI_CONTROL_TEXT]);

/* Writes a reply, whose texts must be UTF-8, with no NUL behind it; returns its
 * length, 0 for lack of memory. */
size_t tli_reply_format(
	const struct tli_reply *reply, char text[TLI_CONTROL_MAX]);

const char *tli_verb_name(enum tli_verb verb);
const char *tli_refusal_code(enum tli_refusal refusal);

#endif
