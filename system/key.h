/* SPDX-License-Identifier: MIT */
/* The shared key: copied in, wiped on the way out. */
#ifndef TLI_KEY_H
#define TLI_KEY_H

#include "error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TLI_KEY_MAX 4096u

struct tli_key {
	size_t len; /* 1 to TLI_KEY_MAX */
	uint8_t bytes[];
};

/* Copies a key. NULL with *error set when its length is out of range. */
struct tli_key *tli_key_copy(
	const void *bytes, size_t len, struct tli_error *error);

/*
 * Reads the exact bytes of a file that is regular, the user's own or root's,
 * and closed to group and others. NULL with *error set otherwise.
 */
struct tli_key *tli_key_read(const char *path, struct tli_error *error);

/* The same of a file in a folder that is open; path is for messages. */
struct tli_key *tli_key_read_at(int folder_fd, const char *name,
	const char *path, struct tli_error *error);

/*
 * Makes a new file, for its owner alone, with a key of 32 random bytes, written
 * as 64 hexadecimal digits with no newline behind. Returns 0, or the code in
 * *error: TIELINE_EKEY if the file is there already or cannot be made.
 */
int tli_key_create(const char *path, struct tli_error *error);

/* NULL is the same as nothing. */
bool tli_key_equal(const struct tli_key *one, const struct tli_key *other);

/* Wipes and frees. NULL is fine. */
void tli_key_free(struct tli_key *key);

#endif
