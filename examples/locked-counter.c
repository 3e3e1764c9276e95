/* SPDX-License-Identifier: MIT */
/*
 * A lock between programs: each adds to a number that all share, in two steps,
 * which nobody may come between. Whoever dies in the middle, by kill -9 too,
 * frees the lock.
 */
#include "broker.h"

#include <tieline/shared.h>
#include <tieline/sync.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"locked-counter TIMES\n"                                               \
	"Adds 1 to the shared number \"counter\", TIMES times. Run several.\n"
#define WAIT_MS 30000

/* Returns the number as it is then. */
static int64_t add_one(tieline_session *session, tieline_shared_value *counter,
	tieline_values *values)
{
	tieline_value *value;
	int64_t number;

	must(session, tieline_shared_value_get(counter, values, &value));
	must(NULL, tieline_value_get_int(value, &number));
	must(session,
		tieline_shared_value_set(
			counter, tieline_value_int(values, number + 1)));
	tieline_values_clear(values);
	return number + 1;
}

int main(int argc, char **argv)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_session *session;
	tieline_shared_value *counter;
	tieline_lock *lock;
	uint64_t token = 0;
	int64_t number = 0;

	if (argc != 2 || !values)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	must(session, tieline_lock_open(session, "counter-lock", NULL, &lock));
	must(session,
		tieline_shared_value_open(
			session, "counter", 'q', NULL, NULL, &counter));
	for (long left = atol(argv[1]); left > 0; left--) {
		must(session, tieline_lock_acquire(lock, WAIT_MS, &token));
		number = add_one(session, counter, values);
		must(session, tieline_lock_release(lock));
	}
	printf("the number is %lld, the last token was %llu\n",
		(long long)number, (unsigned long long)token);
	tieline_session_close(session);
	tieline_values_free(values);
	return EXIT_DONE;
}
