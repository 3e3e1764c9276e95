/* SPDX-License-Identifier: MIT */
/* The verb call: a method of any object, with arguments as Python has them. */
#include "arguments.h"
#include "literal.h"
#include "session.h"
#include "status.h"

#include <stdio.h>
#include <string.h>

struct calling {
	struct session session;
	const struct call *call;
	struct arguments arguments;
};

/* ---- what comes back ------------------------------------------------- */

/* As str() of the exception; NULL if that is nothing. To be freed with
 * tieline_free(). */
static char *text_of(const char *class, const tieline_value *arguments)
{
	size_t count = tieline_value_count(arguments);
	const tieline_value *shown =
		count == 1 ? tieline_value_item(arguments, 0) : arguments;
	char *text = NULL;
	int result = TIELINE_OK;

	if (strcmp(class, "KeyError") == 0 && count > 0)
		result = tieline_value_repr(shown, 0, &text, NULL);
	else if (count > 0)
		result = literal_show(shown, &text);
	return result < 0 ? NULL : text;
}

/* As Python ends a traceback. */
static int complain_of_exception(const struct calling *calling, int code,
	const char *class, const tieline_value *arguments)
{
	char *text = text_of(class, arguments);

	complain(status_of_open(code), calling->call->words[0], "%s%s%s", class,
		text ? ": " : "", text ? text : "");
	tieline_free(text);
	return status_of_open(code);
}

static int complain_of_call(struct calling *calling, int code)
{
	const char *class;
	tieline_value *arguments;

	if (tieline_session_exception(calling->session.session, &class,
		    calling->arguments.values, &arguments) == 1)
		return complain_of_exception(calling, code, class, arguments);
	return session_complain(
		&calling->session, calling->call->words[0], code);
}

/* As an interactive Python: None is nothing to be told of. */
static int print_result(
	const struct calling *calling, const tieline_value *value)
{
	bool as_json = calling->call->settings.json;
	char *text;
	int result;

	if (!as_json && tieline_value_kind(value) == TIELINE_NONE)
		return STATUS_DONE;
	result = as_json ? tieline_value_to_json(
				   value, TIELINE_JSON_WRAPPED, &text, NULL)
			 : tieline_value_repr(value, 0, &text, NULL);
	if (result < 0)
		return complain(STATUS_OTHER, calling->call->words[0],
			"what came back cannot be printed: %s",
			tieline_handle_error(NULL));
	puts(text);
	tieline_free(text);
	return STATUS_DONE;
}

/* ---- the call -------------------------------------------------------- */

static int call_method(struct calling *calling)
{
	const struct call *call = calling->call;
	const struct arguments *arguments = &calling->arguments;
	tieline_object *object;
	tieline_value *value;
	int result = session_open_object(&calling->session, call,
		call->settings.kind, arguments->options, &object);

	if (result < 0)
		return session_complain(
			&calling->session, call->words[0], result);
	result = tieline_object_call(object, call->words[1],
		arguments->positional, arguments->named,
		call->settings.timeout_ms, arguments->values, &value);
	return result < 0 ? complain_of_call(calling, result)
			  : print_result(calling, value);
}

int verb_call(const struct call *call)
{
	struct calling calling = {.call = call};
	int status = arguments_read(&calling.arguments, call, call->words + 2);

	if (status == STATUS_DONE)
		status = session_begin(
			&calling.session, call, call->words[0], SESSION_ENDS);
	if (status == STATUS_DONE)
		status = call_method(&calling);
	session_end(&calling.session);
	arguments_free(&calling.arguments);
	return status;
}
