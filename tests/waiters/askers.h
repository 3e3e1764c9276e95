/* SPDX-License-Identifier: MIT */
/*
 * Connections that ask the fake engine for something through the layer under
 * test, each request under a letter, and what they are told: "a:OK" when it is
 * done later, "a=OK" when it is done at once, "(0)" when connection 0 is gone.
 */
#ifndef TESTS_ASKERS_H
#define TESTS_ASKERS_H

#include "../../broker/waiters.h"
#include "../unit/unit.h"
#include "fake.h"

#define OWNERS  6u
#define OBJECTS 8u

extern struct waiters *waiters;
extern struct fake fake;
extern struct owner owners[OWNERS];
extern int64_t now_ms;

/* For cmocka: a new layer and engine; and their end, with all connections
 * gone. */
int begin(void **state);
int end(void **state);

/* Ends all connections, and what the engine still has of them: nobody may wait
 * any more. Done by end() too. */
void end_all(void);

void set_limits(
	uint32_t max_waiting, uint32_t per_identity, uint32_t per_owner);
void set_max_grants(uint32_t per_owner);

/* Object 1 is meant if none is named. */
void get(unsigned owner, char letter, int64_t timeout_ms);
void get_of(unsigned owner, char letter, uint64_t object, int64_t timeout_ms);
void get_unleased(unsigned owner, char letter, int64_t timeout_ms);
void get_leased(unsigned owner, char letter, uint32_t lease_ms);
void put(unsigned owner, char letter, int64_t size, int64_t timeout_ms);
void call(unsigned owner, char letter, enum fake_method method,
	int64_t timeout_ms);
void release(unsigned owner, char letter, uint64_t token);
/* Waits as a manager's client: with a lock that is whoever's. */
void wait_with_anyones(unsigned owner, char letter);
void send_op(unsigned owner, char letter, enum tli_op_code code, uint64_t token,
	uint32_t lease_ms);
void return_token(unsigned owner, char letter, uint64_t token);

/* Of the request of that letter. */
void cancel(char letter);
uint64_t token_of(char letter);

void run(void);
void run_at(int64_t ms);

/* What was told since, in order, each with a space behind. */
void expect_told(const char *expected);

/* The tokens that came back since, as "5 4 3 ". */
void expect_back(const char *expected);

#endif
