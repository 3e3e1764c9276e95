/* SPDX-License-Identifier: MIT */
#include "secure.h"

#include <arpa/inet.h>
#include <limits.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#define PATHS 16

const char *certificate(const char *name)
{
	static _Thread_local char paths[PATHS][PATH_MAX];
	static _Thread_local unsigned next;
	const char *folder = getenv("TIELINE_CERTIFICATES");
	char *path = paths[next++ % PATHS];

	if (!folder)
		fail_msg("TIELINE_CERTIFICATES names no folder");
	snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return path;
}

static void give(tieline_options *options, const char *role, const char *own)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s.crt", role, own);
	options->certificate_file = certificate(name);
	snprintf(name, sizeof(name), "%s-%s.key", role, own);
	options->private_key_file = certificate(name);
}

tieline_options secure_server(const char *own)
{
	tieline_options options = with_key();

	give(&options, "server", own);
	return options;
}

tieline_options secure_client(void)
{
	tieline_options options = with_key();

	options.ca_file = certificate("ca.crt");
	return options;
}

void show_certificate(tieline_options *options, const char *own)
{
	give(options, "client", own);
}

void open_secure(struct ends *ends)
{
	tieline_options server = secure_server("good");
	tieline_options client = secure_client();

	assert_code(
		TIELINE_OK, open_unlike_ends(ends, SECURE, &server, &client));
}

int listen_raw(char address[64])
{
	struct sockaddr_in in = {
		.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&in, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &len), 0);
	snprintf(address, 64, "tls://127.0.0.1:%u",
		(unsigned)ntohs(in.sin_port));
	return fd;
}

int accept_raw(int listening)
{
	int fd = accept(listening, NULL, NULL);

	assert_true(fd >= 0);
	return fd;
}
