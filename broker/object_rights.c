/* SPDX-License-Identifier: MIT */
#include "object_rights.h"

#include <stdio.h>

void object_rights_forbid(const struct peer *peer,
	const struct object_rights *rights, struct op *op)
{
	bool may_all = peer_may_all(peer);

	op->forbidden = may_all ? 0 : ~rights->allowed;
	op->forbidden_beside = may_all ? 0 : ~rights->allowed_beside;
}

const char *object_name(
	const struct tli_item *told, char text[OBJECT_NAME_TEXT])
{
	if (!told)
		return NULL;
	snprintf(text, OBJECT_NAME_TEXT, "%.*s", (int)told->body_len,
		(const char *)tli_item_body(told));
	return text;
}

/* By its id an object is found by anybody. */
static bool is_hidden(const struct op *op, bool is_known, uint32_t allowed)
{
	return op->object != 0 && !is_known && !(allowed & NEEDS_ANY);
}

static void refuse(struct peer *peer, struct op *op, const char *name,
	bool is_so_told, char why[PERMISSION_WHY])
{
	permission_refused(peer, op->needed, name);
	if (is_so_told) {
		permission_text(peer, op->needed, name, why);
		return;
	}
	tli_item_unref(op->result);
	op->result = NULL;
	op->status = TLI_STATUS_NO_OBJECT;
	snprintf(why, PERMISSION_WHY, "%s", tli_status_info(op->status)->text);
}

bool object_rights_review(struct peer *peer, struct object_rights *rights,
	bool is_known, struct op *op, char why[PERMISSION_WHY])
{
	char text[OBJECT_NAME_TEXT];
	const char *name = object_name(op->result, text);
	uint32_t allowed = peer_rights_on(peer, name);

	if (op->is_beside)
		rights->allowed_beside = allowed;
	else
		rights->allowed = allowed;
	if (allowed & op->needed)
		return true;
	refuse(peer, op, name, !is_hidden(op, is_known, allowed), why);
	return false;
}
