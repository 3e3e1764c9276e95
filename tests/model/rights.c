/* SPDX-License-Identifier: MIT */
/* Prints which rights each operation on objects, and each method of each kind,
 * needs: any one of the words behind it. For tests that try them all, and for
 * the one that compares them with docs/security.md. */
#include "../../broker/engine/model/dispatch.h"
#include "../../broker/engine/model/model.h"
#include "../../proto/session.h"

#include <stdio.h>

static void print_words(uint32_t needs)
{
	for (unsigned right = 0; right < RIGHT_COUNT; right++)
		if (needs & RIGHT_BIT(right))
			printf(" %s", right_word((enum right)right));
	printf("\n");
}

static void print_methods(const char *kind, const struct method *methods)
{
	for (; methods->name; methods++) {
		printf("%s %s", kind, methods->name);
		print_words(methods->needs);
	}
}

int main(void)
{
	for (unsigned code = 0; code < TLI_OPS; code++)
		if (engine_op_needs((uint8_t)code)) {
			printf("operation %s", tli_op_info(code)->word);
			print_words(engine_op_needs((uint8_t)code));
		}
	for (const struct kind *const *kind = kinds; *kind; kind++)
		print_methods((*kind)->name, (*kind)->methods);
	print_methods("object*", methods_of_all);
	print_methods("broker", registry_methods);
	return 0;
}
