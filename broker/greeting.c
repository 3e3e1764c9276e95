/* SPDX-License-Identifier: MIT */
#include "greeting.h"

#include "../proto/address.h"
#include "../system/places.h"

#include <stdio.h>
#include <string.h>

/* Who does not name a key gets the default one. */
static const char *key_file(
	const struct broker *broker, char path[TLI_PLACES_PATH_MAX])
{
	struct tli_error ignored;

	if (broker->config.authkey_file[0])
		return broker->config.authkey_file;
	return tli_place_of_key(false, path, &ignored) == 0 ? path : "authkey";
}

static void print_python_address(const char *text)
{
	struct tli_address address;

	if (tli_address_parse(text, &address) != NULL)
		return;
	if (address.kind == TLI_ADDRESS_UNIX)
		printf("\"%s\"", address.path);
	else
		printf("(\"%s\", %u)",
			strcmp(address.host, "0.0.0.0") ? address.host
							: "127.0.0.1",
			(unsigned)address.port);
}

static void print_hints(const char *address, const char *key)
{
	printf("\nshell:   tieline listen echo --exec cat "
	       "--url %s --authkey-file %s\n"
	       "         tieline dial echo --url %s --authkey-file %s\n",
		address, key, address, key);
	printf("\nPython:  import json\n"
	       "         from multiprocessing.connection import Client\n"
	       "         key = open(\"%s\", \"rb\").read()\n"
	       "         c = Client(",
		key);
	print_python_address(address);
	printf(", authkey=key)\n"
	       "         c.send_bytes(json.dumps({\"dial\": \"echo\"})"
	       ".encode())\n"
	       "         print(json.loads(c.recv_bytes()))"
	       "    # then c.send(...), c.recv()\n");
	printf("\nC:       tieline_options options = "
	       "tieline_options_default();\n"
	       "         options.authkey_file = \"%s\";\n"
	       "         tieline_client(\"%s#echo\", &options, &connection);"
	       "\n\n",
		key, address);
}

void greeting_print(const struct broker *broker, bool only_addresses)
{
	const struct port *first = TAILQ_FIRST(&broker->ports.list);
	const struct port *port;
	char path[TLI_PLACES_PATH_MAX];

	TAILQ_FOREACH (port, &broker->ports.list, link)
		printf("listening at %s%s%s\n", port->address,
			port->config.bind[0] && !only_addresses ? ", bound to "
								: "",
			only_addresses ? "" : port->config.bind);
	if (!only_addresses && first)
		print_hints(first->address, key_file(broker, path));
	fflush(stdout);
}
