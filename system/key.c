/* SPDX-License-Identifier: MIT */
#include "key.h"

#include "../proto/hmac.h"

#include "file.h"
#include "random.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NEW_KEY_BYTES 32u

static struct tli_key *cannot_read(
	const char *path, int error_number, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];

	snprintf(what, sizeof(what), "cannot read the authkey file %.120s",
		path);
	tli_error_system(error, TIELINE_EKEY, what, error_number);
	return NULL;
}

/* Whose key it is goes before, and what may be wrong behind the text. */
static struct tli_key *new_key(const void *bytes, size_t len, const char *whose,
	const char *hint, struct tli_error *error)
{
	struct tli_key *key = NULL;

	if (len < 1 || len > TLI_KEY_MAX)
		tli_error_set(error, TIELINE_EKEY,
			"%.120s is to have 1 to %u bytes, not %s%zu%s", whose,
			TLI_KEY_MAX, len > TLI_KEY_MAX ? "at least " : "", len,
			hint);
	else if (!(key = malloc(sizeof(*key) + len)))
		tli_error_set(error, TIELINE_ENOMEM, "no memory for the key");
	if (!key)
		return NULL;
	key->len = len;
	memcpy(key->bytes, bytes, len);
	return key;
}

struct tli_key *tli_key_copy(
	const void *bytes, size_t len, struct tli_error *error)
{
	return new_key(bytes, len, "the authkey",
		len == 0 ? ": is authkey_len set?" : "", error);
}

bool tli_key_equal(const struct tli_key *one, const struct tli_key *other)
{
	return one && other && one->len == other->len &&
		memcmp(one->bytes, other->bytes, one->len) == 0;
}

void tli_key_free(struct tli_key *key)
{
	if (!key)
		return;
	tli_wipe(key->bytes, key->len);
	free(key);
}

static struct tli_key *read_key(
	int fd, const char *path, struct tli_error *error)
{
	uint8_t bytes[TLI_KEY_MAX + 1];
	struct tli_key *key = NULL;
	struct stat file;
	const char *wrong;
	ssize_t len;

	if (fstat(fd, &file) != 0)
		return cannot_read(path, errno, error);
	len = tli_file_read(fd, bytes, sizeof(bytes));
	if (len < 0)
		return cannot_read(path, (int)-len, error);
	wrong = tli_file_distrust(&file);
	if (wrong)
		tli_error_set(error, TIELINE_EKEY, "the authkey file %.120s %s",
			path, wrong);
	else
		key = new_key(bytes, (size_t)len, path, "", error);
	tli_wipe(bytes, sizeof(bytes));
	return key;
}

struct tli_key *tli_key_read_at(int folder_fd, const char *name,
	const char *path, struct tli_error *error)
{
	/* O_NONBLOCK: opening a fifo must not wait for its writer. */
	int fd = openat(folder_fd, name,
		O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct tli_key *key;

	if (fd < 0)
		return cannot_read(path, errno, error);
	key = read_key(fd, path, error);
	close(fd);
	return key;
}

struct tli_key *tli_key_read(const char *path, struct tli_error *error)
{
	return tli_key_read_at(AT_FDCWD, path, path, error);
}

static int cannot_make(
	const char *path, int error_number, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];

	snprintf(what, sizeof(what), "cannot make the authkey file %.120s",
		path);
	return tli_error_system(error, TIELINE_EKEY, what, error_number);
}

/* Text, so that it can be read, shown and copied like any other. */
static int write_new_key(int fd)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t bytes[NEW_KEY_BYTES];
	char text[2 * NEW_KEY_BYTES];
	int result = tli_random(bytes, sizeof(bytes));

	for (size_t i = 0; i < sizeof(bytes); i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	if (result == 0)
		result = tli_file_write(fd, text, sizeof(text));
	tli_wipe(bytes, sizeof(bytes));
	tli_wipe(text, sizeof(text));
	return result;
}

int tli_key_create(const char *path, struct tli_error *error)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
		S_IRUSR | S_IWUSR);
	int result;

	if (fd < 0)
		return cannot_make(path, errno, error);
	/* The umask may have taken its owner's rights. */
	result =
		fchmod(fd, S_IRUSR | S_IWUSR) == 0 ? write_new_key(fd) : -errno;
	if (close(fd) != 0 && result == 0)
		result = -errno;
	if (result == 0)
		return 0;
	unlink(path);
	return cannot_make(path, -result, error);
}
