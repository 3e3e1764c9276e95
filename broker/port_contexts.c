/* SPDX-License-Identifier: MIT */
#include "port_contexts.h"

#include "../system/credentials.h"

static const enum tli_tls_verify verify[] = {
	[CONFIG_CERTIFICATES_NONE] = TLI_TLS_UNVERIFIED,
	[CONFIG_CERTIFICATES_OPTIONAL] = TLI_TLS_IF_GIVEN,
	[CONFIG_CERTIFICATES_REQUIRED] = TLI_TLS_CHAIN,
};

/* NULL with *error set. */
static struct tli_tls_context *load(
	const struct config_listen *listen, struct tli_error *error)
{
	struct tli_credentials credentials = {
		.role = TLI_TLS_SERVER,
		.verify = verify[listen->client_certificates],
		.certificate_file = listen->certificate_file,
		.private_key_file = listen->private_key_file,
		.ca_file = listen->client_ca_file,
		.crl_file = listen->client_crl_file,
		.allow_tls12 = listen->allow_tls12,
	};
	struct tli_error wrong;
	struct tli_tls_context *context =
		tli_credentials_load(&credentials, &wrong);

	if (!context)
		tli_error_set(error, wrong.code, "%.80s: %s", listen->address,
			wrong.text);
	return context;
}

int port_contexts_load(struct port_contexts *contexts,
	const struct config *config, struct tli_error *error)
{
	*contexts = (struct port_contexts){.of = {NULL}};
	for (size_t i = 0; i < config->listen_count; i++) {
		if (!config_is_secure(&config->listen[i]))
			continue;
		contexts->of[i] = load(&config->listen[i], error);
		if (contexts->of[i])
			continue;
		port_contexts_fini(contexts);
		return error->code;
	}
	return 0;
}

struct tli_tls_context *port_contexts_take(
	struct port_contexts *contexts, size_t number)
{
	struct tli_tls_context *context = contexts->of[number];

	contexts->of[number] = NULL;
	return context;
}

void port_contexts_fini(struct port_contexts *contexts)
{
	for (size_t i = 0; i < CONFIG_LISTEN_MAX; i++)
		tli_tls_context_unref(contexts->of[i]);
}
