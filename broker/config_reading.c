/* SPDX-License-Identifier: MIT */
#include "config_reading.h"

#include <tieline/tieline.h>

#include <stdarg.h>
#include <stdio.h>

int config_complain(struct config_reading *reading, const char *format, ...)
{
	char what[TLI_ERROR_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return tli_error_set(reading->error, TIELINE_EINVAL, "%.100s:%u: %s",
		reading->path,
		tli_json_line(reading->text, reading->len, reading->at,
			reading->depth),
		what);
}

int config_refuse(struct config_reading *reading,
	const struct config_setting *setting, const char *format, ...)
{
	char what[TLI_ERROR_TEXT], allowed[CONFIG_ALLOWED_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	config_describe_allowed(setting, allowed);
	return config_complain(
		reading, "%s: %s: %s", setting->name, what, allowed);
}

int config_shortage(struct config_reading *reading)
{
	return tli_error_set(reading->error, TIELINE_ENOMEM,
		"no memory to read %.100s", reading->path);
}
