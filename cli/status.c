/* SPDX-License-Identifier: MIT */
#include "status.h"

#include "progress.h"

#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <unistd.h>

static bool never_waits;
static unsigned kept_back; /* since the last complaint */

/* All others are STATUS_OTHER. */
static const struct {
	int code;
	enum status status;
} statuses[] = {
	{TIELINE_OK, STATUS_DONE},
	{TIELINE_EINVAL, STATUS_USAGE},
	{TIELINE_EADDRESS, STATUS_USAGE},
	{TIELINE_ECONNECT, STATUS_CANNOT_CONNECT},
	{TIELINE_ERESOLVE, STATUS_CANNOT_CONNECT},
	{TIELINE_EBROKER, STATUS_CANNOT_CONNECT},
	{TIELINE_EAUTH, STATUS_AUTHENTICATION},
	{TIELINE_EKEY, STATUS_AUTHENTICATION},
	{TIELINE_EPROTOCOL, STATUS_AUTHENTICATION},
	{TIELINE_ECREDENTIALS, STATUS_AUTHENTICATION},
	{TIELINE_ETLS, STATUS_AUTHENTICATION},
	{TIELINE_ENOLISTENER, STATUS_NO_NAME},
	{TIELINE_EFULL, STATUS_FULL},
	{TIELINE_ENOTPERMITTED, STATUS_NOT_PERMITTED},
	{TIELINE_ENAMETAKEN, STATUS_NOT_PERMITTED},
	{TIELINE_EEOF, STATUS_LOST},
	{TIELINE_ETRUNCATED, STATUS_LOST},
	{TIELINE_ELOST, STATUS_LOST},
	{TIELINE_ENOTSENT, STATUS_CANNOT_CONNECT},
	{TIELINE_EOUTCOME, STATUS_LOST},
	{TIELINE_ENOOBJECT, STATUS_NO_NAME},
	{TIELINE_EDELETED, STATUS_NO_NAME},
	{TIELINE_EEXISTS, STATUS_NOT_PERMITTED},
	{TIELINE_EQUEUEFULL, STATUS_FULL},
	{TIELINE_EEMPTY, STATUS_EMPTY},
	{TIELINE_ETIMEDOUT, STATUS_TIMED_OUT},
	{TIELINE_EHANDSHAKE, STATUS_TIMED_OUT},
};

int status_of(int code)
{
	for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
		if (statuses[i].code == code)
			return (int)statuses[i].status;
	return STATUS_OTHER;
}

int status_of_open(int code)
{
	return code == TIELINE_EPROTOCOL || code == TIELINE_ETLS
		? STATUS_LOST
		: status_of(code);
}

void complain_without_waiting(void)
{
	never_waits = true;
}

/* A pipe that shows room has PIPE_BUF bytes of it, which no line exceeds. */
bool has_room_for_line(int fd)
{
	struct pollfd entry = {.fd = fd, .events = POLLOUT};

	return poll(&entry, 1, 0) > 0;
}

int complain(int status, const char *what, const char *format, ...)
{
	va_list values;

	if (never_waits && !has_room_for_line(STDERR_FILENO)) {
		kept_back++;
		return status;
	}
	progress_hide();
	fprintf(stderr, "tieline: %s%s", what ? what : "", what ? ": " : "");
	va_start(values, format);
	vfprintf(stderr, format, values);
	va_end(values);
	if (kept_back > 0)
		fprintf(stderr, " (and %u more, for which there was no room)",
			kept_back);
	kept_back = 0;
	fputc('\n', stderr);
	return status;
}

const char *what_of(const char *address, int code)
{
	return code == TIELINE_ECONNECT ? NULL : address;
}

int complain_of(const char *what, int code, const tieline_handle *handle)
{
	return complain(status_of(code), what_of(what, code), "%s",
		tieline_handle_error(handle));
}

int complain_of_memory(const char *what)
{
	return complain(STATUS_OTHER, what, "out of memory");
}
