/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include "../../../../proto/item_value.h"
#include "../../../../proto/value/mapping.h"
#include "subscription.h"

#include <string.h>

#define CHANGE_MAX_BYTES (1u << 20)

static const struct kind watch_kind = {
	.name = "Watch",
	.size = sizeof(struct subscription),
	.options = SUBSCRIPTION_OPTIONS,
	.create = subscription_create,
	.fini = subscription_fini,
	.deleted = subscription_fini,
	.methods = subscription_methods,
	.operations = subscription_operations,
	.stat = subscription_stat,
};

enum outcome watch_subscribe(struct call *call)
{
	const struct tli_value *options = subscription_options(call);
	struct object *watch;

	if (!options)
		return CALL_DONE;
	watch = model_create(call, &watch_kind, NULL, options);
	if (!watch)
		return CALL_DONE;
	if (subscription_join(call, (struct subscription *)watch, call->object))
		call_grant_reference(call, watch);
	object_unref(watch);
	return CALL_DONE;
}

static struct tli_value *describe(struct call *call, struct tli_value *key)
{
	struct tli_values *values = call->values;
	struct tli_value *change = tli_container(values, TLI_DICT);
	const char *method = call->method->name;
	const struct {
		const char *name;
		struct tli_value *value;
	} parts[] = {
		{"version", tli_int(values, (int64_t)call->object->version)},
		{"method", tli_text(values, method)},
		{"key", key ? key : tli_none(values)},
	};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (!tli_dict_put(change, parts[i].name, parts[i].value))
			return NULL;
	return change;
}

void watch_tell(struct call *call, struct tli_value *key)
{
	const struct tli_value *change = describe(call, key);
	struct tli_item *message = NULL;
	struct tli_value_error ignored;
	struct subscription *watch;

	if (change)
		message = tli_item_of_value(
			TLI_FORMAT_PICKLE, change, CHANGE_MAX_BYTES, &ignored);

	TAILQ_FOREACH (watch, &call->object->watchers->list, link) {
		if (message)
			(void)subscription_offer(watch, message);
		else
			subscription_miss(watch, 0);
	}
	tli_item_unref(message);
}
