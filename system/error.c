/* SPDX-License-Identifier: MIT */
#include "error.h"

#include <tieline/tieline.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int tli_error_set(struct tli_error *error, int code, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	error->code = code;
	return code;
}

static int code_of(int error_number, int otherwise)
{
	switch (error_number) {
	case EMFILE:
	case ENFILE:
		return TIELINE_EDESCRIPTORS;
	case ENOMEM:
	case ENOBUFS:
		return TIELINE_ENOMEM;
	default:
		return otherwise;
	}
}

int tli_error_system(
	struct tli_error *error, int code, const char *what, int error_number)
{
	char buffer[96];

	return tli_error_set(error, code_of(error_number, code), "%s: %s", what,
		strerror_r(error_number, buffer, sizeof(buffer)));
}

int tli_error_lost(struct tli_error *error, int error_number)
{
	char buffer[96];

	return tli_error_set(error, TIELINE_ELOST, "the connection is lost: %s",
		strerror_r(error_number, buffer, sizeof(buffer)));
}

struct tli_error *tli_thread_error(void)
{
	static _Thread_local struct tli_error error;

	return &error;
}
