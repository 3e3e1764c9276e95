/* SPDX-License-Identifier: MIT */
#include "key_listing.h"

#include "bytes.h"
#include "identity.h"
#include "identity_file.h"
#include "json_file.h"
#include "status.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME_MAX 255u /* the kernel's */
#define FILE_BYTES    (FILE_NAME_MAX + 1)
#define TEXT_MAX      ((size_t)1 << 20) /* of a file, as the broker has it */
#define JSON_ENDING   ".json"
#define KEY_ENDING    ".key"

/* One identity, and why no broker takes it. */
struct entry {
	const struct key_folder *folder;
	char id[FILE_BYTES];
	char json[FILE_BYTES + sizeof(JSON_ENDING)];
	char key[FILE_BYTES + sizeof(KEY_ENDING)];
	bool has_key;
	json *members; /* NULL if there are none */
	char why[IDENTITY_WHY];
};

static bool refuse(struct entry *entry, const char *wrong)
{
	snprintf(entry->why, sizeof(entry->why), "%s", wrong);
	return false;
}

/* ---- Its file --------------------------------------------------------- */

/* Up to a byte more than there may be. */
static bool read_bytes(struct entry *entry, int fd, struct bytes *bytes)
{
	ssize_t got = 1;

	while (got > 0 && bytes_len(bytes) <= TEXT_MAX) {
		size_t room = TEXT_MAX + 1 - bytes_len(bytes);
		uint8_t *to = bytes_room(bytes, room);

		if (!to)
			return refuse(entry, "out of memory");
		got = read(fd, to, room);
		if (got > 0)
			bytes_added(bytes, (size_t)got);
	}
	if (got < 0)
		return refuse(entry, strerror(errno));
	return bytes_len(bytes) <= TEXT_MAX ||
		refuse(entry, "it is longer than 1048576 bytes");
}

static bool is_trusted(struct entry *entry, int fd)
{
	struct stat file;
	const char *wrong;

	if (fstat(fd, &file) != 0)
		return refuse(entry, strerror(errno));
	wrong = key_folder_distrust(&file);
	if (wrong)
		return refuse(entry, wrong);
	return S_ISREG(file.st_mode) || refuse(entry, "it is no regular file");
}

static bool read_members(struct entry *entry)
{
	int fd = openat(entry->folder->fd, entry->json,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct bytes bytes = {.data = NULL};
	char why[JSON_FILE_WHY];

	if (fd < 0)
		return refuse(entry, strerror(errno));
	if (is_trusted(entry, fd) && read_bytes(entry, fd, &bytes)) {
		entry->members = json_file_parse(
			(char *)bytes_head(&bytes), bytes_len(&bytes), why);
		if (!entry->members)
			refuse(entry, why);
	}
	close(fd);
	bytes_free(&bytes);
	return entry->members != NULL;
}

static bool is_right(struct entry *entry, const json *rows)
{
	const char *wrong = identity_wrong_id(entry->id);

	if (wrong)
		return refuse(entry, wrong);
	return read_members(entry) &&
		identity_file_is_right(
			entry->members, entry->has_key, entry->why) &&
		identity_file_is_alone(entry->members, rows, entry->why);
}

/* ---- Its row ---------------------------------------------------------- */

/* Makes it of what is in the file, which is all right, or of nothing. */
static bool add_row(struct entry *entry, json *rows)
{
	bool is_taken = is_right(entry, rows);
	json *row = is_taken ? entry->members : json_object();

	if (!is_taken)
		json_free(entry->members);
	if (json_add_text(row, "id", entry->id) &&
		json_add_text(row, "valid",
			is_taken ? identity_file_validity(row) : "?") &&
		json_add_bool(row, "key", entry->has_key) &&
		(is_taken || json_add_text(row, "error", entry->why)))
		return json_append(rows, row);
	json_free(row);
	return false;
}

/* ---- The folder ------------------------------------------------------- */

static bool is_there(const struct key_folder *folder, const char *name)
{
	return faccessat(folder->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool has_ending(const char *name, const char *ending)
{
	size_t len = strlen(name), ending_len = strlen(ending);

	return *name != '.' && len > ending_len &&
		strcmp(name + len - ending_len, ending) == 0;
}

static int is_of_identity(const struct dirent *file)
{
	return has_ending(file->d_name, KEY_ENDING) ||
		has_ending(file->d_name, JSON_ENDING);
}

/* The key of an identity is part of its row; what is removed meanwhile has
 * none. */
static bool list_file(
	const struct key_folder *folder, const char *name, json *rows)
{
	bool is_key = has_ending(name, KEY_ENDING);
	size_t ending_len = strlen(is_key ? KEY_ENDING : JSON_ENDING);
	struct entry entry = {.folder = folder};

	snprintf(entry.id, sizeof(entry.id), "%.*s",
		(int)(strlen(name) - ending_len), name);
	snprintf(entry.json, sizeof(entry.json), "%s" JSON_ENDING, entry.id);
	snprintf(entry.key, sizeof(entry.key), "%s" KEY_ENDING, entry.id);
	entry.has_key = is_there(folder, entry.key);
	if (!is_there(folder, name) || (is_key && is_there(folder, entry.json)))
		return true;
	return add_row(&entry, rows);
}

int key_listing_read(const struct key_folder *folder, json **rows_out)
{
	struct dirent **files;
	json *rows = json_array();
	bool is_fine = rows != NULL;
	int count =
		scandirat(folder->fd, ".", &files, is_of_identity, alphasort);

	if (count < 0) {
		json_free(rows);
		return complain(
			STATUS_OTHER, folder->path, "%s", strerror(errno));
	}
	for (int i = 0; i < count; i++) {
		is_fine = is_fine && list_file(folder, files[i]->d_name, rows);
		free(files[i]);
	}
	free(files);
	*rows_out = rows;
	if (is_fine)
		return STATUS_DONE;
	json_free(rows);
	return complain_of_memory(folder->path);
}
