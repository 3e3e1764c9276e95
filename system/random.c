/* SPDX-License-Identifier: MIT */
#include "random.h"

#include <errno.h>
#include <sys/random.h>

int tli_random(void *bytes, size_t len)
{
	ssize_t got = getrandom(bytes, len, 0);

	if (got < 0)
		return -errno;
	return (size_t)got == len ? 0 : -EIO;
}
