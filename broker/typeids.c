/* SPDX-License-Identifier: MIT */
#include "typeids.h"

#include "../proto/quote.h"

#include "config.h"
#include "engine/ident.h"
#include "engine/kinds.h"
#include "typeid_create.h"
#include "typeid_entry.h"
#include "typeid_guess.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What a typeid means. */
struct meaning {
	enum typeid_origin origin;
	const char *kind;                 /* NULL = there is none */
	const struct typeid_entry *entry; /* of the configuration, or NULL */
};

static struct meaning mean_kind(enum typeid_origin origin, const char *kind)
{
	return (struct meaning){.origin = origin, .kind = kind};
}

static struct meaning find_meaning(
	const struct config *config, const char *typeid)
{
	const struct typeid_entry *entry =
		typeids_find(config->typeids, typeid);
	const struct typeid_guess *guess;

	if (entry)
		return (struct meaning){.origin = TYPEID_OF_THE_CONFIG,
			.kind = entry->type,
			.entry = entry};
	if (engine_has_kind(typeid))
		return mean_kind(TYPEID_OF_PYTHON, typeid);
	if (typeid_refusal(typeid))
		return mean_kind(TYPEID_OF_PYTHON, NULL);
	/* Last, since it takes longest, and each call comes by here. */
	guess = config->guess_typeids ? typeid_guess(typeid) : NULL;
	if (guess && !guess->args)
		return mean_kind(TYPEID_GUESSED, guess->kind);
	return mean_kind(TYPEID_OF_NOBODY, NULL);
}

enum typeid_origin typeid_origin(
	const struct config *config, const char *typeid)
{
	return find_meaning(config, typeid).origin;
}

/* ---- What proxies have ------------------------------------------------ */

/* What a proxy's class must not get from us, though it may be called: the
 * access to the proxy's own attributes, what would make it unhashable, and what
 * Python puts in the proxy's own place: p += x is p = p.__iadd__(x). */
static bool is_proxys_own(const char *method)
{
	static const char *const own[] = {"__getattribute__", "__setattr__",
		"__delattr__", "__eq__", "__ne__", "__iadd__", "__iand__",
		"__imul__", "__ior__", "__isub__", "__ixor__"};

	for (size_t i = 0; i < LENGTH(own); i++)
		if (strcmp(method, own[i]) == 0)
			return true;
	return engine_has_method(method);
}

/* Whether the configuration has it among what it exposes. */
static bool is_listed(const struct tli_value *exposed, const char *method)
{
	const struct tli_items *names = tli_items_of(exposed);

	for (uint32_t i = 0; i < names->count; i++)
		if (tli_is_text(names->items[i], method))
			return true;
	return false;
}

static bool exposes(const struct meaning *meaning, const char *method)
{
	if (meaning->entry && meaning->entry->exposed)
		return is_listed(meaning->entry->exposed, method);
	/* A proxy has these itself, and asks for them as its last resort. */
	return !engine_has_method(method);
}

bool typeid_exposes(
	const struct config *config, const char *typeid, const char *method)
{
	struct meaning meaning = find_meaning(config, typeid);

	return meaning.kind && exposes(&meaning, method) &&
		engine_kind_has_method(meaning.kind, method);
}

struct tli_value *typeid_exposed(const struct config *config,
	struct tli_values *values, const char *typeid)
{
	struct meaning meaning = find_meaning(config, typeid);
	struct tli_value *names = tli_items(values, TLI_TUPLE, NULL, 0);
	const char *method = "";

	for (unsigned i = 0; meaning.kind && names && method; i++) {
		method = engine_kind_method(meaning.kind, i);
		if (!method || is_proxys_own(method) ||
			!exposes(&meaning, method))
			continue;
		if (!tli_append(names, tli_text(values, method)))
			names = NULL;
	}
	return names;
}

const char *typeid_of_result(
	const struct config *config, const char *typeid, const char *method)
{
	struct meaning meaning;

	if (strcmp(method, "__iter__") != 0 || strcmp(typeid, "dict") != 0)
		return NULL;
	meaning = find_meaning(config, typeid);
	if (!meaning.kind || strcmp(meaning.kind, "dict") != 0)
		return NULL;
	return "Iterator";
}

/* ---- What is made ----------------------------------------------------- */

/* The entry to add, as far as the typeid says what it is. */
static enum creation_result unknown(const char *typeid, char why[TYPEID_WHY])
{
	static const struct typeid_guess any = {"dict", NULL};
	const struct typeid_guess *guess = typeid_guess(typeid);
	char plain[IDENT_TYPEID_MAX + 1];

	tli_plain(typeid, plain, sizeof(plain));
	if (!guess)
		guess = &any;
	snprintf(why, TYPEID_WHY,
		"there is no typeid \"%s\"; to serve it, add to \"typeids\" in "
		"the broker's configuration: \"%s\": {\"type\": \"%s\", "
		"\"name\": \"%s\"%s%s}%s",
		plain, plain, guess->kind, plain,
		guess->args ? ", \"args\": " : "",
		guess->args ? guess->args : "",
		guess == &any ? " (or another type)" : "");
	return CREATION_UNKNOWN;
}

static enum creation_result refuse(char why[TYPEID_WHY], const char *text)
{
	snprintf(why, TYPEID_WHY, "%s", text);
	return CREATION_REFUSED;
}

static enum creation_result create_own(const char *kind,
	struct tli_values *values, struct tli_value *args,
	struct tli_value *kwds, struct creation *creation, char why[TYPEID_WHY])
{
	*creation = (struct creation){
		.kind = kind,
		.options = typeid_options(values, kind, NULL, args, kwds),
	};
	return creation->options ? CREATION_OK : typeid_no_value(values, why);
}

enum creation_result typeids_create(const struct config *config,
	struct tli_values *values, const char *typeid, struct tli_value *args,
	struct tli_value *kwds, struct creation *creation_out,
	char why[TYPEID_WHY])
{
	struct meaning meaning = find_meaning(config, typeid);
	const struct pattern_arguments given = {args, kwds};

	why[0] = '\0';
	if (strlen(typeid) > IDENT_TYPEID_MAX)
		return refuse(why, "a typeid has at most 128 bytes");
	if (meaning.entry)
		return typeid_entry_create(
			meaning.entry, values, &given, creation_out, why);
	if (typeid_refusal(typeid))
		return refuse(why, typeid_refusal(typeid));
	if (meaning.origin == TYPEID_OF_NOBODY)
		return unknown(typeid, why);
	if (meaning.origin == TYPEID_GUESSED)
		return typeid_guess_create(typeid, meaning.kind, values, &given,
			creation_out, why);
	return create_own(meaning.kind, values, args, kwds, creation_out, why);
}

void typeid_guess_text(const char *typeid, const struct creation *creation,
	char text[TYPEID_WHY])
{
	int len = snprintf(text, TYPEID_WHY,
		"\"%s\": {\"type\": \"%s\", \"name\": \"%s", typeid,
		creation->kind, typeid);

	for (uint32_t i = 0; i < creation->guessed_arguments; i++)
		len += snprintf(
			text + len, TYPEID_WHY - (size_t)len, "-{%u}", i);
	snprintf(text + len, TYPEID_WHY - (size_t)len, "\"}");
}
