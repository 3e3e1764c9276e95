/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <errno.h>
#include <stdint.h>
#include <sys/random.h>

int tli_random(void *bytes, size_t len)
{
	size_t done = 0;

	while (done < len) {
		ssize_t got = getrandom((uint8_t *)bytes + done, len - done, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		done += (size_t)got;
	}
	return 0;
}
