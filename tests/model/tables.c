/* SPDX-License-Identifier: MIT */
/* Prints each kind of object with its options, and its methods with their
 * parameters, for the test that compares them with the guide. */
#include "../../broker/engine/model/dispatch.h"
#include "../../broker/engine/model/model.h"
#include "../../broker/engine/model/topic/interest.h"

#include <stdio.h>

static void print_methods(const struct method *methods)
{
	for (; methods->name; methods++)
		printf("method %s %s\n", methods->name, methods->parameters);
}

static void print_kind(const struct kind *kind)
{
	printf("kind %s %s\n", kind->name, kind->options);
	print_methods(kind->methods);
}

int main(void)
{
	for (const struct kind *const *kind = kinds; *kind; kind++)
		print_kind(*kind);
	print_kind(&interest_kind);
	printf("kind broker \n");
	print_methods(registry_methods);
	return 0;
}
