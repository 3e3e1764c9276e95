/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the broker made to fail while somebody comes over TLS,
 * OpenSSL's own included: it costs that connection at most.
 */
#include "secure.h"
#include "shortage.h"

static struct tli_tls_context *context;

static void wants_pong(struct tli_channel *channel)
{
	uint8_t byte;

	tell_securely(channel, "{\"ping\":\"x\"}");
	(void)take_securely(channel, &byte, 1);
}

static void somebody_comes(void)
{
	struct tli_channel channel = tli_channel_plain(keep(knock(OVER_TLS)));

	if (log_in_securely(&channel, context))
		wants_pong(&channel);
	tli_tls_free(channel.tls);
}

static void nobody_yet(void)
{
	if (!context)
		context = client_context();
}

static void one_client(void)
{
	nobody_yet();
	client(OVER_TCP);
}

/* Both directions, and the word that nothing more comes. */
static void two_meet(void)
{
	struct tli_channel channel = tli_channel_plain(keep(knock(OVER_TLS)));
	char byte;

	try_to_say(fds[0], "{\"accept\":\"n\"}");
	if (log_in_securely(&channel, context)) {
		tell_securely(&channel, "{\"dial\":\"n\"}");
		tell_securely(&channel, "hello");
		try_to_say(fds[0], "there");
		(void)take_securely(&channel, &byte, 1);
		tli_channel_end(&channel);
		settle();
	}
	tli_tls_free(channel.tls);
}

int main(void)
{
	static const struct scenario scenarios[] = {
		{"somebody comes over TLS", nobody_yet, somebody_comes},
		{"two meet over TLS", one_client, two_meet},
	};
	int result;

	configure = listen_with_tls;
	result = run_scenarios(scenarios, LENGTH(scenarios));
	tli_tls_context_unref(context);
	return result;
}
