/* SPDX-License-Identifier: MIT */
/* The file of the broker's settings: what is read, and every lack of memory. */
#include "parsing.h"

#include "../unit/alloc.h"

#include <tieline/tieline.h>

#include <cjson/cJSON.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MIB       (1u << 20)
#define SITES_MAX 500 /* more allocations than any file here needs */

static char path[] = "/tmp/tieline-test-XXXXXX";

static int make_file(void **state)
{
	int fd = mkstemp(path);

	(void)state;
	return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
	(void)state;
	return unlink(path);
}

static void write_file(const char *text, size_t len)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

/* What the error says before the file's name, and behind it. */
static void expect_load(
	const char *name, int code, const char *before, const char *behind)
{
	char expected[2 * TLI_ERROR_TEXT] = "";

	error = (struct tli_error){.code = 0};
	check_equal(name, config_load(&config, name, &error), code);
	check_equal(name, error.code, code);
	if (code < 0)
		snprintf(expected, sizeof(expected), "%s%s%s", before, name,
			behind);
	assert_string_equal(error.text, expected);
}

static void a_file_is_read(void **state)
{
	const char *text = "// comment\n{\"max_parked\": 7}\n";

	(void)state;
	write_file(text, strlen(text));
	expect_load(path, 0, "", "");
	assert_int_equal(config.max_parked, 7);
	assert_int_equal(config.max_waiting, 12000);
	write_file("\n\n{\"max_parked\": 0}", 19);
	expect_load(path, TIELINE_EINVAL, "",
		":3: max_parked: 0 is out of range: 1 to 1000000 "
		"connections");
	assert_int_equal(chmod(path, 0666), 0);
	write_file("{}", 2);
	expect_load(path, 0, "", "");
}

static void what_is_no_file_of_settings_is_refused(void **state)
{
	char fifo[PATH_MAX];

	(void)state;
	write_file("", 0);
	assert_int_equal(config_load(&config, path, &error), TIELINE_EINVAL);
	assert_memory_equal(error.text, path, strlen(path));
	assert_memory_equal(error.text + strlen(path), ":1: ", 4);
	expect_load("/no/such/file", TIELINE_ESYSTEM,
		"cannot read the configuration ",
		": No such file or directory");
	expect_load("", TIELINE_ESYSTEM, "cannot read the configuration ",
		": No such file or directory");
	expect_load("/", TIELINE_EINVAL, "the configuration ",
		" is not a regular file");
	expect_load("/dev/zero", TIELINE_EINVAL, "the configuration ",
		" is not a regular file");
	snprintf(fifo, sizeof(fifo), "%s.fifo", path);
	assert_int_equal(mkfifo(fifo, 0600), 0);
	expect_load(fifo, TIELINE_EINVAL, "the configuration ",
		" is not a regular file");
	unlink(fifo);
	/* A regular file that cannot be read. */
	expect_load("/proc/self/mem", TIELINE_ESYSTEM,
		"cannot read the configuration ", ": Input/output error");
}

static void a_file_has_at_most_a_mebibyte(void **state)
{
	char *text = malloc(MIB + 1);

	(void)state;
	assert_non_null(text);
	memset(text, ' ', MIB + 1);
	memcpy(text, "{}", 2);
	write_file(text, MIB);
	expect_load(path, 0, "", "");
	write_file(text, MIB + 1);
	expect_load(path, TIELINE_EINVAL, "",
		":1: it is longer than 1048576 bytes");
	free(text);
}

static void a_lack_of_memory_is_said(void **state)
{
	const char *text = "{\"listen\": [\"tcp://:1\", {\"address\": "
			   "\"unix:/s\"}], // all kinds\n"
			   "\"log_level\": \"debug\", \"max_parked\": 7}";
	unsigned long n;

	(void)state;
	write_file(text, strlen(text));
	for (n = 1; n < SITES_MAX; n++) {
		int result;

		alloc_fail_from(n, n % 2 == 0);
		error = (struct tli_error){.code = 0};
		result = config_load(&config, path, &error);
		if (alloc_count() < n)
			break;
		alloc_reset();
		assert_int_equal(result, TIELINE_ENOMEM);
		assert_int_equal(error.code, TIELINE_ENOMEM);
		assert_non_null(strstr(error.text, path));
	}
	alloc_reset();
	assert_in_range(n, 5, SITES_MAX - 1);
	assert_int_equal(config.max_parked, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_read),
		cmocka_unit_test(what_is_no_file_of_settings_is_refused),
		cmocka_unit_test(a_file_has_at_most_a_mebibyte),
		cmocka_unit_test(a_lack_of_memory_is_said),
	};
	cJSON_Hooks hooks = {malloc, free};

	/* So that cJSON's allocations can be made to fail too. */
	cJSON_InitHooks(&hooks);
	return cmocka_run_group_tests(tests, make_file, remove_file);
}
