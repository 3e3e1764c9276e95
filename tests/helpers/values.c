/* SPDX-License-Identifier: MIT */
/*
 * Values for tests to talk to: reads requests from standard input, and writes
 * answers to standard output, until the end of the input. A request is a byte
 * that says what is wanted, a length of four bytes (big-endian) and so many
 * bytes; an answer is '+' or '-', a length and so many bytes, which of '-' are
 * the error's text.
 *
 *     r  recode: a pickle; as pickles of protocol 2 to 5, each behind its
 *        length
 *     p  print: a pickle; its repr
 *     d  disassemble: a pickle; its operations
 *     c  compare: a pickle behind its length, and another one; "equal hash
 *        less text", where hash is -1 if one of them has none, and less is
 *        negative with a text if they have no order
 *     k  check: a pickle; "CPU-nanoseconds bytes-of-memory" that taking or
 *        refusing it needed, and the error's text behind a line feed
 *     m  misbehave: what must end a confined process, by name
 *
 *     values [--confined] [--max-bytes N] [--max-values N]
 */
#include "confine.h"
#include "usage.h"

#include <tieline/values.h>

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LENGTH_BYTES    4u
#define PROTOCOLS       4
#define TEXT_BYTES      1024
#define MAX_REPR_BYTES  ((size_t)4 << 20)
#define MAX_NAME_LENGTH 15

struct bytes {
	const uint8_t *data;
	size_t len;
};

/* The values of a request, which can have two. */
struct server {
	tieline_values *values[2];
	struct usage usage;
};

static size_t length_of(const uint8_t bytes[LENGTH_BYTES])
{
	return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 |
		(size_t)bytes[2] << 8 | bytes[3];
}

static void write_length(size_t len)
{
	for (int shift = 24; shift >= 0; shift -= 8)
		putchar((int)(len >> shift & 0xff));
}

static void answer(char status, const void *data, size_t len)
{
	putchar(status);
	write_length(len);
	fwrite(data, 1, len, stdout);
}

static void refuse(void)
{
	const char *text = tieline_handle_error(NULL);

	answer('-', text, strlen(text));
}

static tieline_value *take(tieline_values *values, struct bytes pickle)
{
	tieline_values_clear(values);
	return tieline_value_unpickle(values, pickle.data, pickle.len);
}

/* Writes the value in each protocol. Returns the first failure, or 0. */
static int pickle_all(const tieline_value *value, void *data[PROTOCOLS],
	size_t len[PROTOCOLS])
{
	int result = 0;

	for (int i = 0; i < PROTOCOLS && result == 0; i++)
		result = tieline_value_pickle(value,
			TIELINE_PICKLE_PROTOCOL_MIN + i, &data[i], &len[i]);
	return result;
}

static void recode(struct server *server, struct bytes request)
{
	const tieline_value *value = take(server->values[0], request);
	void *data[PROTOCOLS] = {NULL};
	size_t len[PROTOCOLS] = {0};
	size_t total = 0;

	if (!value || pickle_all(value, data, len) < 0) {
		refuse();
	} else {
		for (int i = 0; i < PROTOCOLS; i++)
			total += LENGTH_BYTES + len[i];
		putchar('+');
		write_length(total);
		for (int i = 0; i < PROTOCOLS; i++) {
			write_length(len[i]);
			fwrite(data[i], 1, len[i], stdout);
		}
	}
	for (int i = 0; i < PROTOCOLS; i++)
		tieline_free(data[i]);
}

static void print(struct server *server, struct bytes request)
{
	const tieline_value *value = take(server->values[0], request);
	char *text;
	size_t len;

	if (!value ||
		tieline_value_repr(value, MAX_REPR_BYTES, &text, &len) < 0) {
		refuse();
		return;
	}
	answer('+', text, len);
	tieline_free(text);
}

static void disassemble(struct server *server, struct bytes request)
{
	char *text = NULL;
	size_t len;
	int result = tieline_pickle_disassemble(
		request.data, request.len, &text, &len);

	(void)server;
	if (result == 0)
		answer('+', text, len);
	else
		refuse();
	tieline_free(text);
}

/* 1 or 0; -1 if one of them is unhashable. */
static int same_hash(tieline_value *const pair[2])
{
	uint64_t hashes[2];

	for (int i = 0; i < 2; i++)
		if (tieline_value_hash(pair[i], &hashes[i]) < 0)
			return -1;
	return hashes[0] == hashes[1];
}

static void compare(struct server *server, struct bytes request)
{
	size_t first = length_of(request.data);
	const struct bytes pickles[2] = {{request.data + LENGTH_BYTES, first},
		{request.data + LENGTH_BYTES + first,
			request.len - LENGTH_BYTES - first}};
	tieline_value *pair[2];
	char text[TEXT_BYTES];
	int equal;
	int hash;
	int less;

	for (int i = 0; i < 2; i++) {
		pair[i] = take(server->values[i], pickles[i]);
		if (!pair[i]) {
			refuse();
			return;
		}
	}
	equal = tieline_value_equal(pair[0], pair[1]);
	hash = same_hash(pair);
	less = tieline_value_less(pair[0], pair[1]);
	snprintf(text, sizeof(text), "%d %d %d %s", equal, hash, less,
		less < 0 ? tieline_handle_error(NULL) : "");
	answer('+', text, strlen(text));
}

static void check(struct server *server, struct bytes request)
{
	char text[TEXT_BYTES];
	bool taken;

	usage_start(&server->usage);
	taken = take(server->values[0], request);
	usage_stop(&server->usage);
	snprintf(text, sizeof(text), "%" PRIu64 " %" PRIu64 "\n%s",
		server->usage.cpu_ns, server->usage.memory_bytes,
		taken ? "" : tieline_handle_error(NULL));
	answer(taken ? '+' : '-', text, strlen(text));
}

static void do_misbehave(struct server *server, struct bytes request)
{
	static const char text[] = "nothing came of that";
	char name[MAX_NAME_LENGTH + 1];

	(void)server;
	snprintf(name, sizeof(name), "%.*s", (int)request.len,
		(const char *)request.data);
	misbehave(name);
	answer('-', text, strlen(text));
}

static const struct command {
	char name;
	void (*run)(struct server *server, struct bytes request);
} commands[] = {
	{'r', recode},
	{'p', print},
	{'d', disassemble},
	{'c', compare},
	{'k', check},
	{'m', do_misbehave},
};

static void run(struct server *server, char name, struct bytes request)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (commands[i].name == name)
			commands[i].run(server, request);
	fflush(stdout);
}

/* In memory of just its size, so that a sanitizer sees its end. */
static bool serve_one(struct server *server)
{
	uint8_t header[1 + LENGTH_BYTES];
	struct bytes request;
	uint8_t *data;

	if (fread(header, 1, sizeof(header), stdin) < sizeof(header))
		return false;
	request.len = length_of(header + 1);
	data = malloc(request.len ? request.len : 1);
	if (!data || fread(data, 1, request.len, stdin) < request.len)
		abort();
	request.data = data;
	run(server, (char)header[0], request);
	free(data);
	return true;
}

static const struct option known[] = {
	{"confined", no_argument, NULL, 'c'},
	{"max-bytes", required_argument, NULL, 'b'},
	{"max-values", required_argument, NULL, 'v'},
	{NULL, 0, NULL, 0},
};

/* Returns whether it is to be confined. */
static bool read_options(int argc, char **argv, tieline_value_limits *limits)
{
	bool confined = false;
	int option;

	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		if (option == '?')
			exit(2);
		confined |= option == 'c';
		if (option == 'b')
			limits->max_bytes = strtoull(optarg, NULL, 10);
		if (option == 'v')
			limits->max_values = (uint32_t)atoi(optarg);
	}
	return confined;
}

int main(int argc, char **argv)
{
	tieline_value_limits limits = {.size = sizeof(limits)};
	bool confined = read_options(argc, argv, &limits);
	struct server server = {.values = {tieline_values_new(&limits),
					tieline_values_new(&limits)}};

	if (!server.values[0] || !server.values[1] ||
		!usage_open(&server.usage))
		return 2;
	/* So that stdio asks fstat(2) now, not when it is too late. */
	setvbuf(stdin, NULL, _IOFBF, BUFSIZ);
	setvbuf(stdout, NULL, _IOFBF, BUFSIZ);
	if (confined && !confine())
		return 2;
	while (serve_one(&server))
		;
	if (confined)
		_exit(0); /* a leak checker would open files */
	tieline_values_free(server.values[0]);
	tieline_values_free(server.values[1]);
	return 0;
}
