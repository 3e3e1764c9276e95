/* SPDX-License-Identifier: MIT */
#include "greeting.h"

#include "../proto/address.h"
#include "../system/places.h"

#include <stdio.h>
#include <string.h>

#define CA_FILE "ca.crt" /* what certs/make calls it */

/* Who does not name a key gets the default one; those of a folder are one for
 * each program. */
static const char *key_file(
	const struct broker *broker, char path[CONFIG_PATH_MAX + 8])
{
	const struct config *config = &broker->config;
	struct tli_error ignored;

	if (config->authkey_file[0])
		return config->authkey_file;
	if (config->keys_dir[0])
		snprintf(path, CONFIG_PATH_MAX + 8, "%s/ID.key",
			config->keys_dir);
	else if (tli_place_of_key(false, path, &ignored) != 0)
		return "authkey";
	return path;
}

/* For who is on this machine: an address of all is none to connect to. */
static void make_reachable(struct tli_address *address)
{
	if (strcmp(address->host, "0.0.0.0") == 0)
		strcpy(address->host, "127.0.0.1");
}

static void print_python_address(const struct tli_address *address)
{
	if (address->kind == TLI_ADDRESS_UNIX)
		printf("\"%s\"", address->path);
	else
		printf("(\"%s\", %u)", address->host, (unsigned)address->port);
}

static void print_plain_python(
	const struct tli_address *address, const char *key)
{
	printf("\nPython:  import json\n"
	       "         from multiprocessing.connection import Client\n"
	       "         key = open(\"%s\", \"rb\").read()\n"
	       "         c = Client(",
		key);
	print_python_address(address);
	printf(", authkey=key)\n"
	       "         c.send_bytes(json.dumps({\"dial\": \"echo\"})"
	       ".encode())\n"
	       "         print(json.loads(c.recv_bytes().decode()))\n"
	       "         c.send_bytes(b\"hello\")\n"
	       "         print(c.recv_bytes())\n");
}

/* With the one file python/tieline.py. */
static void print_secure_python(const char *address, const char *key)
{
	printf("\nPython:  import tieline\n"
	       "         c = tieline.connect(\"%s#echo\", "
	       "authkey_file=\"%s\",\n"
	       "                             ca_file=\"" CA_FILE "\")\n"
	       "         c.send_bytes(b\"hello\")\n"
	       "         print(c.recv_bytes())\n",
		address, key);
}

static void print_hints(struct tli_address *address, const char *key)
{
	bool is_secure = address->kind == TLI_ADDRESS_TLS;
	char text[TLI_ADDRESS_TEXT_MAX];

	make_reachable(address);
	tli_address_format(address, text);
	printf("\nshell:   export TIELINE_URL=%s TIELINE_AUTHKEY_FILE=%s%s\n"
	       "         tieline listen echo --exec cat\n"
	       "         echo hello | tieline dial echo --count 1\n",
		text, key, is_secure ? " TIELINE_CA_FILE=" CA_FILE : "");
	if (is_secure)
		print_secure_python(text, key);
	else
		print_plain_python(address, key);
	printf("\nC:       tieline_options options = "
	       "tieline_options_default();\n"
	       "         options.authkey_file = \"%s\";\n"
	       "%s"
	       "         tieline_client(\"%s#echo\", &options, &connection);"
	       "\n\n",
		key,
		is_secure ? "         options.ca_file = \"" CA_FILE "\";\n"
			  : "",
		text);
}

/* The first address that takes requests; those that are bound take none. */
static const struct port *first_open(const struct broker *broker)
{
	const struct port *port;

	TAILQ_FOREACH (port, &broker->ports.list, link)
		if (!port->config.bind[0])
			return port;
	return NULL;
}

static void print_address(const struct port *port, bool only_addresses)
{
	bool bound = port->config.bind[0] && !only_addresses;

	printf("listening at %s%s%s\n", port->address,
		bound ? ", bound to " : "", bound ? port->config.bind : "");
}

void greeting_print(const struct broker *broker, bool only_addresses)
{
	const struct port *open = first_open(broker);
	const struct port *port;
	struct tli_address address;
	char path[CONFIG_PATH_MAX + 8];

	TAILQ_FOREACH (port, &broker->ports.list, link)
		print_address(port, only_addresses);
	if (!only_addresses && open &&
		!tli_address_parse(open->address, &address))
		print_hints(&address, key_file(broker, path));
	fflush(stdout);
}
