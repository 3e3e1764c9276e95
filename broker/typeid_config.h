/* SPDX-License-Identifier: MIT */
/* The setting "typeids": its entries, read and checked. */
#ifndef BROKER_TYPEID_CONFIG_H
#define BROKER_TYPEID_CONFIG_H

#include "config_reading.h"

int typeid_config_take(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);

#endif
