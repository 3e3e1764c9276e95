/* SPDX-License-Identifier: MIT */
/*
 * What there is to set: a row for each setting, from which come its default,
 * the check of its value, what an error says, and the manual page.
 */
#ifndef BROKER_CONFIG_TABLE_H
#define BROKER_CONFIG_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONFIG_ALLOWED_TEXT 120

enum config_type {
	CONFIG_NUMBER,  /* of uint32_t or uint64_t */
	CONFIG_FLAG,    /* of uint32_t: 0 or 1 */
	CONFIG_CHOICE,  /* of an enum: one of some words */
	CONFIG_PATH,    /* of char[] */
	CONFIG_NAME,    /* of char[]: one at the broker */
	CONFIG_ADDRESS, /* of char[] */
	CONFIG_LISTEN,  /* of struct config_listen[] */
	CONFIG_TYPEIDS, /* of struct typeids * */

	/* Of struct typeid_entry, whose members typeid_members.h takes. */
	CONFIG_KIND,
	CONFIG_PATTERN,
	CONFIG_ARGS,
	CONFIG_KWARGS,
	CONFIG_VALUE,
	CONFIG_METHODS,
	CONFIG_METHOD,
	CONFIG_OPTIONS,

	/* Of struct identity, whose members identity_members.h takes. */
	CONFIG_RIGHTS,
	CONFIG_FROM,
	CONFIG_UNTIL,
	CONFIG_UIDS,
	CONFIG_CERTIFICATES,
};

/* Which addresses may have a setting of theirs. */
enum config_tls {
	CONFIG_TLS_OR_NOT,
	CONFIG_TLS_ONLY,
	CONFIG_TLS_REQUIRED, /* and they have to */
};

struct config_setting {
	const char *name; /* in the file; the field has the same */
	enum config_type type;
	size_t offset; /* of the field in its struct, and its size */
	size_t size;
	const char *unit; /* of a number, or of what an array or path has */
	uint64_t min, max, standard;
	enum config_tls tls;
	const char *const *choices; /* the words for 0, 1 ...; then NULL */
	const char *help;           /* for the manual page */
};

/* The settings of struct config, of one struct config_listen, struct
 * typeid_entry or struct identity; behind the last is one without a name. */
extern const struct config_setting config_settings[];
extern const struct config_setting config_listen_settings[];
extern const struct config_setting config_typeid_settings[];
extern const struct config_setting config_identity_settings[];

/* The setting of that name, and the one whose name it may be a misspelling or
 * the start of; NULL if there is none. */
const struct config_setting *config_find(
	const struct config_setting *settings, const char *name);
const struct config_setting *config_find_nearest(
	const struct config_setting *settings, const char *name);

/* Whether it is a number, or has one for each of what it can be. */
bool config_is_counted(const struct config_setting *setting);

/* The value of such a one in its struct. */
uint64_t config_get(const struct config_setting *setting, const void *of);
void config_set(const struct config_setting *setting, void *of, uint64_t value);

/* Writes which values a setting takes, as "1 to 1000000 connections". */
void config_describe_allowed(
	const struct config_setting *setting, char text[CONFIG_ALLOWED_TEXT]);

#endif
