/* SPDX-License-Identifier: MIT */
/*
 * A connection of a stock manager's client: BaseManager, SyncManager, a proxy.
 * It says (ident, name, args, kwds) and waits for the answer, (kind, result).
 *
 *     manager.c              the stage: requests in, one at a time, answers out
 *     manager_server.c       what is asked of the server itself
 *     manager_create.c       objects made, and proxies of results
 *     manager_calls.c        what is asked of the engine for all that
 *     manager_methods.c      methods of objects
 *     manager_replies.c      the kinds of answers, exceptions among them
 *     manager_serializers.c  pickles and XML-RPC
 *     manager_addresses.c    where proxies inside answers lead to
 *
 * The source of the protocol is class Server in CPython's
 * multiprocessing/managers.py. Lack of memory for an answer costs the client
 * its connection.
 */
#ifndef BROKER_MANAGER_H
#define BROKER_MANAGER_H

#include "broker.h"
#include "engine/ident.h"
#include "object_rights.h"
#include "segments.h"

/* A request, decoded. */
struct manager_request {
	const struct tli_value *ident; /* a str, or None for the server's own */
	const char *name;              /* of the function or method */
	struct tli_value *args;        /* a tuple, or a list */
	struct tli_value *kwds;        /* a dict */
	struct tli_value *whole;
	const uint8_t *body; /* as it came */
	size_t len;
};

struct serializer {
	/* NULL with values->error set. */
	struct tli_value *(*read)(
		struct tli_values *values, const uint8_t *body, size_t len);
	/* The request as a pickle for the engine; NULL with *error set. */
	struct tli_item *(*item)(const struct manager_request *request,
		struct tli_value_error *error);
	/* Appends (kind, value). A tli_value_result with *error set. */
	int (*write)(struct tli_buf *out, uint8_t protocol,
		struct tli_value *answer, struct tli_value_error *error);
	bool is_pickle;
};

extern const struct serializer pickle_serializer, xml_serializer;

struct manager_call;

/* The object that a client last had to be looked up for. */
struct known_object {
	uint64_t object;       /* its id; 0 = none */
	struct tli_item *name; /* by which rights know it; a reference */
	uint64_t generation;   /* of the identities that allowed comes from */
	uint32_t allowed;      /* what may be done to it, a RIGHT_BIT() each */
};

struct manager {
	TAILQ_ENTRY(manager) link; /* in the due or dead ones */
	struct broker *broker;
	struct peer *peer; /* NULL = the connection is over */
	const struct serializer *serializer;
	struct owner owner;
	struct segments output;
	struct known_object known;
	struct manager_call *call; /* that is under way; NULL = none */
	struct tli_item *kept; /* the last answer, while what its proxies refer
				* to is not the client's yet */
	uint64_t leased_from;  /* the queue of an item that is on its way out */
	uint64_t lease;        /* 0 = none */
	uint8_t protocol;      /* of the client's last pickle */
	bool is_serving;       /* methods, from now on */
	bool is_last;          /* the connection ends with this answer */
	bool is_flushing;      /* the stream holds the last of an answer */
	bool has_got;          /* the last answer had an item of a queue */
	bool is_due;
	bool is_failed; /* for lack of memory */
};

/* What is asked of the engine for a request. */
struct manager_call {
	struct request request; /* the first member */
	struct broker *broker;
	struct manager *manager; /* NULL = nobody is there any more */
	/* Takes the answer: replies, or asks for something else. */
	void (*then)(struct manager_call *call);
	struct holder *holder;     /* who is to have a reference; or NULL */
	const char *result_typeid; /* what a method's result becomes */
	struct tli_item *method;   /* to be called on what is opened; or NULL */
	uint64_t opened_token;     /* the reference for as long as that takes */
	char *guess;               /* the entry of a typeid that is one */
	struct object_rights rights;
	uint32_t lost;   /* it is cancelled as these rights are gone */
	bool is_granted; /* it comes of what was permitted */
	char typeid[IDENT_TYPEID_MAX + 1];
};

/* It has something to do when the loop comes round. */
void manager_touch(struct manager *manager);

/* The connection is over, for lack of memory. */
void manager_fail(struct manager *manager);

/* ---- requests --------------------------------------------------------- */

/* None is under way then, or the reply is there; or the connection is failed.
 */
void manager_serve_server(
	struct manager *manager, const struct manager_request *request);
void manager_serve_method(
	struct manager *manager, const struct manager_request *request);

/* create(typeid, *args, **kwds). */
void manager_create(
	struct manager *manager, const struct manager_request *request);

/* What a method has answered becomes what a proxy of call->result_typeid stands
 * for. */
void manager_make_proxy(struct manager_call *call);

/* A call for that process, or NULL for the connection itself; NULL, with the
 * manager failed, for lack of memory. */
struct manager_call *manager_call_new(
	struct manager *manager, struct holder *holder);

/* Asks the engine, for the process if a reference is what comes of it. The
 * item's reference is the call's; NULL fails. `then` comes at once or later,
 * and ends in another question, or a reply and manager_call_free(). */
void manager_ask(struct manager_call *call, uint8_t code, uint64_t object,
	struct tli_item *item, void (*then)(struct manager_call *call));
void manager_call_free(struct manager_call *call);

/* Its client has other rights: it is cancelled if it may not go on. */
void manager_call_take_rights(struct manager_call *call);

/* What the engine is asked with; NULL if that fails, or the value is NULL. */
struct tli_item *manager_pickle(const struct tli_value *value);

/* An item of a queue is the connection's until it has gone out. */
void manager_note_lease(struct manager *manager, const struct op *op);

/* The reference that the engine has granted is the process's: false, with a
 * reply if there is somebody to get it, if it is not. */
bool manager_keep_reference(struct manager_call *call);

/* The values of the request that is looked at; they may be cleared. */
static inline struct tli_values *manager_values(const struct manager *manager)
{
	return &manager->broker->managers.values;
}

/* ---- replies ---------------------------------------------------------- */

/* ('#RETURN', value), of the values of the request; NULL fails. */
void manager_return(struct manager *manager, struct tli_value *value);
/* The same of a pickle, NULL for None. */
void manager_return_item(struct manager *manager, struct tli_item *item);
/* The same of a list, as an iterator over it. */
void manager_return_iterator(struct manager *manager, struct tli_item *list);
/* Another kind of answer. */
void manager_reply(
	struct manager *manager, const char *kind, struct tli_value *value);

/* What the engine raised, as the exception that it is in Python. */
void manager_raise(struct manager *manager, const struct op *op);

/* PermissionError. */
void manager_forbid(struct manager *manager, const char *why);

/* There is no object of that ident; or it is no ident at all. */
void manager_refuse_ident(struct manager *manager, const char *ident);
void manager_refuse_no_ident(struct manager *manager);

/* A text that the client raises as RemoteError: "KeyError", and what is wrong.
 */
void manager_refuse(struct manager *manager, const char *exception,
	const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same of what the engine raised. */
void manager_refuse_op(struct manager *manager, const struct op *op);
void manager_unserializable(struct manager *manager, const struct op *op);

/* A Token of multiprocessing.managers. */
struct tli_value *manager_token(
	struct manager *manager, const char *typeid, const char *ident);

/* Tokens inside an answer lead to where this client has come from. False for
 * lack of memory. */
bool manager_redirect(struct manager *manager, struct tli_value *answer);

#endif
