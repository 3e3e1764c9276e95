/* SPDX-License-Identifier: MIT */
#include "common.h"

#include <getopt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>

int exit_status(int code)
{
	switch (code) {
	case TIELINE_OK:
		return EXIT_DONE;
	case TIELINE_EADDRESS:
	case TIELINE_EINVAL:
		return EXIT_USAGE;
	case TIELINE_ECONNECT:
	case TIELINE_ERESOLVE:
		return EXIT_CANNOT_CONNECT;
	case TIELINE_EAUTH:
	case TIELINE_EKEY:
	case TIELINE_EPROTOCOL:
		return EXIT_AUTHENTICATION;
	case TIELINE_EEOF:
	case TIELINE_ETRUNCATED:
	case TIELINE_ELOST:
		return EXIT_LOST;
	case TIELINE_ETIMEDOUT:
		return EXIT_TIMED_OUT;
	default:
		return EXIT_OTHER;
	}
}

int complain(const char *program, const char *what, int code,
	const tieline_handle *handle)
{
	fprintf(stderr, "%s: %s: %s\n", program, what,
		tieline_handle_error(handle));
	return exit_status(code);
}

int read_arguments(int argc, char **argv, tieline_options *options,
	int at_least, const char *usage)
{
	static const struct option known[] = {
		{"authkey-file", required_argument, NULL, 'k'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int option, count;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == 'k')
			options->authkey_file = optarg;
		else
			break;
	}
	if (option == 'h') {
		printf("usage: %s", usage);
		exit(EXIT_DONE);
	}
	count = argc - optind;
	if (option == '?' || count < at_least || !options->authkey_file) {
		fprintf(stderr, "usage: %s", usage);
		exit(EXIT_USAGE);
	}
	/* getopt_long has moved them behind the options. */
	memmove(argv, argv + optind, (size_t)count * sizeof(*argv));
	return count;
}

/* Opcodes of CPython's Lib/pickletools.py. */
enum {
	PROTO = 0x80,
	FRAME = 0x95,
	SHORT_BINUNICODE = 0x8c,
	BINUNICODE = 'X',
	BINUNICODE8 = 0x8d,
	MEMOIZE = 0x94,
	BINPUT = 'q',
	LONG_BINPUT = 'r',
	STOP = '.',
};

static bool is_utf8(const char *text)
{
	setlocale(LC_CTYPE, "C.UTF-8");
	return mbstowcs(NULL, text, 0) != (size_t)-1;
}

void *pickle_str(const char *text, size_t *len_out)
{
	size_t len = strlen(text);
	uint8_t *pickle;

	if (!is_utf8(text) || len > UINT32_MAX)
		return NULL;
	pickle = malloc(len + 8);
	if (!pickle)
		return NULL;
	pickle[0] = PROTO;
	pickle[1] = 2;
	pickle[2] = BINUNICODE;
	for (int i = 0; i < 4; i++)
		pickle[3 + i] = (uint8_t)(len >> 8 * i);
	memcpy(pickle + 7, text, len);
	pickle[len + 7] = STOP;
	*len_out = len + 8;
	return pickle;
}

/* A pickle being read; left is what has not been. */
struct reader {
	const uint8_t *next;
	size_t left;
};

static const uint8_t *skip(struct reader *reader, size_t len)
{
	const uint8_t *here = reader->next;

	if (len > reader->left)
		return NULL;
	reader->next += len;
	reader->left -= len;
	return here;
}

static bool take_opcode(struct reader *reader, uint8_t opcode)
{
	if (reader->left == 0 || *reader->next != opcode)
		return false;
	return skip(reader, 1);
}

/* Reads a little-endian length and the text of that length. */
static bool take_text(struct reader *reader, size_t length_bytes,
	const char **text_out, size_t *len_out)
{
	const uint8_t *length = skip(reader, length_bytes);
	const uint8_t *text;
	uint64_t len = 0;

	if (!length)
		return false;
	for (size_t i = length_bytes; i > 0; i--)
		len = len << 8 | length[i - 1];
	if (len > reader->left)
		return false;
	text = skip(reader, (size_t)len);
	*text_out = (const char *)text;
	*len_out = (size_t)len;
	return true;
}

bool unpickle_str(
	const void *pickle, size_t len, const char **text_out, size_t *len_out)
{
	struct reader reader = {pickle, len};
	bool taken = false;

	if (take_opcode(&reader, PROTO) && !skip(&reader, 1))
		return false;
	if (take_opcode(&reader, FRAME) && !skip(&reader, 8))
		return false;
	if (take_opcode(&reader, SHORT_BINUNICODE))
		taken = take_text(&reader, 1, text_out, len_out);
	else if (take_opcode(&reader, BINUNICODE))
		taken = take_text(&reader, 4, text_out, len_out);
	else if (take_opcode(&reader, BINUNICODE8))
		taken = take_text(&reader, 8, text_out, len_out);
	if (take_opcode(&reader, BINPUT))
		skip(&reader, 1);
	else if (take_opcode(&reader, LONG_BINPUT))
		skip(&reader, 4);
	else
		take_opcode(&reader, MEMOIZE);
	return taken && take_opcode(&reader, STOP) && reader.left == 0;
}
