/* SPDX-License-Identifier: MIT */
#include "kinds.h"

#include "../kinds.h"
#include "dispatch.h"
#include "permit.h"

#include <string.h>

const struct kind *const kinds[] = {
	&queue_kind,
	&lifo_queue_kind,
	&priority_queue_kind,
	&simple_queue_kind,
	&joinable_queue_kind,
	&topic_kind,
	&lock_kind,
	&rlock_kind,
	&semaphore_kind,
	&bounded_semaphore_kind,
	&condition_kind,
	&event_kind,
	&barrier_kind,
	&array_kind,
	&dict_kind,
	&iterator_kind,
	&list_kind,
	&namespace_kind,
	&object_kind,
	&set_kind,
	&value_kind,
	NULL,
};

_Static_assert(sizeof(kinds) / sizeof(kinds[0]) - 1 <= KINDS_MAX,
	"each kind has a bit in struct op");

const struct kind *kind_find(const char *name, size_t len)
{
	for (const struct kind *const *kind = kinds; *kind; kind++)
		if (strlen((*kind)->name) == len &&
			memcmp((*kind)->name, name, len) == 0)
			return *kind;
	return NULL;
}

bool engine_has_kind(const char *kind)
{
	return kind_find(kind, strlen(kind));
}

const char *engine_kind_name(unsigned i)
{
	return kinds[i] ? kinds[i]->name : NULL;
}

const char *engine_kind_method(const char *kind, unsigned i)
{
	const struct kind *found = kind_find(kind, strlen(kind));
	const struct method *method = found ? found->methods : NULL;

	while (method && method->name && i > 0) {
		method++;
		i--;
	}
	return method ? method->name : NULL;
}

/* NULL if there is none. */
static const struct method *find_method(
	const struct method *methods, const char *name)
{
	while (methods->name && strcmp(methods->name, name) != 0)
		methods++;
	return methods->name ? methods : NULL;
}

static bool has_method(const struct method *methods, const char *name)
{
	return find_method(methods, name);
}

bool engine_kind_has_method(const char *kind, const char *method)
{
	const struct kind *found = kind_find(kind, strlen(kind));

	return found && has_method(found->methods, method);
}

bool engine_has_method(const char *method)
{
	return has_method(methods_of_all, method);
}

uint32_t engine_method_needs(const char *kind, const char *method)
{
	const struct kind *of = kind ? kind_find(kind, strlen(kind)) : NULL;
	const struct method *found =
		kind ? NULL : find_method(registry_methods, method);

	if (of)
		found = find_method(of->methods, method);
	if (of && !found)
		found = find_method(methods_of_all, method);
	return found ? found->needs : 0;
}

bool engine_kind_has_option(const char *kind, const char *option)
{
	const struct kind *found = kind_find(kind, strlen(kind));

	return found &&
		(has_parameter(options_of_all, option) ||
			has_parameter(found->options, option));
}
