/* SPDX-License-Identifier: MIT */
#include "target.h"

#include "status.h"

#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TCP  "tcp://"
#define UNIX "unix:"

/* Adds one that was looked up, written so that it needs no looking up. */
static void add(struct target *target, const struct addrinfo *found)
{
	char host[TARGET_HOST_MAX], port[TARGET_PORT_MAX];

	if (target->count == TARGET_ADDRESSES_MAX ||
		getnameinfo(found->ai_addr, found->ai_addrlen, host,
			sizeof(host), port, sizeof(port),
			NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		return;
	snprintf(target->addresses[target->count++], TARGET_TEXT_MAX,
		strchr(host, ':') ? TCP "[%s]:%s" : TCP "%s:%s", host, port);
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

static int look_up(struct target *target, const char *address, char *text)
{
	static const struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found;
	char *host, *port;
	int result;

	if (!split(text, &host, &port))
		return complain(STATUS_USAGE, address, "host:port is missing");
	result = getaddrinfo(host, port, &hints, &found);
	if (result != 0)
		return complain(STATUS_CANNOT_CONNECT, address, "%s",
			gai_strerror(result));
	for (const struct addrinfo *one = found; one; one = one->ai_next)
		add(target, one);
	freeaddrinfo(found);
	return STATUS_DONE;
}

int target_find(struct target *target, const char *address)
{
	char text[TARGET_TEXT_MAX];
	size_t len = strlen(address);

	target->count = 0;
	if (len >= sizeof(text) || strchr(address, '#') ||
		(strncmp(address, TCP, strlen(TCP)) != 0 &&
			strncmp(address, UNIX, strlen(UNIX)) != 0))
		return complain(STATUS_USAGE, address,
			"the program's address has to be tcp://host:port or "
			"unix:/path");
	memcpy(text, address, len + 1);
	if (strncmp(text, TCP, strlen(TCP)) == 0)
		return look_up(target, address, text + strlen(TCP));
	memcpy(target->addresses[target->count++], text, len + 1);
	return STATUS_DONE;
}
