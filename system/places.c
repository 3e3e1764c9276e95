/* SPDX-License-Identifier: MIT */
#include "places.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FOLDER_TEXT 64 /* of one that a user id ends */
#define KEY_FOLDER  "/tieline"
#define KEY_FILE    "/authkey"

/* In a folder that others can change, what is there may be theirs. */
static bool is_ours(const struct stat *file)
{
	return S_ISDIR(file->st_mode) && file->st_uid == geteuid() &&
		!(file->st_mode & (S_IWGRP | S_IWOTH));
}

/* Not through a link: in /tmp it may be another user's. */
static bool can_have_socket(const char *folder)
{
	struct stat file;

	return lstat(folder, &file) == 0 && is_ours(&file);
}

/* An absolute path, or NULL; relative ones have no meaning here. */
static const char *path_from_environment(const char *name)
{
	const char *path = secure_getenv(name);

	return path && path[0] == '/' ? path : NULL;
}

static int give_address(const char *folder, char address[TLI_ADDRESS_TEXT_MAX],
	struct tli_error *error)
{
	struct tli_address parsed;
	const char *wrong;

	/* A folder that does not fit is too long for a socket's path too. */
	snprintf(address, TLI_ADDRESS_TEXT_MAX, "unix:%s/tieline.sock", folder);
	wrong = tli_address_parse(address, &parsed);
	if (!wrong && parsed.name[0])
		wrong = "there is a '#' in it";
	if (wrong)
		return tli_error_set(error, TIELINE_EADDRESS,
			"the broker's socket cannot be in %.100s: %s", folder,
			wrong);
	return 0;
}

static bool is_missing(const char *folder)
{
	struct stat file;

	return lstat(folder, &file) != 0 && errno == ENOENT;
}

/* The place where there is no other. Without the folder there is no broker
 * either, which who connects is told. */
static int use_tmp(
	bool make, char address[TLI_ADDRESS_TEXT_MAX], struct tli_error *error)
{
	char folder[FOLDER_TEXT];

	snprintf(folder, sizeof(folder), "/tmp/tieline-%u", geteuid());
	if (make && mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
		return tli_error_system(error, TIELINE_EADDRESS, folder, errno);
	if (can_have_socket(folder) || (!make && is_missing(folder)))
		return give_address(folder, address, error);
	return tli_error_set(error, TIELINE_EADDRESS,
		"there is no place for the broker's socket: neither "
		"$XDG_RUNTIME_DIR nor /run/user/%u nor %s is a folder of the "
		"user's own that nobody else can change",
		geteuid(), folder);
}

int tli_place_of_socket(
	bool make, char address[TLI_ADDRESS_TEXT_MAX], struct tli_error *error)
{
	const char *folder = path_from_environment("XDG_RUNTIME_DIR");
	char standard[FOLDER_TEXT];

	if (folder && can_have_socket(folder))
		return give_address(folder, address, error);
	snprintf(standard, sizeof(standard), "/run/user/%u", geteuid());
	if (can_have_socket(standard))
		return give_address(standard, address, error);
	return use_tmp(make, address, error);
}

/* Through links too: in the user's own folders they are the user's. */
static int check_key_folder(
	bool make, const char *folder, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];
	struct stat file;

	snprintf(what, sizeof(what), "the folder of the authkey file, %.100s",
		folder);
	if (make && mkdir(folder, S_IRWXU) != 0 && errno != EEXIST)
		return tli_error_system(error, TIELINE_EKEY, what, errno);
	if (stat(folder, &file) != 0)
		return errno == ENOENT
			? 0
			: tli_error_system(error, TIELINE_EKEY, what, errno);
	if (is_ours(&file))
		return 0;
	return tli_error_set(error, TIELINE_EKEY,
		"%s, is not the user's own, or others can change it: chmod 700 "
		"it",
		what);
}

int tli_place_of_key(
	bool make, char path[TLI_PLACES_PATH_MAX], struct tli_error *error)
{
	const char *settings = path_from_environment("XDG_CONFIG_HOME");
	const char *home = path_from_environment("HOME");
	const char *start = settings ? settings : home;
	int result;

	if (!start)
		return tli_error_set(error, TIELINE_EKEY,
			"there is no place for an authkey file: neither "
			"$XDG_CONFIG_HOME nor $HOME is set");
	if (strlen(start) + sizeof("/.config" KEY_FOLDER KEY_FILE) >
		TLI_PLACES_PATH_MAX)
		return tli_error_set(error, TIELINE_EKEY,
			"the path of the authkey file is too long: %.100s...",
			start);
	strcpy(path, start);
	if (!settings)
		strcat(path, "/.config");
	if (make)
		mkdir(path, S_IRWXU); /* without it the next one fails */
	strcat(path, KEY_FOLDER);
	result = check_key_folder(make, path, error);
	strcat(path, KEY_FILE);
	return result;
}
