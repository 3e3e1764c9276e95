/* SPDX-License-Identifier: MIT */
/*
 * The truth of one broker: named and anonymous objects, each of a kind, in
 * plain data. Here nobody waits, nothing is sent, and time is a parameter.
 *
 * A kind is a file of its own: struct kind below has what it can do. Operations
 * come to it as struct call: call.h.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "../../../proto/value/value.h"
#include "../../table.h"
#include "../deadlines.h"
#include "../engine.h"
#include "../needs.h"

#include <sys/queue.h>

struct call;
struct object;
struct model;
struct identity_usage;
struct subscriptions;

LIST_HEAD(links_list, links);
LIST_HEAD(object_list, object);

#define OBJECT_NAME_MAX 128u /* as TLI_ADDRESS_NAME_MAX */

enum outcome {
	CALL_DONE, /* the answer, or an error, is in the call */
	CALL_WAITS /* nothing was done yet */
};

typedef enum outcome call_fn(struct call *call);

struct method {
	const char *name; /* NULL behind the last one */
	/* As in Python: "item block=True timeout=None". What has a default may
	 * be left out, and then is NULL in call->args. What is behind a "*" is
	 * given by name alone. "*" by itself is any arguments: they are in
	 * call->all and call->keywords. */
	const char *parameters;
	call_fn *run;
	uint32_t needs; /* of these rights any one, RIGHT_BIT()s */
};

struct operation {
	uint8_t code; /* TLI_OP_PUT ..., OP_RETURN ...; 0 behind the last one */
	call_fn *run;
};

struct kind {
	const char *name; /* Python's: "Queue" */
	/* The name of the kind whose handles can use it too; NULL = its own. */
	const char *family;
	size_t size; /* of its struct, which starts with struct object */
	/* The options that open() takes besides those of every kind, as the
	 * parameters of a method: first of all those of Python's constructor.
	 * In call->args when create runs. With a "**" the constructor's
	 * arguments with names, whatever these are, are in call->keywords. */
	const char *options;
	/* Fills in call->object, which is zeroed. Raises on failure; fini is
	 * called even so. Either is NULL if there is nothing to do. */
	call_fn *create;
	void (*fini)(struct model *model, struct object *object);
	/* It was deleted while there are references: what it holds can go, as
	 * no operation comes any more but OP_RETURN. NULL = nothing to do. */
	void (*deleted)(struct model *model, struct object *object);
	/* Answers with what Python pickles of it; NULL = nothing. */
	call_fn *value;
	const struct method *methods;
	const struct operation *operations; /* NULL = calls alone */
	/* Its deadline is over: object_set_deadline(). NULL if it sets none. */
	void (*elapsed)(
		struct model *model, struct object *object, int64_t now_ms);
	/* Adds what there is to tell of it to call->result, a dict. NULL = no
	 * more than of every object. */
	void (*stat)(struct call *call);
};

/* All kinds, NULL behind the last one: kinds.c. */
extern const struct kind *const kinds[];

/* By the name of a kind; NULL if there is none. */
const struct kind *kind_find(const char *name, size_t len);

/* What one identity, or all, have. */
struct usage {
	uint64_t objects, items, bytes;
};

/* The first member of every object. */
struct object {
	const struct kind *kind;
	uint64_t id;
	struct model *model;
	char *name;        /* NULL = anonymous: gone with the last reference */
	uint64_t creator;  /* the connection that made it */
	uint32_t identity; /* that it had */
	struct identity_usage *maker; /* what all of that identity have */
	bool is_temporary;            /* goes with its creator */
	bool is_made;                 /* before that, nothing can refer to it */
	bool is_deleted;     /* out of the registry, still referenced */
	uint32_t expire_ms;  /* goes when unused for as long; 0 = stays */
	uint64_t references; /* handles, links, other objects that need it */
	uint64_t links;      /* of these, from inside values: links.h */
	struct links_list content_links; /* of items that it holds */
	LIST_ENTRY(object) suspect;      /* among the model's suspects */
	bool is_suspect;
	uint32_t candidate; /* its number while cycles are looked for; 0 */
	uint64_t version;   /* of its content: grows with each change */
	int64_t created_ms;
	int64_t used_ms;
	struct usage usage;             /* objects is 1 */
	struct deadline due;            /* of its kind */
	struct deadline expiry;         /* of its life */
	struct subscriptions *watchers; /* of its changes; NULL = none */
	UT_hash_handle by_id;
	UT_hash_handle by_name;
};

struct model {
	struct engine_config limits;
	struct engine_listener *listener;
	uint64_t last_id;    /* never used twice */
	uint64_t last_token; /* only grows */
	struct usage usage;
	struct identity_usage *identities;
	struct object *by_id;
	struct object *by_name;
	struct object *found;     /* last, by id: often it is asked again */
	struct tli_values values; /* of the call that is under way */
	struct deadlines due;     /* struct object */
	struct deadlines expiry;
	struct links_list loose_links; /* of items that no object holds */
	struct links_list due_links;   /* of items that are gone */
	struct object_list suspects;   /* of being in a cycle */
};

/* Empty. NULL for lack of memory. The listener is told whom to wake; only its
 * woken() is called. */
struct model *model_new(
	const struct engine_config *config, struct engine_listener *listener);
void model_free(struct model *model);

/* Other limits, for what comes from now on: what there is stays. */
void model_set_limits(struct model *model, const struct engine_config *config);

/* Does what the op asks, or has it wait. */
enum outcome model_try(struct model *model, struct op *op, int64_t now_ms);

/* When model_elapse() has something to do; NEVER_MS. 0 is at once. */
int64_t model_deadline_ms(const struct model *model);
void model_elapse(struct model *model, int64_t now_ms);

/* Values for one call, with the limits of those. */
void model_init_values(const struct model *model, struct tli_values *values);

/* A new token: a lease, a ticket, a grant. */
uint64_t model_next_token(struct model *model);

/* NULL if there is none. */
struct object *model_find(struct model *model, uint64_t id);
struct object *model_find_name(
	struct model *model, const char *name, size_t len);

/*
 * Makes an object, with one reference, of options: a dict as open() takes
 * them, in call->values; without a name if that is NULL. NULL with the error
 * raised. Inside kinds, for objects that belong to others.
 */
struct object *model_create(struct call *call, const struct kind *kind,
	const char *name, const struct tli_value *options);

/* Gives the op's owner a reference to it, that OP_RETURN takes back; the answer
 * has its id. */
void call_grant_reference(struct call *call, struct object *object);

void object_ref(struct object *object);
/* An anonymous object without references is gone after this. */
void object_unref(struct object *object);
/* Takes it out of the registry and wakes all who wait for it: their next try
 * finds nothing. It is freed when its last reference is given up. */
void object_delete(struct object *object);

/* Those who wait for this of the object should try again. */
void object_wake(struct object *object, enum wait_class class);

/* When its kind's elapsed() is to be called; NEVER_MS. */
void object_set_deadline(struct object *object, int64_t at_ms);

/*
 * Counts items and bytes of content against all limits, of the object, of the
 * identity that made it and of all. False with the error raised, and nothing
 * counted, when one is reached; or, on a call of NULL, just false.
 */
bool object_charge(struct call *call, struct object *object, uint64_t items,
	uint64_t bytes);
void object_discharge(struct object *object, uint64_t items, uint64_t bytes);

#endif
