/* SPDX-License-Identifier: MIT */
/* Bytes that come in at one end and go out at the other. */
#ifndef CLI_BYTES_H
#define CLI_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed, it is empty. */
struct bytes {
	uint8_t *data;
	size_t start;
	size_t end;
	size_t capacity;
};

size_t bytes_len(const struct bytes *bytes);

/* The first of them; valid until bytes are added. */
uint8_t *bytes_head(const struct bytes *bytes);

/* Makes room for so many more, and returns it; NULL for lack of memory. What
 * was written there counts after bytes_added(). */
uint8_t *bytes_room(struct bytes *bytes, size_t len);
void bytes_added(struct bytes *bytes, size_t len);

/* Both in one; false for lack of memory. */
bool bytes_add(struct bytes *bytes, const void *data, size_t len);

/* Takes so many from the front. Empty, it holds no memory to speak of. */
void bytes_drop(struct bytes *bytes, size_t len);

void bytes_free(struct bytes *bytes);

#endif
