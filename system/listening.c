/* SPDX-License-Identifier: MIT */
#include "listening.h"

#include "socket.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int bind_failed(
	const char *address, int error_number, struct tli_error *error)
{
	char what[TLI_ERROR_TEXT];
	int code = TIELINE_ESYSTEM;

	if (error_number == EADDRINUSE)
		code = TIELINE_EADDRINUSE;
	if (error_number == EADDRNOTAVAIL || error_number == ENOENT ||
		error_number == ENOTDIR)
		code = TIELINE_EADDRESS;
	snprintf(what, sizeof(what), "cannot listen at %.150s", address);
	return tli_error_system(error, code, what, error_number);
}

/* The machine may lack a family that the name has an address of. */
static bool is_missing_family(int result)
{
	return result == -EAFNOSUPPORT || result == -EADDRNOTAVAIL;
}

/* Returns a listening socket, or -errno. */
static int listen_at_any(
	const struct tli_endpoint *endpoints, size_t count, int backlog)
{
	int fd = -EAFNOSUPPORT;

	for (size_t i = 0; i < count && is_missing_family(fd); i++) {
		fd = tli_socket_listen(&endpoints[i], backlog);
		if (fd == -EADDRINUSE && tli_socket_file_clear(&endpoints[i]))
			fd = tli_socket_listen(&endpoints[i], backlog);
	}
	return fd;
}

/* Stock Python connects to IPv4, so all addresses are told as IPv4's. */
static void tell_address(int fd, const struct tli_address *asked,
	char address_out[TLI_ADDRESS_TEXT_MAX])
{
	struct tli_endpoint local;
	struct tli_address told = *asked;
	char text[TLI_ENDPOINT_TEXT];

	if (asked->kind != TLI_ADDRESS_UNIX && tli_socket_local(fd, &local)) {
		tli_endpoint_format(&local, text);
		(void)tli_address_parse(text, &told);
		told.kind = asked->kind;
		if (!asked->host[0])
			strcpy(told.host, "0.0.0.0");
	}
	tli_address_format(&told, address_out);
}

static int refuse_name(const char *text, const struct tli_address *address,
	struct tli_error *error)
{
	if (!address->name[0])
		return 0;
	return tli_error_set(error, TIELINE_EADDRESS,
		"no socket can listen at \"%.100s\": a #name is for those who "
		"meet at a broker",
		text);
}

int tli_listening_lookup(const char *text, struct tli_address *address,
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX], size_t *count,
	struct tli_error *error)
{
	if (tli_endpoint_parse(text, address, error) < 0 ||
		refuse_name(text, address, error) < 0 ||
		tli_endpoint_lookup(address, TLI_LOOKUP_LISTEN, endpoints,
			count, error) < 0)
		return error->code;
	return 0;
}

int tli_listening_open(const char *text, unsigned backlog,
	struct tli_socket_file *file, char address_out[TLI_ADDRESS_TEXT_MAX],
	struct tli_error *error)
{
	struct tli_endpoint endpoints[TLI_ENDPOINTS_MAX];
	struct tli_address address;
	size_t count;
	int fd;

	if (tli_listening_lookup(text, &address, endpoints, &count, error) < 0)
		return error->code;
	fd = listen_at_any(endpoints, count, (int)backlog);
	if (fd < 0)
		return bind_failed(text, -fd, error);
	if (address.kind == TLI_ADDRESS_UNIX)
		tli_socket_file_note(file, address.path);
	tell_address(fd, &address, address_out);
	return fd;
}
