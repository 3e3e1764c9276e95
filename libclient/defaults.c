/* SPDX-License-Identifier: MIT */
/* Where a user's broker and key are if nobody says otherwise, and new keys. */
#include "../system/key.h"
#include "../system/places.h"

#include <tieline/tieline.h>

#include <string.h>

int tieline_authkey_create(const char *path)
{
	return tli_key_create(path, tli_thread_error());
}

static int give(const char *text, char *out, size_t size)
{
	size_t needed = strlen(text) + 1;

	if (size < needed)
		return tli_error_set(tli_thread_error(), TIELINE_EINVAL,
			"%zu bytes are too few for %.100s, which needs %zu",
			size, text, needed);
	memcpy(out, text, needed);
	return 0;
}

int tieline_default_broker(char *address, size_t size)
{
	char found[TLI_ADDRESS_TEXT_MAX];
	int result = tli_place_of_socket(false, found, tli_thread_error());

	return result < 0 ? result : give(found, address, size);
}

int tieline_default_authkey_file(char *path, size_t size)
{
	char found[TLI_PLACES_PATH_MAX];
	int result = tli_place_of_key(false, found, tli_thread_error());

	return result < 0 ? result : give(found, path, size);
}
