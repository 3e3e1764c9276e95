/* SPDX-License-Identifier: MIT */
#include "typeid_create.h"

#include "../proto/quote.h"
#include "../proto/value/copy.h"
#include "../proto/value/mapping.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* One create() on its way. */
struct creating {
	const struct typeid_entry *entry;
	struct tli_values *values;
	const struct pattern_arguments *given;
	/* What of that has no place in the entry. */
	struct tli_value *rest_args, *rest_kwargs;
	char *why;
};

/* ---- What is wrong ---------------------------------------------------- */

enum creation_result typeid_no_value(
	const struct tli_values *values, char why[TYPEID_WHY])
{
	snprintf(why, TYPEID_WHY, "%s", values->error.text);
	return values->error.code == TLI_VALUE_NOMEM ? CREATION_NOMEM
						     : CREATION_REFUSED;
}

static enum creation_result refuse(char why[TYPEID_WHY], const char *typeid,
	const char *format, ...) __attribute__((format(printf, 3, 4)));

static enum creation_result refuse(
	char why[TYPEID_WHY], const char *typeid, const char *format, ...)
{
	int len = snprintf(why, TYPEID_WHY, "%s() ", typeid);
	va_list args;

	va_start(args, format);
	vsnprintf(why + len, TYPEID_WHY - (size_t)len, format, args);
	va_end(args);
	return CREATION_REFUSED;
}

/* ---- Values ----------------------------------------------------------- */

struct tli_value *typeid_options(struct tli_values *values, const char *kind,
	const char *name, struct tli_value *args, struct tli_value *kwargs)
{
	struct tli_value *options = tli_container(values, TLI_DICT);
	bool is_made = tli_dict_put(options, "kind", tli_text(values, kind)) &&
		(!name ||
			tli_dict_put(
				options, "name", tli_text(values, name))) &&
		tli_dict_put(options, "args", args) &&
		tli_dict_put(options, "kwds", kwargs);

	return is_made ? options : NULL;
}

/* A copy of what is in the entry. */
static struct tli_value *copy(
	struct creating *creating, const struct tli_value *value)
{
	return tli_copy(creating->values, value, NULL);
}

/* The same, or the argument that it stands for. */
static struct tli_value *fill(
	struct creating *creating, const struct tli_value *value)
{
	struct pattern_part part;

	if (value->kind == TLI_STR &&
		pattern_is_argument(
			(const char *)tli_bytes_of(value)->data, &part))
		return pattern_argument(&part, creating->given);
	return copy(creating, value);
}

typedef struct tli_value *(*make_item)(
	struct creating *creating, const struct tli_value *value);

/* Puts items, or pairs, of the entry behind others. NULL is none. */
static bool put_items(struct creating *creating, struct tli_value *args,
	const struct tli_value *from, make_item make)
{
	const struct tli_items *items = from ? tli_items_of(from) : NULL;

	for (uint32_t i = 0; items && i < items->count; i++)
		if (!tli_append(args, make(creating, items->items[i])))
			return false;
	return true;
}

static bool put_pairs(struct creating *creating, struct tli_value *dict,
	const struct tli_value *from, make_item make)
{
	const struct tli_items *pairs = from ? tli_items_of(from) : NULL;

	for (uint32_t i = 0; pairs && i < pairs->count; i += 2) {
		struct tli_value *key = copy(creating, pairs->items[i]);
		struct tli_value *item = make(creating, pairs->items[i + 1]);

		if (!key || !item || !tli_dict_set(dict, key, item))
			return false;
	}
	return true;
}

/* ---- Arguments -------------------------------------------------------- */

static bool is_keyword(
	const struct typeid_entry *entry, const struct tli_value *key)
{
	const struct tli_items *keywords =
		entry->keywords ? tli_items_of(entry->keywords) : NULL;

	if (key->kind != TLI_STR)
		return false;
	for (uint32_t i = 0; keywords && i < keywords->count; i++)
		if (tli_is_text(key,
			    (const char *)tli_bytes_of(keywords->items[i])
				    ->data))
			return true;
	return false;
}

static bool make_rest(struct creating *creating)
{
	const struct tli_items *args = tli_items_of(creating->given->args);
	const struct tli_items *kwargs = tli_items_of(creating->given->kwargs);
	uint32_t start = typeid_entry_positional(creating->entry);

	creating->rest_args = tli_items(creating->values, TLI_TUPLE,
		args->items + start, args->count - start);
	creating->rest_kwargs = tli_container(creating->values, TLI_DICT);
	for (uint32_t i = 0; creating->rest_kwargs && i < kwargs->count; i += 2)
		if (!is_keyword(creating->entry, kwargs->items[i]) &&
			!tli_dict_set(creating->rest_kwargs, kwargs->items[i],
				kwargs->items[i + 1]))
			return false;
	return creating->rest_args && creating->rest_kwargs;
}

/* Whether what has no place goes to the method or to the constructor. */
static bool takes_rest(const struct typeid_entry *entry)
{
	if (entry->args || entry->kwargs)
		return false;
	return entry->call || !entry->value;
}

static enum creation_result check_count(struct creating *creating)
{
	const struct typeid_entry *entry = creating->entry;
	uint32_t count = tli_items_of(creating->given->args)->count;
	uint32_t wanted = typeid_entry_positional(entry);

	if (count == wanted || (count > wanted && takes_rest(entry)))
		return CREATION_OK;
	return refuse(creating->why, entry->typeid,
		"takes %u argument%s without a name, as its entry in "
		"\"typeids\" says (%u given)",
		wanted, wanted == 1 ? "" : "s", count);
}

/* That those with names which have a place are there. */
static enum creation_result check_keywords(struct creating *creating)
{
	const struct tli_value *list = creating->entry->keywords;
	const struct tli_items *keywords = list ? tli_items_of(list) : NULL;

	for (uint32_t i = 0; keywords && i < keywords->count; i++) {
		const struct tli_bytes *key = tli_bytes_of(keywords->items[i]);

		if (!tli_dict_get(creating->given->kwargs,
			    (const char *)key->data, key->len))
			return refuse(creating->why, creating->entry->typeid,
				"needs the argument %.100s=, as its entry in "
				"\"typeids\" says",
				(const char *)key->data);
	}
	return CREATION_OK;
}

static enum creation_result check_rest(struct creating *creating)
{
	const struct tli_items *rest = tli_items_of(creating->rest_kwargs);
	char quoted[TLI_QUOTE_TEXT] = "";

	if (rest->count == 0 || takes_rest(creating->entry))
		return CREATION_OK;
	if (rest->items[0]->kind == TLI_STR)
		tli_quote((const char *)tli_bytes_of(rest->items[0])->data,
			quoted);
	return refuse(creating->why, creating->entry->typeid,
		"got an unexpected keyword argument %s: it has no place in its "
		"entry in \"typeids\"",
		quoted);
}

static enum creation_result take_arguments(struct creating *creating)
{
	enum creation_result result = check_count(creating);

	if (result == CREATION_OK)
		result = check_keywords(creating);
	if (result != CREATION_OK)
		return result;
	if (!make_rest(creating))
		return typeid_no_value(creating->values, creating->why);
	return check_rest(creating);
}

/* ---- Constructor and call --------------------------------------------- */

static bool put_content(struct creating *creating, struct tli_value *args,
	struct tli_value *kwargs)
{
	const struct typeid_entry *entry = creating->entry;

	if (!entry->value)
		return true;
	if (typeid_content_find(entry->type)->is_named)
		return put_pairs(creating, kwargs, entry->value, copy);
	return tli_append(args, copy(creating, entry->value));
}

/* The arguments of the entry, or the rest. False with values->error set. */
static bool make_arguments(struct creating *creating, struct tli_value **args,
	struct tli_value **kwargs)
{
	const struct typeid_entry *entry = creating->entry;

	*args = creating->rest_args;
	*kwargs = creating->rest_kwargs;
	return put_items(creating, *args, entry->args, fill) &&
		put_pairs(creating, *kwargs, entry->kwargs, fill);
}

static struct tli_value *make_call(struct creating *creating)
{
	struct tli_value *parts[3] = {
		tli_text(creating->values, creating->entry->call)};

	if (!parts[0] || !make_arguments(creating, &parts[1], &parts[2]))
		return NULL;
	return tli_items(creating->values, TLI_TUPLE, parts,
		tli_items_of(parts[2])->count > 0 ? 3 : 2);
}

static struct tli_value *make_options(
	struct creating *creating, const char *name)
{
	const struct typeid_entry *entry = creating->entry;
	struct tli_value *args, *kwargs, *options;

	if (!entry->call) {
		if (!make_arguments(creating, &args, &kwargs))
			return NULL;
	} else {
		args = tli_items(creating->values, TLI_TUPLE, NULL, 0);
		kwargs = tli_container(creating->values, TLI_DICT);
	}
	if (!args || !kwargs || !put_content(creating, args, kwargs))
		return NULL;
	options = typeid_options(
		creating->values, entry->type, name, args, kwargs);
	return options && put_pairs(creating, options, entry->options, copy)
		? options
		: NULL;
}

static enum creation_result make(
	struct creating *creating, struct creation *creation)
{
	const struct typeid_entry *entry = creating->entry;
	char name[TLI_ADDRESS_NAME_MAX + 1];
	const char *wrong = entry->name
		? pattern_expand(entry->name, creating->given, name)
		: NULL;

	if (wrong)
		return refuse(creating->why, entry->typeid,
			"has no name for its object, by \"%s\": %s",
			entry->name, wrong);
	*creation = (struct creation){
		.kind = entry->type,
		.options = make_options(creating, entry->name ? name : NULL),
		.call = entry->call ? make_call(creating) : NULL,
	};
	return creation->options && (creation->call || !entry->call)
		? CREATION_OK
		: typeid_no_value(creating->values, creating->why);
}

enum creation_result typeid_entry_create(const struct typeid_entry *entry,
	struct tli_values *values, const struct pattern_arguments *given,
	struct creation *creation_out, char why[TYPEID_WHY])
{
	struct creating creating = {
		.entry = entry,
		.values = values,
		.given = given,
		.why = why,
	};
	enum creation_result result = take_arguments(&creating);

	return result == CREATION_OK ? make(&creating, creation_out) : result;
}

/* ---- Guessed ---------------------------------------------------------- */

static const char *guess_name(const char *typeid,
	const struct pattern_arguments *given,
	char name[TLI_ADDRESS_NAME_MAX + 1])
{
	const struct tli_items *args = tli_items_of(given->args);
	const char *wrong;

	name[0] = '\0';
	wrong = args->count > PATTERN_INDEX_MAX + 1
		? "there are more than 16"
		: pattern_append(name, typeid, strlen(typeid));
	for (uint32_t i = 0; i < args->count && !wrong; i++) {
		wrong = pattern_append(name, "-", 1);
		if (!wrong)
			wrong = pattern_append_argument(name, args->items[i]);
	}
	return wrong ? wrong : tli_name_check(name);
}

enum creation_result typeid_guess_create(const char *typeid, const char *kind,
	struct tli_values *values, const struct pattern_arguments *given,
	struct creation *creation_out, char why[TYPEID_WHY])
{
	char name[TLI_ADDRESS_NAME_MAX + 1];
	char plain[TLI_ADDRESS_NAME_MAX + 1];
	const char *wrong = guess_name(typeid, given, name);

	tli_plain(typeid, plain, sizeof(plain));
	if (!wrong && tli_items_of(given->kwargs)->count > 0)
		wrong = "arguments with names are for an entry in \"typeids\"";
	if (wrong)
		return refuse(why, plain,
			"has no name for its object, which is made of its own "
			"and the arguments: %s",
			wrong);
	*creation_out = (struct creation){
		.kind = kind,
		.options = typeid_options(values, kind, name,
			tli_items(values, TLI_TUPLE, NULL, 0),
			tli_container(values, TLI_DICT)),
		.is_guessed = true,
		.guessed_arguments = tli_items_of(given->args)->count,
	};
	return creation_out->options ? CREATION_OK
				     : typeid_no_value(values, why);
}
