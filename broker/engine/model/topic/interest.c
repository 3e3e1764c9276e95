/* SPDX-License-Identifier: MIT */
#include "interest.h"

#include "../../../../proto/quote.h"
#include "subject.h"

#include <stdlib.h>
#include <string.h>

static struct interest *interest_of(struct object *object)
{
	return (struct interest *)object;
}

bool read_pattern(struct call *call, const struct tli_value *value,
	const char **text_out, size_t *len_out)
{
	const char *why;
	char quoted[TLI_QUOTE_TEXT];

	*text_out = ">";
	*len_out = 1;
	if (!value)
		return true;
	if (!call_text(call, value, "pattern", SIZE_MAX, text_out, len_out))
		return false;
	why = pattern_check(*text_out, *len_out);
	if (!why)
		return true;
	call_raise(call, TLI_STATUS_VALUE_ERROR, "the pattern %s: %s",
		tli_quote(*text_out, quoted), why);
	return false;
}

static enum outcome create(struct call *call)
{
	struct interest *interest = interest_of(call->object);
	const char *pattern, *group;
	size_t pattern_len;

	subscription_create(call);
	if (call_has_failed(call) ||
		!read_pattern(call, call->args[3], &pattern, &pattern_len) ||
		!call_name(call, call->args[4], "group", &group))
		return CALL_DONE;
	interest->wants_retained = call_truth(call->args[5], false);
	interest->text = strndup(pattern, pattern_len);
	interest->group = group ? strdup(group) : NULL;
	if (!interest->text || (group && !interest->group))
		return call_raise_memory(call);
	return CALL_DONE;
}

static void fini(struct model *model, struct object *object)
{
	struct interest *interest = interest_of(object);

	subscription_fini(model, object);
	free(interest->text);
	free(interest->group);
}

static void stat(struct call *call)
{
	const struct interest *interest = interest_of(call->object);

	stat_put_text(call, "pattern", interest->text);
	stat_put_text(call, "group", interest->group);
	subscription_stat(call);
}

const struct kind interest_kind = {
	.name = "Subscription",
	.size = sizeof(struct interest),
	.options = SUBSCRIPTION_OPTIONS " pattern='>' group=None "
					"retained=False",
	.create = create,
	.fini = fini,
	.deleted = subscription_fini,
	.methods = subscription_methods,
	.operations = subscription_operations,
	.stat = stat,
};
