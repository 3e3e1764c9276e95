/* SPDX-License-Identifier: MIT */
/* The options of TLS. */
#include "settings.h"

#include <string.h>

static const enum tli_tls_verify of_server[] = {
	[TIELINE_VERIFY_FULL] = TLI_TLS_NAME,
	[TIELINE_VERIFY_CHAIN] = TLI_TLS_CHAIN,
	[TIELINE_VERIFY_NONE] = TLI_TLS_UNVERIFIED,
};

static const enum tli_tls_verify of_clients[] = {
	[TIELINE_CLIENT_CERTIFICATES_NONE] = TLI_TLS_UNVERIFIED,
	[TIELINE_CLIENT_CERTIFICATES_OPTIONAL] = TLI_TLS_IF_GIVEN,
	[TIELINE_CLIENT_CERTIFICATES_REQUIRED] = TLI_TLS_CHAIN,
};

static bool is_given(const char *text)
{
	return text && text[0];
}

/* NULL, or what of the options does not go together. */
static const char *objection_of_client(const tieline_options *options)
{
	if (options->verify == TIELINE_VERIFY_NONE &&
		(options->allow_unbound || options->no_authkey))
		return "with TIELINE_VERIFY_NONE a key that is bound to the "
		       "connection is all that tells who the server is: "
		       "neither no_authkey nor allow_unbound goes with it";
	if (options->bind_to_certificate && options->allow_unbound)
		return "a login is either bound to the certificate or not "
		       "bound: not both of bind_to_certificate and "
		       "allow_unbound";
	if (is_given(options->server_name) &&
		strlen(options->server_name) > TLI_ADDRESS_HOST_MAX)
		return "server_name is longer than any name";
	return NULL;
}

static const char *objection_of_listener(const tieline_options *options)
{
	if (!is_given(options->certificate_file) ||
		!is_given(options->private_key_file))
		return "to listen with TLS takes a certificate_file and its "
		       "private_key_file";
	if (options->client_certificates && !is_given(options->ca_file))
		return "client_certificates takes the ca_file of those who "
		       "vouch for clients";
	return NULL;
}

/* How a client proves its key. */
static enum tli_binding_way binding_way(const tieline_options *options)
{
	if (options->allow_unbound)
		return TLI_BINDING_NONE;
	return options->bind_to_certificate ? TLI_BINDING_END_POINT
					    : TLI_BINDING_EXPORTER;
}

static void take_server_name(struct tli_settings *settings,
	const tieline_options *options, const struct tli_address *address)
{
	strcpy(settings->server_name,
		is_given(options->server_name) ? options->server_name
					       : address->host);
}

static int load(struct tli_settings *settings, const tieline_options *options,
	bool is_client, struct tli_error *error)
{
	const struct tli_credentials credentials = {
		.role = is_client ? TLI_TLS_CLIENT : TLI_TLS_SERVER,
		.verify = is_client ? of_server[options->verify]
				    : of_clients[options->client_certificates],
		.certificate_file = options->certificate_file,
		.private_key_file = options->private_key_file,
		.ca_file = options->ca_file,
		.crl_file = options->crl_file,
		.allow_tls12 = options->allow_tls12,
	};

	settings->tls = tli_credentials_load(&credentials, error);
	return settings->tls ? 0 : error->code;
}

void tli_settings_format(const struct tli_settings *settings,
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT])
{
	tli_endpoint_format(endpoint, text);
	if (settings->tls)
		memcpy(text, "tls", 3); /* instead of "tcp" */
}

int tli_settings_secure(struct tli_settings *settings,
	const tieline_options *options, const struct tli_use *use,
	struct tli_error *error)
{
	bool is_client = use->role == TLI_AUTH_CLIENT;
	const char *wrong;

	if (use->address->kind != TLI_ADDRESS_TLS)
		return 0;
	wrong = is_client ? objection_of_client(options)
			  : objection_of_listener(options);
	if (wrong)
		return tli_error_set(error, TIELINE_EINVAL, "%s", wrong);
	if (is_client)
		take_server_name(settings, options, use->address);
	settings->allow_unbound = options->allow_unbound;
	if (is_client)
		settings->binding_way = binding_way(options);
	return load(settings, options, is_client, error);
}
