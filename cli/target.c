/* SPDX-License-Identifier: MIT */
#include "target.h"

#include "status.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TCP  "tcp://"
#define TLS  "tls://"
#define UNIX "unix:"

static bool begins(const char *text, const char *start)
{
	return strncmp(text, start, strlen(start)) == 0;
}

/* Adds one that was looked up, written so that it needs no looking up. */
static void add(
	struct target *target, const char *scheme, const struct addrinfo *found)
{
	char host[TARGET_HOST_MAX], port[TARGET_PORT_MAX];

	if (target->count == TARGET_ADDRESSES_MAX ||
		getnameinfo(found->ai_addr, found->ai_addrlen, host,
			sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(target->addresses[target->count++], TARGET_URL_MAX,
		strchr(host, ':') ? "%s[%s]:%s" : "%s%s:%s", scheme, host,
		port);
}

/* Splits host:port, the host perhaps in brackets; false if it is not that. */
static bool split(char *text, char **host_out, char **port_out)
{
	char *colon = strrchr(text, ':');
	size_t len;

	if (!colon)
		return false;
	*colon = '\0';
	*port_out = colon + 1;
	*host_out = text;
	len = strlen(text);
	if (*text != '[' || len < 2 || text[len - 1] != ']')
		return len > 0;
	text[len - 1] = '\0';
	*host_out = text + 1;
	return true;
}

static int look_up(struct target *target, const char *address,
	const char *scheme, char *text)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found;
	char *host, *port;
	int result;

	if (!split(text, &host, &port) || strlen(host) >= TARGET_HOST_MAX)
		return complain(STATUS_USAGE, address, "host:port is missing");
	result = getaddrinfo(host, port, &hints, &found);
	if (result != 0)
		return complain(STATUS_CANNOT_CONNECT, address, "%s",
			gai_strerror(result));
	strcpy(target->host, host);
	for (const struct addrinfo *one = found; one; one = one->ai_next)
		add(target, scheme, one);
	freeaddrinfo(found);
	return STATUS_DONE;
}

int target_find(struct target *target, const char *address,
	const struct target_rule *rule)
{
	const char *scheme = rule->tls && begins(address, TLS) ? TLS : TCP;
	char text[TARGET_URL_MAX];

	*target = (struct target){.count = 0};
	if (strlen(address) >= sizeof(text) || strchr(address, '#') ||
		(!begins(address, scheme) && !begins(address, UNIX)))
		return complain(STATUS_USAGE, address, "%s", rule->text);
	strcpy(text, address);
	if (begins(text, scheme))
		return look_up(target, address, scheme, text + strlen(scheme));
	strcpy(target->addresses[target->count++], text);
	return STATUS_DONE;
}

void target_add_name(struct target *target, const char *name)
{
	for (size_t i = 0; i < target->count; i++) {
		char *address = target->addresses[i];
		size_t len = strlen(address);

		snprintf(address + len, sizeof(target->addresses[i]) - len,
			"#%s", name);
	}
}

bool target_is_local(const struct target *target)
{
	for (size_t i = 0; i < target->count; i++)
		if (!begins(target->addresses[i], UNIX) &&
			!begins(target->addresses[i], TCP "127.") &&
			!begins(target->addresses[i], TCP "[::1]:"))
			return false;
	return true;
}
