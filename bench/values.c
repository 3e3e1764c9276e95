/* SPDX-License-Identifier: MIT */
/*
 * What reading and writing a pickle takes:
 *
 *     values decode|encode COUNT < PICKLE
 *
 * prints the seconds for COUNT times.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tieline/values.h>
#include <time.h>

#define PICKLE_BYTES_MAX ((size_t)64 << 20)

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
		(double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static void fail(void)
{
	fprintf(stderr, "values: %s\n", tieline_handle_error(NULL));
	exit(1);
}

/* As a program that gets a message, looks at it and forgets it;
 * tieline_recv_value() does not copy long bytes either. */
static void decode(
	tieline_values *values, const void *pickle, size_t len, long count)
{
	while (count-- > 0) {
		tieline_values_clear(values);
		if (!tieline_value_unpickle_in_place(values, pickle, len))
			fail();
	}
}

static void encode(
	tieline_values *values, const void *pickle, size_t len, long count)
{
	tieline_value *value = tieline_value_unpickle(values, pickle, len);
	void *data;

	while (count-- > 0) {
		if (tieline_value_pickle(value, 0, &data, &len) < 0)
			fail();
		tieline_free(data);
	}
}

int main(int argc, char **argv)
{
	void *pickle = malloc(PICKLE_BYTES_MAX);
	size_t len = fread(pickle, 1, PICKLE_BYTES_MAX, stdin);
	tieline_values *values = tieline_values_new(NULL);
	struct timespec start;
	bool decodes;

	if (argc != 3 || !values)
		return 2;
	decodes = strcmp(argv[1], "decode") == 0;
	clock_gettime(CLOCK_MONOTONIC, &start);
	(decodes ? decode : encode)(values, pickle, len, atol(argv[2]));
	printf("%.9f\n", seconds_since(&start));
	tieline_values_free(values);
	free(pickle);
	return 0;
}
