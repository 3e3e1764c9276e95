/* SPDX-License-Identifier: MIT */
#include "endpoint.h"

#include <tieline/tieline.h>

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>

int tli_endpoint_parse(
	const char *text, struct tli_address *address, struct tli_error *error)
{
	const char *wrong;

	text = text ? text : "";
	wrong = tli_address_parse(text, address);
	if (wrong)
		return tli_error_set(error, TIELINE_EADDRESS,
			"the address \"%.100s\" cannot be used: %s", text,
			wrong);
	return 0;
}

static void unix_endpoint(const char *path, struct tli_endpoint *endpoint)
{
	struct sockaddr_un *un = (struct sockaddr_un *)&endpoint->address;

	*endpoint = (struct tli_endpoint){.len = sizeof(*un)};
	un->sun_family = AF_UNIX;
	strcpy(un->sun_path, path); /* the parser holds it to what fits */
}

/* All addresses of the machine, of both families where there is IPv6. */
static size_t any_endpoints(uint16_t port, struct tli_endpoint *endpoints)
{
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)&endpoints[0].address;
	struct sockaddr_in *in = (struct sockaddr_in *)&endpoints[1].address;

	endpoints[0] = (struct tli_endpoint){.len = sizeof(*in6)};
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	in6->sin6_addr = in6addr_any;
	endpoints[1] = (struct tli_endpoint){.len = sizeof(*in)};
	in->sin_family = AF_INET;
	in->sin_port = htons(port);
	in->sin_addr.s_addr = htonl(INADDR_ANY);
	return 2;
}

static int lookup_failed(const struct tli_address *address,
	enum tli_lookup lookup, int result, struct tli_error *error)
{
	if (lookup == TLI_LOOKUP_NUMERIC && result == EAI_NONAME)
		return tli_error_set(error, TIELINE_EADDRESS,
			"%s is a host name: looking it up would block, so give "
			"a numeric address or use tieline_client()",
			address->host);
	if (result == EAI_MEMORY)
		return tli_error_set(error, TIELINE_ENOMEM,
			"no memory to look up %s", address->host);
	return tli_error_set(error, TIELINE_ERESOLVE, "cannot look up %s: %s",
		address->host,
		result == EAI_SYSTEM ? strerror(errno) : gai_strerror(result));
}

static size_t take_family(const struct addrinfo *list, bool ipv4,
	struct tli_endpoint *endpoints, size_t count)
{
	for (; list && count < TLI_ENDPOINTS_MAX; list = list->ai_next) {
		if ((list->ai_family == AF_INET) != ipv4)
			continue;
		memcpy(&endpoints[count].address, list->ai_addr,
			list->ai_addrlen);
		endpoints[count++].len = list->ai_addrlen;
	}
	return count;
}

static int tcp_endpoints(const struct tli_address *address,
	enum tli_lookup lookup, struct tli_endpoint *endpoints, size_t *count,
	struct tli_error *error)
{
	struct addrinfo hints = {
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICSERV |
			(lookup == TLI_LOOKUP_NUMERIC ? AI_NUMERICHOST : 0),
	};
	struct addrinfo *list;
	char port[8];
	int result;

	snprintf(port, sizeof(port), "%u", (unsigned)address->port);
	result = getaddrinfo(address->host, port, &hints, &list);
	if (result != 0)
		return lookup_failed(address, lookup, result, error);
	/* Stock Python connects to IPv4 only: that is where to meet it. */
	*count = take_family(list, true, endpoints, 0);
	*count = take_family(list, false, endpoints, *count);
	freeaddrinfo(list);
	return 0;
}

int tli_endpoint_lookup(const struct tli_address *address,
	enum tli_lookup lookup,
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX], size_t *count,
	struct tli_error *error)
{
	bool listens = lookup == TLI_LOOKUP_LISTEN;

	if (address->kind == TLI_ADDRESS_UNIX) {
		unix_endpoint(address->path, endpoints);
		*count = 1;
		return 0;
	}
	if (!listens && (!address->host[0] || address->port == 0))
		return tli_error_set(error, TIELINE_EADDRESS,
			"a client needs a host and a port other than 0");
	if (!address->host[0]) {
		*count = any_endpoints(address->port, endpoints);
		return 0;
	}
	return tcp_endpoints(address, lookup, endpoints, count, error);
}

static bool is_loopback4(uint32_t address)
{
	return address >> 24 == 127;
}

static bool is_loopback6(const struct in6_addr *address)
{
	uint32_t last;

	if (IN6_IS_ADDR_LOOPBACK(address))
		return true;
	memcpy(&last, address->s6_addr + 12, sizeof(last));
	return IN6_IS_ADDR_V4MAPPED(address) && is_loopback4(ntohl(last));
}

bool tli_endpoint_is_local(const struct tli_endpoint *endpoint)
{
	const void *address = &endpoint->address;
	const struct sockaddr_in *in = address;
	const struct sockaddr_in6 *in6 = address;

	switch (endpoint->address.ss_family) {
	case AF_UNIX:
		return true;
	case AF_INET:
		return is_loopback4(ntohl(in->sin_addr.s_addr));
	case AF_INET6:
		return is_loopback6(&in6->sin6_addr);
	default:
		return false;
	}
}

bool tli_endpoint_is_tcp(const struct tli_endpoint *endpoint)
{
	return endpoint->address.ss_family == AF_INET ||
		endpoint->address.ss_family == AF_INET6;
}

static void format_unix(
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT])
{
	const struct sockaddr_un *un = (const void *)&endpoint->address;
	size_t offset = offsetof(struct sockaddr_un, sun_path);
	size_t len = endpoint->len > offset ? endpoint->len - offset : 0;

	snprintf(text, TLI_ENDPOINT_TEXT, "unix:%.*s",
		(int)strnlen(un->sun_path, len), un->sun_path);
	/* A peer chooses its path, and whoever logs it shall not suffer. */
	for (char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			*c = '?';
}

static void format_tcp(
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT])
{
	char host[NI_MAXHOST] = "?", port[NI_MAXSERV] = "0";
	const char *shown = host;
	bool ipv6;

	getnameinfo((const struct sockaddr *)&endpoint->address, endpoint->len,
		host, sizeof(host), port, sizeof(port),
		NI_NUMERICHOST | NI_NUMERICSERV);
	/* An IPv4 peer of a socket for both families is shown as what it is. */
	if (strncmp(host, "::ffff:", 7) == 0 && strchr(host, '.'))
		shown = host + 7;
	ipv6 = strchr(shown, ':') != NULL;
	snprintf(text, TLI_ENDPOINT_TEXT, "tcp://%s%.80s%s:%.8s",
		ipv6 ? "[" : "", shown, ipv6 ? "]" : "", port);
}

void tli_endpoint_format(
	const struct tli_endpoint *endpoint, char text[TLI_ENDPOINT_TEXT])
{
	if (tli_endpoint_is_tcp(endpoint))
		format_tcp(endpoint, text);
	else
		format_unix(endpoint, text);
}
