/* SPDX-License-Identifier: MIT */
#include "credentials.h"

#include "../proto/hmac.h"

#include "file.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum which {
	CERTIFICATE,
	PRIVATE_KEY,
	CA,
	CRL,
	FILES,
};

struct file {
	const char *path;
	bool is_secret;
	char *text; /* NULL = none */
	size_t len;
};

static int cannot_read(
	const char *path, int error_number, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];

	snprintf(what, sizeof(what), "cannot read %.160s", path);
	return tli_error_system(
		error, TIELINE_ECREDENTIALS, what, error_number);
}

/* NULL, or what is wrong with the file before it is read. */
static const char *objection(const struct file *file, const struct stat *stat)
{
	if (file->is_secret && tli_file_distrust(stat))
		return tli_file_distrust(stat);
	if (!S_ISREG(stat->st_mode))
		return "is not a regular file";
	if (stat->st_size > TLI_CREDENTIALS_BYTES_MAX)
		return "is longer than 1 MiB";
	return NULL;
}

static int read_open(struct file *file, int fd, struct tli_error *error)
{
	struct stat stat;
	const char *wrong;
	ssize_t len;

	if (fstat(fd, &stat) != 0)
		return cannot_read(file->path, errno, error);
	wrong = objection(file, &stat);
	if (wrong)
		return tli_error_set(error, TIELINE_ECREDENTIALS,
			"the file %.160s %s", file->path, wrong);
	file->len = (size_t)stat.st_size;
	file->text = malloc(file->len + 1);
	if (!file->text)
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory for %.160s", file->path);
	len = tli_file_read(fd, file->text, file->len);
	if (len < 0)
		return cannot_read(file->path, (int)-len, error);
	file->len = (size_t)len;
	return 0;
}

/* Symbolic links are followed: tools that renew certificates live on them. */
static int read_file(struct file *file, struct tli_error *error)
{
	int result;
	int fd;

	if (!file->path || !file->path[0])
		return 0;
	/* O_NONBLOCK: opening a fifo must not wait for its writer. */
	fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return cannot_read(file->path, errno, error);
	result = read_open(file, fd, error);
	close(fd);
	return result;
}

static struct tli_pem pem(const struct file *file)
{
	return (struct tli_pem){file->path, file->text, file->len};
}

static struct tli_tls_context *make(const struct tli_credentials *credentials,
	const struct file files[FILES], struct tli_error *error)
{
	const struct tli_tls_options options = {
		.role = credentials->role,
		.verify = credentials->verify,
		.certificate = pem(&files[CERTIFICATE]),
		.private_key = pem(&files[PRIVATE_KEY]),
		.ca = pem(&files[CA]),
		.crl = pem(&files[CRL]),
		.allow_tls12 = credentials->allow_tls12,
	};
	char why[TLI_TLS_TEXT];
	struct tli_tls_context *context = tli_tls_context_new(&options, why);

	if (!context)
		tli_error_set(error, TIELINE_ECREDENTIALS, "%s", why);
	return context;
}

struct tli_tls_context *tli_credentials_load(
	const struct tli_credentials *credentials, struct tli_error *error)
{
	struct file files[FILES] = {
		[CERTIFICATE] = {.path = credentials->certificate_file},
		[PRIVATE_KEY] = {.path = credentials->private_key_file,
			.is_secret = true},
		[CA] = {.path = credentials->ca_file},
		[CRL] = {.path = credentials->crl_file},
	};
	struct tli_tls_context *context = NULL;
	int result = 0;

	for (int i = 0; result == 0 && i < FILES; i++)
		result = read_file(&files[i], error);
	if (result == 0)
		context = make(credentials, files, error);
	for (int i = 0; i < FILES; i++) {
		if (files[i].text)
			tli_wipe(files[i].text, files[i].len);
		free(files[i].text);
	}
	return context;
}
