/* SPDX-License-Identifier: MIT */
#include "users.h"

#include <errno.h>
#include <pwd.h>
#include <stddef.h>

#define ENTRY_BYTES 16384u

int tli_user_find(const char *name, uint32_t *uid_out)
{
	struct passwd entry, *found;
	char texts[ENTRY_BYTES];
	int result = getpwnam_r(name, &entry, texts, sizeof(texts), &found);

	if (!found)
		return result == 0 ? -ENOENT : -result;
	*uid_out = entry.pw_uid;
	return 0;
}
