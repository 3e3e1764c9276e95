/* SPDX-License-Identifier: MIT */
/* What is in the file of an identity, and how each member of it is taken into
 * its struct identity. */
#ifndef BROKER_IDENTITY_MEMBERS_H
#define BROKER_IDENTITY_MEMBERS_H

#include "config_reading.h"

struct identity;

/* Takes the text of a file; path is for messages. Returns 0, or the code in
 * *error with some of it taken. */
int identity_parse(struct identity *identity, const char *path,
	const char *text, size_t len, struct tli_error *error);

int identity_take_rights(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_time(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_uids(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_certificates(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);

#endif
