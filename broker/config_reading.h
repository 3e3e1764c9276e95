/* SPDX-License-Identifier: MIT */
/* A file of settings on its way to be read: where in it we are, and what is
 * said of what is wrong there. */
#ifndef BROKER_CONFIG_READING_H
#define BROKER_CONFIG_READING_H

#include "../proto/json.h"

#include "../system/error.h"
#include "config.h"
#include "config_table.h"

#define CONFIG_AT_DEPTH 4u /* an element of a list of an entry of "typeids" */

/* A text being read, and where: see tli_json_line(). */
struct config_reading {
	struct config *config;
	const char *path;
	const char *text;
	size_t len;
	size_t at[CONFIG_AT_DEPTH];
	size_t depth;
	struct tli_error *error;
};

/* Says what is wrong, with file and line. Returns the code. */
int config_complain(struct config_reading *reading, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Says what is wrong with a setting's value, and what is allowed. */
int config_refuse(struct config_reading *reading,
	const struct config_setting *setting, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Says that there is no memory to read the file. */
int config_shortage(struct config_reading *reading);

/* How a setting's value is taken into its struct. 0, or the code of what is
 * wrong with it. */
typedef int (*config_take)(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of);

/* Looks at what was taken as a whole. 0, or the code of what is wrong. */
typedef int (*config_check)(
	struct config_reading *reading, const tli_json *json, void *of);

/* Takes the text, which is one object; *of is not undone by an error. */
int config_read_text(struct config_reading *reading,
	const struct config_setting *settings, void *of, config_check check);

/* Takes the members of an object, each by its row. */
int config_read_members(struct config_reading *reading,
	const struct config_setting *settings, const tli_json *object,
	void *of);

/* Takes the elements of an array, each by the same function. */
int config_read_elements(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *array, void *of,
	config_take take);

#endif
