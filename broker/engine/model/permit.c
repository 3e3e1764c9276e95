/* SPDX-License-Identifier: MIT */
#include "permit.h"

#include "../kinds.h"

#include <stdio.h>
#include <string.h>

uint32_t engine_op_needs(uint8_t code)
{
	static const uint32_t needs[OP_CODES] = {
		[TLI_OP_OPEN] = NEEDS_ANY,
		[TLI_OP_PUT] = NEEDS_PUT,
		[TLI_OP_GET] = NEEDS_GET,
		[TLI_OP_PEEK] = NEEDS_GET,
		[TLI_OP_CONSUME] = NEEDS_GET,
		[TLI_OP_ACK] = NEEDS_GET,
		[TLI_OP_NACK] = NEEDS_GET,
		[TLI_OP_TOUCH] = NEEDS_GET,
		[TLI_OP_PUBLISH] = NEEDS_PUBLISH,
		[TLI_OP_SUBSCRIBE] = NEEDS_SUBSCRIBE,
		[TLI_OP_CALL] = NEEDS_ANY,
		[OP_FETCH] = NEEDS_SUBSCRIBE,
		[OP_LOOK] = NEEDS_ANY,
	};

	return needs[code];
}

struct tli_item *permit_name(const struct kind *kind, const char *name)
{
	char anonymous[OBJECT_NAME_MAX + 2];

	if (!name) {
		snprintf(anonymous, sizeof(anonymous), "@%s", kind->name);
		name = anonymous;
	}
	return tli_item_of(TLI_FORMAT_TEXT, name, strlen(name));
}

static void refuse(struct call *call, const struct kind *kind, const char *name)
{
	struct op *op = call->op;

	tli_item_unref(op->result);
	op->result = kind || name ? permit_name(kind, name) : NULL;
	if ((kind || name) && !op->result)
		(void)call_raise_memory(call);
	else
		op->status = TLI_STATUS_NOT_PERMITTED;
}

bool call_permits(struct call *call, uint32_t needs, const struct kind *kind,
	const char *name)
{
	call->op->needed = needs;
	if (needs_are_met(needs, call->op->forbidden))
		return true;
	refuse(call, kind, name);
	return false;
}

bool call_permits_beside(struct call *call, uint32_t needs,
	const struct object *object, const char *name)
{
	call->op->is_beside = !needs_are_met(needs, call->op->forbidden_beside);
	if (!call->op->is_beside)
		return true;
	call->op->needed = needs;
	if (object) {
		call->op->object = object->id;
		refuse(call, object->kind, object->name);
	} else {
		refuse(call, NULL, name);
	}
	return false;
}

bool call_permits_on(
	struct call *call, uint32_t needs, const struct object *object)
{
	return call_permits(call, needs, object->kind, object->name);
}

static uint32_t link_to(const struct object *object)
{
	unsigned i = 0;

	if (object->name)
		return LINKS_TO_OTHERS;
	while (kinds[i] && kinds[i] != object->kind)
		i++;
	return kinds[i] ? LINKS_TO_KIND(i) : LINKS_TO_OTHERS;
}

bool call_permits_link(const struct call *call, const struct object *object)
{
	return !(call->op->forbidden_links & link_to(object));
}
