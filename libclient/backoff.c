/* SPDX-License-Identifier: MIT */
#include "backoff.h"

#include "../system/random.h"

/* Without random bytes it is the delay itself. */
static int64_t vary(int64_t delay_ms)
{
	int64_t span_ms = delay_ms / TLI_BACKOFF_VARIES;
	uint32_t chance;

	if (tli_random(&chance, sizeof(chance)) < 0)
		return delay_ms;
	return delay_ms - span_ms + chance % (2 * span_ms + 1);
}

bool tli_backoff_is_pausing(const struct tli_backoff *backoff, int64_t now_ms)
{
	return backoff->until_ms > now_ms;
}

void tli_backoff_pause(struct tli_backoff *backoff, int64_t now_ms)
{
	if (tli_backoff_is_pausing(backoff, now_ms))
		return;
	backoff->delay_ms *= 2;
	if (backoff->delay_ms < TLI_BACKOFF_FIRST_MS)
		backoff->delay_ms = TLI_BACKOFF_FIRST_MS;
	if (backoff->delay_ms > TLI_BACKOFF_MAX_MS)
		backoff->delay_ms = TLI_BACKOFF_MAX_MS;
	backoff->until_ms = now_ms + vary(backoff->delay_ms);
}

void tli_backoff_slow_down(struct tli_backoff *backoff)
{
	backoff->delay_ms = TLI_BACKOFF_MAX_MS;
}

void tli_backoff_forgive(struct tli_backoff *backoff, int64_t now_ms)
{
	if (now_ms - backoff->until_ms > backoff->delay_ms)
		backoff->delay_ms = 0;
}
