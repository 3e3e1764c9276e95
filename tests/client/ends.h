/* SPDX-License-Identifier: MIT */
/* Two connected ends to test with, and checks that say which code came. */
#ifndef TESTS_ENDS_H
#define TESTS_ENDS_H

/* cmocka.h needs these four before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <tieline/tieline.h>

#define KEY      "the key of these tests"
#define HANG_MS  20000 /* longer than anything takes */
#define LOOPBACK "tcp://127.0.0.1:0"

/* Fails the test with the codes' names if they differ. */
#define assert_code(expected, actual)                                          \
	assert_code_at((expected), (actual), __FILE__, __LINE__)
void assert_code_at(int expected, int actual, const char *file, int line);

/* Options with the key. */
tieline_options with_key(void);

/* A connection whose other end is a raw socket of the test's. */
tieline_connection *raw_pair(int *raw_fd, const tieline_options *options);

/* A listener and a client of it, as opened side by side in one thread. */
struct ends {
	tieline_listener *listener;
	tieline_connection *server;
	tieline_connection *client;
	char why[256]; /* the client failed */
};

/* Opens both; the address may be NULL. Returns 0 or the code that it met. */
int open_ends(
	struct ends *ends, const char *address, const tieline_options *options);

/* The same with options of their own. */
int open_unlike_ends(struct ends *ends, const char *address,
	const tieline_options *server, const tieline_options *client);
void close_ends(struct ends *ends);

/* Bytes that a cut or a shift would show in; to be freed. */
uint8_t *pattern(size_t len);

/* Sends without blocking; returns what tieline_send_bytes() does. */
int send_now(tieline_connection *connection, const void *data, size_t len);

/* Sends raw bytes to the socket, all of them. */
void put(int fd, const void *bytes, size_t len);

/* Receives one message and checks it. */
void expect_message(
	tieline_connection *connection, const void *data, size_t len);

/* A folder for socket and key files, as a group's setup and teardown. */
int make_folder(void **state);
int remove_folder(void **state);

/* A path in the folder, and the address of a Unix socket there; each valid
 * until the next call. */
const char *path_of(const char *name);
const char *unix_address(const char *name);

/* The text of the last failure to make a handle. */
const char *last_text(void);

/* How many descriptors this process has open. */
unsigned count_descriptors(void);

/* Setup and teardown that fail a test which leaves descriptors open. */
int note_descriptors(void **state);
int check_descriptors(void **state);

#define leak_test(function)                                                    \
	cmocka_unit_test_setup_teardown(                                       \
		function, note_descriptors, check_descriptors)

#endif
