/* SPDX-License-Identifier: MIT */
#include "fuzz_broker_sessions.h"

#include "fuzz.h"

#include "../../broker/grants.h"
#include "../../broker/session.h"

#include <string.h>

#define BODY_MAX    70000u
#define PAYLOAD_MAX (2u * (TLI_RECORD_BYTES + 3u + BODY_MAX))
#define FRAMES_MAX  8u

void limit_sessions(struct config *config)
{
	config->session_window_bytes = 8192;
	config->max_session_requests = 6;
	config->max_session_handles = 6;
	config->max_item_bytes = 100000;
	config->max_waiting_requests = 8;
	config->max_objects = 10;
	config->max_items = 30;
	config->max_engine_bytes = 400000;
	config->max_object_items = 20;
	config->max_object_bytes = 300000;
	config->max_identity_objects = 9;
	config->max_identity_bytes = 350000;
}

/* ---- What clients say ------------------------------------------------- */

static const struct said {
	uint8_t op;
	const char *json; /* NULL = items, if the operation has some */
} sayings[] = {
	{TLI_OP_HELLO, ""},
	{TLI_OP_OPEN, "{\"name\":\"q\",\"kind\":\"Queue\"}"},
	{TLI_OP_OPEN, "{\"name\":\"q\",\"kind\":\"Queue\",\"maxsize\":1}"},
	{TLI_OP_OPEN, "{\"kind\":\"PriorityQueue\"}"},
	{TLI_OP_OPEN,
		"{\"name\":\"d\",\"kind\":\"Queue\",\"max_attempts\":1,"
		"\"dead_letter\":\"q\"}"},
	{TLI_OP_OPEN, "{\"name\":\"t\",\"kind\":\"Topic\",\"retain\":true}"},
	{TLI_OP_OPEN, "{\"name\":\"l\",\"kind\":\"Lock\"}"},
	{TLI_OP_OPEN, "{\"name\":\"c\",\"kind\":\"Condition\"}"},
	{TLI_OP_OPEN, "{\"kind\":\"Semaphore\",\"value\":2}"},
	{TLI_OP_OPEN, "{\"name\":\"b\",\"kind\":\"Barrier\",\"parties\":2}"},
	{TLI_OP_OPEN, "{\"name\":\"e\",\"kind\":\"Event\"}"},
	{TLI_OP_OPEN, "{\"kind\":\"dict\",\"temporary\":true,\"name\":\"x\"}"},
	{TLI_OP_OPEN, "{\"kind\":\"list\",\"items\":[1,2,3]}"},
	{TLI_OP_OPEN, "{\"name\":\"q\",\"expire_ms\":10}"},
	{TLI_OP_CLOSE, ""},
	{TLI_OP_PUT, NULL},
	{TLI_OP_GET, ""},
	{TLI_OP_GET, ""},
	{TLI_OP_PEEK, ""},
	{TLI_OP_CONSUME, ""},
	{TLI_OP_CREDIT, ""},
	{TLI_OP_ACK, ""},
	{TLI_OP_NACK, ""},
	{TLI_OP_TOUCH, ""},
	{TLI_OP_PUBLISH, NULL},
	{TLI_OP_SUBSCRIBE, "{}"},
	{TLI_OP_SUBSCRIBE, "{\"max_messages\":1,\"overflow\":\"cut_off\"}"},
	{TLI_OP_SUBSCRIBE, "{\"group\":\"g\",\"retained\":true}"},
	{TLI_OP_CALL, "[\"acquire\",[]]"},
	{TLI_OP_CALL, "[\"release\",[]]"},
	{TLI_OP_CALL, "[\"wait\",[]]"},
	{TLI_OP_CALL, "[\"wait\",[0.05]]"},
	{TLI_OP_CALL, "[\"notify_all\",[]]"},
	{TLI_OP_CALL, "[\"set\",[]]"},
	{TLI_OP_CALL, "[\"clear\",[]]"},
	{TLI_OP_CALL, "[\"append\",[\"0123456789abcdef\"]]"},
	{TLI_OP_CALL, "[\"__imul__\",[1000]]"},
	{TLI_OP_CALL, "[\"__mul__\",[5000]]"},
	{TLI_OP_CALL, "[\"__setitem__\",[0,\"x\"]]"},
	{TLI_OP_CALL, "[\"copy\",[]]"},
	{TLI_OP_CALL, "[\"put\",[1]]"},
	{TLI_OP_CALL, "[\"get\",[]]"},
	{TLI_OP_CALL, "[\"join\",[]]"},
	{TLI_OP_CALL, "[\"shutdown\",[true]]"},
	{TLI_OP_CALL, "[\"ls\",[]]"},
	{TLI_OP_CALL, "[\"rm\",[\"q\"]]"},
	{TLI_OP_CALL, "[\"rm\",[\"l\"]]"},
	{TLI_OP_CALL, "[\"rm\",[\"t\"]]"},
	{TLI_OP_CALL, "[\"rm\",[2]]"},
	{TLI_OP_CALL, "nonsense"},
	{TLI_OP_CANCEL, ""},
	{TLI_OP_PING, ""},
	{TLI_OP_DELIVER, ""},
	{0x7f, ""},
};

static size_t put_items(uint8_t *payload, struct input *input)
{
	static const uint32_t lens[] = {0, 3, 100, 5000, BODY_MAX};
	unsigned how = take_byte(input);
	size_t len = 0;

	for (unsigned i = 0; i < (how >> 6) % 3; i++) {
		struct tli_record record = {
			.body_len = TAKE_FROM(input, lens),
			.subject_len = 3,
			.format = TLI_FORMAT_BYTES,
			.delay_ms = how & 1 ? 20 : 0,
			.ttl_ms = how & 2 ? 50 : 0,
			.priority = how >> 2 & 3,
		};

		tli_record_put(payload + len, &record);
		memcpy(payload + len + TLI_RECORD_BYTES, "a.b", 3);
		memset(payload + len + TLI_RECORD_BYTES + 3, 'x',
			record.body_len);
		len += tli_record_len(&record);
	}
	return len;
}

/* The n-th grant of all sessions; 0 if there is none. */
static uint64_t nth_grant(struct broker *broker, unsigned n)
{
	const struct session *session;
	const struct grant *grant;
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link) {
		if (strcmp(peer->stage->name, "session") != 0)
			continue;
		session = peer->state;
		for (grant = session->owner.grants; grant;
			grant = grant->hh.next)
			if (n-- == 0)
				return grant->undo.op.token;
	}
	return 0;
}

static void take_fields(struct broker *broker, struct input *input,
	struct tli_session_frame *frame)
{
	static const uint32_t timeouts_ms[] = {0, 30, TLI_SESSION_FOREVER};
	unsigned who = take_byte(input), how = take_byte(input);
	unsigned argument = take_byte(input);

	frame->handle = who & 7;
	frame->tag = who >> 3 & 15;
	frame->flags = how & 3 ? 0 : (how >> 2 & 0xf);
	frame->timeout_ms = timeouts_ms[(how >> 4) % 3];
	frame->lease_ms = how & 8 ? 40 : 0;
	frame->count = argument >> 5;
	frame->argument = argument & 16 ? nth_grant(broker, argument & 15)
					: (argument & 15);
	frame->format = TLI_FORMAT_JSON;
	if (frame->op == TLI_OP_HELLO)
		frame->argument = TLI_SESSION_VERSION;
}

/* Cuts the payload into pieces of that length. */
static size_t put_frames(uint8_t *bytes, const struct tli_session_frame *whole,
	uint32_t piece, bool is_finished)
{
	struct tli_session_frame frame = *whole;
	size_t len = 0;
	uint32_t at = 0;

	do {
		uint32_t left = whole->payload_len - at;

		frame.payload_len = left < piece ? left : piece;
		if (frame.payload_len < left || !is_finished)
			frame.flags |= TLI_FLAG_MORE;
		else
			frame.flags = whole->flags;
		tli_session_put(bytes + len, &frame);
		len += TLI_SESSION_WIRE_BYTES;
		if (frame.payload_len > 0)
			memcpy(bytes + len, whole->payload + at,
				frame.payload_len);
		len += frame.payload_len;
		at += frame.payload_len;
	} while (at < whole->payload_len);
	return len;
}

uint8_t *make_request(
	struct broker *broker, struct input *input, size_t *len_out)
{
	static uint8_t payload[PAYLOAD_MAX];
	const struct said *said = &TAKE_FROM(input, sayings);
	struct tli_session_frame frame = {.op = said->op, .payload = payload};
	uint8_t *bytes =
		malloc(PAYLOAD_MAX + FRAMES_MAX * TLI_SESSION_WIRE_BYTES);
	unsigned how = take_byte(input);
	uint32_t piece = TLI_SESSION_PAYLOAD_MAX;

	require(bytes);
	take_fields(broker, input, &frame);
	if (said->json) {
		frame.payload_len = (uint32_t)strlen(said->json);
		memcpy(payload, said->json, frame.payload_len);
	} else {
		frame.payload_len = (uint32_t)put_items(payload, input);
	}
	if (how & 1)
		piece = frame.payload_len / 3 + 1;
	*len_out = put_frames(bytes, &frame, piece, (how & 0x1e) != 0x1e);
	return bytes;
}

/* ---- What must be so -------------------------------------------------- */

static unsigned count_handles(const struct handles *handles)
{
	unsigned count = 0;

	for (uint32_t i = 0; i < handles->count; i++)
		count += handles->all[i].state != HANDLE_FREE;
	return count;
}

static void check_session(
	const struct session *session, const struct config *config)
{
	const struct session_input *input = &session->input;
	const struct session_output *output = &session->output;

	require(HASH_COUNT(session->by_tag) <= config->max_session_requests);
	require(session->handles.used == count_handles(&session->handles));
	require(session->handles.used < config->max_session_handles);
	require(session->handles.used + session->subscriptions <=
		owner_grant_count(&session->owner));
	require(input->count <= input->max_count);
	require(input->bytes <= input->max_bytes);
	require(session_output_load(output) <= output->bytes);
	require(session->owner.waiting <= session->owner.references);
	require(!session->owner.ended);
}

void check_sessions(struct broker *broker)
{
	const struct config *config = &broker->config;
	struct engine_usage usage = objects_usage(&broker->objects);
	uint32_t count = 0, waiting = 0;
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link) {
		const struct session *session = peer->state;

		if (strcmp(peer->stage->name, "session") != 0)
			continue;
		count++;
		waiting += session->owner.waiting;
		require(session->peer == peer);
		check_session(session, config);
	}
	require(broker->sessions.count == count);
	require(waiters_count(broker->objects.waiters) >= waiting);
	require(waiters_count(broker->objects.waiters) <=
		config->max_waiting_requests);
	require(usage.objects <= config->max_objects);
	require(usage.items <= config->max_items);
	require(usage.bytes <= config->max_engine_bytes);
}

void check_no_sessions(const struct broker *broker)
{
	require(broker->sessions.count == 0);
	require(TAILQ_EMPTY(&broker->sessions.due));
	require(TAILQ_EMPTY(&broker->sessions.unseen));
	require(waiters_count(broker->objects.waiters) == 0);
}
