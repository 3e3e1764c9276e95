/* SPDX-License-Identifier: MIT */
/* The verb typeid: what a create() of a manager's client would come to, and
 * nothing is made. */
#include "control.h"

#include "../proto/quote.h"
#include "../proto/value/json_value.h"
#include "../proto/value/mapping.h"
#include "../proto/value/repr.h"
#include "../system/random.h"

#include "broker.h"
#include "closing.h"
#include "typeids.h"

#include <stdlib.h>
#include <string.h>

#define VALUES_MAX_BYTES ((size_t)4 << 20)
#define VALUES_MAX_NODES 100000u
#define VALUES_MAX_DEPTH 100u
#define TEXT_MAX_BYTES   4096u /* of a value that is shown */

/* One request, and its reply. */
struct asking {
	struct peer *peer;
	const struct tli_request *request;
	struct tli_values values;
	struct tli_json_writer writer;
	tli_json *reply;
};

/* ---- Arguments -------------------------------------------------------- */

/* NULL if they are none, with why in the values' error. */
static struct tli_value *read_json(
	struct tli_values *values, const char *text, enum tli_kind kind)
{
	struct tli_value *value = tli_value_from_json(
		values, text, strlen(text), TLI_JSON_WRAPPED);

	if (!value || value->kind == kind)
		return value;
	tli_value_error_set(&values->error, TLI_VALUE_TYPE,
		"\"args\" needs an array, and \"kwargs\" an object");
	return NULL;
}

static struct tli_value *read_args(struct asking *asking)
{
	const char *text = asking->request->args;
	const struct tli_value *list =
		read_json(&asking->values, *text ? text : "[]", TLI_LIST);

	return list
		? tli_items(&asking->values, TLI_TUPLE,
			  tli_items_of(list)->items, tli_items_of(list)->count)
		: NULL;
}

static struct tli_value *read_kwargs(struct asking *asking)
{
	const char *text = asking->request->kwargs;

	return read_json(&asking->values, *text ? text : "{}", TLI_DICT);
}

/* ---- Reply ------------------------------------------------------------ */

/* A value as Python prints it; "..." if that is too long. */
static void add_value(struct asking *asking, tli_json *parent, const char *key,
	const struct tli_value *value)
{
	char storage[TEXT_MAX_BYTES];
	struct tli_buf text;
	int result;

	tli_buf_init(&text, sizeof(storage) - 1);
	tli_buf_lend(&text, storage, sizeof(storage) - 1);
	result = tli_repr(value, &text);
	storage[tli_buf_len(&text)] = '\0';
	tli_json_add_text(&asking->writer, parent, key,
		result == TLI_VALUE_OK ? storage : "...");
	asking->writer.failed |= result == TLI_VALUE_NOMEM;
	tli_buf_fini(&text);
}

static bool is_empty(const struct tli_value *value)
{
	return tli_has_items(value) && tli_items_of(value)->count == 0;
}

static const char *text_of(const struct tli_value *value)
{
	return (const char *)tli_bytes_of(value)->data;
}

static void add_text(
	struct asking *asking, const struct tli_value *options, const char *key)
{
	const struct tli_value *text = tli_dict_get(options, key, strlen(key));

	if (text)
		tli_json_add_text(
			&asking->writer, asking->reply, key, text_of(text));
}

/* What was added as texts is left out, and what says nothing. */
static void add_options(struct asking *asking, const struct tli_value *options)
{
	const struct tli_items *pairs = tli_items_of(options);
	tli_json *others =
		tli_json_add_object(&asking->writer, asking->reply, "options");

	for (uint32_t i = 0; i < pairs->count; i += 2) {
		const struct tli_value *key = pairs->items[i];

		if (!tli_is_text(key, "kind") && !tli_is_text(key, "name") &&
			!is_empty(pairs->items[i + 1]))
			add_value(asking, others, text_of(key),
				pairs->items[i + 1]);
	}
}

static void add_exposed(struct asking *asking)
{
	const struct tli_value *exposed =
		typeid_exposed(&asking->peer->broker->config, &asking->values,
			asking->request->typeid);
	tli_json *array =
		tli_json_add_array(&asking->writer, asking->reply, "exposed");

	asking->writer.failed |= !exposed;
	for (uint32_t i = 0; exposed && i < tli_items_of(exposed)->count; i++)
		tli_json_add_text(&asking->writer, array, NULL,
			text_of(tli_items_of(exposed)->items[i]));
}

static void add_creation(struct asking *asking, const struct creation *creation)
{
	char entry[TYPEID_WHY];

	add_text(asking, creation->options, "kind");
	add_text(asking, creation->options, "name");
	add_options(asking, creation->options);
	if (creation->call)
		add_value(asking, asking->reply, "call", creation->call);
	else
		add_exposed(asking);
	if (!creation->is_guessed)
		return;
	typeid_guess_text(asking->request->typeid, creation, entry);
	tli_json_add_text(&asking->writer, asking->reply, "entry", entry);
}

static void answer(
	struct asking *asking, struct tli_value *args, struct tli_value *kwargs)
{
	static const char *const origins[] = {
		[TYPEID_OF_NOBODY] = "none",
		[TYPEID_OF_PYTHON] = "python",
		[TYPEID_OF_THE_CONFIG] = "configuration",
		[TYPEID_GUESSED] = "guess",
	};
	const struct config *config = &asking->peer->broker->config;
	const char *typeid = asking->request->typeid;
	struct creation creation;
	char why[TYPEID_WHY];
	enum creation_result result = typeids_create(
		config, &asking->values, typeid, args, kwargs, &creation, why);

	asking->reply = control_start_reply(&asking->writer);
	tli_json_add_text(&asking->writer, asking->reply, "typeid", typeid);
	tli_json_add_text(&asking->writer, asking->reply, "origin",
		origins[typeid_origin(config, typeid)]);
	if (result == CREATION_OK)
		add_creation(asking, &creation);
	else
		tli_json_add_text(&asking->writer, asking->reply, "why", why);
	asking->writer.failed |= result == CREATION_NOMEM;
	control_send_reply(asking->peer, &asking->writer);
}

static void ask(struct asking *asking)
{
	const struct tli_value_error *error = &asking->values.error;
	char why[TLI_VALUE_ERROR_TEXT];
	struct tli_value *args = read_args(asking);
	struct tli_value *kwargs = args ? read_kwargs(asking) : NULL;

	if (kwargs) {
		answer(asking, args, kwargs);
		return;
	}
	tli_plain(error->text, why, sizeof(why));
	closing_refuse(asking->peer,
		error->code == TLI_VALUE_NOMEM ? TLI_REFUSAL_INTERNAL
					       : TLI_REFUSAL_BAD_REQUEST,
		why);
}

void control_typeid(struct peer *peer, const struct tli_request *request)
{
	static const struct tli_value_limits limits = {
		VALUES_MAX_BYTES, VALUES_MAX_NODES, VALUES_MAX_DEPTH};
	struct asking asking = {.peer = peer, .request = request};
	uint64_t seed[2];

	if (tli_random(seed, sizeof(seed)) != 0) {
		closing_refuse(peer, TLI_REFUSAL_INTERNAL, "no random bytes");
		return;
	}
	tli_values_init(&asking.values, &limits, seed);
	ask(&asking);
	tli_values_fini(&asking.values);
}
