/* SPDX-License-Identifier: MIT */
#include "key_folder.h"

#include "identity_file.h"
#include "key_listing.h"
#include "status.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define FILE_NAME_MAX 255u /* the kernel's */
#define FILE_MODE     (S_IRUSR | S_IWUSR)
#define LOCK          ".lock" /* stays */
#define LOCK_PAUSE_MS 20
#define LOCK_TRIES    250

/* The files of an identity, in the order in which they are made; they are
 * removed in the other one. Rights without their key would be those of any key
 * if a certificate names them; a key without rights is refused. */
enum { KEY, JSON, FILES };
static const char *const endings[FILES] = {".key", ".json"};

/* Their names, and what they are called until they are whole: what begins with
 * a dot the broker passes over. */
struct names {
	char final[FILES][FILE_NAME_MAX + 1];
	char fresh[FILES][FILE_NAME_MAX + 1];
};

static void name_files(struct names *names, const char *id)
{
	for (int i = 0; i < FILES; i++) {
		snprintf(names->final[i], sizeof(names->final[i]), "%s%s", id,
			endings[i]);
		snprintf(names->fresh[i], sizeof(names->fresh[i]), ".%s%s.new",
			id, endings[i]);
	}
}

static int complain_of_file(const struct key_folder *folder, const char *name)
{
	int error_number = errno;

	return complain(STATUS_OTHER, folder->path, "%s: %s", name,
		strerror(error_number));
}

/* ---- The folder ------------------------------------------------------- */

const char *key_folder_distrust(const struct stat *file)
{
	if (file->st_uid != geteuid() && file->st_uid != 0)
		return "it belongs to another user";
	if (file->st_mode & (S_IWGRP | S_IWOTH))
		return "it can be changed by group or others: chmod go-w it";
	return NULL;
}

static int check_trust(const struct key_folder *folder)
{
	struct stat file;
	const char *wrong;

	if (fstat(folder->fd, &file) != 0)
		return complain_of_file(folder, "fstat");
	wrong = key_folder_distrust(&file);
	return wrong ? complain(STATUS_OTHER, folder->path, "%s", wrong)
		     : STATUS_DONE;
}

int key_folder_open(struct key_folder *folder, const char *path)
{
	int status;

	folder->path = path;
	folder->fd =
		open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder->fd < 0)
		return complain(STATUS_OTHER, path, "%s",
			errno == ENOTDIR ? "it is no folder: links are not "
					   "followed"
					 : strerror(errno));
	status = check_trust(folder);
	if (status != STATUS_DONE)
		key_folder_close(folder);
	return status;
}

int key_folder_make(const char *path)
{
	/* The umask may take its owner's rights. */
	if (mkdir(path, S_IRWXU) == 0 && chmod(path, S_IRWXU) == 0)
		return STATUS_DONE;
	return errno == EEXIST
		? STATUS_DONE
		: complain(STATUS_OTHER, path, "%s", strerror(errno));
}

void key_folder_close(struct key_folder *folder)
{
	close(folder->fd);
}

/* ---- One at a time ---------------------------------------------------- */

/* Whether it is locked now; false with errno set. */
static bool lock_in_time(int fd)
{
	int tries = LOCK_TRIES;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK || tries-- == 0)
			return false;
		poll(NULL, 0, LOCK_PAUSE_MS);
	}
	return true;
}

static int complain_of_lock(const struct key_folder *folder)
{
	if (errno != EWOULDBLOCK)
		return complain_of_file(folder, LOCK);
	return complain(STATUS_TIMED_OUT, folder->path,
		"somebody else is changing it, and has locked %s/" LOCK
		" for %d seconds: try again, or end the program that has it "
		"open",
		folder->path, LOCK_TRIES * LOCK_PAUSE_MS / 1000);
}

/* Locks a file that nobody else can open. The folder itself could be locked by
 * all who can read it. */
static int lock(const struct key_folder *folder, int *fd_out)
{
	int fd = openat(folder->fd, LOCK,
		O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
	int status;

	if (fd < 0 && errno == EACCES)
		return complain(STATUS_OTHER, folder->path,
			"you may not use " LOCK " in it: remove that file, "
			"which is somebody else's");
	if (fd < 0)
		return complain_of_file(folder, LOCK);
	*fd_out = fd;
	if (fchmod(fd, FILE_MODE) == 0 && lock_in_time(fd))
		return STATUS_DONE;
	status = complain_of_lock(folder);
	close(fd);
	return status;
}

/* ---- Adding ----------------------------------------------------------- */

static void drop_fresh(
	const struct key_folder *folder, const struct names *names)
{
	for (int i = 0; i < FILES; i++)
		unlinkat(folder->fd, names->fresh[i], 0);
}

/* Found out at once rather than by a link that fails. */
static int check_absent(
	const struct key_folder *folder, const struct names *names)
{
	for (int i = FILES - 1; i >= 0; i--)
		if (faccessat(folder->fd, names->final[i], F_OK,
			    AT_SYMLINK_NOFOLLOW) == 0)
			return complain(STATUS_OTHER, folder->path,
				"%s is there already: tieline key rm removes "
				"it",
				names->final[i]);
	return STATUS_DONE;
}

/* A broker would not know who comes with it. */
static int check_certificates(
	const struct key_folder *folder, const json *members)
{
	char why[IDENTITY_WHY];
	json *rows;
	int status = key_listing_read(folder, &rows);

	if (status != STATUS_DONE)
		return status;
	if (!identity_file_is_alone(members, rows, why))
		status = complain(STATUS_OTHER, folder->path, "%s", why);
	json_free(rows);
	return status;
}

static int open_fresh(const struct key_folder *folder, const char *name)
{
	return openat(folder->fd, name,
		O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, FILE_MODE);
}

static bool write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, text, len);

		if (put < 0)
			return false;
		text += put;
		len -= (size_t)put;
	}
	return true;
}

/* Adds the text to a file, which is made if it is not there. */
static int write_fresh(
	const struct key_folder *folder, const char *name, const char *text)
{
	int fd = open_fresh(folder, name);
	bool is_written = fd >= 0 && fchmod(fd, FILE_MODE) == 0 &&
		write_all(fd, text, strlen(text)) && fsync(fd) == 0;
	int status = is_written ? STATUS_DONE : complain_of_file(folder, name);

	if (fd >= 0)
		close(fd);
	return status;
}

static int make_key(const struct key_folder *folder, const char *name)
{
	char path[KEY_FOLDER_PATH_MAX + FILE_NAME_MAX + 2];

	if (strlen(folder->path) > KEY_FOLDER_PATH_MAX)
		return complain(STATUS_USAGE, folder->path, "it is too long");
	snprintf(path, sizeof(path), "%s/%s", folder->path, name);
	if (tieline_authkey_create(path) < 0)
		return complain(
			STATUS_OTHER, NULL, "%s", tieline_handle_error(NULL));
	/* It is to be on the disk too. */
	return write_fresh(folder, name, "");
}

static int make_json(
	const struct key_folder *folder, const char *name, const json *members)
{
	char *text = json_text_for_people(members);
	int status = text ? write_fresh(folder, name, text)
			  : complain_of_memory(folder->path);

	free(text);
	return status;
}

/* Gives a file its name, unless something has it. */
static bool link_file(
	const struct key_folder *folder, const struct names *names, int which)
{
	return linkat(folder->fd, names->fresh[which], folder->fd,
		       names->final[which], 0) == 0;
}

/* Gives all of them their names, or none: half an identity would keep a broker
 * from taking the folder. */
static int publish(const struct key_folder *folder, const struct names *names)
{
	int status = STATUS_DONE, linked = 0;

	while (status == STATUS_DONE && linked < FILES) {
		const char *name = names->final[linked];
		bool is_linked = link_file(folder, names, linked);

		linked += is_linked;
		if (!is_linked || fsync(folder->fd) != 0)
			status = complain_of_file(folder, name);
	}
	while (status != STATUS_DONE && linked > 0)
		unlinkat(folder->fd, names->final[--linked], 0);
	return status;
}

static int make_files(const struct key_folder *folder,
	const struct names *names, const json *members)
{
	int status = make_key(folder, names->fresh[KEY]);

	if (status == STATUS_DONE)
		status = make_json(folder, names->fresh[JSON], members);
	return status == STATUS_DONE ? publish(folder, names) : status;
}

static int add(
	const struct key_folder *folder, const char *id, const json *members)
{
	struct names names;
	int status;

	name_files(&names, id);
	status = check_absent(folder, &names);
	if (status == STATUS_DONE)
		status = check_certificates(folder, members);
	if (status != STATUS_DONE)
		return status;
	/* One that was killed may have left them. */
	drop_fresh(folder, &names);
	status = make_files(folder, &names, members);
	drop_fresh(folder, &names);
	return status;
}

int key_folder_add(
	const struct key_folder *folder, const char *id, const json *members)
{
	int fd, status = lock(folder, &fd);

	if (status != STATUS_DONE)
		return status;
	status = add(folder, id, members);
	close(fd);
	return status;
}

/* ---- Removing --------------------------------------------------------- */

static int remove_files(const struct key_folder *folder, const char *id)
{
	struct names names;
	int removed = 0;

	name_files(&names, id);
	drop_fresh(folder, &names);
	for (int i = FILES - 1; i >= 0; i--) {
		if (unlinkat(folder->fd, names.final[i], 0) == 0)
			removed++;
		else if (errno != ENOENT)
			return complain_of_file(folder, names.final[i]);
		if (fsync(folder->fd) != 0)
			return complain_of_file(folder, names.final[i]);
	}
	return removed ? STATUS_DONE
		       : complain(STATUS_NO_NAME, folder->path,
				 "there is no identity %s", id);
}

int key_folder_remove(const struct key_folder *folder, const char *id)
{
	int fd, status = lock(folder, &fd);

	if (status != STATUS_DONE)
		return status;
	status = remove_files(folder, id);
	close(fd);
	return status;
}
