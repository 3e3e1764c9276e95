/* SPDX-License-Identifier: MIT */
#include "identity_folder.h"

#include "../proto/quote.h"

#include "config.h"
#include "config_file.h"
#include "identity_members.h"

#include <tieline/tieline.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ID_CHARS                                                               \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
#define JSON_ENDING   ".json"
#define KEY_ENDING    ".key"
#define FILE_NAME_MAX 255u /* the kernel's */
#define PATH_BYTES    (CONFIG_PATH_MAX + FILE_NAME_MAX + 1u)

struct folder {
	DIR *dir;
	const char *path;
	struct identities *identities;
	struct tli_error *error;
};

/* One file in it. */
struct file {
	const char *name;
	char id[FILE_NAME_MAX + 1]; /* the name's start */
	char path[PATH_BYTES];      /* for messages */
};

typedef int take_file_of(const struct folder *folder, const struct file *file);

static int cannot_read(const char *path, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];
	int error_number = errno;

	snprintf(what, sizeof(what), "cannot read the keys in %.100s", path);
	return tli_error_system(error, TIELINE_EKEY, what, error_number);
}

/* Who else could change it could give rights to himself. */
static const char *distrust(const struct stat *file)
{
	if (file->st_uid != geteuid() && file->st_uid != 0)
		return "belongs to another user";
	if (file->st_mode & (S_IWGRP | S_IWOTH))
		return "can be changed by group or others: chmod go-w it";
	return NULL;
}

static int check_trust(int fd, const char *path, struct tli_error *error)
{
	struct stat file;
	const char *wrong;

	if (fstat(fd, &file) != 0)
		return cannot_read(path, error);
	wrong = distrust(&file);
	if (!wrong)
		return 0;
	return tli_error_set(error, TIELINE_EKEY, "%.100s %s", path, wrong);
}

/* ---- One file --------------------------------------------------------- */

/* Its key, if it has one. */
static int read_key(const struct folder *folder, const struct file *file,
	struct identity *identity)
{
	char name[FILE_NAME_MAX + sizeof(KEY_ENDING)];
	char path[PATH_BYTES];
	int fd = dirfd(folder->dir);

	snprintf(name, sizeof(name), "%s" KEY_ENDING, file->id);
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	if (faccessat(fd, name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 : cannot_read(path, folder->error);
	identity->key = tli_key_read_at(fd, name, path, folder->error);
	return identity->key ? 0 : folder->error->code;
}

static int check_key(const struct folder *folder, const struct file *file,
	const struct identity *identity)
{
	if (!identity->key && identity->certificate_count == 0)
		return tli_error_set(folder->error, TIELINE_EKEY,
			"%.100s: there is neither %s" KEY_ENDING
			" beside it nor \"certificates\" in it",
			file->path, file->id);
	if (!identity->key && identity->has_uids)
		return tli_error_set(folder->error, TIELINE_EKEY,
			"%.100s: \"uids\" say who has the key, and there is "
			"no %s" KEY_ENDING " beside it",
			file->path, file->id);
	return 0;
}

static int add_identity(const struct folder *folder, const struct file *file,
	const char *text, size_t len)
{
	struct identity *identity =
		identities_add(folder->identities, file->id);
	int result;

	if (!identity)
		return tli_error_set(folder->error, TIELINE_EINVAL,
			"%.100s: there are more than %u identities", file->path,
			IDENTITIES_MAX);
	result = identity_parse(identity, file->path, text, len, folder->error);
	if (result == 0)
		result = read_key(folder, file, identity);
	return result < 0 ? result : check_key(folder, file, identity);
}

/* -1 with *error set. */
static int open_trusted(const struct folder *folder, const struct file *file)
{
	int fd = openat(dirfd(folder->dir), file->name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0) {
		cannot_read(file->path, folder->error);
	} else if (check_trust(fd, file->path, folder->error) < 0) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static int take_json(const struct folder *folder, const struct file *file)
{
	int fd = open_trusted(folder, file);
	char *text = NULL;
	size_t len;
	int result;

	if (fd >= 0)
		text = config_file_read(
			fd, "identity", file->path, &len, folder->error);
	if (!text)
		return folder->error->code;
	result = add_identity(folder, file, text, len);
	free(text);
	return result;
}

static int take_key(const struct folder *folder, const struct file *file)
{
	const struct identity *identity =
		identities_find(folder->identities, file->id);

	/* The other pass missed it: who has one must not do without it. */
	if (identity && !identity->key)
		return tli_error_set(folder->error, TIELINE_EKEY,
			"%.100s: it came while the folder was read; reload",
			file->path);
	if (identity)
		return 0;
	return tli_error_set(folder->error, TIELINE_EKEY,
		"%.100s: there is no %s" JSON_ENDING
		" beside it, which says what the key is for",
		file->path, file->id);
}

/* ---- All of them ------------------------------------------------------ */

static bool is_id(const char *id)
{
	size_t len = strlen(id);

	return len >= 1 && len <= IDENTITY_ID_MAX &&
		strspn(id, ID_CHARS) == len;
}

static int take_file(const struct folder *folder, struct file *file,
	size_t id_len, take_file_of *take)
{
	char quoted[TLI_QUOTE_TEXT];

	snprintf(file->path, sizeof(file->path), "%s/%s", folder->path,
		file->name);
	snprintf(file->id, sizeof(file->id), "%.*s", (int)id_len, file->name);
	if (!is_id(file->id))
		return tli_error_set(folder->error, TIELINE_EINVAL,
			"%.100s: %s names no identity: 1 to %u letters, "
			"digits and . _ -",
			folder->path, tli_quote(file->id, quoted),
			IDENTITY_ID_MAX);
	if (strcmp(file->id, IDENTITY_OF_AUTHKEY) == 0)
		return tli_error_set(folder->error, TIELINE_EINVAL,
			"%.100s: \"" IDENTITY_OF_AUTHKEY
			"\" is the identity of authkey_file: take another name",
			file->path);
	return take(folder, file);
}

/* Those that start with a dot are on their way to be others. */
static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), ending_len = strlen(ending);

	return name[0] != '.' && len >= ending_len &&
		strcmp(name + len - ending_len, ending) == 0;
}

/* Takes each file that ends so. */
static int take_files(
	const struct folder *folder, const char *ending, take_file_of *take)
{
	const struct dirent *entry;
	struct file file;
	int result = 0;

	rewinddir(folder->dir);
	errno = 0;
	while (result == 0 && (entry = readdir(folder->dir))) {
		file.name = entry->d_name;
		if (has_ending(file.name, ending))
			result = take_file(folder, &file,
				strlen(file.name) - strlen(ending), take);
		errno = 0;
	}
	if (result == 0 && errno != 0)
		return cannot_read(folder->path, folder->error);
	return result;
}

static int read_folder(const struct folder *folder)
{
	int result =
		check_trust(dirfd(folder->dir), folder->path, folder->error);

	if (result == 0)
		result = take_files(folder, JSON_ENDING, take_json);
	if (result == 0)
		result = take_files(folder, KEY_ENDING, take_key);
	if (result == 0 && folder->identities->count == 0)
		return tli_error_set(folder->error, TIELINE_EKEY,
			"%.100s: there is no identity in it: nobody could log "
			"in",
			folder->path);
	return result;
}

/* With a slash at its end a link would be followed. */
static int open_folder(const char *path)
{
	size_t len = strlen(path);
	char *name;
	int fd;

	while (len > 1 && path[len - 1] == '/')
		len--;
	name = strndup(path, len);
	if (!name)
		return -1;
	fd = open(name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	free(name);
	return fd;
}

int identity_folder_read(const char *path, struct identities *identities,
	struct tli_error *error)
{
	int fd = open_folder(path);
	struct folder folder = {
		.dir = fd < 0 ? NULL : fdopendir(fd),
		.path = path,
		.identities = identities,
		.error = error,
	};
	int result;

	if (!folder.dir) {
		result = cannot_read(path, error);
		if (fd >= 0)
			close(fd);
		return result;
	}
	result = read_folder(&folder);
	closedir(folder.dir);
	return result;
}
