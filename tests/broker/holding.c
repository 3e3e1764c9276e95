/* SPDX-License-Identifier: MIT */
#include "holding.h"

#include "../../proto/item.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: until it is killed, or nobody is left to do that. */
static void stay(int connected)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)knock(OVER_UNIX);
	if (write(connected, "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

pid_t start_program(void)
{
	int connected[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(connected), 0);
	pid = fork();
	assert_in_range(pid, 0, INT32_MAX);
	if (pid == 0)
		stay(connected[1]);
	assert_int_equal(read(connected[0], &byte, 1), 1);
	close(connected[0]);
	close(connected[1]);
	return pid;
}

void kill_program(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

struct holder *holder_of_program(pid_t *pid_out)
{
	*pid_out = start_program();
	settle();
	return holder_of(broker->holders, last_peer());
}

static void finish_request(struct request *request)
{
	(void)request;
	fail_msg("the engine of these tests answers at once");
}

uint64_t ask_reference(
	struct holder *holder, uint64_t object, uint64_t *token_out)
{
	struct request request = {
		.op = {.code = TLI_OP_OPEN, .format = TLI_FORMAT_JSON},
		.done = finish_request};
	char options[64] = "{\"kind\":\"list\"}";

	if (object)
		snprintf(options, sizeof(options), "{\"id\":%" PRIu64 "}",
			object);
	request.op.item = tli_item_of(
		TLI_FORMAT_JSON, (const uint8_t *)options, strlen(options));
	if (!request.op.item)
		return 0;
	(void)request_start(
		holder_owner(holder), &request, broker->objects.now_ms);
	tli_item_unref(request.op.item);
	request_clear(&request);
	*token_out = request.op.granted;
	return request.op.status == TLI_STATUS_OK ? request.op.object : 0;
}

uint64_t take_reference(struct holder *holder, uint64_t object)
{
	uint64_t token;
	uint64_t granted = ask_reference(holder, object, &token);

	if (granted == 0 || !holder_grant(holder, granted, token, "a list"))
		return 0;
	return granted;
}

uint64_t count_objects(void)
{
	return objects_usage(&broker->objects).objects;
}
