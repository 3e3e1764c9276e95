/* SPDX-License-Identifier: MIT */
/* A folder of identities to test with, and what was loaded of it. */
#ifndef TESTS_KEYS_DIR_H
#define TESTS_KEYS_DIR_H

#include "../unit/unit.h"

#include "../../broker/identities.h"

#include <tieline/tieline.h>

#define ALL "{\"rights\": [\"all\"]}"

/* For each test its own, which is removed with what is loaded. */
#define folder_test(name)                                                      \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)
int make_folder(void **state);
int remove_folder(void **state);

extern char folder[];
extern struct identities *set;
extern struct tli_error error;

/* A file's path; until the next call. */
const char *path_of(const char *name);
void put(const char *name, const char *text);
/* One with a key of its own. */
void put_identity(const char *id, const char *text);
void remove_files(void);

struct tli_key *key_of(const char *text);

/* In place of the set that there is. */
void load(struct tli_key *authkey);
const struct identity *find(const char *id);

/* The text of an error has the folder in place of a %. */
void expect_refused(const char *what, const char *wrong);

#endif
