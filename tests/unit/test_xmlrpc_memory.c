/* SPDX-License-Identifier: MIT */
/* Values from XML-RPC and as XML-RPC when memory is short: each allocation is
 * made to fail, expat's own too. */
#include "unit.h"

#include "../../proto/xmlrpc.h"
#include "alloc_each.h"

#include <stdbool.h>
#include <string.h>

#define BEGIN   "<params>\n<param>\n"
#define END     "</param>\n</params>\n"
#define OPEN    "<value><array><data>\n"
#define CLOSE   "</data></array></value>\n"
#define OPEN_8  OPEN OPEN OPEN OPEN OPEN OPEN OPEN OPEN
#define CLOSE_8 CLOSE CLOSE CLOSE CLOSE CLOSE CLOSE CLOSE CLOSE
#define TEXT_64                                                                \
	"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijkl"

static const struct tli_value_limits limits = {
	.max_bytes = 1 << 20, .max_nodes = 1 << 16, .max_depth = 100};
static const uint64_t seed[2] = {1, 2};

static const char *const texts[] = {
	BEGIN "<value><int>1</int></value>\n" END,
	BEGIN OPEN "<value><base64>\nYQ==\n</base64></value>\n"
		   "<value><double>1.5</double></value>\n"
		   "<value><dateTime.iso8601>20240229T12:00:00"
		   "</dateTime.iso8601></value>\n" CLOSE END,
	BEGIN "<value><struct>\n<member>\n<name>a</name>\n"
	      "<value><string>" TEXT_64 TEXT_64 "</string></value>\n"
	      "</member>\n</struct></value>\n" END,
	/* more levels than a walk has room for from the start */
	BEGIN OPEN_8 OPEN_8 OPEN_8 OPEN_8 OPEN_8 CLOSE_8 CLOSE_8 CLOSE_8 CLOSE_8
		CLOSE_8 END,
};

/* True if it was done, false if there was no memory for it. */
static bool write_value(const struct tli_value *value, const char *xml)
{
	struct tli_value_error error = {.code = TLI_VALUE_OK};
	struct tli_buf out;
	int result;

	tli_buf_init(&out, 1 << 16);
	result = tli_xmlrpc_write(value, &out, &error);
	if (result != TLI_VALUE_OK) {
		assert_int_equal(result, TLI_VALUE_NOMEM);
		assert_int_equal(error.code, TLI_VALUE_NOMEM);
		assert_string_equal(error.text, "out of memory");
	} else {
		check_bytes("written", tli_buf_head(&out), tli_buf_len(&out),
			xml, strlen(xml));
	}
	tli_buf_fini(&out);
	return result == TLI_VALUE_OK;
}

static bool read_and_write(const char *xml)
{
	struct tli_values values;
	struct tli_value *value;
	bool done;

	tli_values_init(&values, &limits, seed);
	value = tli_xmlrpc_read(&values, (const uint8_t *)xml, strlen(xml));
	if (!value) {
		assert_int_equal(values.error.code, TLI_VALUE_NOMEM);
		assert_string_equal(values.error.text, "out of memory");
	}
	done = value && write_value(value, xml);
	tli_values_fini(&values);
	return done;
}

static void each_allocation_may_fail(void **state)
{
	(void)state;
	/* expat's are among them */
	for (size_t i = 0; i < LENGTH(texts); i++)
		alloc_fail_each(read_and_write, texts[i], 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
