/* SPDX-License-Identifier: MIT */
/* What a session's client may do, kept for each handle as long as its identity
 * stays as it is. */
#include "session.h"

/* NULL if nothing is open under the request's handle. */
static struct handle *handle_of(const struct session_request *r)
{
	struct handle *handle =
		handles_find(&r->session->handles, r->frame.handle);

	return handle && handle->state == HANDLE_OPEN ? handle : NULL;
}

/* Of what is open. */
static uint32_t allowed_under(const struct peer *peer, struct handle *handle)
{
	uint64_t generation = peer_rights_generation(peer);
	char name[OBJECT_NAME_TEXT];

	if (handle->generation != generation)
		handle->allowed =
			peer_rights_on(peer, object_name(handle->name, name));
	handle->generation = generation;
	return handle->allowed;
}

void session_forbid(struct session_request *r)
{
	const struct peer *peer = r->session->peer;
	struct handle *handle = peer_may_all(peer) ? NULL : handle_of(r);

	if (handle)
		r->rights.allowed = allowed_under(peer, handle);
	object_rights_forbid(peer, &r->rights, &r->request.op);
}

/* What of it is known before the engine is asked. */
static uint32_t needs_of(const struct op *op)
{
	return op->needed ? op->needed : engine_op_needs(op->code);
}

bool session_permits(struct session_request *r)
{
	struct op *op = &r->request.op;
	const struct handle *handle;

	if (needs_are_met(needs_of(op), op->forbidden))
		return true;
	handle = handle_of(r);
	if (!handle)
		return true;
	op->status = TLI_STATUS_NOT_PERMITTED;
	op->needed = needs_of(op);
	op->result = tli_item_ref(handle->name);
	return false;
}

/* ---- Refusals --------------------------------------------------------- */

static void tell(struct session_request *r, uint8_t status, const char *why)
{
	tli_item_unref(r->value);
	r->value = session_text(r->reply.format, why);
	r->reply.status = status;
	if (!r->value)
		session_fail(r->session);
}

enum session_step session_review(struct session_request *r)
{
	char why[PERMISSION_WHY];
	bool is_known = handle_of(r) != NULL;

	if (object_rights_review(r->session->peer, &r->rights, is_known,
		    &r->request.op, why))
		return STEP_ON;
	/* What it got is the client's. */
	if (r->parcels.count == 0)
		tell(r, r->request.op.status, why);
	return STEP_OVER;
}

void session_tell_lost(struct session_request *r)
{
	const struct handle *handle = handle_of(r);
	char why[PERMISSION_WHY], name[OBJECT_NAME_TEXT];

	permission_text(r->session->peer, r->lost,
		handle ? object_name(handle->name, name) : NULL, why);
	tell(r, TLI_STATUS_NOT_PERMITTED, why);
}

static void take_rights(struct session_request *r)
{
	struct peer *peer = r->session->peer;
	struct handle *handle = handle_of(r);
	uint32_t needs = needs_of(&r->request.op);
	char name[OBJECT_NAME_TEXT];

	if (!handle || r->is_cancelled ||
		needs_are_met(needs, ~allowed_under(peer, handle)))
		return;
	permission_refused(peer, needs, object_name(handle->name, name));
	r->lost = needs;
	session_request_cancel(r);
}

void session_take_rights(struct session *session)
{
	struct session_request *r, *next;

	HASH_ITER (hh, session->by_tag, r, next)
		take_rights(r);
}
