/* SPDX-License-Identifier: MIT */
/* Where a user's broker is, and its key, if nobody says otherwise. */
#ifndef TLI_PLACES_H
#define TLI_PLACES_H

#include "../proto/address.h"

#include "error.h"

#include <stdbool.h>

#define TLI_PLACES_PATH_MAX 4096

/*
 * The Unix socket of this user's broker, as an address: tieline.sock in
 * $XDG_RUNTIME_DIR, else in /run/user/UID, else in /tmp/tieline-UID; the first
 * that is a folder of the user's own which nobody else can change. With `make`
 * the last is made if it is missing; without, it is the place all the same.
 * Returns 0, or the code in *error.
 */
int tli_place_of_socket(
	bool make, char address[TLI_ADDRESS_TEXT_MAX], struct tli_error *error);

/*
 * The key file: tieline/authkey in $XDG_CONFIG_HOME, else in ~/.config. With
 * `make` its folder is made (mode 0700) if it is missing; never the file.
 * Returns 0, or the code in *error.
 */
int tli_place_of_key(
	bool make, char path[TLI_PLACES_PATH_MAX], struct tli_error *error);

#endif
