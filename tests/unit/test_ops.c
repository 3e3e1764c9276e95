/* SPDX-License-Identifier: MIT */
/* What is known of the numbers of the session dialect, and of all others. */
#include "unit.h"

#include "../../proto/ops.h"

#define FAR_BEYOND UINT32_MAX

static void numbers_have_words(void **state)
{
	static const struct {
		unsigned code;
		const char *word; /* NULL = there is none */
		enum tli_op_sender sender;
		enum tli_op_payload payload;
	} rows[] = {
		{TLI_OP_HELLO, "hello", TLI_SENT_BY_CLIENT, TLI_PAYLOAD_VALUE},
		{TLI_OP_PUT, "put", TLI_SENT_BY_CLIENT, TLI_PAYLOAD_ITEMS},
		{TLI_OP_PING, "ping", TLI_SENT_BY_CLIENT, TLI_PAYLOAD_NOTHING},
		{TLI_OP_DELIVER, "deliver", TLI_SENT_BY_BROKER,
			TLI_PAYLOAD_ITEMS},
		{TLI_OP_DRAIN, "drain", TLI_SENT_BY_BROKER,
			TLI_PAYLOAD_NOTHING},
		{.code = 0},
		{.code = TLI_OP_PING + 1},
		{.code = TLI_OPS - 1},
		{.code = TLI_OPS},
		{.code = 0xff},
		{.code = FAR_BEYOND},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct tli_op_info *info = tli_op_info(rows[i].code);

		if (!rows[i].word) {
			assert_null(info->word);
			continue;
		}
		assert_string_equal(info->word, rows[i].word);
		check_equal(rows[i].word, info->sender, rows[i].sender);
		check_equal(rows[i].word, info->payload, rows[i].payload);
		assert_non_null(info->help);
	}
}

static void statuses_have_names(void **state)
{
	static const struct {
		unsigned status;
		const char *name, *exception, *text;
	} rows[] = {
		{TLI_STATUS_OK, "OK", "", "done"},
		{TLI_STATUS_EMPTY, "EMPTY", "queue.Empty",
			"the queue is empty"},
		{TLI_STATUS_DRAINING, "DRAINING", "ConnectionError",
			"the broker is about to end"},
		{TLI_STATUSES, "UNKNOWN", "RuntimeError",
			"a status of a later version"},
		{FAR_BEYOND, "UNKNOWN", "RuntimeError",
			"a status of a later version"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		const struct tli_status_info *info =
			tli_status_info(rows[i].status);

		assert_string_equal(info->name, rows[i].name);
		assert_string_equal(info->exception, rows[i].exception);
		assert_string_equal(info->text, rows[i].text);
	}
	for (unsigned status = 0; status < TLI_STATUSES; status++)
		assert_non_null(tli_status_info(status)->name);
}

static void formats_and_their_words(void **state)
{
	(void)state;
	for (unsigned format = 0; format < TLI_FORMATS; format++)
		check_equal(tli_format_word(format),
			tli_format_of(tli_format_word(format)), format);
	assert_string_equal(tli_format_word(TLI_FORMAT_JSON), "json");
	assert_null(tli_format_word(TLI_FORMATS));
	assert_null(tli_format_word(FAR_BEYOND));
	assert_true(tli_format_of("JSON") < 0);
	assert_true(tli_format_of("") < 0);
	assert_true(tli_format_of("pickles") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_words),
		cmocka_unit_test(statuses_have_names),
		cmocka_unit_test(formats_and_their_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
