/* SPDX-License-Identifier: MIT */
/* The verb key: makes a key file. */
#include "broker.h"
#include "status.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Makes the folders of the default place. If one cannot be made, neither can
 * the file, and that error says it all. */
static void make_folders(char *path)
{
	char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		mkdir(path, S_IRWXU);
		*slash = '/';
	}
}

static void say_what_next(const char *path)
{
	printf("%s is a new key, which only you can read.\n"
	       "\n"
	       "The broker and all programs need the same key:\n"
	       "    tielined --authkey-file %s\n"
	       "    tieline ping --authkey-file %s\n"
	       "    Client(address, authkey=open(\"%s\", \"rb\").read())\n"
	       "Copy it to other machines as what it is, a secret.\n",
		path, path, path, path);
}

int verb_key(const struct call *call)
{
	char place[BROKER_KEY_FILE_MAX];
	const char *path = call->words[0];
	int result;

	if (!path) {
		int status = broker_find_key_file(&call->settings, place);

		if (status != STATUS_DONE)
			return status;
		make_folders(place);
		path = place;
	}
	result = tieline_authkey_create(path);
	if (result < 0)
		return complain(
			STATUS_OTHER, NULL, "%s", tieline_handle_error(NULL));
	say_what_next(path);
	return STATUS_DONE;
}
