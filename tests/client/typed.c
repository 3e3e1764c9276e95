/* SPDX-License-Identifier: MIT */
#include "typed.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

char typed_opened[TYPED_TEXT];

static atomic_bool is_ending;
static _Atomic(const char *) raised; /* its arguments; NULL = nothing */
static atomic_int raised_status;

void typed_raise(enum tli_status status, const char *arguments)
{
	raised_status = (int)status;
	raised = arguments;
}

/* ---- the broker ------------------------------------------------------- */

static void show(const struct tli_session_frame *frame, char text[TYPED_TEXT])
{
	tieline_values *values = tieline_values_new(NULL);
	char *repr;

	if (tieline_value_repr(tieline_value_unpickle(values, frame->payload,
				       frame->payload_len),
		    0, &repr, NULL) < 0)
		abort();
	snprintf(text, TYPED_TEXT, "%s", repr);
	tieline_free(repr);
	tieline_values_free(values);
}

static void answer_call(
	struct fake *fake, const struct tli_session_frame *frame)
{
	char text[TYPED_TEXT];

	if (raised) {
		fake_return(
			fake, frame, (enum tli_status)raised_status, raised);
		return;
	}
	show(frame, text);
	for (size_t i = 0; i < typed_row_count; i++) {
		const struct typed_row *row = &typed_rows[i];

		if (strcmp(row->asked, text) != 0)
			continue;
		fake_grant(fake, frame, row->answer ? row->answer : "None",
			row->token);
		return;
	}
	fprintf(stderr, "no row asks %s\n", text);
	abort();
}

static void answer(struct fake *fake, const struct tli_session_frame *frame)
{
	if (frame->op == TLI_OP_HELLO) {
		fake_return(fake, frame, TLI_STATUS_OK, "{'epoch': 'one'}");
	} else if (frame->op == TLI_OP_OPEN) {
		show(frame, typed_opened);
		fake_reply(fake, frame, 1, frame->handle);
	} else if (frame->op == TLI_OP_PING) {
		fake_reply(fake, frame, 0, 0);
	} else if (frame->op == TLI_OP_CALL &&
		!(frame->flags & TLI_FLAG_QUIET)) {
		answer_call(fake, frame);
	}
}

static void play(struct fake *fake)
{
	struct tli_session_frame frame;

	for (fake_accept(fake); !is_ending; fake_accept(fake)) {
		while (fake_take_next(fake, &frame))
			answer(fake, &frame);
		fake_hang_up(fake);
	}
}

void typed_start(struct fake *fake)
{
	is_ending = false;
	fake_start(fake, play);
}

void typed_stop(struct fake *fake)
{
	tieline_options options = fake_options();
	tieline_connection *connection;

	is_ending = true;
	assert_code(TIELINE_OK,
		tieline_client(fake->address, &options, &connection));
	fake_stop(fake);
	tieline_connection_close(connection);
}

/* ---- one of each ------------------------------------------------------ */

static int open_locks(struct typed *on)
{
	tieline_session *session = on->session;
	int result = tieline_lock_open(session, "lock", NULL, &on->lock);

	if (result == 0)
		result = tieline_semaphore_open(
			session, "semaphore", 2, NULL, &on->semaphore);
	if (result == 0)
		result = tieline_condition_open(
			session, "condition", NULL, NULL, &on->condition);
	if (result == 0)
		result = tieline_event_open(session, "event", NULL, &on->event);
	if (result == 0)
		result = tieline_barrier_open(
			session, "barrier", 3, NULL, &on->barrier);
	return result;
}

static int open_shared(struct typed *on)
{
	tieline_session *session = on->session;
	int result = tieline_dict_open(session, "dict", NULL, &on->dict);

	if (result == 0)
		result = tieline_list_open(session, "list", NULL, &on->list);
	if (result == 0)
		result = tieline_set_open(session, "set", NULL, &on->set);
	if (result == 0)
		result = tieline_shared_value_open(
			session, "value", 'd', NULL, NULL, &on->value);
	if (result == 0)
		result = tieline_array_open(
			session, "array", 'i', on->item, NULL, &on->array);
	if (result == 0)
		result = tieline_namespace_open(
			session, "space", NULL, &on->space);
	return result;
}

static int make_values(struct typed *on)
{
	on->values = tieline_values_new(NULL);
	on->key = tieline_value_build(on->values, "(1, 'k')");
	on->item = tieline_value_build(on->values, "['item']");
	return on->key && on->item ? 0 : TIELINE_ENOMEM;
}

int typed_open(struct typed *on, const struct fake *fake)
{
	tieline_options options = fake_options();
	int result;

	*on = (struct typed){.session = NULL};
	result = tieline_session_open(
		fake->address, &options, NULL, &on->session);
	if (result == 0)
		result = make_values(on);
	if (result == 0)
		result = open_locks(on);
	if (result == 0)
		result = open_shared(on);
	if (result < 0)
		typed_close(on);
	return result;
}

void typed_close(struct typed *on)
{
	tieline_values_free(on->values);
	tieline_lock_close(on->lock);
	tieline_semaphore_close(on->semaphore);
	tieline_condition_close(on->condition);
	tieline_event_close(on->event);
	tieline_barrier_close(on->barrier);
	tieline_dict_close(on->dict);
	tieline_list_close(on->list);
	tieline_set_close(on->set);
	tieline_shared_value_close(on->value);
	tieline_array_close(on->array);
	tieline_namespace_close(on->space);
	tieline_session_close(on->session);
}
