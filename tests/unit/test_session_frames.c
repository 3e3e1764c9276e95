/* SPDX-License-Identifier: MIT */
/* Frames of sessions: what is put is taken, cut anywhere it is not, and what is
 * wrong with one is said. */
#include "unit.h"

#include "../../proto/session.h"
#include "../../proto/wire.h"

#include <stdlib.h>
#include <string.h>

static const struct tli_session_frame full = {
	.op = TLI_OP_PUT,
	.flags = TLI_FLAG_REPLY | TLI_FLAG_MORE | TLI_FLAG_QUIET |
		TLI_FLAG_UNLEASED,
	.status = TLI_STATUSES - 1,
	.format = TLI_FORMATS - 1,
	.tag = 0x01020304,
	.handle = 0x05060708,
	.count = 0x090a0b0c,
	.timeout_ms = TLI_SESSION_FOREVER,
	.lease_ms = 0x0d0e0f10,
	.argument = UINT64_C(0xf1f2f3f4f5f6f7f8),
	.payload = (const uint8_t *)"abc",
	.payload_len = 3,
};
static const char full_hex[] = "00000023 030f1b03 01020304 05060708 090a0b0c "
			       "ffffffff 0d0e0f10 f1f2f3f4f5f6f7f8 616263";
#define FULL_BYTES (TLI_SESSION_WIRE_BYTES + 3)

static void every_field_has_its_place(void **state)
{
	uint8_t head[TLI_SESSION_WIRE_BYTES], wire[FULL_BYTES];
	struct tli_session_frame frame;
	const char *why;
	size_t used, len = from_hex(full_hex, wire, sizeof(wire));

	(void)state;
	tli_session_put(head, &full);
	check_bytes("put", head, sizeof(head), wire, sizeof(head));
	assert_int_equal(tli_session_take(&frame, wire, len, &used, &why),
		TLI_SESSION_FRAME);
	check_equal("take", used, len);
	check_bytes("payload", frame.payload, frame.payload_len, full.payload,
		full.payload_len);
	tli_session_put(wire, &frame);
	check_bytes("again", wire, sizeof(head), head, sizeof(head));
	check_equal("timeout", frame.timeout_ms, TLI_SESSION_FOREVER);
}

static void a_frame_can_be_extended(void **state)
{
	uint8_t head[TLI_SESSION_WIRE_BYTES], expected[TLI_SESSION_WIRE_BYTES];
	struct tli_session_frame frame = full;

	(void)state;
	tli_session_put(head, &frame);
	frame.count++;
	frame.payload_len += 70000;
	tli_session_extend(head, &frame);
	tli_session_put(expected, &frame);
	check_bytes("extended", head, sizeof(head), expected, sizeof(head));
}

static void cut_anywhere_it_is_not_taken(void **state)
{
	uint8_t wire[FULL_BYTES];
	struct tli_session_frame frame;
	const char *why;
	size_t used, len = from_hex(full_hex, wire, sizeof(wire));

	(void)state;
	for (size_t cut = 0; cut < len; cut++) {
		uint8_t *bytes = exact_copy(wire, cut);

		assert_int_equal(
			tli_session_take(&frame, bytes, cut, &used, &why),
			TLI_SESSION_MORE);
		free(bytes);
	}
}

static void what_is_behind_it_stays(void **state)
{
	uint8_t wire[2 * FULL_BYTES];
	struct tli_session_frame frame;
	const char *why;
	size_t used, len = from_hex(full_hex, wire, sizeof(wire));

	(void)state;
	from_hex(full_hex, wire + len, sizeof(wire) - len);
	for (size_t more = 0; more <= len; more++) {
		assert_int_equal(
			tli_session_take(&frame, wire, len + more, &used, &why),
			TLI_SESSION_FRAME);
		check_equal("used", used, len);
	}
}

static void lengths(void **state)
{
	static const char why_bad[] = "a frame has 32 to 65568 bytes";
	static const struct {
		uint32_t len;
		int result;
	} rows[] = {
		{0, TLI_SESSION_BAD},
		{31, TLI_SESSION_BAD},
		{32, TLI_SESSION_MORE},
		{TLI_SESSION_FRAME_MAX, TLI_SESSION_MORE},
		{TLI_SESSION_FRAME_MAX + 1, TLI_SESSION_BAD},
		{INT32_MAX, TLI_SESSION_BAD},
		{UINT32_MAX, TLI_SESSION_BAD},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_session_frame frame;
		uint8_t wire[4];
		const char *why;
		size_t used;

		tli_store_be32(wire, rows[i].len);
		assert_int_equal(tli_session_take(&frame, wire, sizeof(wire),
					 &used, &why),
			rows[i].result);
		if (rows[i].result == TLI_SESSION_BAD)
			assert_string_equal(why, why_bad);
	}
}

static void the_longest(void **state)
{
	size_t used, len = TLI_SESSION_WIRE_BYTES + TLI_SESSION_PAYLOAD_MAX;
	struct tli_session_frame frame = {
		.op = TLI_OP_PUT, .payload_len = TLI_SESSION_PAYLOAD_MAX};
	uint8_t *wire = calloc(1, len);
	const char *why;

	(void)state;
	assert_non_null(wire);
	tli_session_put(wire, &frame);
	assert_int_equal(tli_session_take(&frame, wire, len - 1, &used, &why),
		TLI_SESSION_MORE);
	assert_int_equal(tli_session_take(&frame, wire, len, &used, &why),
		TLI_SESSION_FRAME);
	check_equal("payload", frame.payload_len, TLI_SESSION_PAYLOAD_MAX);
	check_equal("used", used, len);
	free(wire);
}

/* It is known where the next one starts. */
static void what_there_is_not(void **state)
{
	static const struct {
		struct tli_session_frame frame;
		const char *why;
	} rows[] = {
		{{.op = 0}, "there is no such operation"},
		{{.op = TLI_OP_PING + 1}, "there is no such operation"},
		{{.op = TLI_OPS}, "there is no such operation"},
		{{.op = UINT8_MAX}, "there is no such operation"},
		{{.op = TLI_OP_PING, .flags = 16}, "there is no such flag"},
		{{.op = TLI_OP_PING, .flags = 0x8f}, "there is no such flag"},
		{{.op = TLI_OP_PING, .status = TLI_STATUSES},
			"there is no such status"},
		{{.op = TLI_OP_PING, .format = TLI_FORMATS},
			"there is no such format"},
		{{.op = 0,
			 .flags = 16,
			 .status = UINT8_MAX,
			 .format = UINT8_MAX},
			"there is no such operation"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		uint8_t wire[TLI_SESSION_WIRE_BYTES];
		struct tli_session_frame frame;
		const char *why;
		size_t used;

		tli_session_put(wire, &rows[i].frame);
		assert_int_equal(tli_session_take(&frame, wire, sizeof(wire),
					 &used, &why),
			TLI_SESSION_UNKNOWN);
		assert_string_equal(why, rows[i].why);
		check_equal(why, used, sizeof(wire));
		check_equal(why, frame.op, rows[i].frame.op);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_has_its_place),
		cmocka_unit_test(a_frame_can_be_extended),
		cmocka_unit_test(cut_anywhere_it_is_not_taken),
		cmocka_unit_test(what_is_behind_it_stays),
		cmocka_unit_test(lengths),
		cmocka_unit_test(the_longest),
		cmocka_unit_test(what_there_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
