/* SPDX-License-Identifier: MIT */
/* Nothing can be asked of an object without a right. */
#include "../unit/unit.h"

#include "../../broker/engine/kinds.h"
#include "../../broker/engine/model/dispatch.h"
#include "../../broker/engine/model/model.h"

/* Of a client's operations, those that ask nothing of an object. */
static bool is_of_sessions(unsigned code)
{
	return code == TLI_OP_HELLO || code == TLI_OP_CLOSE ||
		code == TLI_OP_CREDIT || code == TLI_OP_CANCEL ||
		code == TLI_OP_PING;
}

static bool is_of_a_client(unsigned code)
{
	return tli_op_info(code)->word &&
		tli_op_info(code)->sender == TLI_SENT_BY_CLIENT;
}

static void every_operation_needs_a_right(void **state)
{
	(void)state;
	for (unsigned code = 0; code < TLI_OPS; code++)
		if (is_of_a_client(code) &&
			!engine_op_needs((uint8_t)code) != is_of_sessions(code))
			fail_msg("%s", tli_op_info(code)->word);
	assert_int_equal(engine_op_needs(OP_FETCH), NEEDS_SUBSCRIBE);
	assert_int_equal(engine_op_needs(OP_LOOK), NEEDS_ANY);
	assert_int_equal(engine_op_needs(OP_RETURN), 0);
}

static void check_methods(const char *kind, const struct method *methods)
{
	for (; methods->name; methods++) {
		if (methods->needs == 0)
			fail_msg("%s of %s", methods->name,
				kind ? kind : "the broker");
		assert_int_equal(engine_method_needs(kind, methods->name),
			methods->needs);
	}
}

static void every_method_needs_a_right(void **state)
{
	(void)state;
	for (const struct kind *const *kind = kinds; *kind; kind++) {
		check_methods((*kind)->name, (*kind)->methods);
		assert_int_equal(
			engine_method_needs((*kind)->name, "no such"), 0);
	}
	check_methods(NULL, registry_methods);
	assert_int_equal(engine_method_needs("Lock", "__repr__"), NEEDS_ANY);
	assert_int_equal(engine_method_needs("no such", "__repr__"), 0);
	assert_int_equal(engine_method_needs(NULL, "__repr__"), 0);
}

static void what_changes_a_queue_is_told_apart(void **state)
{
	(void)state;
	assert_int_equal(engine_method_needs("Queue", "put"), NEEDS_PUT);
	assert_int_equal(engine_method_needs("Queue", "get"), NEEDS_GET);
	assert_int_equal(engine_method_needs("Queue", "purge"), NEEDS_DELETE);
	assert_int_equal(engine_method_needs("Topic", "purge"), NEEDS_DELETE);
	assert_int_equal(
		engine_method_needs("Topic", "publish"), NEEDS_PUBLISH);
	assert_int_equal(engine_method_needs("dict", "get"), NEEDS_CALL);
	assert_int_equal(engine_method_needs(NULL, "rm"), NEEDS_DELETE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_needs_a_right),
		cmocka_unit_test(every_method_needs_a_right),
		cmocka_unit_test(what_changes_a_queue_is_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
