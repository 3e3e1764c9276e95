/* SPDX-License-Identifier: MIT */
/* What entries of rights permit, and which are none. */
#include "../unit/unit.h"

#include "../../broker/rights.h"
#include "../unit/alloc.h"

#include <stdio.h>
#include <string.h>

static void expect(const char *entry, enum right right, const char *name,
	bool is_permitted)
{
	struct rights rights = {.count = 0};
	char why[RIGHTS_WHY];
	bool on;

	check_equal(entry, rights_parse(&rights, entry, why), RIGHTS_OK);
	check_equal(name, rights_permit(&rights, right, name), is_permitted);
	on = name && (rights_on(&rights, name) & RIGHT_BIT(right));
	check_equal(name, name ? on : is_permitted, is_permitted);
	rights_fini(&rights);
}

static void a_name_is_matched_by_its_pattern(void **state)
{
	static const struct {
		const char *entry, *name;
		bool is_permitted;
	} rows[] = {
		{"dial echo", "echo", true},
		{"dial echo", "echos", false},
		{"dial echo", "ech", false},
		{"dial echo", "Echo", false},
		{"dial echo", "", false},
		{"dial echo.*", "echo.a", true},
		{"dial echo.*", "echo.", true},
		{"dial echo.*", "echo", false},
		{"dial echo.*", "echo.a/b:c", true},
		{"dial *", "anything", true},
		{"dial *", "", true},
		{"dial *", "@list", true},
		{"dial", "anything", true},
		{"dial *.log", "a.log", true},
		{"dial *.log", "a.log.log", true},
		{"dial *.log", "a.log.txt", false},
		{"dial a*b*c", "abc", true},
		{"dial a*b*c", "a--b-bb--c", true},
		{"dial a*b*c", "a--c--b", false},
		{"dial **", "x", true},
		{"dial a**", "a", true},
		{"dial @list", "@list", true},
		{"dial @list", "list", false},
		{"dial @*", "@dict", true},
		{"dial @*", "dict", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++)
		expect(rows[i].entry, RIGHT_DIAL, rows[i].name,
			rows[i].is_permitted);
}

static void a_verb_permits_itself_alone(void **state)
{
	(void)state;
	for (unsigned verb = 0; verb < RIGHT_COUNT; verb++)
		for (unsigned asked = 0; asked < RIGHT_COUNT; asked++)
			expect(right_word((enum right)verb), (enum right)asked,
				right_is_named((enum right)asked) ? "x" : NULL,
				verb == asked);
}

static void all_is_everything(void **state)
{
	(void)state;
	for (unsigned asked = 0; asked < RIGHT_COUNT; asked++) {
		expect("all", (enum right)asked, "x", true);
		expect("all", (enum right)asked, NULL, true);
		assert_true(rights_permit(&rights_all, (enum right)asked, "x"));
	}
}

static void entries_add_up(void **state)
{
	static const char *const entries[] = {
		"put jobs.*", "get jobs.a", "create jobs.*", "stat"};
	struct rights rights = {.count = 0};
	char why[RIGHTS_WHY];

	(void)state;
	assert_int_equal(rights_on(&rights, "jobs.a"), 0);
	for (size_t i = 0; i < LENGTH(entries); i++)
		assert_int_equal(rights_parse(&rights, entries[i], why), 0);
	assert_int_equal(rights_on(&rights, "jobs.a"),
		RIGHT_BIT(RIGHT_PUT) | RIGHT_BIT(RIGHT_GET) |
			RIGHT_BIT(RIGHT_CREATE) | RIGHT_BIT(RIGHT_STAT));
	assert_int_equal(rights_on(&rights, "jobs.b"),
		RIGHT_BIT(RIGHT_PUT) | RIGHT_BIT(RIGHT_CREATE) |
			RIGHT_BIT(RIGHT_STAT));
	assert_int_equal(rights_on(&rights, "x"), RIGHT_BIT(RIGHT_STAT));
	assert_true(rights_permit(&rights, RIGHT_GET, "jobs.a"));
	assert_false(rights_permit(&rights, RIGHT_GET, "jobs.b"));
	assert_false(rights_permit(&rights, RIGHT_GET, NULL));
	assert_true(rights_permit(&rights, RIGHT_STAT, NULL));
	assert_false(rights_permit(&rights, RIGHT_LIST, NULL));
	rights_fini(&rights);
	assert_int_equal(rights_on(&rights, "jobs.a"), 0);
}

static void what_is_no_entry_is_refused(void **state)
{
	static const char verbs[] = "all, accept, dial, pipe, put, get, "
				    "publish, subscribe, call, create, delete, "
				    "list, stat, monitor, typeid or shutdown";
	static const struct {
		const char *entry, *why;
	} rows[] = {
		{"", "\"\" has no verb: "},
		{"dail echo", "\"dail echo\" has no verb: "},
		{"DIAL echo", "\"DIAL echo\" has no verb: "},
		{" dial echo", "\" dial echo\" has no verb: "},
		{"all echo", "\"all echo\" has no verb: "},
		{"dialecho", "\"dialecho\" has no verb: "},
		{"dial\techo", "\"dial?echo\" has no verb: "},
		{"dial ",
			"\"\" behind \"dial\" is no pattern: 1 to "
			"128 " TLI_ADDRESS_NAME_CHARS " *"},
		{"dial echo ", "\"echo \" behind \"dial\" is no pattern: "},
		{"dial  echo", "\" echo\" behind \"dial\" is no pattern: "},
		{"dial e[c]ho", "\"e[c]ho\" behind \"dial\" is no pattern: "},
		{"dial ech?", "\"ech?\" behind \"dial\" is no pattern: "},
		{"dial @", "\"@\" behind \"dial\" is no pattern: "},
		{"dial a@b", "\"a@b\" behind \"dial\" is no pattern: "},
		{"dial \xc3\xa9", "\"?\" behind \"dial\" is no pattern: "},
		{"stat x",
			"\"stat\" is not done to a name: leave out what is "
			"behind it"},
		{"list *", "\"list\" is not done to a name: "},
	};
	struct rights rights = {.count = 0};
	char why[RIGHTS_WHY];

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		check_equal(rows[i].entry,
			rights_parse(&rights, rows[i].entry, why), RIGHTS_BAD);
		check_bytes(rows[i].entry, why, strlen(rows[i].why),
			rows[i].why, strlen(rows[i].why));
	}
	assert_int_equal(rights_parse(&rights, "x", why), RIGHTS_BAD);
	assert_string_equal(strchr(why, ':') + 2, verbs);
	assert_int_equal(rights.everywhere, 0);
	assert_int_equal(rights.count, 0);
}

/* An entry of a verb and a pattern of that many characters. */
static int parse_long(struct rights *rights, size_t len)
{
	char entry[256] = "publish ", why[RIGHTS_WHY];

	assert_in_range(len, 0, 200);
	memset(entry + strlen(entry), '*', len);
	return rights_parse(rights, entry, why);
}

static void a_pattern_is_as_long_as_a_name(void **state)
{
	char name[TLI_ADDRESS_NAME_MAX + 1] = "";
	struct rights rights = {.count = 0};

	(void)state;
	assert_int_equal(parse_long(&rights, 129), RIGHTS_BAD);
	assert_int_equal(parse_long(&rights, 128), RIGHTS_OK);
	memset(name, 'x', sizeof(name) - 1);
	assert_true(rights_permit(&rights, RIGHT_PUBLISH, name));
	rights_fini(&rights);
}

static void there_are_at_most_a_thousand(void **state)
{
	struct rights rights = {.count = 0};
	char why[RIGHTS_WHY];

	(void)state;
	for (unsigned i = 0; i < RIGHTS_MAX; i++)
		assert_int_equal(
			rights_parse(&rights, "dial x", why), RIGHTS_OK);
	assert_int_equal(rights_parse(&rights, "dial y", why), RIGHTS_BAD);
	assert_string_equal(why, "there are more than 1000 entries");
	assert_false(rights_permit(&rights, RIGHT_DIAL, "y"));
	rights_fini(&rights);
}

static void a_lack_of_memory_adds_nothing(void **state)
{
	struct rights rights = {.count = 0};
	char why[RIGHTS_WHY];

	(void)state;
	alloc_fail_from(1, false);
	assert_int_equal(rights_parse(&rights, "dial x", why), RIGHTS_NOMEM);
	alloc_reset();
	assert_false(rights_permit(&rights, RIGHT_DIAL, "x"));
	assert_int_equal(rights_parse(&rights, "dial x", why), RIGHTS_OK);
	assert_true(rights_permit(&rights, RIGHT_DIAL, "x"));
	rights_fini(&rights);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_matched_by_its_pattern),
		cmocka_unit_test(a_verb_permits_itself_alone),
		cmocka_unit_test(all_is_everything),
		cmocka_unit_test(entries_add_up),
		cmocka_unit_test(what_is_no_entry_is_refused),
		cmocka_unit_test(a_pattern_is_as_long_as_a_name),
		cmocka_unit_test(there_are_at_most_a_thousand),
		cmocka_unit_test(a_lack_of_memory_adds_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
