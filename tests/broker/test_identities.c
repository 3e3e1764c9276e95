/* SPDX-License-Identifier: MIT */
/* What is read of an identity's file, every mistake with its line, and what one
 * identity has beside others. */
#include "keys_dir.h"

#include "../../broker/engine/kinds.h"
#include "../unit/alloc.h"

#include <cjson/cJSON.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SITES_MAX 500 /* more allocations than any folder here needs */

/* ---- What is read ----------------------------------------------------- */

static void one_has_what_its_file_says(void **state)
{
	const struct identity *one;

	(void)state;
	put_identity("alice",
		"// a comment\n"
		"{\"rights\": [\"dial echo.*\", \"stat\"],\n"
		"\"not_before\": \"2026-01-31\",\n"
		"\"not_after\": \"2026-02-28T12:00:00Z\",\n"
		"\"uids\": [0, 4294967295],\n"
		"\"certificates\": [\"a.example\", \"b\"]}\n");
	load(NULL);
	assert_int_equal(set->count, 1);
	one = find("alice");
	assert_ptr_equal(one->set, set);
	assert_int_equal(one->key->len, 5);
	assert_memory_equal(one->key->bytes, "alice", 5);
	assert_true(rights_permit(&one->rights, RIGHT_DIAL, "echo.a"));
	assert_false(rights_permit(&one->rights, RIGHT_DIAL, "other"));
	assert_int_equal(one->not_before, 1769817600);
	assert_int_equal(one->not_after, 1772280001);
	assert_true(one->has_uids);
	assert_int_equal(one->uid_count, 2);
	assert_int_equal(one->uids[1], UINT32_MAX);
	assert_ptr_equal(identities_find_certificate(set, "a.example"), one);
	assert_ptr_equal(identities_find_certificate(set, "b"), one);
	assert_null(identities_find_certificate(set, "A.example"));
	assert_null(identities_find(set, "Alice"));
}

static void what_it_does_not_say_limits_nothing(void **state)
{
	const struct identity *one;

	(void)state;
	put_identity("a", "{\"rights\": []}");
	load(NULL);
	one = find("a");
	assert_int_equal(rights_on(&one->rights, "x"), 0);
	assert_null(identity_key_objection(one, INT64_MIN, false, 0));
	assert_null(identity_key_objection(one, INT64_MAX - 1, true, 7));
	assert_null(identities_find_certificate(set, ""));
}

/* The kind's bit, by its name; 0 if there is none. */
static uint32_t link_to(const char *kind)
{
	for (unsigned i = 0; engine_kind_name(i); i++)
		if (strcmp(engine_kind_name(i), kind) == 0)
			return LINKS_TO_KIND(i);
	return 0;
}

static void values_keep_what_one_has_any_right_to(void **state)
{
	uint32_t some;

	(void)state;
	put_identity("a",
		"{\"rights\": [\"put @Queue\", \"call @l*\", "
		"\"dial @set\", \"call name\", \"list\"]}");
	put_identity("b", "{\"rights\": [\"get\"]}");
	put_identity("c", "{\"rights\": [\"dial\"]}");
	load(key_of("shared"));
	some = find("a")->forbidden_links;
	assert_false(some & link_to("Queue"));
	assert_false(some & link_to("list"));
	assert_true(some & link_to("set"));
	assert_true(some & link_to("dict"));
	assert_true(some & LINKS_TO_OTHERS);
	assert_int_equal(find("b")->forbidden_links, 0);
	assert_true(find("c")->forbidden_links & link_to("list"));
	assert_int_equal(find(IDENTITY_OF_AUTHKEY)->forbidden_links, 0);
}

static void a_certificate_does_for_a_key(void **state)
{
	(void)state;
	put("a.json", "{\"rights\": [], \"certificates\": [\"a\"]}");
	load(NULL);
	assert_null(find("a")->key);
}

static void the_key_of_all_rights_is_one_too(void **state)
{
	const struct identity *one;

	(void)state;
	put_identity("0", "{\"rights\": []}");
	load(key_of("shared"));
	assert_int_equal(set->count, 2);
	one = find(IDENTITY_OF_AUTHKEY);
	assert_ptr_equal(one, &set->all[0]);
	assert_int_equal(one->number, 0);
	assert_true(rights_permit(&one->rights, RIGHT_SHUTDOWN, NULL));
	assert_int_equal(find("0")->number, 1);
	remove_files();
	load(key_of("shared"));
	assert_int_equal(set->count, 1);
	identities_unref(set);
	set = identities_load("", key_of("alone"), NULL, &error);
	assert_int_equal(set->count, 1);
}

static void numbers_stay(void **state)
{
	(void)state;
	put_identity("b", ALL);
	put_identity("c", ALL);
	load(NULL);
	assert_int_equal(set->generation, 1);
	assert_int_equal(find("b")->number, 1);
	assert_int_equal(find("c")->number, 2);
	put_identity("a", ALL);
	assert_int_equal(remove(path_of("b.json")), 0);
	assert_int_equal(remove(path_of("b.key")), 0);
	load(NULL);
	assert_int_equal(set->generation, 2);
	assert_int_equal(find("a")->number, 3);
	assert_int_equal(find("c")->number, 2);
	put_identity("b", ALL);
	load(NULL);
	assert_int_equal(find("b")->number, 4);
}

static void one_that_is_referred_to_stays(void **state)
{
	const struct identity *one;

	(void)state;
	put_identity("a", ALL);
	load(NULL);
	one = identity_ref(find("a"));
	identities_unref(set);
	set = NULL;
	assert_string_equal(one->id, "a");
	identity_unref(one);
	assert_null(identity_ref(NULL));
	identity_unref(NULL);
	identities_unref(NULL);
}

/* ---- When and where --------------------------------------------------- */

static void a_key_has_its_time(void **state)
{
	static const int64_t start = 1769817600, end = 1772323200;
	const struct identity *one;

	(void)state;
	put_identity("a",
		"{\"rights\": [], \"not_before\": \"2026-01-31\", "
		"\"not_after\": \"2026-02-28\"}");
	load(NULL);
	one = find("a");
	assert_string_equal(identity_key_objection(one, start - 1, false, 0),
		"it is not valid yet: see its \"not_before\"");
	assert_null(identity_key_objection(one, start, false, 0));
	assert_null(identity_key_objection(one, end - 1, true, 0));
	assert_string_equal(identity_key_objection(one, end, false, 0),
		"it is not valid any more: see its \"not_after\"");
	put_identity("a",
		"{\"rights\": [], "
		"\"not_before\": \"2026-02-28T23:59:59Z\", "
		"\"not_after\": \"2026-02-28T23:59:59Z\"}");
	load(NULL);
	one = find("a");
	assert_non_null(identity_objection(one, end - 2));
	assert_null(identity_objection(one, end - 1));
	assert_non_null(identity_objection(one, end));
}

static void a_key_has_its_users(void **state)
{
	const struct passwd *root = getpwuid(0);
	const struct identity *one;
	char text[256];

	(void)state;
	assert_non_null(root);
	snprintf(text, sizeof(text), "{\"rights\": [], \"uids\": [7, \"%s\"]}",
		root->pw_name);
	put_identity("a", text);
	load(NULL);
	one = find("a");
	assert_null(identity_key_objection(one, 0, true, 0));
	assert_null(identity_key_objection(one, 0, true, 7));
	assert_string_equal(identity_key_objection(one, 0, true, 1),
		"its key is for other users: see its \"uids\"");
	assert_string_equal(identity_key_objection(one, 0, false, 0),
		"its key is for Unix sockets alone: see its \"uids\"");
	put_identity("a", "{\"rights\": [], \"uids\": []}");
	load(NULL);
	assert_non_null(identity_key_objection(find("a"), 0, true, 0));
}

/* ---- What is wrong ---------------------------------------------------- */

/* A file a.json of that text. */
static void expect_wrong(const char *text, const char *wrong)
{
	char expected[2 * TLI_ERROR_TEXT];

	put_identity("a", text);
	snprintf(expected, sizeof(expected), "%%/a.json%s", wrong);
	expect_refused(text, expected);
}

static const struct {
	const char *text, *wrong;
} wrong_files[] = {
	{"",
		":1: expected a value (a text in double quotes, a number, "
		"true, "
		"false, null, {...} or [...]), found the end"},
	{"{}",
		":1: \"rights\" are missing: a list, as [\"dial echo.*\"], "
		"[\"all\"] or []"},
	{"[]", ":1: an array where an object belongs: {...}"},
	{"{\n\"right\": []}",
		":2: there is no setting \"right\"; is \"rights\" meant?"},
	{"{\n\"colour\": 1}",
		":2: there is no setting \"colour\": see man tielined.json"},
	{"{\"rights\":\n\"all\"}",
		":1: rights: a text where an array belongs: rights, as "
		"[\"dial echo.*\", \"stat\"]"},
	{"{\"rights\": null}",
		":1: rights: null where an array belongs: rights, as "
		"[\"dial echo.*\", \"stat\"]"},
	{"{\"rights\": [\"stat\",\n1]}",
		":2: rights: a number is none: rights, as "
		"[\"dial echo.*\", \"stat\"]"},
	{"{\"rights\": [\"stat\",\n\"stat x\"]}",
		":2: rights: \"stat\" is not done to a name: leave out what is "
		"behind it"},
	{"{\"rights\": [], \"not_before\": \"2026-02-30\"}",
		":1: not_before: \"2026-02-30\" is no time: 2026-12-31 or "
		"2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": \"31.12.2026\"}",
		":1: not_after: \"31.12.2026\" is no time: 2026-12-31 or "
		"2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": \"2026-12-31T23:59:59\"}",
		":1: not_after: \"2026-12-31T23:59:59\" is no time: 2026-12-31 "
		"or 2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": \"2026-12-31T23:59:60Z\"}",
		":1: not_after: \"2026-12-31T23:59:60Z\" is no time: "
		"2026-12-31 or 2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": \" 2026-1-31\"}",
		":1: not_after: \" 2026-1-31\" is no time: 2026-12-31 or "
		"2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": \"\"}",
		":1: not_after: \"\" is no time: 2026-12-31 or "
		"2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_after\": 20261231}",
		":1: not_after: a number where a text belongs: 2026-12-31 or "
		"2026-12-31T23:59:59Z"},
	{"{\"rights\": [], \"not_before\": \"2026-12-31T00:00:01Z\",\n"
	 "\"not_after\": \"2026-12-31T00:00:00Z\"}",
		":1: \"not_after\" is before \"not_before\""},
	{"{\"rights\": [], \"uids\": [1,\n-1]}",
		":2: uids: -1 is no user: users, as [1000, \"alice\"]"},
	{"{\"rights\": [], \"uids\": [4294967296]}",
		":1: uids: 4294967296 is no user: users, as [1000, \"alice\"]"},
	{"{\"rights\": [], \"uids\": [1.5]}",
		":1: uids: 1.5 is no user: users, as [1000, \"alice\"]"},
	{"{\"rights\": [], \"uids\": [true]}",
		":1: uids: true or false is none: users, as [1000, \"alice\"]"},
	{"{\"rights\": [], \"uids\": [\"no such user\"]}",
		":1: uids: there is no user \"no such user\""},
	{"{\"rights\": [], \"certificates\": [\"a\",\n\"\"]}",
		":2: certificates: a name has 1 to 2048 bytes, not 0"},
	{"{\"rights\": [], \"certificates\": [{}]}",
		":1: certificates: an object is none: names, as "
		"[\"client.example\"]"},
	{"{\"rights\": [], \"rights\": []}",
		":1: the key \"rights\" is there for the second time"},
};

static void a_mistake_has_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(wrong_files); i++)
		expect_wrong(wrong_files[i].text, wrong_files[i].wrong);
}

/* A list of that many of the same. */
static void expect_too_many(
	const char *member, const char *element, unsigned max)
{
	char text[32 * 1024] = "{\"rights\": [], \"", wrong[80];

	strcat(strcat(text, member), "\": [");
	for (unsigned i = 0; i <= max; i++)
		strcat(strcat(text, i ? "," : ""), element);
	strcat(text, "]}");
	snprintf(wrong, sizeof(wrong), ":1: %s: there are more than %u", member,
		max);
	expect_wrong(text, wrong);
}

static void lists_have_an_end(void **state)
{
	(void)state;
	expect_too_many("uids", "1", IDENTITY_UIDS_MAX);
	expect_too_many("certificates", "\"a\"", IDENTITY_CERTIFICATES_MAX);
}

static void a_lack_of_memory_is_said(void **state)
{
	unsigned long n;

	(void)state;
	put_identity("a",
		"{\"rights\": [\"dial a\", \"call b\"], "
		"\"certificates\": [\"a\", \"b\"]}");
	put_identity("b", ALL);
	for (n = 1; n < SITES_MAX; n++) {
		struct tli_key *key = key_of("shared");

		error = (struct tli_error){.code = 0};
		alloc_fail_from(n, n % 2 == 0);
		set = identities_load(folder, key, NULL, &error);
		if (alloc_count() < n)
			break;
		alloc_reset();
		assert_null(set);
		assert_int_equal(error.code, TIELINE_ENOMEM);
	}
	alloc_reset();
	assert_in_range(n, 10, SITES_MAX - 1);
	assert_int_equal(set->count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(one_has_what_its_file_says),
		folder_test(what_it_does_not_say_limits_nothing),
		folder_test(values_keep_what_one_has_any_right_to),
		folder_test(a_certificate_does_for_a_key),
		folder_test(the_key_of_all_rights_is_one_too),
		folder_test(numbers_stay),
		folder_test(one_that_is_referred_to_stays),
		folder_test(a_key_has_its_time),
		folder_test(a_key_has_its_users),
		folder_test(a_mistake_has_its_line),
		folder_test(lists_have_an_end),
		folder_test(a_lack_of_memory_is_said),
	};
	cJSON_Hooks hooks = {malloc, free};

	/* So that cJSON's allocations can be made to fail too. */
	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
