/* SPDX-License-Identifier: MIT */
/*
 * Python's objects in C: adds up what Python programs send() to it, one client
 * after the other. {'sum': [1, 2.5]} is answered with {'sum': 3.5, 'of': 2}.
 */
#include "common.h"

#include <tieline/values.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"adder ADDRESS --authkey-file FILE\n"                                  \
	"Answers {'sum': [1, 2.5]} with {'sum': 3.5, 'of': 2}.\n"              \
	"ADDRESS is tcp://HOST:PORT or unix:/PATH, or a broker's with "        \
	"#NAME.\n"

/* What a request lacks is NULL: it counts as empty. */
static tieline_value *add_up(tieline_values *values, const tieline_value *asked)
{
	const tieline_value *numbers = tieline_value_find_text(asked, "sum");
	size_t count = tieline_value_count(numbers);
	double number, sum = 0;

	for (size_t i = 0; i < count; i++) {
		const tieline_value *item = tieline_value_item(numbers, i);

		if (tieline_value_get_float(item, &number) < 0)
			return tieline_value_build(
				values, "{'wrong': %v}", item);
		sum += number;
	}
	return tieline_value_build(
		values, "{'sum': %f, 'of': %zu}", sum, count);
}

/* Returns why the client is done: mostly TIELINE_EEOF. */
static int serve_client(tieline_connection *connection, tieline_values *values)
{
	tieline_value *asked;
	int result;

	do {
		tieline_values_clear(values);
		result = tieline_recv_value(
			connection, TIELINE_FOREVER, values, &asked);
		if (result == TIELINE_OK)
			result = tieline_send_value(connection,
				add_up(values, asked), TIELINE_FOREVER);
	} while (result == TIELINE_OK);
	return result;
}

/* Returns why no others can come. */
static int serve(tieline_listener *listener, tieline_values *values)
{
	tieline_connection *connection;
	int result;

	while ((result = tieline_listener_accept(listener, TIELINE_FOREVER,
			&connection)) == TIELINE_OK) {
		result = serve_client(connection, values);
		if (result != TIELINE_EEOF)
			complain("adder", tieline_connection_peer(connection),
				result, tieline_connection_handle(connection));
		tieline_connection_close(connection);
	}
	return complain("adder", tieline_listener_address(listener), result,
		tieline_listener_handle(listener));
}

int main(int argc, char **argv)
{
	tieline_options options = tieline_options_default();
	tieline_values *values;
	tieline_listener *listener;
	int result;

	read_arguments(argc, argv, &options, NULL, 1, USAGE);
	result = tieline_listener_open(argv[0], &options, &listener);
	if (result < 0)
		return complain("adder", argv[0], result, NULL);
	values = tieline_values_new(NULL);
	if (!values)
		exit(complain("adder", "values", TIELINE_ENOMEM, NULL));
	printf("listening at %s\n", tieline_listener_address(listener));
	fflush(stdout);
	result = serve(listener, values);
	tieline_listener_close(listener);
	tieline_values_free(values);
	return result;
}
