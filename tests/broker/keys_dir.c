/* SPDX-License-Identifier: MIT */
#include "keys_dir.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char folder[] = "/tmp/tieline-keys-XXXXXX";
struct identities *set;
struct tli_error error;

/* ---- The folder ------------------------------------------------------- */

int make_folder(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

void remove_files(void)
{
	DIR *open = opendir(folder);
	const struct dirent *entry;

	assert_non_null(open);
	while ((entry = readdir(open)))
		if (strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			assert_int_equal(remove(path_of(entry->d_name)), 0);
	closedir(open);
}

int remove_folder(void **state)
{
	(void)state;
	identities_unref(set);
	set = NULL;
	chmod(folder, 0700);
	remove_files();
	return rmdir(folder);
}

void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), 0600), 0);
}

void put_identity(const char *id, const char *text)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.json", id);
	put(name, text);
	snprintf(name, sizeof(name), "%s.key", id);
	put(name, id);
}

/* ---- Loading ---------------------------------------------------------- */

struct tli_key *key_of(const char *text)
{
	struct tli_key *key = tli_key_copy(text, strlen(text), &error);

	assert_non_null(key);
	return key;
}

void load(struct tli_key *authkey)
{
	struct identities *before = set;

	set = identities_load(folder, authkey, before, &error);
	identities_unref(before);
	if (!set)
		fail_msg("%s", error.text);
}

const struct identity *find(const char *id)
{
	const struct identity *found = identities_find(set, id);

	if (!found)
		fail_msg("there is no %s", id);
	return found;
}

void expect_refused(const char *what, const char *wrong)
{
	char expected[2 * TLI_ERROR_TEXT] = "";
	struct identities *loaded;

	for (; *wrong; wrong++)
		snprintf(expected + strlen(expected),
			sizeof(expected) - strlen(expected), "%.*s",
			*wrong == '%' ? (int)strlen(folder) : 1,
			*wrong == '%' ? folder : wrong);
	error = (struct tli_error){.code = 0};
	loaded = identities_load(folder, NULL, NULL, &error);
	check(what, !loaded);
	check(what, error.code < 0);
	if (strcmp(error.text, expected) != 0)
		fail_msg("%s: %s\nnot %s", what, error.text, expected);
}
