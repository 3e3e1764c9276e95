/* SPDX-License-Identifier: MIT */
#include "address.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define DIGITS     "0123456789"
#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOST_CHARS LETTERS DIGITS "-._"
#define IPV6_CHARS LETTERS DIGITS ":.%_-" /* with a zone behind the '%' */
#define NAME_CHARS LETTERS DIGITS "._-:/"

/* A piece of the text being parsed. */
struct span {
	const char *start;
	size_t len;
};

static bool only_of(struct span span, const char *chars)
{
	for (size_t i = 0; i < span.len; i++)
		if (!strchr(chars, span.start[i]))
			return false;
	return true;
}

static void copy(char *out, struct span span)
{
	memcpy(out, span.start, span.len);
	out[span.len] = '\0';
}

/* Drops the prefix from the span if it is there. */
static bool skip(struct span *span, const char *prefix)
{
	size_t len = strlen(prefix);

	if (span->len < len || memcmp(span->start, prefix, len) != 0)
		return false;
	span->start += len;
	span->len -= len;
	return true;
}

/* Cuts the span at the first such character; the rest follows it. */
static bool cut(struct span *span, char at, struct span *rest)
{
	const char *found = memchr(span->start, at, span->len);

	if (!found)
		return false;
	rest->start = found + 1;
	rest->len = span->len - (size_t)(rest->start - span->start);
	span->len = (size_t)(found - span->start);
	return true;
}

static const char *parse_port(struct span span, uint16_t *port_out)
{
	unsigned long port = 0;

	if (span.len == 0)
		return "the port is missing: tcp://host:port";
	if (span.len > 5 || !only_of(span, DIGITS))
		return "the port is not a number from 0 to 65535";
	for (size_t i = 0; i < span.len; i++)
		port = port * 10 + (unsigned long)(span.start[i] - '0');
	if (port > UINT16_MAX)
		return "the port is not a number from 0 to 65535";
	*port_out = (uint16_t)port;
	return NULL;
}

static const char *parse_host(struct span host, bool ipv6, char *out)
{
	if (host.len > TLI_ADDRESS_HOST_MAX)
		return "the host is longer than 255 bytes";
	if (!only_of(host, ipv6 ? IPV6_CHARS : HOST_CHARS))
		return "the host has a character that no host has";
	copy(out, host);
	return NULL;
}

static const char *parse_tcp(struct span text, struct tli_address *out)
{
	struct span port;
	bool ipv6 = skip(&text, "[");
	const char *wrong;

	if (ipv6 && (!cut(&text, ']', &port) || !skip(&port, ":")))
		return "an IPv6 address is written tcp://[::1]:port";
	if (ipv6 && !memchr(text.start, ':', text.len))
		return "what is in brackets is not an IPv6 address";
	if (!ipv6 && !cut(&text, ':', &port))
		return "the port is missing: tcp://host:port";
	if (!ipv6 && memchr(port.start, ':', port.len))
		return "an IPv6 address is written tcp://[::1]:port";
	wrong = parse_host(text, ipv6, out->host);
	return wrong ? wrong : parse_port(port, &out->port);
}

static const char *parse_unix(struct span path, struct tli_address *out)
{
	out->kind = TLI_ADDRESS_UNIX;
	if (path.len == 0)
		return "the path is missing: unix:/path";
	if (path.len > TLI_ADDRESS_PATH_MAX)
		return "the path is longer than the 107 bytes that a Unix "
		       "socket's may have";
	copy(out->path, path);
	return NULL;
}

const char *tli_name_check(const char *name)
{
	struct span span = {name, strlen(name)};

	if (span.len > 0 && span.len <= TLI_ADDRESS_NAME_MAX &&
		only_of(span, NAME_CHARS))
		return NULL;
	return "a name, which stands behind a '#' in an address, has 1 to "
	       "128 " TLI_ADDRESS_NAME_CHARS;
}

static const char *parse_name(struct span name, char *out)
{
	const char *wrong = tli_name_check(name.start);

	if (!wrong)
		copy(out, name);
	return wrong;
}

const char *tli_address_parse(const char *text, struct tli_address *address)
{
	struct span rest = {text, strlen(text)};
	struct span name; /* ends where the text does */
	struct tli_address parsed = {.port = 0};
	const char *wrong = NULL;

	if (cut(&rest, '#', &name))
		wrong = parse_name(name, parsed.name);
	if (wrong)
		return wrong;
	if (skip(&rest, "tls://"))
		parsed.kind = TLI_ADDRESS_TLS;
	if (parsed.kind == TLI_ADDRESS_TLS || skip(&rest, "tcp://"))
		wrong = parse_tcp(rest, &parsed);
	else if (skip(&rest, "unix:"))
		wrong = parse_unix(rest, &parsed);
	else
		wrong = "it is none of tcp://host:port, tls://host:port and "
			"unix:/path";
	if (!wrong)
		*address = parsed;
	return wrong;
}

void tli_address_format(
	const struct tli_address *address, char text[TLI_ADDRESS_TEXT_MAX])
{
	bool ipv6 = strchr(address->host, ':') != NULL;
	const char *hash = address->name[0] ? "#" : "";

	if (address->kind == TLI_ADDRESS_UNIX)
		snprintf(text, TLI_ADDRESS_TEXT_MAX, "unix:%s%s%s",
			address->path, hash, address->name);
	else
		snprintf(text, TLI_ADDRESS_TEXT_MAX, "%s://%s%s%s:%u%s%s",
			address->kind == TLI_ADDRESS_TLS ? "tls" : "tcp",
			ipv6 ? "[" : "", address->host, ipv6 ? "]" : "",
			(unsigned)address->port, hash, address->name);
}

bool tli_address_is_same_place(const char *one, const char *other)
{
	struct tli_address a, b;

	if (tli_address_parse(one, &a) || tli_address_parse(other, &b))
		return false;
	if (a.kind == TLI_ADDRESS_UNIX || b.kind == TLI_ADDRESS_UNIX)
		return a.kind == b.kind && strcmp(a.path, b.path) == 0;
	return a.port != 0 && a.port == b.port && strcmp(a.host, b.host) == 0;
}
