/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <stdlib.h>
#include <string.h>

/* ---- Names and listeners ---------------------------------------------- */

struct name *names_find(const struct names *names, const char *text)
{
	struct name *name;

	HASH_FIND_STR(names->table, text, name);
	return name;
}

/* NULL for lack of memory. */
static struct name *add_name(struct names *names, const char *text)
{
	struct name *name = calloc(1, sizeof(*name));

	if (!name)
		return NULL;
	strcpy(name->text, text);
	TAILQ_INIT(&name->turns);
	TAILQ_INIT(&name->diallers);
	TAILQ_INIT(&name->pipes);
	HASH_ADD_STR(names->table, text, name);
	if (name->hh.tbl)
		return name;
	free(name);
	return NULL;
}

static void forget_if_unused(struct names *names, struct name *name)
{
	if (name->listeners > 0 || !TAILQ_EMPTY(&name->diallers))
		return;
	HASH_DEL(names->table, name);
	free(name);
}

static struct listener *find_listener(const struct name *name, const char *id)
{
	struct listener *listener = NULL;

	if (id[0])
		HASH_FIND_STR(name->by_id, id, listener);
	return listener;
}

static bool index_listener(struct listener *listener)
{
	if (!listener->id[0])
		return true;
	HASH_ADD_STR(listener->name->by_id, id, listener);
	return listener->hh.tbl != NULL;
}

/* NULL for lack of memory. */
static struct listener *add_listener(struct name *name, const char *id)
{
	size_t id_bytes = strlen(id) + 1;
	struct listener *listener = calloc(1, sizeof(*listener) + id_bytes);

	if (!listener)
		return NULL;
	memcpy(listener->id, id, id_bytes);
	listener->name = name;
	TAILQ_INIT(&listener->seats);
	if (!index_listener(listener)) {
		free(listener);
		return NULL;
	}
	name->listeners++;
	return listener;
}

static void release_listener(struct names *names, struct listener *listener)
{
	struct name *name = listener->name;

	if (--listener->connections > 0)
		return;
	if (listener->id[0])
		HASH_DEL(name->by_id, listener);
	if (name->exclusive == listener)
		name->exclusive = NULL;
	name->listeners--;
	free(listener);
	forget_if_unused(names, name);
}

void names_pair(struct listener *listener)
{
	listener->connections++;
	listener->name->relayed++;
}

void names_release(struct names *names, struct listener *listener)
{
	listener->name->relayed--;
	release_listener(names, listener);
}

const char *names_why_taken(
	const struct names *names, const struct tli_request *accept)
{
	const struct name *name = names_find(names, accept->name);
	const struct listener *mine, *first;

	if (!name)
		return NULL;
	mine = find_listener(name, accept->listener);
	first = TAILQ_FIRST(&name->turns);
	if (name->exclusive && name->exclusive != mine)
		return "it is another listener's alone";
	if (accept->exclusive && first &&
		(first != mine || TAILQ_NEXT(first, turn)))
		return "another listener accepts it too";
	return NULL;
}

/* ---- Seats ------------------------------------------------------------ */

static struct seats *list_of(struct seat *seat)
{
	if (seat->verb == TLI_VERB_ACCEPT)
		return &seat->listener->seats;
	return seat->verb == TLI_VERB_DIAL ? &seat->name->diallers
					   : &seat->name->pipes;
}

static void sit_down(struct names *names, struct seat *seat)
{
	struct seats *list = list_of(seat);

	if (seat->verb == TLI_VERB_ACCEPT && TAILQ_EMPTY(list))
		TAILQ_INSERT_TAIL(&seat->name->turns, seat->listener, turn);
	TAILQ_INSERT_TAIL(list, seat, link);
	seat->name->seated[seat->verb]++;
	names->seated[seat->verb]++;
}

void names_stand_up(struct names *names, struct seat *seat)
{
	struct seats *list = list_of(seat);

	TAILQ_REMOVE(list, seat, link);
	if (seat->verb == TLI_VERB_ACCEPT && TAILQ_EMPTY(list))
		TAILQ_REMOVE(&seat->name->turns, seat->listener, turn);
	seat->name->seated[seat->verb]--;
	names->seated[seat->verb]--;
	if (seat->listener)
		release_listener(names, seat->listener);
	else
		forget_if_unused(names, seat->name);
}

/* The seat's place: its name and listener, made if need be. False for lack of
 * memory. */
static bool find_place(struct names *names, struct seat *seat,
	const struct tli_request *request)
{
	seat->name = names_find(names, request->name);
	if (!seat->name)
		seat->name = add_name(names, request->name);
	if (!seat->name || request->verb == TLI_VERB_DIAL)
		return seat->name != NULL;
	seat->listener = find_listener(seat->name, request->listener);
	if (!seat->listener)
		seat->listener = add_listener(seat->name, request->listener);
	if (!seat->listener) {
		forget_if_unused(names, seat->name);
		return false;
	}
	seat->listener->connections++;
	if (request->exclusive)
		seat->name->exclusive = seat->listener;
	return true;
}

bool names_sit_down(struct names *names, struct seat *seat,
	const struct tli_request *request)
{
	seat->verb = request->verb;
	if (!find_place(names, seat, request))
		return false;
	sit_down(names, seat);
	return true;
}

static struct seat *next_parked(struct name *name)
{
	struct listener *listener = TAILQ_FIRST(&name->turns);

	if (!listener)
		return NULL;
	TAILQ_REMOVE(&name->turns, listener, turn);
	TAILQ_INSERT_TAIL(&name->turns, listener, turn);
	return TAILQ_FIRST(&listener->seats);
}

struct seat *names_next_offer(struct name *name, enum tli_verb verb)
{
	return verb == TLI_VERB_DIAL ? next_parked(name)
				     : TAILQ_FIRST(&name->pipes);
}

/* ---- Listing ---------------------------------------------------------- */

uint32_t names_count(const struct names *names)
{
	return HASH_COUNT(names->table);
}

static int by_text(const struct name *a, const struct name *b)
{
	return strcmp(a->text, b->text);
}

static uint32_t count_turns(const struct name *name)
{
	const struct listener *listener;
	uint32_t count = 0;

	TAILQ_FOREACH (listener, &name->turns, turn)
		count++;
	return count;
}

static void list_name(const struct name *name, struct tli_json_writer *writer,
	tli_json *array)
{
	tli_json *entry = tli_json_add_object(writer, array, NULL);
	const struct {
		const char *key;
		uint32_t number;
	} numbers[] = {
		{"parked", name->seated[TLI_VERB_ACCEPT]},
		{"listeners", count_turns(name)},
		{"waiting", name->seated[TLI_VERB_DIAL]},
		{"pipes", name->seated[TLI_VERB_PIPE]},
		{"relayed", name->relayed},
	};

	tli_json_add_text(writer, entry, "name", name->text);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		tli_json_add_number(
			writer, entry, numbers[i].key, numbers[i].number);
	tli_json_add_bool(writer, entry, "exclusive", name->exclusive != NULL);
}

size_t names_list(struct names *names, const char *prefix, unsigned limit,
	struct tli_json_writer *writer, tli_json *array)
{
	size_t prefix_len = strlen(prefix);
	size_t count = 0;
	struct name *name;

	HASH_SORT(names->table, by_text);
	for (name = names->table; name; name = name->hh.next)
		if (strncmp(name->text, prefix, prefix_len) == 0 &&
			count++ < limit)
			list_name(name, writer, array);
	return count;
}
