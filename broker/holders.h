/* SPDX-License-Identifier: MIT */
/*
 * Who has references to objects by proxies: processes, as far as they can be
 * proven. References come and go on short connections of their own, and a proxy
 * that rests has no connection at all. On a Unix socket the kernel tells which
 * process is there; it is watched, and what it leaves behind when it ends is
 * given back after a while. All others are one holder, the unknown.
 */
#ifndef BROKER_HOLDERS_H
#define BROKER_HOLDERS_H

#include "peer.h"
#include "waiters.h"

struct holder;
struct holders;

/* NULL for lack of memory. */
struct holders *holders_new(struct broker *broker);
/* Gives all references back. No peer may be there any more. */
void holders_free(struct holders *holders);

/* The process behind a peer, from now on known; the unknown holder if it cannot
 * be watched. NULL for lack of memory. A holder stays at least until the loop
 * comes round. */
struct holder *holder_of(struct holders *holders, struct peer *peer);

/* What its references are granted to. */
struct owner *holder_owner(struct holder *holder);

/* It stays while this is not given up: a request of its is under way. */
void holder_ref(struct holder *holder);
void holder_unref(struct holder *holder);

/* One more reference to an object. False if it has none yet: then the engine
 * is to be asked for one (OPEN with its id) and holder_grant() called. */
bool holder_add(struct holder *holder, uint64_t object);

/* The engine has granted the holder's owner that reference, which becomes its
 * first, or one more (then the token goes back). False for lack of memory, or
 * if there are too many: it goes back, too. */
bool holder_grant(struct holder *holder, uint64_t object, uint64_t token,
	const char *typeid);

/* Drops one reference: of the holder, else of the unknown one, else of any;
 * but what a process has said before it ended takes nothing from others. False
 * if nobody has one. */
bool holders_drop(
	struct holders *holders, struct holder *holder, uint64_t object);

/* The object was deleted: nobody has a reference to it any more. */
void holders_forget(struct holders *holders, uint64_t object);

/* The object was used by a proxy: an unknown holder's time to live begins anew.
 */
void holders_use(struct holders *holders, uint64_t object);

/* Whether no holder can have a first reference to another object: there are
 * max_references of these. */
bool holders_are_full(const struct holders *holders);

/* How many objects are referenced. */
uint64_t holders_object_count(const struct holders *holders);

/* Calls each() for every object, smallest id first, with its references in all.
 */
void holders_each(struct holders *holders,
	void (*each)(void *arg, uint64_t object, const char *typeid,
		uint64_t references),
	void *arg);

/* What a holder has of one object. */
struct holding {
	int pid;      /* 0 = unknown */
	uint32_t uid; /* of a process that is known */
	bool has_ended;
	uint64_t count;
	int64_t since_ms;
	int64_t until_ms; /* NEVER_MS = until it is given back */
};

/* Calls each() for everyone who has a reference to the object. */
void holders_list(const struct holders *holders, uint64_t object,
	void (*each)(void *arg, const struct holding *holding), void *arg);

/* Whether an owner is a holder, and no connection. */
bool owner_is_holder(const struct owner *owner);

/* The loop is about to wait: false if it must not. */
bool holders_may_wait(struct holders *holders);

/* Drops what is due, and forgets who is not of interest any more: once for each
 * turn of the loop, behind all else. */
void holders_run(struct holders *holders);

#endif
