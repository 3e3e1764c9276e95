/* SPDX-License-Identifier: MIT */
#include "typeids.h"

#include "../proto/quote.h"
#include "../proto/value/mapping.h"

#include "engine/ident.h"
#include "engine/kinds.h"

#include <stdio.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* ---- What proxies have ------------------------------------------------ */

/* A proxy has these itself, and asks for them as its last resort. */
static bool is_fallback(const char *method)
{
	return strcmp(method, "__repr__") == 0 ||
		strcmp(method, "__str__") == 0;
}

/* What a proxy's class must not get from us, though it may be called: the
 * access to the proxy's own attributes, and what would make it unhashable. */
static bool is_proxys_own(const char *method)
{
	static const char *const own[] = {"__getattribute__", "__setattr__",
		"__delattr__", "__eq__", "__ne__"};

	for (size_t i = 0; i < LENGTH(own); i++)
		if (strcmp(method, own[i]) == 0)
			return true;
	return false;
}

bool typeid_exposes(
	const struct config *config, const char *typeid, const char *method)
{
	(void)config;
	return !is_fallback(method) && engine_kind_has_method(typeid, method);
}

struct tli_value *typeid_exposed(const struct config *config,
	struct tli_values *values, const char *typeid)
{
	struct tli_value *names = tli_items(values, TLI_TUPLE, NULL, 0);
	const char *method;

	(void)config;
	for (unsigned i = 0; (method = engine_kind_method(typeid, i)); i++) {
		if (is_fallback(method) || is_proxys_own(method))
			continue;
		if (!names ||
			!tli_append(
				names, tli_str(values, method, strlen(method))))
			return NULL;
	}
	return names;
}

const char *typeid_of_result(
	const struct config *config, const char *typeid, const char *method)
{
	(void)config;
	if (strcmp(typeid, "dict") == 0 && strcmp(method, "__iter__") == 0)
		return "Iterator";
	return NULL;
}

/* ---- What is made ----------------------------------------------------- */

/* SyncManager's typeids that nobody can ask for. */
static const struct {
	const char *typeid;
	const char *why;
} refused[] = {
	{"Pool",
		"a Pool runs its clients' code, which the broker never does; "
		"workers that take tasks from a JoinableQueue do the same"},
	{"AsyncResult",
		"an AsyncResult is what a Pool answers, and a Pool "
		"runs its clients' code, which the broker never does"},
	{"Iterator",
		"an Iterator is what __iter__() of a dict answers, and "
		"is not made alone"},
	{"object",
		"an object is what a method answers, and is not made "
		"alone"},
};

static const char *find_refusal(const char *typeid)
{
	for (size_t i = 0; i < LENGTH(refused); i++)
		if (strcmp(refused[i].typeid, typeid) == 0)
			return refused[i].why;
	return NULL;
}

static enum creation_result refuse(char why[TYPEID_WHY], const char *text)
{
	snprintf(why, TYPEID_WHY, "%s", text);
	return CREATION_REFUSED;
}

static bool set_option(struct tli_values *values, struct tli_value *options,
	const char *key, struct tli_value *value)
{
	return options && value &&
		tli_dict_set(options, tli_str(values, key, strlen(key)), value);
}

static enum creation_result create_own(struct tli_values *values,
	const char *typeid, struct tli_value *args, struct tli_value *kwds,
	struct creation *creation)
{
	struct tli_value *options = tli_container(values, TLI_DICT);
	struct tli_value *kind = tli_str(values, typeid, strlen(typeid));

	*creation = (struct creation){.kind = typeid, .options = options};
	return set_option(values, options, "kind", kind) &&
			set_option(values, options, "args", args) &&
			set_option(values, options, "kwds", kwds)
		? CREATION_OK
		: CREATION_NOMEM;
}

static enum creation_result unknown(const char *typeid, char why[TYPEID_WHY])
{
	char plain[IDENT_TYPEID_MAX + 1];

	tli_plain(typeid, plain, sizeof(plain));
	snprintf(why, TYPEID_WHY,
		"there is no typeid \"%s\"; to serve it, add to \"typeids\" in "
		"the broker's configuration: \"%s\": {\"type\": \"dict\", "
		"\"name\": \"%.40s\"}, with the type and name of your object",
		plain, plain, plain);
	return CREATION_UNKNOWN;
}

enum creation_result typeids_create(const struct config *config,
	struct tli_values *values, const char *typeid, struct tli_value *args,
	struct tli_value *kwds, struct creation *creation_out,
	char why[TYPEID_WHY])
{
	const char *refusal = find_refusal(typeid);

	(void)config;
	why[0] = '\0';
	if (strlen(typeid) > IDENT_TYPEID_MAX)
		return refuse(why, "a typeid has at most 128 bytes");
	if (refusal)
		return refuse(why, refusal);
	if (!engine_has_kind(typeid))
		return unknown(typeid, why);
	return create_own(values, typeid, args, kwds, creation_out);
}

/* ---- Guessed ---------------------------------------------------------- */

void typeid_guess_text(const char *typeid, const struct creation *creation,
	char text[TYPEID_WHY])
{
	snprintf(text, TYPEID_WHY, "\"%s\": {\"type\": \"%s\"}", typeid,
		creation->kind);
}
