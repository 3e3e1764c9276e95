/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The option, or else what the environment says; NULL if that is nothing. */
static const char *chosen(const char *option, const char *variable)
{
	const char *value = option ? option : getenv(variable);

	return value && *value ? value : NULL;
}

static int copy(char *place, size_t size, const char *what, const char *text)
{
	size_t len = strlen(text);

	if (len >= size)
		return complain(
			STATUS_USAGE, what, "%zu bytes are too long", len);
	memcpy(place, text, len + 1);
	return STATUS_DONE;
}

static int find_url(
	const struct settings *settings, char url[BROKER_ADDRESS_MAX])
{
	const char *value = chosen(settings->url, "TIELINE_URL");
	int result;

	if (value && strchr(value, '#'))
		return complain(STATUS_USAGE, value,
			"a broker's address has no #name: the name stands "
			"behind the verb");
	if (value)
		return copy(
			url, BROKER_ADDRESS_MAX, "the broker's address", value);
	result = tieline_default_broker(url, BROKER_ADDRESS_MAX);
	if (result == TIELINE_OK)
		return STATUS_DONE;
	return complain(
		STATUS_USAGE, "no --url", "%s", tieline_handle_error(NULL));
}

int broker_find_key_file(
	const struct settings *settings, char path[BROKER_KEY_FILE_MAX])
{
	const char *value =
		chosen(settings->authkey_file, "TIELINE_AUTHKEY_FILE");
	int result;

	if (value)
		return copy(path, BROKER_KEY_FILE_MAX, "the key file", value);
	result = tieline_default_authkey_file(path, BROKER_KEY_FILE_MAX);
	if (result == TIELINE_OK)
		return STATUS_DONE;
	return complain(STATUS_AUTHENTICATION, "no --authkey-file", "%s",
		tieline_handle_error(NULL));
}

static int add_name(char address[BROKER_ADDRESS_MAX], const char *name)
{
	size_t len = strlen(address);

	if (len + 1 + strlen(name) >= BROKER_ADDRESS_MAX)
		return complain(STATUS_USAGE, name, "the name is too long");
	snprintf(address + len, BROKER_ADDRESS_MAX - len, "#%s", name);
	return STATUS_DONE;
}

/* A listener has lost the broker, or turned somebody away. */
static void say_refused(
	void *arg, int code, const char *peer, const char *message)
{
	(void)arg;
	complain(status_of(code), peer, "%s", message);
}

int broker_init(
	struct broker *broker, const struct call *call, const char *name)
{
	const struct settings *settings = &call->settings;
	int status = find_url(settings, broker->address);

	if (status == STATUS_DONE && name)
		status = add_name(broker->address, name);
	if (status == STATUS_DONE)
		status = broker_find_key_file(settings, broker->key_file);
	broker->options = tieline_options_default();
	broker->options.authkey_file = broker->key_file;
	broker->options.on_refused = say_refused;
	/* To the library, 0 is the default. */
	if (settings->timeout_ms >= 0)
		broker->options.connect_timeout_ms = settings->timeout_ms > 0
			? (uint32_t)settings->timeout_ms
			: 1;
	return status;
}
