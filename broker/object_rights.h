/* SPDX-License-Identifier: MIT */
/*
 * What a peer may do to objects. The engine knows their names, and the peer's
 * identity knows what may be done to which names: so the engine is told what is
 * forbidden, everything at first, and says of which object that is. Then it is
 * asked again, or the peer is refused. Who may do everything is not looked at.
 */
#ifndef BROKER_OBJECT_RIGHTS_H
#define BROKER_OBJECT_RIGHTS_H

#include "engine/needs.h"
#include "engine/op.h"
#include "permission.h"

/* What is known of one object, and of another that options name: nothing if all
 * is zero. */
struct object_rights {
	uint32_t allowed; /* a RIGHT_BIT() each */
	uint32_t allowed_beside;
};

#define OBJECT_NAME_TEXT (TLI_ADDRESS_NAME_MAX + 2u)

/* A name by which rights know an object, as the engine tells it; NULL of NULL.
 */
const char *object_name(
	const struct tli_item *told, char text[OBJECT_NAME_TEXT]);

/* Says in op what is forbidden. */
void object_rights_forbid(const struct peer *peer,
	const struct object_rights *rights, struct op *op);

/*
 * The engine has found op not to be permitted. True if it is, as far as rights
 * know from now on: it is to be asked again. Otherwise it is refused and
 * logged, and op's status and why are the answer; where the peer has no right
 * to an object and should not know of it, the same as if there were none.
 */
bool object_rights_review(struct peer *peer, struct object_rights *rights,
	bool is_known, struct op *op, char why[PERMISSION_WHY]);

#endif
