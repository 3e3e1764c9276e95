/* SPDX-License-Identifier: MIT */
#include "hold.h"

void hold_begin(struct call *call, struct object *object, struct hold *hold)
{
	hold->token = model_next_token(call->model);
	hold->owner = call->op->owner;
	hold->since_ms = call->now_ms;
	hold->is_python = call->op->is_python;
	call->op->object = object->id;
	call->op->granted = hold->token;
}

struct tli_value *hold_value(struct call *call, const struct hold *hold)
{
	struct call part = *call;

	part.result = tli_container(call->values, TLI_DICT);
	if (!part.result)
		return NULL;
	stat_put_int(&part, "owner", hold->owner);
	stat_put_int(&part, "token", hold->token);
	stat_put_int(
		&part, "held_ms", (uint64_t)(call->now_ms - hold->since_ms));
	return part.result;
}
