/* SPDX-License-Identifier: MIT */
/* Which files of the folder count, together with which others, and who could
 * have written them. */
#include "keys_dir.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Which count ------------------------------------------------------ */

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
	char elsewhere[PATH_MAX];

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		folder_test(other_files_are_left_alone),
		folder_test(files_go_together),
		folder_test(two_have_two_keys),
		folder_test(there_are_at_most_sixty_four),
		folder_test(only_its_owner_can_change_it),
		folder_test(a_link_is_not_followed),
		folder_test(a_key_that_comes_meanwhile_is_not_left_out),
		folder_test(a_folder_is_no_link),
		folder_test(what_is_no_file_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
