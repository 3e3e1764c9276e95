/* SPDX-License-Identifier: MIT */
#include "typed.h"

#include "session.h"
#include "value_build.h"

int tli_typed_open(tieline_session *session, const char *name, const char *kind,
	const tieline_object_options *options, tieline_object **object_out,
	const char *more, ...)
{
	tieline_values *values = tieline_values_new(NULL);
	struct tli_opening_of opening = {
		.name = name, .kind = kind, .options = options};
	va_list arguments;
	int result;

	va_start(arguments, more);
	opening.more = tli_value_build(values, more, &arguments, "option");
	va_end(arguments);
	result = opening.more ? tli_remote_open(session, &opening, object_out)
			      : tli_session_blame(session);
	tieline_values_free(values);
	return result;
}
