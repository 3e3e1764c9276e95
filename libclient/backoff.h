/* SPDX-License-Identifier: MIT */
/*
 * Pauses between tries, each twice as long as the one before, up to a limit.
 * They vary by chance, so that many who lost the same broker do not all come
 * back at the same time.
 */
#ifndef TLI_BACKOFF_H
#define TLI_BACKOFF_H

#include <stdbool.h>
#include <stdint.h>

#define TLI_BACKOFF_FIRST_MS 100
#define TLI_BACKOFF_MAX_MS   5000
#define TLI_BACKOFF_VARIES   4 /* by a fourth, up or down */

/* Zeroed at first. */
struct tli_backoff {
	int delay_ms;     /* of the last pause; 0 = there was none */
	int64_t until_ms; /* when that is over */
};

/* Starts a pause, unless one is under way. */
void tli_backoff_pause(struct tli_backoff *backoff, int64_t now_ms);

/* Makes the next pause one of the longest. */
void tli_backoff_slow_down(struct tli_backoff *backoff);

/* What was made after the last pause is lost: if it lasted longer than that
 * pause, it was good, and pauses are short again. */
void tli_backoff_forgive(struct tli_backoff *backoff, int64_t now_ms);

/* Whether a pause is under way. */
bool tli_backoff_is_pausing(const struct tli_backoff *backoff, int64_t now_ms);

#endif
