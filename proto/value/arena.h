/* SPDX-License-Identifier: MIT */
/*
 * Memory that is taken bit by bit and given back as a whole, with a limit. It
 * grows by what is taken, never by what a peer says is to come.
 */
#ifndef TLI_ARENA_H
#define TLI_ARENA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tli_arena_block;

/* Zeroed but for max_bytes it is an empty arena, which has allocated nothing.
 */
struct tli_arena {
	struct tli_arena_block *blocks; /* the newest first */
	struct tli_arena_block
		*adopted; /* others' memory, which lives as long */
	uint8_t *next;    /* the room in the newest block */
	uint8_t *end;
	size_t held_bytes; /* of all blocks and adopted memory */
	size_t max_bytes;
	bool is_full; /* why the last request failed: the limit, or no memory */
};

void tli_arena_init(struct tli_arena *arena, size_t max_bytes);

/* Whether clearing it would change nothing. */
bool tli_arena_is_clear(const struct tli_arena *arena);

/* Gives everything back. The arena is empty and can be used again. */
void tli_arena_fini(struct tli_arena *arena);

/* Forgets everything that was taken; keeps up to 1 MiB for what comes. */
void tli_arena_clear(struct tli_arena *arena);

/* For tli_arena_take(): where there is no room in the newest block. */
void *tli_arena_take_more(struct tli_arena *arena, size_t bytes);

/* Memory for `bytes` (not 0) bytes, aligned for any pointer or number, not
 * zeroed. NULL with is_full set. */
static inline void *tli_arena_take(struct tli_arena *arena, size_t bytes)
{
	size_t aligned = (bytes + 7) & ~(size_t)7;
	uint8_t *memory = arena->next;

	if (aligned < bytes || aligned > (size_t)(arena->end - memory))
		return tli_arena_take_more(arena, bytes);
	arena->next = memory + aligned;
	return memory;
}

/*
 * Memory for new_bytes with the old_bytes at `old` at its start: in place if
 * `old` was taken last, otherwise the old memory is lost until the end. `old`
 * may be NULL if old_bytes is 0. NULL with is_full set; `old` is as it was.
 */
void *tli_arena_grow(
	struct tli_arena *arena, void *old, size_t old_bytes, size_t new_bytes);

/* Takes over memory that free() frees. False with is_full set: it is still the
 * caller's. */
bool tli_arena_adopt(struct tli_arena *arena, void *memory, size_t bytes);

/* Whether that was taken from this arena. */
bool tli_arena_owns(const struct tli_arena *arena, const void *place);

#endif
