/* SPDX-License-Identifier: MIT */
#include "askers.h"

#include <stdio.h>
#include <string.h>

#define LETTERS 128u

struct waiters *waiters;
struct fake fake;
struct owner owners[OWNERS];
int64_t now_ms;

static struct request requests[LETTERS];
static uint64_t tokens[LETTERS];
static char told[4096];
static size_t back_seen;

static void tell(const char *text)
{
	assert_true(strlen(told) + strlen(text) < sizeof(told));
	strcat(told, text);
}

static void on_gone(struct owner *owner)
{
	char text[32];

	snprintf(text, sizeof(text), "(%d) ", (int)(owner - owners));
	tell(text);
	owner->id = 0;
}

int begin(void **state)
{
	const struct waiters_limits limits = {1000, 1000, 1000, 1000};
	struct engine_listener listener;

	(void)state;
	now_ms = 1000;
	told[0] = '\0';
	back_seen = 0;
	waiters = waiters_new(&limits);
	assert_non_null(waiters);
	listener = waiters_listener(waiters);
	fake_init(&fake, OBJECTS, &listener);
	waiters_set_engine(waiters, &fake.engine);
	for (unsigned i = 0; i < OWNERS; i++)
		assert_true(owner_init(&owners[i], waiters, i + 1, 7, on_gone));
	return 0;
}

void end_all(void)
{
	for (unsigned i = 0; i < OWNERS; i++)
		if (owners[i].id != 0)
			owner_end(&owners[i]);
	do {
		while (fake.pending_count > 0)
			fake_complete(&fake, fake.pending_count - 1);
		run();
	} while (fake.pending_count > 0 || waiters_deadline_ms(waiters) == 0);
	for (unsigned i = 0; i < OWNERS; i++)
		assert_int_equal(owners[i].id, 0);
}

int end(void **state)
{
	(void)state;
	end_all();
	waiters_free(waiters);
	return 0;
}

void set_limits(uint32_t max_waiting, uint32_t per_identity, uint32_t per_owner)
{
	const struct waiters_limits limits = {
		max_waiting, per_identity, per_owner, 1000};

	waiters_set_limits(waiters, &limits);
}

void set_max_grants(uint32_t per_owner)
{
	const struct waiters_limits limits = {1000, 1000, 1000, per_owner};

	waiters_set_limits(waiters, &limits);
}

/* ---- Requests --------------------------------------------------------- */

/* It is over; its memory can be used again. */
static void note(struct request *request, char how)
{
	char text[64];
	size_t letter = (size_t)(request - requests);

	snprintf(text, sizeof(text), "%c%c%s ", (char)letter, how,
		tli_status_info(request->op.status)->name);
	tell(text);
	tokens[letter] = request->op.granted;
	request_clear(request);
	memset(request, 0xa5, sizeof(*request));
	request->state = REQUEST_IDLE;
}

static void on_done(struct request *request)
{
	note(request, ':');
}

static void start(unsigned owner, char letter, const struct op *op)
{
	struct request *request = &requests[(size_t)letter];

	memset(request, 0xa5, sizeof(*request));
	request->op = *op;
	request->done = on_done;
	if (request_start(&owners[owner], request, now_ms))
		note(request, '=');
}

void get_of(unsigned owner, char letter, uint64_t object, int64_t timeout_ms)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_GET,
			.object = object,
			.timeout_ms = timeout_ms});
}

void get(unsigned owner, char letter, int64_t timeout_ms)
{
	get_of(owner, letter, 1, timeout_ms);
}

void get_unleased(unsigned owner, char letter, int64_t timeout_ms)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_GET,
			.object = 1,
			.unleased = true,
			.timeout_ms = timeout_ms});
}

void get_leased(unsigned owner, char letter, uint32_t lease_ms)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_GET,
			.object = 1,
			.lease_ms = lease_ms,
			.timeout_ms = OP_FOREVER});
}

void put(unsigned owner, char letter, int64_t size, int64_t timeout_ms)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_PUT,
			.object = 1,
			.priority = size,
			.timeout_ms = timeout_ms});
}

void call(unsigned owner, char letter, enum fake_method method,
	int64_t timeout_ms)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_CALL,
			.object = 1,
			.count = method,
			.timeout_ms = timeout_ms});
}

void release(unsigned owner, char letter, uint64_t token)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_CALL,
			.object = 1,
			.count = RELEASE,
			.token = token});
}

void wait_with_anyones(unsigned owner, char letter)
{
	start(owner, letter,
		&(struct op){.code = TLI_OP_CALL,
			.object = 1,
			.is_python = true,
			.count = WAIT_LOCKED,
			.timeout_ms = OP_FOREVER});
}

void send_op(unsigned owner, char letter, enum tli_op_code code, uint64_t token,
	uint32_t lease_ms)
{
	start(owner, letter,
		&(struct op){.code = (uint8_t)code,
			.object = 1,
			.token = token,
			.lease_ms = lease_ms});
}

void return_token(unsigned owner, char letter, uint64_t token)
{
	start(owner, letter,
		&(struct op){.code = OP_RETURN, .object = 1, .token = token});
}

void cancel(char letter)
{
	request_cancel(&requests[(size_t)letter]);
}

uint64_t token_of(char letter)
{
	return tokens[(size_t)letter];
}

/* ---- What comes of it ------------------------------------------------- */

void run(void)
{
	waiters_run(waiters, now_ms, now_ms);
}

void run_at(int64_t ms)
{
	now_ms = ms;
	run();
}

void expect_told(const char *expected)
{
	assert_string_equal(told, expected);
	told[0] = '\0';
}

void expect_back(const char *expected)
{
	char text[256] = "";
	size_t len = 0;

	for (; back_seen < fake.back_count; back_seen++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%llu ",
			(unsigned long long)fake.back[back_seen]);
	assert_string_equal(text, expected);
}
