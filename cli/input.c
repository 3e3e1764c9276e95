/* SPDX-License-Identifier: MIT */
#include "input.h"

#include "status.h"

#include <errno.h>
#include <string.h>

#define MESSAGE_BYTES_MAX (64u << 20)
#define READ_BYTES        (64u << 10)

int input_read_all(FILE *file, const char *name, struct bytes *bytes)
{
	size_t got = 1;

	while (got > 0 && bytes_len(bytes) <= MESSAGE_BYTES_MAX) {
		void *room = bytes_room(bytes, READ_BYTES);

		if (!room)
			return complain_of_memory(name);
		got = fread(room, 1, READ_BYTES, file);
		bytes_added(bytes, got);
	}
	if (ferror(file))
		return complain(STATUS_OTHER, name, "%s", strerror(errno));
	if (bytes_len(bytes) > MESSAGE_BYTES_MAX)
		return complain(STATUS_OTHER, name,
			"more than 64 MiB, the longest message");
	return STATUS_DONE;
}
