/* SPDX-License-Identifier: MIT */
/* The members of an entry of "typeids": how each is taken into its struct
 * typeid_entry, whose type is known. */
#ifndef BROKER_TYPEID_MEMBERS_H
#define BROKER_TYPEID_MEMBERS_H

#include "config_reading.h"

int typeid_take_type(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_pattern(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_args(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_kwargs(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_value(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_exposed(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_call(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);
int typeid_take_options(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);

#endif
