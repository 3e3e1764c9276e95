/* SPDX-License-Identifier: MIT */
/* The members of an identity's file: how each is taken into its struct
 * identity. */
#ifndef BROKER_IDENTITY_MEMBERS_H
#define BROKER_IDENTITY_MEMBERS_H

#include "config_reading.h"

int identity_take_rights(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_time(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_uids(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int identity_take_certificates(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);

#endif
