/* SPDX-License-Identifier: MIT */
#include "arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BLOCK_BYTES 1024u
#define BLOCK_BYTES_MAX   ((size_t)1 << 20) /* but for one large request */

struct tli_arena_block {
	struct tli_arena_block *older;
	size_t bytes;  /* of the memory it stands for */
	void *adopted; /* that memory, if it is not what follows */
	alignas(max_align_t) uint8_t memory[];
};

static size_t aligned(size_t bytes)
{
	return (bytes + 7) & ~(size_t)7;
}

void tli_arena_init(struct tli_arena *arena, size_t max_bytes)
{
	*arena = (struct tli_arena){.max_bytes = max_bytes};
}

static void free_blocks(struct tli_arena_block *block)
{
	while (block) {
		struct tli_arena_block *older = block->older;

		free(block->adopted);
		free(block);
		block = older;
	}
}

void tli_arena_fini(struct tli_arena *arena)
{
	free_blocks(arena->adopted);
	free_blocks(arena->blocks);
	tli_arena_init(arena, arena->max_bytes);
}

static void use_block(struct tli_arena *arena, struct tli_arena_block *block)
{
	arena->next = block->memory;
	arena->end = block->memory + block->bytes;
}

/* Takes the largest block that is not out of the ordinary from the list. */
static struct tli_arena_block *take_largest(struct tli_arena *arena)
{
	struct tli_arena_block **best = NULL, *block;

	for (struct tli_arena_block **i = &arena->blocks; *i; i = &(*i)->older)
		if ((*i)->bytes <= BLOCK_BYTES_MAX &&
			(!best || (*i)->bytes > (*best)->bytes))
			best = i;
	if (!best)
		return NULL;
	block = *best;
	*best = block->older;
	block->older = NULL;
	return block;
}

bool tli_arena_is_clear(const struct tli_arena *arena)
{
	const struct tli_arena_block *block = arena->blocks;

	return !arena->adopted &&
		(!block || (!block->older && arena->next == block->memory));
}

void tli_arena_clear(struct tli_arena *arena)
{
	struct tli_arena_block *kept = take_largest(arena);

	tli_arena_fini(arena);
	if (!kept)
		return;
	arena->blocks = kept;
	arena->held_bytes = kept->bytes;
	use_block(arena, kept);
}

/* Counts what is about to be held. */
static bool admit(struct tli_arena *arena, size_t bytes)
{
	arena->is_full = bytes > arena->max_bytes - arena->held_bytes;
	return !arena->is_full;
}

/* Each twice as large as all before, within reason and the limit. */
static size_t next_block_bytes(const struct tli_arena *arena, size_t needed)
{
	size_t left = arena->max_bytes - arena->held_bytes;
	size_t bytes = arena->held_bytes;

	if (bytes < FIRST_BLOCK_BYTES)
		bytes = FIRST_BLOCK_BYTES;
	if (bytes > BLOCK_BYTES_MAX)
		bytes = BLOCK_BYTES_MAX;
	if (bytes > left)
		bytes = left;
	/* What was adopted, and is held too, has any length. */
	bytes &= ~(size_t)7;
	return bytes < needed ? needed : bytes;
}

static bool add_block(struct tli_arena *arena, size_t needed)
{
	struct tli_arena_block *block;
	size_t bytes;

	if (!admit(arena, needed))
		return false;
	bytes = next_block_bytes(arena, needed);
	block = malloc(sizeof(*block) + bytes);
	if (!block)
		return false;
	*block = (struct tli_arena_block){arena->blocks, bytes, NULL};
	arena->blocks = block;
	arena->held_bytes += bytes;
	use_block(arena, block);
	return true;
}

void *tli_arena_take_more(struct tli_arena *arena, size_t bytes)
{
	arena->is_full = bytes > SIZE_MAX / 2;
	if (arena->is_full || !add_block(arena, aligned(bytes)))
		return NULL;
	return tli_arena_take(arena, bytes);
}

/* Whether the memory was taken last, and more of it is free. */
static bool extend(struct tli_arena *arena, uint8_t *old, size_t old_bytes,
	size_t new_bytes)
{
	if (!old || old + aligned(old_bytes) != arena->next ||
		new_bytes > (size_t)(arena->end - old))
		return false;
	arena->next = old + aligned(new_bytes);
	return true;
}

void *tli_arena_grow(
	struct tli_arena *arena, void *old, size_t old_bytes, size_t new_bytes)
{
	void *memory;

	if (extend(arena, old, old_bytes, new_bytes))
		return old;
	memory = tli_arena_take(arena, new_bytes);
	if (memory && old_bytes > 0)
		memcpy(memory, old, old_bytes);
	return memory;
}

bool tli_arena_adopt(struct tli_arena *arena, void *memory, size_t bytes)
{
	struct tli_arena_block *block;

	if (!admit(arena, bytes))
		return false;
	block = malloc(sizeof(*block));
	if (!block)
		return false;
	*block = (struct tli_arena_block){arena->adopted, bytes, memory};
	arena->adopted = block;
	arena->held_bytes += bytes;
	return true;
}

bool tli_arena_owns(const struct tli_arena *arena, const void *place)
{
	uintptr_t address = (uintptr_t)place;

	for (struct tli_arena_block *block = arena->blocks; block;
		block = block->older)
		if (address - (uintptr_t)block->memory < block->bytes)
			return true;
	return false;
}
