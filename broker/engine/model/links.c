/* SPDX-License-Identifier: MIT */
#include "links.h"

#include "../../../proto/value/token.h"
#include "../ident.h"
#include "permit.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_TARGETS 4u
/* What one run does at most, in links given up; looking at a suspect costs so
 * many. */
#define RUN_COST     1000u
#define SUSPECT_COST 100u

static struct links *links_of(const struct tli_item *item)
{
	return (struct links *)item->links;
}

/* ---- Coming and going ------------------------------------------------- */

static void move(struct links *links, struct links_list *list)
{
	LIST_REMOVE(links, link);
	LIST_INSERT_HEAD(list, links, link);
}

/* Whoever frees an item may be in the middle of something. */
static void release(struct tli_item_links *item_links)
{
	struct links *links = (struct links *)item_links;

	if (links->model)
		move(links, &links->model->due_links);
	else
		free(links);
}

static struct links_list *content_of(struct model *model, struct object *holder)
{
	return holder ? &holder->content_links : &model->loose_links;
}

static void adopt(struct links *links, struct tli_item *item,
	struct model *model, struct object *holder)
{
	links->item_links.release = release;
	links->model = model;
	links->item = item;
	LIST_INSERT_HEAD(content_of(model, holder), links, link);
	item->links = &links->item_links;
	for (size_t i = 0; i < links->count; i++) {
		links->targets[i]->links++;
		object_ref(links->targets[i]);
	}
}

static size_t size_of(size_t targets)
{
	return sizeof(struct links) + targets * sizeof(struct object *);
}

/* What a value refers to, while it is looked through. */
struct search {
	const struct call *call;
	struct links *links; /* NULL = nothing yet */
	size_t capacity;
};

/* Whether there is room for one more. */
static bool make_room(struct search *search)
{
	size_t count = search->links ? search->links->count : 0;
	size_t capacity = count ? 2 * count : FIRST_TARGETS;
	struct links *links;

	if (count < search->capacity)
		return true;
	links = realloc(search->links, size_of(capacity));
	if (!links)
		return false;
	links->count = count;
	search->links = links;
	search->capacity = capacity;
	return true;
}

struct object *links_target(struct model *model, const struct tli_value *state)
{
	const char *text =
		tli_text_of(tli_items_of(state)->items[TLI_TOKEN_IDENT]);
	struct object *target;
	struct ident ident;

	if (!text || !ident_parse(&ident, text, model->limits.epoch))
		return NULL;
	target = model_find(model, ident.object);
	return target && target->is_made && !target->is_deleted ? target : NULL;
}

static bool look_at(void *arg, struct tli_value *state)
{
	struct search *search = arg;
	struct object *target = links_target(search->call->model, state);

	if (!target)
		return true;
	/* That there are tokens is known also if they keep nothing: answers
	 * with them are looked through. */
	if (!make_room(search))
		return false;
	if (call_permits_link(search->call, target))
		search->links->targets[search->links->count++] = target;
	return true;
}

bool links_attach(const struct call *call, struct tli_item *item,
	const struct tli_value *value, struct object *holder)
{
	struct search search = {.call = call};

	if (!tli_tokens_visit(value, look_at, &search)) {
		free(search.links);
		return false;
	}
	if (search.links)
		adopt(search.links, item, call->model, holder);
	return true;
}

bool links_copy(struct tli_item *item, const struct tli_item *from)
{
	const struct links *links = links_of(from);
	struct links *copy;

	if (!links)
		return true;
	copy = malloc(size_of(links->count));
	if (!copy)
		return false;
	memcpy(copy, links, size_of(links->count));
	adopt(copy, item, links->model, NULL);
	return true;
}

void links_hold(struct tli_item *item, struct object *holder)
{
	struct links *links = links_of(item);

	if (links)
		move(links, content_of(links->model, holder));
}

void links_orphan(struct object *object)
{
	struct links *links;

	while ((links = LIST_FIRST(&object->content_links)))
		move(links, &object->model->loose_links);
	if (object->is_suspect)
		LIST_REMOVE(object, suspect);
	object->is_suspect = false;
}

/* ---- What is due ------------------------------------------------------ */

void links_suspect(struct object *object)
{
	if (object->references != object->links || object->name ||
		object->is_deleted || object->is_suspect ||
		LIST_EMPTY(&object->content_links))
		return;
	object->is_suspect = true;
	LIST_INSERT_HEAD(&object->model->suspects, object, suspect);
}

bool links_are_due(const struct model *model)
{
	return !LIST_EMPTY(&model->due_links) || !LIST_EMPTY(&model->suspects);
}

static void give_up_one(struct links *links)
{
	struct object *target =
		links->count ? links->targets[--links->count] : NULL;

	if (links->count == 0) {
		LIST_REMOVE(links, link);
		free(links);
	}
	if (!target)
		return;
	target->links--;
	object_unref(target);
}

static void look_at_one(struct object *suspect)
{
	LIST_REMOVE(suspect, suspect);
	suspect->is_suspect = false;
	links_collect(suspect);
}

/* Returns what it cost. */
static unsigned run_one(struct model *model)
{
	struct links *links = LIST_FIRST(&model->due_links);

	if (links) {
		give_up_one(links);
		return 1;
	}
	look_at_one(LIST_FIRST(&model->suspects));
	return SUSPECT_COST;
}

void links_run(struct model *model)
{
	for (unsigned cost = 0; cost < RUN_COST && links_are_due(model);)
		cost += run_one(model);
}

void links_fini(struct model *model)
{
	struct links *links;

	while ((links = LIST_FIRST(&model->due_links))) {
		LIST_REMOVE(links, link);
		free(links);
	}
	LIST_FOREACH (links, &model->loose_links, link)
		links->model = NULL;
}
