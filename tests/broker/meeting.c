/* SPDX-License-Identifier: MIT */
#include "meeting.h"

#include <stdio.h>
#include <unistd.h>

int asking(const char *request)
{
	int fd = log_in(OVER_UNIX);

	tell(fd, request);
	return fd;
}

int accepting(void)
{
	return asking("{\"accept\":\"n\"}");
}

int dialling(void)
{
	return asking("{\"dial\":\"n\"}");
}

int accepting_for(const char *listener)
{
	char request[128];

	snprintf(request, sizeof(request),
		"{\"accept\":\"n\",\"listener\":\"%s\"}", listener);
	return asking(request);
}

void expect_paired(int fd)
{
	expect_part(fd, PAIRED);
}

void expect_pair(int acceptor, int dialler)
{
	expect_paired(acceptor);
	expect_paired(dialler);
	say(acceptor, "to the dialler");
	expect(dialler, "to the dialler");
	say(dialler, "to the acceptor");
	expect(acceptor, "to the acceptor");
}

void close_all(const int *fds, size_t count)
{
	for (size_t i = 0; i < count; i++)
		close(fds[i]);
	settle();
}

void expect_seated(unsigned parked, unsigned waiting, unsigned pipes)
{
	const uint32_t *seated = broker->names.seated;

	assert_int_equal(seated[TLI_VERB_ACCEPT], parked);
	assert_int_equal(seated[TLI_VERB_DIAL], waiting);
	assert_int_equal(seated[TLI_VERB_PIPE], pipes);
}
