/* SPDX-License-Identifier: MIT */
/* Tokens inside values: what is one, and that each is found, once. Those that
 * real Pythons write are in test_tokens.py. */
#include "alloc.h"
#include "unit.h"
#include "values.h"

#include "../../proto/value/token.h"

#define LEVELS 60000

static struct tli_values values;

static int set_up(void **state)
{
	(void)state;
	values_init(&values);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	tli_values_fini(&values);
	return 0;
}

static struct tli_value *text(const char *characters)
{
	return text_of(&values, characters);
}

static struct tli_value *instance(
	enum tli_making making, const char *module, const char *class)
{
	return tli_object(&values, making, tli_global(&values, module, class),
		tli_items(&values, TLI_TUPLE, NULL, 0), NULL);
}

static struct tli_value *new_token(struct tli_value *state)
{
	struct tli_value *token =
		instance(TLI_NEWOBJ, "multiprocessing.managers", "Token");

	assert_true(tli_object_step(token, TLI_STEP_BUILD, state));
	return token;
}

static struct tli_value *state_of(const char *ident)
{
	return items_of(&values, TLI_TUPLE, text("list"), text("/address"),
		text(ident), NULL);
}

static struct tli_value *list_of(struct tli_value *one, struct tli_value *two)
{
	return items_of(&values, TLI_LIST, one, two, NULL);
}

/* ---- what is one ------------------------------------------------------ */

static void a_token_has_a_state_of_three(void **state)
{
	struct tli_value *three = state_of("1"), *whole = new_token(three);

	(void)state;
	assert_ptr_equal(tli_token_state(whole), three);
	assert_true(tli_is_text(
		tli_items_of(three)->items[TLI_TOKEN_TYPEID], "list"));
	assert_true(tli_is_text(
		tli_items_of(three)->items[TLI_TOKEN_ADDRESS], "/address"));
	assert_true(
		tli_is_text(tli_items_of(three)->items[TLI_TOKEN_IDENT], "1"));
}

static struct tli_value *in_two_steps(void)
{
	struct tli_value *token = new_token(state_of("1"));

	assert_true(tli_object_step(token, TLI_STEP_BUILD, state_of("2")));
	return token;
}

static struct tli_value *appended(void)
{
	struct tli_value *token =
		instance(TLI_NEWOBJ, "multiprocessing.managers", "Token");

	assert_true(tli_object_step(token, TLI_STEP_APPEND, state_of("1")));
	return token;
}

static void anything_else_is_none(void **state)
{
	struct tli_value *others[] = {
		tli_none(&values),
		state_of("1"),
		instance(TLI_NEWOBJ, "multiprocessing.managers", "Token"),
		new_token(items_of(&values, TLI_TUPLE, text("a"), NULL)),
		new_token(list_of(text("a"), text("b"))),
		new_token(tli_none(&values)),
		in_two_steps(),
		appended(),
		instance(TLI_REDUCE, "multiprocessing.managers", "Token"),
	};

	(void)state;
	assert_true(tli_object_step(others[8], TLI_STEP_BUILD, state_of("1")));
	for (size_t i = 0; i < LENGTH(others); i++)
		assert_null(tli_token_state(others[i]));
}

static void other_classes_are_none(void **state)
{
	static const char *const names[][2] = {
		{"multiprocessing.managers", "Tokens"},
		{"managers", "Token"},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(names); i++) {
		struct tli_value *other =
			instance(TLI_NEWOBJ, names[i][0], names[i][1]);

		assert_true(
			tli_object_step(other, TLI_STEP_BUILD, state_of("1")));
		assert_null(tli_token_state(other));
	}
}

/* ---- finding them ----------------------------------------------------- */

struct found {
	unsigned count;
	unsigned most; /* where it stops */
};

static bool find(void *arg, struct tli_value *state)
{
	struct found *found = arg;

	assert_int_equal(tli_items_of(state)->count, 3);
	return ++found->count < found->most;
}

static void check_found(const struct tli_value *tree, unsigned count)
{
	struct found found = {.most = UINT32_MAX};

	assert_true(tli_tokens_visit(tree, find, &found));
	assert_int_equal(found.count, count);
}

static void each_is_found_once(void **state)
{
	struct tli_value *one = new_token(state_of("1"));
	struct tli_value *two = new_token(state_of("2"));
	struct tli_value *call =
		tli_object(&values, TLI_REDUCE, tli_global(&values, "m", "f"),
			items_of(&values, TLI_TUPLE, two, NULL), NULL);

	(void)state;
	check_found(tli_none(&values), 0);
	check_found(one, 1);
	check_found(list_of(one, list_of(one, one)), 1);
	check_found(list_of(call, list_of(one, call)), 2);
	check_found(
		items_of(&values, TLI_DICT, text("key"), one, call, two, NULL),
		2);
}

static void what_is_inside_itself_has_an_end(void **state)
{
	struct tli_value *root = list_of(text("a"), new_token(state_of("1")));
	struct tli_value *inner = list_of(text("b"), root);

	(void)state;
	assert_true(tli_append(root, root));
	assert_true(tli_append(root, inner));
	assert_true(tli_append(inner, inner));
	check_found(root, 1);
	check_found(inner, 1);
}

static void no_depth_is_too_deep(void **state)
{
	struct tli_value *root = new_token(state_of("1"));

	(void)state;
	for (int i = 0; i < LEVELS; i++)
		root = items_of(&values, TLI_LIST, root, NULL);
	check_found(root, 1);
}

static void it_can_be_stopped(void **state)
{
	struct tli_value *both =
		list_of(new_token(state_of("1")), new_token(state_of("2")));
	struct found found = {.most = 1};

	(void)state;
	assert_false(tli_tokens_visit(both, find, &found));
	assert_int_equal(found.count, 1);
}

static bool move_there(void *arg, struct tli_value *state)
{
	return tli_replace(state, TLI_TOKEN_ADDRESS, text(arg));
}

static void their_parts_can_be_replaced(void **state)
{
	struct tli_value *token = new_token(state_of("1"));
	char address[] = "/elsewhere";

	(void)state;
	assert_true(
		tli_tokens_visit(list_of(token, token), move_there, address));
	assert_true(tli_is_text(
		tli_items_of(tli_token_state(token))->items[TLI_TOKEN_ADDRESS],
		address));
}

/* ---- memory ----------------------------------------------------------- */

static void values_without_objects_cost_nothing(void **state)
{
	struct tli_value *root = list_of(text("a"), text("b"));

	(void)state;
	assert_int_equal(values.objects, 0);
	assert_true(tli_append(root, root));
	alloc_fail_from(1, true);
	check_found(root, 0);
	assert_int_equal(alloc_count(), 0);
	alloc_reset();
}

static bool fails_at(
	const struct tli_value *root, unsigned long n, bool persistent)
{
	struct found found = {.most = UINT32_MAX};
	bool failed, done;

	alloc_fail_from(n, persistent);
	done = tli_tokens_visit(root, find, &found);
	failed = alloc_count() >= n;
	alloc_reset();
	assert_int_equal(done, !failed);
	return failed;
}

static void each_allocation_may_fail(void **state)
{
	struct tli_value *root = new_token(state_of("1"));
	unsigned long n = 1;

	(void)state;
	root = list_of(root, root);
	for (int i = 0; i < 200; i++)
		root = items_of(&values, TLI_LIST, root, NULL);
	while (fails_at(root, n, false) && fails_at(root, n, true))
		n++;
	assert_in_range(n, 4, 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_has_a_state_of_three),
		TEST(anything_else_is_none),
		TEST(other_classes_are_none),
		TEST(each_is_found_once),
		TEST(what_is_inside_itself_has_an_end),
		TEST(no_depth_is_too_deep),
		TEST(it_can_be_stopped),
		TEST(their_parts_can_be_replaced),
		TEST(values_without_objects_cost_nothing),
		TEST(each_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
