/* SPDX-License-Identifier: MIT */
/* The folder of identities: what is read of it, every mistake with its file and
 * line, and that all of it is taken or nothing. */
#include "../unit/unit.h"

#include "../../broker/engine/kinds.h"
#include "../../broker/identities.h"
#include "../unit/alloc.h"

#include <tieline/tieline.h>

#include <cjson/cJSON.h>
#include <dirent.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ALL       "{\"rights\": [\"all\"]}"
#define SITES_MAX 500 /* more allocations than any folder here needs */
#define DAY_S     86400

static char folder[] = "/tmp/tieline-keys-XXXXXX";
static struct identities *set;
static struct tli_error error;

/* ---- The folder ------------------------------------------------------- */

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	return mkdtemp(folder) ? 0 : -1;
}

static const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void remove_files(void)
{
	DIR *open = opendir(folder);
	const struct dirent *entry;

	assert_non_null(open);
	while ((entry = readdir(open)))
		if (strcmp(entry->d_name, ".") != 0 &&
			strcmp(entry->d_name, "..") != 0)
			assert_int_equal(remove(path_of(entry->d_name)), 0);
	closedir(open);
}

static int remove_folder(void **state)
{
	(void)state;
	identities_unref(set);
	set = NULL;
	chmod(folder, 0700);
	remove_files();
	return rmdir(folder);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_int_equal(fputs(text, file) < 0, 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path_of(name), 0600), 0);
}

/* One with a key of its own. */
static void put_identity(const char *id, const char *text)
{
	char name[PATH_MAX];

	snprintf(name, sizeof(name), "%s.json", id);
	put(name, text);
	snprintf(name, sizeof(name), "%s.key", id);
	put(name, id);
}

/* ---- Loading ---------------------------------------------------------- */

static struct tli_key *key_of(const char *text)
{
	struct tli_key *key = tli_key_copy(text, strlen(text), &error);

	assert_non_null(key);
	return key;
}

/* In place of the set that there is. */
static void load(struct tli_key *authkey)
{
	struct identities *before = set;

	set = identities_load(folder, authkey, before, &error);
	identities_unref(before);
	if (!set)
		fail_msg("%s", error.text);
}

static const struct identity *find(const char *id)
{
	const struct identity *found = identities_find(set, id);

	if (!found)
		fail_msg("there is no %s", id);
	return found;
}

/* The text of an error has the folder in place of a %. */
static void expect_refused(const char *what, const char *wrong)
{
	char expected[2 * TLI_ERROR_TEXT] = "";
	struct identities *loaded;

	for (; *wrong; wrong++)
		snprintf(expected + strlen(expected),
			sizeof(expected) - strlen(expected), "%.*s",
			*wrong == '%' ? (int)strlen(folder) : 1,
			*wrong == '%' ? folder : wrong);
	error = (struct tli_error){.code = 0};
	loaded = identities_load(folder, NULL, NULL, &error);
	check(what, !loaded);
	check(what, error.code < 0);
	if (strcmp(error.text, expected) != 0)
		fail_msg("%s: %s\nnot %s", what, error.text, expected);
}

/* A file a.json of that text. */
static void expect_wrong(const char *text, const char *wrong)
{
	char expected[2 * TLI_ERROR_TEXT];

	put_identity("a", text);
	snprintf(expected, sizeof(expected), "%%/a.json%s", wrong);
	expect_refused(text, expected);
}

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

static void other_files_are_left_alone(void **state)
{
	(void)state;
	put_identity("a", ALL);
	put("README", "");
	put("a.json.old", "");
	put("b.key~", "");
	put(".c.json", "{");
	put(".json", "{");
	put(".key", "");
	assert_int_equal(mkdir(path_of("folder"), 0777), 0);
	load(NULL);
	assert_int_equal(set->count, 1);
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

static void expect_pair_refused(
	const char *name, const char *text, const char *wrong)
{
	put_identity("a", "{\"rights\": [], \"certificates\": [\"x\"]}");
	put(name, text);
	expect_refused(name, wrong);
	remove_files();
}

static void files_go_together(void **state)
{
	(void)state;
	expect_refused(
		"empty", "%: there is no identity in it: nobody could log in");
	expect_pair_refused("b.key", "key",
		"%/b.key: there is no b.json beside it, which says what the "
		"key is for");
	expect_pair_refused("b.json", ALL,
		"%/b.json: there is neither b.key beside it nor "
		"\"certificates\" in it");
	expect_pair_refused("b.json",
		"{\"rights\": [], \"certificates\": [\"y\"], \"uids\": [1]}",
		"%/b.json: \"uids\" say who has the key, and there is no b.key "
		"beside it");
	expect_pair_refused("b.json",
		"{\"rights\": [], \"certificates\": [\"y\", \"x\"]}",
		"a and b have the same name of a certificate: \"x\"");
	expect_pair_refused("b c.json", ALL,
		"%: \"b c\" names no identity: 1 to 64 letters, digits and "
		". _ -");
	expect_pair_refused("authkey.json", ALL,
		"%/authkey.json: \"authkey\" is the identity of authkey_file: "
		"take another name");
	expect_pair_refused(
		"a.key", "", "%/a.key is to have 1 to 4096 bytes, not 0");
}

static void two_have_two_keys(void **state)
{
	struct tli_key *key = key_of("the same");

	(void)state;
	put_identity("a", ALL);
	put_identity("b", ALL);
	put("a.key", "the same");
	load(NULL);
	assert_null(identities_load(folder, key, set, &error));
	assert_string_equal(error.text,
		"authkey and a have the same key: each needs one of its own");
	put("b.key", "the same");
	expect_refused(
		"same", "a and b have the same key: each needs one of its own");
}

static void there_are_at_most_sixty_four(void **state)
{
	char id[16];

	(void)state;
	for (unsigned i = 0; i < IDENTITIES_MAX; i++) {
		snprintf(id, sizeof(id), "id-%u", i);
		put_identity(id, ALL);
	}
	load(NULL);
	assert_int_equal(set->count, IDENTITIES_MAX);
	put_identity("one-more", ALL);
	assert_null(identities_load(folder, NULL, set, &error));
	assert_non_null(
		strstr(error.text, ".json: there are more than 64 identities"));
	assert_int_equal(remove(path_of("one-more.json")), 0);
	assert_int_equal(remove(path_of("one-more.key")), 0);
	assert_null(identities_load(folder, key_of("shared"), set, &error));
	assert_non_null(
		strstr(error.text, ".json: there are more than 64 identities"));
}

/* ---- Who could have written it ---------------------------------------- */

static void only_its_owner_can_change_it(void **state)
{
	(void)state;
	put_identity("a", ALL);
	assert_int_equal(chmod(folder, 0770), 0);
	expect_refused(
		"folder", "% can be changed by group or others: chmod go-w it");
	assert_int_equal(chmod(folder, 0755), 0);
	load(NULL);
	assert_int_equal(chmod(path_of("a.json"), 0602), 0);
	expect_refused("json",
		"%/a.json can be changed by group or others: "
		"chmod go-w it");
	assert_int_equal(chmod(path_of("a.json"), 0644), 0);
	load(NULL);
	assert_int_equal(chmod(path_of("a.key"), 0640), 0);
	expect_refused("key",
		"the authkey file %/a.key can be used by group "
		"or others: chmod 600 it");
}

static void a_link_is_not_followed(void **state)
{
	(void)state;
	put_identity("a", ALL);
	put("b", ALL);
	assert_int_equal(symlink("b", path_of("b.json")), 0);
	expect_refused("link",
		"cannot read the keys in %/b.json: Too many "
		"levels of symbolic links");
	assert_int_equal(remove(path_of("b.json")), 0);
	assert_int_equal(remove(path_of("a.key")), 0);
	assert_int_equal(symlink("b", path_of("a.key")), 0);
	expect_refused("link",
		"cannot read the authkey file %/a.key: Too many "
		"levels of symbolic links");
}

/* A file that comes when the folder is read for the second time. */
static const char *late;

void __real_rewinddir(DIR *dir);
void __wrap_rewinddir(DIR *dir);

void __wrap_rewinddir(DIR *dir)
{
	static bool again;

	if (late && again)
		put(late, "key");
	again = late && !again;
	__real_rewinddir(dir);
}

static void a_key_that_comes_meanwhile_is_not_left_out(void **state)
{
	(void)state;
	put_identity("a", ALL);
	put("b.json", "{\"rights\": [], \"certificates\": [\"x\"]}");
	late = "b.key";
	expect_refused(
		"late", "%/b.key: it came while the folder was read; reload");
	late = NULL;
	load(NULL);
	assert_int_equal(set->count, 2);
}

static void a_folder_is_no_link(void **state)
{
	char elsewhere[sizeof(folder) + 7];

	(void)state;
	put_identity("a", ALL);
	snprintf(elsewhere, sizeof(elsewhere), "%s.link", folder);
	assert_int_equal(symlink(folder, elsewhere), 0);
	set = identities_load(elsewhere, NULL, NULL, &error);
	assert_null(set);
	assert_non_null(strstr(error.text, "levels of symbolic links"));
	strcat(elsewhere, "//");
	set = identities_load(elsewhere, NULL, NULL, &error);
	assert_null(set);
	elsewhere[strlen(elsewhere) - 2] = '\0';
	assert_int_equal(unlink(elsewhere), 0);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	put_identity("a", ALL);
	assert_int_equal(mkdir(path_of("b.json"), 0700), 0);
	expect_refused("folder", "the identity %/b.json is not a regular file");
	assert_int_equal(rmdir(path_of("b.json")), 0);
	assert_int_equal(mkfifo(path_of("b.json"), 0600), 0);
	expect_refused("fifo", "the identity %/b.json is not a regular file");
	assert_int_equal(remove(path_of("b.json")), 0);
	assert_null(identities_load(path_of("a.json"), NULL, NULL, &error));
	assert_non_null(strstr(error.text, "a.json: Not a directory"));
	assert_null(identities_load("/no/such", NULL, NULL, &error));
	assert_string_equal(error.text,
		"cannot read the keys in /no/such: No such file or directory");
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

#define folder_test(name)                                                      \
	cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(one_has_what_its_file_says),
		folder_test(what_it_does_not_say_limits_nothing),
		folder_test(values_keep_what_one_has_any_right_to),
		folder_test(a_certificate_does_for_a_key),
		folder_test(other_files_are_left_alone),
		folder_test(the_key_of_all_rights_is_one_too),
		folder_test(numbers_stay),
		folder_test(one_that_is_referred_to_stays),
		folder_test(a_key_has_its_time),
		folder_test(a_key_has_its_users),
		folder_test(a_mistake_has_its_line),
		folder_test(lists_have_an_end),
		folder_test(files_go_together),
		folder_test(two_have_two_keys),
		folder_test(there_are_at_most_sixty_four),
		folder_test(only_its_owner_can_change_it),
		folder_test(a_link_is_not_followed),
		folder_test(a_key_that_comes_meanwhile_is_not_left_out),
		folder_test(a_folder_is_no_link),
		folder_test(what_is_no_file_is_refused),
		folder_test(a_lack_of_memory_is_said),
	};
	cJSON_Hooks hooks = {malloc, free};

	/* So that cJSON's allocations can be made to fail too. */
	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
