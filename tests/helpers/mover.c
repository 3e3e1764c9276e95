/* SPDX-License-Identifier: MIT */
/*
 * Moves items from one queue to another, for ever, and makes them anew:
 *
 *     mover ADDRESS KEY-FILE FROM TO PROTOCOL
 *
 * A pickle is read as a value, which is pickled in that protocol; anything else
 * stays as it is, and gets a header "says" with what it is as a value.
 */
#include <tieline/queue.h>
#include <tieline/tieline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEADERS_MAX 16
#define SAYS_MAX    512 /* bytes; longer ones are cut off */

static void must(int result)
{
	if (result >= 0)
		return;
	fprintf(stderr, "mover: %s: %s\n", tieline_code_name(result),
		tieline_handle_error(NULL));
	exit(1);
}

static void *found(void *value)
{
	if (value)
		return value;
	fprintf(stderr, "mover: %s\n", tieline_handle_error(NULL));
	exit(1);
}

static void move_pickle(tieline_queue *to, const tieline_item *item,
	const tieline_value *value, int protocol)
{
	tieline_item *pickled, with_headers;

	must(tieline_item_pickle(value, protocol, &pickled));
	with_headers = *pickled;
	with_headers.headers = item->headers;
	with_headers.header_count = item->header_count;
	must(tieline_queue_put(to, &with_headers, TIELINE_FOREVER));
	tieline_item_free(pickled);
}

static void move_other(
	tieline_queue *to, const tieline_item *item, const tieline_value *value)
{
	tieline_header headers[HEADERS_MAX];
	tieline_item more = *item;
	char says[SAYS_MAX + 1];
	size_t count = item->header_count;
	char *repr;

	must(tieline_value_repr(value, 0, &repr, NULL));
	snprintf(says, sizeof(says), "%s", repr);
	tieline_free(repr);
	if (count == HEADERS_MAX)
		abort();
	for (size_t i = 0; i < count; i++)
		headers[i] = item->headers[i];
	headers[count] = (tieline_header){"says", says};
	more.headers = headers;
	more.header_count = count + 1;
	must(tieline_queue_put(to, &more, TIELINE_FOREVER));
}

static void move(tieline_queue *from, tieline_queue *to, int protocol)
{
	tieline_values *values = found(tieline_values_new(NULL));
	const tieline_value *value;
	tieline_item *item;

	must(tieline_queue_get(from, TIELINE_FOREVER, &item));
	value = found(tieline_item_value(item, values));
	if (item->format == TIELINE_FORMAT_PICKLE)
		move_pickle(to, item, value, protocol);
	else
		move_other(to, item, value);
	tieline_item_free(item);
	tieline_values_free(values);
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_session *session;
	tieline_queue *from, *to;

	if (argc != 6)
		return 2;
	options.authkey_file = argv[2];
	must(tieline_session_open(argv[1], &options, NULL, &session));
	must(tieline_queue_open(session, argv[3], NULL, &from));
	must(tieline_queue_open(session, argv[4], NULL, &to));
	for (;;)
		move(from, to, atoi(argv[5]));
}
