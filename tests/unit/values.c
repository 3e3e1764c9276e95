/* SPDX-License-Identifier: MIT */
#include "values.h"

#include <stdarg.h>
#include <string.h>

#define ITEMS_MAX 16

void values_init(struct tli_values *values)
{
	static const struct tli_value_limits limits = {
		.max_bytes = (size_t)1 << 30,
		.max_nodes = 1u << 30,
		.max_depth = TLI_VALUE_DEPTH_MAX,
	};
	static const uint64_t seed[2] = {0x0123456789abcdef, 42};

	tli_values_init(values, &limits, seed);
}

struct tli_value *items_of(struct tli_values *values, enum tli_kind kind, ...)
{
	struct tli_value *items[ITEMS_MAX], *item;
	size_t count = 0;
	va_list arguments;

	va_start(arguments, kind);
	while ((item = va_arg(arguments, struct tli_value *)) &&
		count < ITEMS_MAX)
		items[count++] = item;
	va_end(arguments);
	return tli_items(values, kind, items, count);
}

struct tli_value *text_of(struct tli_values *values, const char *text)
{
	return tli_str(values, text, strlen(text));
}
