/* SPDX-License-Identifier: MIT */
#include "patterns.h"

#include "subject.h"

#include <stdlib.h>
#include <string.h>

/* What stands for the parent in a key. A pattern without wildcards is one part
 * of nothing, dots and all. */
#define NO_PARENT 0u
#define ID_BYTES  sizeof(uint64_t)
#define KEY_MAX   (ID_BYTES + SUBJECT_MAX)

struct key {
	size_t len;
	unsigned hash;
	unsigned char bytes[KEY_MAX];
};

static void make_key(const struct patterns *all, const struct pattern *parent,
	const struct part *part, struct key *key)
{
	uint64_t id = parent ? parent->id : NO_PARENT;

	memcpy(key->bytes, &id, ID_BYTES);
	memcpy(key->bytes + ID_BYTES, part->text, part->len);
	key->len = ID_BYTES + part->len;
	key->hash = text_hash(all->seed, key->bytes, key->len);
}

static struct pattern *look_up(
	const struct patterns *all, const struct key *key)
{
	struct pattern *pattern;

	HASH_FIND_BYHASHVALUE(hh, all->table, key->bytes, (unsigned)key->len,
		key->hash, pattern);
	return pattern;
}

static struct pattern *find(const struct patterns *all,
	const struct pattern *parent, const struct part *part)
{
	struct key key;

	make_key(all, parent, part, &key);
	return look_up(all, &key);
}

/* ---- coming and going ------------------------------------------------- */

static struct pattern *make(struct patterns *all, const struct key *key)
{
	struct pattern *made = calloc(1, sizeof(*made) + key->len);

	if (!made)
		return NULL;
	memcpy(made->key, key->bytes, key->len);
	made->key_len = key->len;
	made->id = ++all->last_id;
	TAILQ_INIT(&made->interests);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, all->table, made->key,
		(unsigned)made->key_len, key->hash, made);
	if (made->hh.tbl)
		return made;
	free(made);
	return NULL;
}

/* Where the parent has it, if it is a wildcard. */
static struct pattern **shortcut(
	struct pattern *parent, const struct part *part)
{
	if (part_is(part, '*'))
		return &parent->any;
	return part_is(part, '>') ? &parent->rest : NULL;
}

static struct part last_part(const struct pattern *pattern)
{
	return (struct part){(const char *)pattern->key + ID_BYTES,
		pattern->key_len - ID_BYTES};
}

static void attach(struct pattern *pattern, struct pattern *parent)
{
	struct part part = last_part(pattern);
	struct pattern **place = shortcut(parent, &part);

	pattern->parent = parent;
	parent->users++;
	if (place)
		*place = pattern;
}

static void detach(struct pattern *pattern)
{
	struct part part = last_part(pattern);
	struct pattern **place = shortcut(pattern->parent, &part);

	pattern->parent->users--;
	if (place)
		*place = NULL;
}

/* It is there, or made, with nobody who uses it. */
static struct pattern *provide(
	struct patterns *all, struct pattern *parent, const struct part *part)
{
	struct key key;
	struct pattern *pattern;

	make_key(all, parent, part, &key);
	pattern = look_up(all, &key);
	if (pattern)
		return pattern;
	pattern = make(all, &key);
	if (pattern && parent)
		attach(pattern, parent);
	return pattern;
}

/* Frees it, and those before it, as far as nobody uses them. */
static void tidy(struct patterns *all, struct pattern *pattern)
{
	while (pattern && pattern->users == 0) {
		struct pattern *parent = pattern->parent;

		if (parent)
			detach(pattern);
		if (pattern == all->root)
			all->root = NULL;
		HASH_DEL(all->table, pattern);
		free(pattern);
		pattern = parent;
	}
}

static struct pattern *provide_wild(
	struct patterns *all, const char *text, size_t len)
{
	const struct part nothing = {"", 0};
	struct pattern *pattern = provide(all, NULL, &nothing);
	struct part part;
	size_t at = 0;

	all->root = pattern;
	while (pattern && part_next(&part, text, len, &at)) {
		struct pattern *next = provide(all, pattern, &part);

		if (!next)
			tidy(all, pattern);
		pattern = next;
	}
	return pattern;
}

struct pattern *patterns_use(
	struct patterns *all, const char *pattern, size_t len)
{
	const struct part whole = {pattern, len};
	struct pattern *used;

	if (pattern_is_wild(pattern, len))
		used = provide_wild(all, pattern, len);
	else
		used = provide(all, NULL, &whole);
	if (used)
		used->users++;
	return used;
}

void patterns_drop(struct patterns *all, struct pattern *pattern)
{
	pattern->users--;
	tidy(all, pattern);
}

/* ---- searching -------------------------------------------------------- */

static void add_match(struct pattern **matches, struct pattern *pattern)
{
	if (!pattern || TAILQ_EMPTY(&pattern->interests))
		return;
	pattern->next_match = *matches;
	*matches = pattern;
}

static void add_level(struct pattern **level, struct pattern *pattern)
{
	if (!pattern)
		return;
	pattern->next_level = *level;
	*level = pattern;
}

/* From those that the subject fits so far to those that it fits with one part
 * more. */
static struct pattern *descend(const struct patterns *all,
	struct pattern *level, const struct part *part,
	struct pattern **matches)
{
	struct pattern *next = NULL;

	for (; level; level = level->next_level) {
		add_match(matches, level->rest);
		add_level(&next, level->any);
		add_level(&next, find(all, level, part));
	}
	return next;
}

struct pattern *patterns_match(
	struct patterns *all, const char *subject, size_t len)
{
	const struct part whole = {subject, len};
	struct pattern *matches = NULL, *level = all->root;
	struct part part;
	size_t at = 0;

	while (level && part_next(&part, subject, len, &at))
		level = descend(all, level, &part, &matches);
	for (; level; level = level->next_level)
		add_match(&matches, level);
	add_match(&matches, find(all, NULL, &whole));
	return matches;
}
