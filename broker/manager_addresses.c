/* SPDX-License-Identifier: MIT */
/* Where proxies inside answers lead to: those who put them there may have come
 * another way than those who get them. */
#include "manager.h"

#include "../proto/value/token.h"
#include "../system/socket.h"

#include <string.h>

/* A path, or (host, port), as Python's clients take addresses; NULL for lack of
 * memory. */
static struct tli_value *address_value(
	struct tli_values *values, const char *text)
{
	struct tli_address address;
	struct tli_value *pair[2];

	if (tli_address_parse(text, &address))
		return tli_none(values);
	if (address.kind == TLI_ADDRESS_UNIX)
		return tli_text(values, address.path);
	pair[0] = tli_text(values, address.host);
	pair[1] = tli_int(values, address.port);
	return tli_items(values, TLI_TUPLE, pair, 2);
}

/* Where this client has come to, or what the configuration says instead. */
static struct tli_value *own_address(const struct manager *manager)
{
	const char *advertised = manager->broker->config.advertise_address;
	struct tli_endpoint local;
	char text[TLI_ENDPOINT_TEXT];

	if (manager->peer->stream.is_tcp && advertised[0])
		return address_value(manager_values(manager), advertised);
	if (!tli_socket_local(manager->peer->stream.channel.fd, &local))
		return tli_none(manager_values(manager));
	tli_endpoint_format(&local, text);
	return address_value(manager_values(manager), text);
}

struct tli_value *manager_token(
	struct manager *manager, const char *typeid, const char *ident)
{
	struct tli_values *values = manager_values(manager);
	struct tli_value *state[3] = {
		[TLI_TOKEN_TYPEID] = tli_text(values, typeid),
		[TLI_TOKEN_ADDRESS] = own_address(manager),
		[TLI_TOKEN_IDENT] = tli_text(values, ident),
	};
	struct tli_value *token = tli_object(values, TLI_NEWOBJ,
		tli_global(values, "multiprocessing.managers", "Token"),
		tli_items(values, TLI_TUPLE, NULL, 0), NULL);

	if (!token ||
		!tli_object_step(token, TLI_STEP_BUILD,
			tli_items(values, TLI_TUPLE, state, 3)))
		return NULL;
	return token;
}

static bool is_ours(
	const struct manager *manager, const struct tli_value *state)
{
	const char *text =
		tli_text_of(tli_items_of(state)->items[TLI_TOKEN_IDENT]);
	struct ident ident;

	return text && ident_parse(&ident, text, manager->broker->epoch);
}

static bool redirect(void *arg, struct tli_value *state)
{
	struct manager *manager = arg;

	return !is_ours(manager, state) ||
		tli_replace(state, TLI_TOKEN_ADDRESS, own_address(manager));
}

bool manager_redirect(struct manager *manager, struct tli_value *answer)
{
	return tli_tokens_visit(answer, redirect, manager);
}
