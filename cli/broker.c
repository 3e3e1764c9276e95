/* SPDX-License-Identifier: MIT */
#include "broker.h"

#include "status.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define URL_VARIABLE      "TIELINE_URL"
#define KEY_FILE_VARIABLE "TIELINE_AUTHKEY_FILE"

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

static int find_url(const struct settings *settings, char url[BROKER_URL_MAX])
{
	const char *value = chosen(settings->url, URL_VARIABLE);
	int result;

	if (value && strchr(value, '#'))
		return complain(STATUS_USAGE, value,
			"a broker's address has no #name: the name stands "
			"behind the verb");
	if (value)
		return copy(url, BROKER_URL_MAX, "the broker's address", value);
	result = tieline_default_broker(url, BROKER_URL_MAX);
	if (result == TIELINE_OK)
		return STATUS_DONE;
	return complain(
		STATUS_USAGE, "no --url", "%s", tieline_handle_error(NULL));
}

int broker_find_key_file(
	const struct settings *settings, char path[BROKER_KEY_FILE_MAX])
{
	const char *value = chosen(settings->authkey_file, KEY_FILE_VARIABLE);
	int result;

	if (value)
		return copy(path, BROKER_KEY_FILE_MAX, "the key file", value);
	result = tieline_default_authkey_file(path, BROKER_KEY_FILE_MAX);
	if (result == TIELINE_OK)
		return STATUS_DONE;
	return complain(STATUS_AUTHENTICATION, "no --authkey-file", "%s",
		tieline_handle_error(NULL));
}

/* As the library and the broker have it, which would blame the address, or
 * raise something. */
int broker_check_name(const char *name)
{
	static const char allowed[] = "0123456789._-:/"
				      "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = strlen(name);

	if (len >= 1 && len <= BROKER_NAME_MAX && strspn(name, allowed) == len)
		return STATUS_DONE;
	return complain(STATUS_USAGE, name,
		"a name has 1 to %u letters, digits and . _ - : / of ASCII",
		BROKER_NAME_MAX);
}

static int add_name(char address[BROKER_ADDRESS_MAX], const char *name)
{
	size_t len = strlen(address);
	int status = broker_check_name(name);

	if (status == STATUS_DONE)
		snprintf(address + len, BROKER_ADDRESS_MAX - len, "#%s", name);
	return status;
}

/* A listener has lost the broker, or turned somebody away. */
static void say_refused(
	void *arg, int code, const char *peer, const char *message)
{
	(void)arg;
	complain(status_of(code), peer, "%s", message);
}

/* What the library takes for TLS; without a tls:// it does not matter. */
static void take_tls(tieline_options *options, const struct settings *settings)
{
	options->ca_file = chosen(settings->ca_file, "TIELINE_CA_FILE");
	options->crl_file = chosen(settings->crl_file, "TIELINE_CRL_FILE");
	options->certificate_file =
		chosen(settings->certificate_file, "TIELINE_CERTIFICATE_FILE");
	options->private_key_file =
		chosen(settings->private_key_file, "TIELINE_PRIVATE_KEY_FILE");
	options->server_name =
		chosen(settings->server_name, "TIELINE_SERVER_NAME");
	options->verify = settings->verify;
	options->allow_tls12 = settings->tls12;
	options->allow_unbound = settings->allow_unbound;
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
	broker->is_default = !chosen(settings->url, URL_VARIABLE);
	broker->key_file_is_default =
		!chosen(settings->authkey_file, KEY_FILE_VARIABLE);
	broker->options = tieline_options_default();
	broker->options.authkey_file = broker->key_file;
	broker->options.on_refused = say_refused;
	take_tls(&broker->options, settings);
	/* To the library, 0 is the default. */
	if (settings->timeout_ms >= 0)
		broker->options.connect_timeout_ms = settings->timeout_ms > 0
			? (uint32_t)settings->timeout_ms
			: 1;
	return status;
}

/* What to do where nobody has said anything, and nothing is there. */
static const char *hint(const struct broker *broker, int code)
{
	if (code == TIELINE_ECONNECT && broker->is_default)
		return ": is tielined running?";
	if (code == TIELINE_EKEY && broker->key_file_is_default &&
		access(broker->key_file, F_OK) != 0 && errno == ENOENT)
		return ": is tielined running? It makes the key at its first "
		       "start";
	return "";
}

int broker_complain(const struct broker *broker, int code)
{
	return complain(status_of(code), what_of(broker->address, code), "%s%s",
		tieline_handle_error(NULL), hint(broker, code));
}
