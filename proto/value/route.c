/* SPDX-License-Identifier: MIT */
#include "route.h"

#include "../quote.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX                                                              \
	(sizeof(((struct tli_route *)0)->steps) /                              \
		sizeof(((struct tli_route *)0)->steps[0]))
#define STEP_TEXT 32u

void tli_route_enter(struct tli_route *route, const struct tli_value *value)
{
	if (route->depth < STEPS_MAX)
		route->steps[route->depth].node = tli_items_of(value);
	route->depth++;
}

void tli_route_next(struct tli_route *route, uint32_t i)
{
	if (route->depth <= STEPS_MAX)
		route->steps[route->depth - 1].i = i;
}

void tli_route_leave(struct tli_route *route)
{
	route->depth--;
}

/* A dict's key, or the one of an item that is its value. */
static void write_key(const struct tli_value *key, char text[STEP_TEXT])
{
	char plain[STEP_TEXT - sizeof("['']")];

	if (key->kind == TLI_STR) {
		tli_plain((const char *)tli_bytes_of(key)->data, plain,
			sizeof(plain));
		snprintf(text, STEP_TEXT, "['%s']", plain);
	} else if (key->kind == TLI_INT) {
		snprintf(text, STEP_TEXT, "[%" PRId64 "]",
			tli_int_of(key)->integer);
	} else {
		snprintf(text, STEP_TEXT, "[<%s>]", tli_kind_name(key->kind));
	}
}

static void write_step(
	const struct tli_items *node, uint32_t i, char text[STEP_TEXT])
{
	if (node->value.kind == TLI_DICT)
		write_key(node->items[i & ~1u], text);
	else
		snprintf(text, STEP_TEXT, "[%" PRIu32 "]", i);
}

const char *tli_route_text(
	const struct tli_route *route, char text[TLI_ROUTE_TEXT])
{
	static const char start[] = "at ", end[] = ": ", cut[] = "...: ";
	size_t len = sizeof(start) - 1, depth = 0;
	char step[STEP_TEXT];

	text[0] = '\0';
	if (route->depth == 0)
		return text;
	memcpy(text, start, sizeof(start));
	for (; depth < route->depth && depth < STEPS_MAX; depth++) {
		write_step(
			route->steps[depth].node, route->steps[depth].i, step);
		if (len + strlen(step) + sizeof(cut) > TLI_ROUTE_TEXT)
			break;
		strcpy(text + len, step);
		len += strlen(step);
	}
	strcpy(text + len, depth < route->depth ? cut : end);
	return text;
}
