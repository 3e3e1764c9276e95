/* SPDX-License-Identifier: MIT */
/*
 * Where broker and key are by default, and new key files. Linked with --wrap,
 * so that what is looked up and made in /tmp and /run/user is in a folder of
 * the test's own instead.
 */
#include "ends.h"

#include "../../system/places.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define X10  "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10

int __wrap_lstat(const char *path, struct stat *file);
int __wrap_lstat64(const char *path, struct stat *file);
int __wrap_mkdir(const char *path, mode_t mode);

/* Where a path is in this test. Valid until the next call but one. */
static const char *moved(const char *path)
{
	static char paths[2][PATH_MAX];
	static unsigned turn;
	bool public = strncmp(path, "/tmp/tieline-", 13) == 0 &&
		strncmp(path, "/tmp/tieline-test-", 18) != 0;

	if (!public && strncmp(path, "/run/user", 9) != 0)
		return path;
	turn = !turn;
	snprintf(paths[turn], PATH_MAX, "%s", path_of(path + 1));
	return paths[turn];
}

int __wrap_lstat(const char *path, struct stat *file)
{
	return fstatat(AT_FDCWD, moved(path), file, AT_SYMLINK_NOFOLLOW);
}

int __wrap_lstat64(const char *path, struct stat *file)
{
	return __wrap_lstat(path, file);
}

int __wrap_mkdir(const char *path, mode_t mode)
{
	return mkdirat(AT_FDCWD, moved(path), mode);
}

static const char *user_folder(const char *start)
{
	static char path[2][64];
	static unsigned turn;

	turn = !turn;
	snprintf(path[turn], sizeof(path[turn]), "%s%u", start, geteuid());
	return path[turn];
}

#define OF_RUN() user_folder("/run/user/")
#define OF_TMP() user_folder("/tmp/tieline-")

static void set(const char *name, const char *value)
{
	assert_int_equal(value ? setenv(name, value, 1) : unsetenv(name), 0);
}

/* A folder with exactly that mode. */
static void make(const char *path, mode_t mode)
{
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(chmod(moved(path), mode), 0);
}

static unsigned mode_of(const char *path)
{
	struct stat file;

	assert_int_equal(lstat(path, &file), 0);
	return file.st_mode & 07777;
}

static bool is_there(const char *path)
{
	struct stat file;

	return lstat(path, &file) == 0;
}

/* Each test has the folder for itself, and no variable set. */
static int set_up(void **state)
{
	set("XDG_RUNTIME_DIR", NULL);
	set("XDG_CONFIG_HOME", NULL);
	set("HOME", NULL);
	return mkdir(path_of("tmp"), 0700) || mkdir(path_of("run"), 0700) ||
		mkdir(path_of("run/user"), 0700) || note_descriptors(state);
}

static int tear_down(void **state)
{
	char command[2 * PATH_MAX];

	/* .config too */
	snprintf(command, sizeof(command), "rm -rf %s/* %s/.[a-z]*",
		path_of("."), path_of("."));
	return system(command) || check_descriptors(state);
}

static void expect_broker(const char *folder)
{
	char address[128], expected[PATH_MAX];

	snprintf(expected, sizeof(expected), "unix:%s/tieline.sock", folder);
	assert_code(
		TIELINE_OK, tieline_default_broker(address, sizeof(address)));
	assert_string_equal(address, expected);
}

static void expect_no_broker(const char *text)
{
	char address[128] = "untouched";

	assert_code(TIELINE_EADDRESS,
		tieline_default_broker(address, sizeof(address)));
	assert_string_equal(address, "untouched");
	assert_non_null(strstr(last_text(), text));
}

static void the_first_folder_that_is_good_has_the_broker(void **state)
{
	char *runtime = strdup(path_of("runtime"));

	(void)state;
	expect_broker(OF_TMP());
	assert_false(is_there(OF_TMP()));
	make(OF_TMP(), 0755);
	expect_broker(OF_TMP());
	make(OF_RUN(), 0700);
	expect_broker(OF_RUN());
	set("XDG_RUNTIME_DIR", runtime);
	expect_broker(OF_RUN());
	make(runtime, 0700);
	expect_broker(runtime);
	set("XDG_RUNTIME_DIR", "runtime");
	expect_broker(OF_RUN());
	free(runtime);
}

static void a_folder_that_others_can_change_has_no_broker(void **state)
{
	static const mode_t modes[] = {0720, 0702, 0777, 01777};

	(void)state;
	make(OF_RUN(), 0700);
	make(OF_TMP(), 0700);
	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		chmod(moved(OF_RUN()), modes[i]);
		expect_broker(OF_TMP());
		chmod(moved(OF_TMP()), modes[i]);
		expect_no_broker("neither $XDG_RUNTIME_DIR nor /run/user/");
		chmod(moved(OF_TMP()), 0700);
	}
	chmod(moved(OF_RUN()), 0755);
	expect_broker(OF_RUN());
}

static void what_is_no_folder_of_the_users_has_no_broker(void **state)
{
	char own[PATH_MAX], other[PATH_MAX];

	(void)state;
	snprintf(own, sizeof(own), "%s", moved(OF_TMP()));
	snprintf(other, sizeof(other), "%s", path_of("other"));
	make(other, 0700);
	assert_int_equal(close(open(own, O_CREAT | O_WRONLY, 0600)), 0);
	expect_no_broker(OF_TMP());
	unlink(own);
	assert_int_equal(symlink(other, own), 0);
	expect_no_broker(OF_TMP());
	set("XDG_RUNTIME_DIR", other);
	expect_broker(other);
	/* Root's for all but root. */
	if (chown(other, 12345, (gid_t)-1) != 0)
		set("XDG_RUNTIME_DIR", "/");
	expect_no_broker(OF_TMP());
	unlink(own);
	expect_broker(OF_TMP());
}

static void only_the_brokers_folder_in_tmp_is_made(void **state)
{
	char address[TLI_ADDRESS_TEXT_MAX];
	struct tli_error error;
	mode_t mask = umask(0);

	(void)state;
	assert_code(TIELINE_OK, tli_place_of_socket(false, address, &error));
	assert_false(is_there(OF_TMP()));
	for (int i = 0; i < 2; i++)
		assert_code(
			TIELINE_OK, tli_place_of_socket(true, address, &error));
	umask(mask);
	assert_int_equal(mode_of(OF_TMP()), 0700);
	assert_false(is_there(OF_RUN()));
	expect_broker(OF_TMP());
	rmdir(moved(OF_TMP()));
	make(OF_RUN(), 0700);
	assert_code(TIELINE_OK, tli_place_of_socket(true, address, &error));
	assert_false(is_there(OF_TMP()));
}

static void a_broken_tmp_is_told_of(void **state)
{
	char address[TLI_ADDRESS_TEXT_MAX];
	struct tli_error error;

	(void)state;
	rmdir(path_of("tmp"));
	assert_code(
		TIELINE_EADDRESS, tli_place_of_socket(true, address, &error));
	assert_non_null(strstr(error.text, OF_TMP()));
	assert_non_null(strstr(error.text, "No such file"));
}

static void a_broker_is_not_where_no_address_leads(void **state)
{
	char path[PATH_MAX];

	(void)state;
	snprintf(path, sizeof(path), "%s", path_of("with#hash"));
	make(path, 0700);
	set("XDG_RUNTIME_DIR", path);
	expect_no_broker("there is a '#' in it");
	snprintf(path, sizeof(path), "%s", path_of(X100));
	make(path, 0700);
	set("XDG_RUNTIME_DIR", path);
	expect_no_broker("longer than the 107 bytes");
	strcat(strcat(path, "/"), X100 X100);
	make(path, 0700);
	strcat(strcat(path, "/"), X100 X100);
	make(path, 0700);
	set("XDG_RUNTIME_DIR", path);
	expect_no_broker("longer than the 107 bytes");
}

static void the_longest_socket_path_fits(void **state)
{
	char path[PATH_MAX];
	size_t len = 107 - strlen("/tieline.sock");

	(void)state;
	snprintf(path, len + 1, "%s", path_of(X100));
	make(path, 0700);
	set("XDG_RUNTIME_DIR", path);
	expect_broker(path);
	strcat(path, "x");
	make(path, 0700);
	set("XDG_RUNTIME_DIR", path);
	expect_no_broker("longer than the 107 bytes");
}

static void expect_key_file(const char *expected)
{
	char path[PATH_MAX];

	assert_code(
		TIELINE_OK, tieline_default_authkey_file(path, sizeof(path)));
	assert_string_equal(path, expected);
}

static void expect_no_key_file(const char *text)
{
	char path[PATH_MAX] = "untouched";

	assert_code(
		TIELINE_EKEY, tieline_default_authkey_file(path, sizeof(path)));
	assert_string_equal(path, "untouched");
	assert_non_null(strstr(last_text(), text));
}

static void the_key_is_among_the_users_settings(void **state)
{
	(void)state;
	expect_no_key_file("neither $XDG_CONFIG_HOME nor $HOME");
	set("HOME", "relative");
	expect_no_key_file("neither $XDG_CONFIG_HOME nor $HOME");
	set("HOME", "/no/such/home");
	expect_key_file("/no/such/home/.config/tieline/authkey");
	set("XDG_CONFIG_HOME", "");
	expect_key_file("/no/such/home/.config/tieline/authkey");
	set("XDG_CONFIG_HOME", "/no/such/settings");
	expect_key_file("/no/such/settings/tieline/authkey");
	set("HOME", NULL);
	expect_key_file("/no/such/settings/tieline/authkey");
	set("XDG_CONFIG_HOME", "/dev/null");
	expect_no_key_file("/dev/null/tieline: Not a directory");
}

static void the_longest_key_path_fits(void **state)
{
	char home[PATH_MAX + 1], path[PATH_MAX];
	size_t longest = PATH_MAX - sizeof("/.config/tieline/authkey");

	(void)state;
	memset(home, '/', sizeof(home));
	home[longest] = '\0';
	set("HOME", home);
	assert_code(
		TIELINE_OK, tieline_default_authkey_file(path, sizeof(path)));
	assert_int_equal(strlen(path), PATH_MAX - 1);
	home[longest] = '/';
	home[longest + 1] = '\0';
	set("HOME", home);
	expect_no_key_file("too long");
}

static void a_key_folder_that_others_can_change_is_refused(void **state)
{
	char folder[PATH_MAX], link[PATH_MAX];

	(void)state;
	set("XDG_CONFIG_HOME", path_of("."));
	snprintf(folder, sizeof(folder), "%s", path_of("tieline"));
	snprintf(link, sizeof(link), "%s", path_of("elsewhere"));
	make(folder, 0770);
	expect_no_key_file("others can change it: chmod 700 it");
	chmod(folder, 0755);
	expect_key_file(path_of("./tieline/authkey"));
	assert_int_equal(rename(folder, link), 0);
	assert_int_equal(symlink("elsewhere", folder), 0);
	expect_key_file(path_of("./tieline/authkey"));
	chmod(link, 0707);
	expect_no_key_file("others can change it: chmod 700 it");
}

static void the_folders_of_the_key_are_made(void **state)
{
	char path[TLI_PLACES_PATH_MAX];
	struct tli_error error;
	mode_t mask = umask(0);

	(void)state;
	set("HOME", path_of("."));
	for (int i = 0; i < 2; i++)
		assert_code(TIELINE_OK, tli_place_of_key(true, path, &error));
	umask(mask);
	assert_string_equal(path, path_of("./.config/tieline/authkey"));
	assert_int_equal(mode_of(path_of(".config")), 0700);
	assert_int_equal(mode_of(path_of(".config/tieline")), 0700);
	assert_false(is_there(path));
	rmdir(path_of(".config/tieline"));
	rmdir(path_of(".config"));
	set("HOME", path_of("no/such/home"));
	assert_code(TIELINE_EKEY, tli_place_of_key(true, path, &error));
	assert_non_null(strstr(error.text, "No such file"));
}

static void a_buffer_has_to_be_large_enough(void **state)
{
	char text[128] = "untouched";
	size_t broker = strlen("unix:/tieline.sock") + strlen(OF_RUN()) + 1;
	size_t key = sizeof("/k/tieline/authkey");

	(void)state;
	make(OF_RUN(), 0700);
	set("XDG_CONFIG_HOME", "/k");
	assert_code(TIELINE_EINVAL, tieline_default_broker(text, 0));
	assert_code(TIELINE_EINVAL, tieline_default_broker(text, broker - 1));
	assert_code(TIELINE_EINVAL, tieline_default_authkey_file(text, 0));
	assert_code(
		TIELINE_EINVAL, tieline_default_authkey_file(text, key - 1));
	assert_string_equal(text, "untouched");
	assert_non_null(strstr(last_text(), "18 bytes are too few"));
	assert_code(TIELINE_OK, tieline_default_broker(text, broker));
	assert_code(TIELINE_OK, tieline_default_authkey_file(text, key));
}

static size_t read_file(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t len = read(fd, text, size);

	assert_true(fd >= 0 && len >= 0);
	close(fd);
	return (size_t)len;
}

static void a_new_key_is_64_digits_for_its_owner_alone(void **state)
{
	static const mode_t masks[] = {0, 022, 0777};
	char text[100], last[64] = "";
	mode_t mask = umask(0);

	(void)state;
	for (size_t i = 0; i < sizeof(masks) / sizeof(masks[0]); i++) {
		umask(masks[i]);
		assert_code(TIELINE_OK, tieline_authkey_create(path_of("new")));
		umask(mask);
		assert_int_equal(mode_of(path_of("new")), 0600);
		assert_int_equal(
			read_file(path_of("new"), text, sizeof(text)), 64);
		for (size_t c = 0; c < 64; c++)
			assert_non_null(
				memchr("0123456789abcdef", text[c], 16));
		assert_memory_not_equal(text, last, 64);
		memcpy(last, text, 64);
		unlink(path_of("new"));
	}
}

static void a_new_key_can_be_used(void **state)
{
	tieline_options options = tieline_options_default();
	struct ends ends;
	char *path = strdup(path_of("new"));

	(void)state;
	options.authkey_file = path;
	assert_code(TIELINE_OK, tieline_authkey_create(path));
	assert_code(TIELINE_OK, open_ends(&ends, NULL, &options));
	close_ends(&ends);
	free(path);
}

static void a_new_key_replaces_nothing(void **state)
{
	char text[8];
	int fd = open(path_of("old"), O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	(void)state;
	assert_int_equal(write(fd, "old", 3), 3);
	close(fd);
	assert_code(TIELINE_EKEY, tieline_authkey_create(path_of("old")));
	assert_non_null(strstr(last_text(), "File exists"));
	assert_int_equal(read_file(path_of("old"), text, sizeof(text)), 3);
	assert_int_equal(symlink("missing", path_of("link")), 0);
	assert_code(TIELINE_EKEY, tieline_authkey_create(path_of("link")));
	assert_false(is_there(path_of("missing")));
	assert_code(TIELINE_EKEY, tieline_authkey_create(path_of("tmp")));
	assert_code(TIELINE_EKEY, tieline_authkey_create(path_of("no/folder")));
	assert_non_null(strstr(last_text(), "No such file"));
	assert_code(TIELINE_EKEY, tieline_authkey_create(""));
}

/* What it could not write to the end is no key, and would stand in the way. */
static void a_key_that_cannot_be_written_is_not_left_behind(void **state)
{
	struct rlimit before;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	setrlimit(RLIMIT_FSIZE, &(struct rlimit){10, before.rlim_max});
	assert_code(TIELINE_EKEY, tieline_authkey_create(path_of("new")));
	setrlimit(RLIMIT_FSIZE, &before);
	assert_non_null(strstr(last_text(), "File too large"));
	assert_false(is_there(path_of("new")));
}

#define place_test(function)                                                   \
	cmocka_unit_test_setup_teardown(function, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		place_test(the_first_folder_that_is_good_has_the_broker),
		place_test(a_folder_that_others_can_change_has_no_broker),
		place_test(what_is_no_folder_of_the_users_has_no_broker),
		place_test(only_the_brokers_folder_in_tmp_is_made),
		place_test(a_broken_tmp_is_told_of),
		place_test(a_broker_is_not_where_no_address_leads),
		place_test(the_longest_socket_path_fits),
		place_test(the_key_is_among_the_users_settings),
		place_test(the_longest_key_path_fits),
		place_test(a_key_folder_that_others_can_change_is_refused),
		place_test(the_folders_of_the_key_are_made),
		place_test(a_buffer_has_to_be_large_enough),
		place_test(a_new_key_is_64_digits_for_its_owner_alone),
		place_test(a_new_key_can_be_used),
		place_test(a_new_key_replaces_nothing),
		place_test(a_key_that_cannot_be_written_is_not_left_behind),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
