/* SPDX-License-Identifier: MIT */
/* The log: what its lines are, how many there are at most, and that it never
 * waits for who reads it. */
#include "../unit/unit.h"

#include "../../broker/log.h"
#include "still_clock.h"

#include <fcntl.h>
#include <regex.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LINE_BYTES 1024

static struct log tested;
static int reading;

/* What was logged since the last time. */
static const char *logged(void)
{
	static char text[65536];
	ssize_t len = read(reading, text, sizeof(text) - 1);

	text[len > 0 ? len : 0] = '\0';
	return text;
}

static void expect(const char *pattern)
{
	const char *text = logged();
	regex_t regex;

	assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
	if (regexec(&regex, text, 0, NULL, 0) != 0)
		fail_msg("not like %s: %s", pattern, text);
	regfree(&regex);
}

static int open_log(void **state)
{
	int fds[2];

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	if (pipe2(fds, O_CLOEXEC) != 0)
		return -1;
	reading = fds[0];
	fcntl(reading, F_SETFL, O_NONBLOCK);
	log_init(&tested, fds[1], CONFIG_LOG_INFO);
	return 0;
}

static int close_log(void **state)
{
	(void)state;
	close(tested.fd);
	return close(reading);
}

#define DATE                                                                   \
	"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{3}Z "

static void a_line_has_time_and_level(void **state)
{
	(void)state;
	log_write(&tested, CONFIG_LOG_ERROR, "number %d", 1);
	expect(DATE "error: number 1\n$");
	log_write(&tested, CONFIG_LOG_WARNING, "two");
	expect(DATE "warning: two\n$");
	log_write(&tested, CONFIG_LOG_INFO, "%s", "three");
	expect(DATE "info: three\n$");
}

static void what_matters_less_is_left_out(void **state)
{
	struct log_limit limit = {.left_out = 0};

	(void)state;
	log_write(&tested, CONFIG_LOG_DEBUG, "not this");
	log_rarely(&tested, &limit, CONFIG_LOG_DEBUG, "nor this");
	assert_string_equal(logged(), "");
	assert_int_equal(limit.quiet_until_ms, 0);
	tested.level = CONFIG_LOG_DEBUG;
	log_write(&tested, CONFIG_LOG_DEBUG, "but this");
	expect(DATE "debug: but this\n$");
	tested.level = CONFIG_LOG_ERROR;
	log_write(&tested, CONFIG_LOG_WARNING, "not this");
	assert_string_equal(logged(), "");
}

static void the_journal_gets_priorities(void **state)
{
	(void)state;
	setenv("JOURNAL_STREAM", "8:1234", 1);
	log_init(&tested, tested.fd, CONFIG_LOG_DEBUG);
	unsetenv("JOURNAL_STREAM");
	log_write(&tested, CONFIG_LOG_ERROR, "a");
	log_write(&tested, CONFIG_LOG_WARNING, "b");
	log_write(&tested, CONFIG_LOG_INFO, "c");
	log_write(&tested, CONFIG_LOG_DEBUG, "d");
	assert_string_equal(logged(), "<3>a\n<4>b\n<6>c\n<7>d\n");
}

static void a_long_line_is_cut(void **state)
{
	static char text[2 * LINE_BYTES];
	const char *line;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	tested.for_journal = true;
	for (size_t len = LINE_BYTES - 6; len < LINE_BYTES; len++) {
		log_write(&tested, CONFIG_LOG_INFO, "%.*s", (int)len, text);
		line = logged();
		assert_int_equal(strlen(line),
			len + 4 < LINE_BYTES ? len + 4 : LINE_BYTES);
		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	}
}

static void a_rare_line_comes_once_a_second(void **state)
{
	struct log_limit limit = {.left_out = 0};

	(void)state;
	tested.for_journal = true;
	log_rarely(&tested, &limit, CONFIG_LOG_INFO, "1");
	for (int i = 0; i < 5; i++)
		log_rarely(&tested, &limit, CONFIG_LOG_INFO, "not this");
	pass_ms(999);
	log_rarely(&tested, &limit, CONFIG_LOG_INFO, "not this");
	assert_string_equal(logged(), "<6>1\n");
	pass_ms(1);
	log_rarely(&tested, &limit, CONFIG_LOG_INFO, "2");
	assert_string_equal(
		logged(), "<6>6 lines like the next were left out\n<6>2\n");
	pass_ms(1000);
	log_rarely(&tested, &limit, CONFIG_LOG_INFO, "3");
	assert_string_equal(logged(), "<6>3\n");
}

static void one_kind_of_line_does_not_hide_another(void **state)
{
	struct log_limit one = {.left_out = 0}, other = {.left_out = 0};

	(void)state;
	tested.for_journal = true;
	log_rarely(&tested, &one, CONFIG_LOG_INFO, "1");
	log_rarely(&tested, &other, CONFIG_LOG_INFO, "2");
	assert_string_equal(logged(), "<6>1\n<6>2\n");
}

/* The descriptor blocks, as standard error does: the test would hang. */
static void a_full_pipe_never_blocks(void **state)
{
	(void)state;
	assert_false(fcntl(tested.fd, F_GETFL) & O_NONBLOCK);
	fcntl(tested.fd, F_SETPIPE_SZ, 4096);
	for (int i = 0; tested.dropped < 10; i++) {
		assert_in_range(i, 0, 10000);
		log_write(&tested, CONFIG_LOG_INFO, "a line that is not read");
	}
	(void)logged();
	tested.for_journal = true;
	log_write(&tested, CONFIG_LOG_INFO, "there is room again");
	assert_string_equal(logged(), "<6>there is room again\n");
	assert_int_equal(tested.dropped, 10);
}

static void a_closed_pipe_is_no_harm(void **state)
{
	(void)state;
	close(reading);
	log_write(&tested, CONFIG_LOG_INFO, "to nobody");
	assert_int_equal(tested.dropped, 1);
	reading = dup(tested.fd);
}

#define log_test(function)                                                     \
	cmocka_unit_test_setup_teardown(function, open_log, close_log)

int main(void)
{
	const struct CMUnitTest tests[] = {
		log_test(a_line_has_time_and_level),
		log_test(what_matters_less_is_left_out),
		log_test(the_journal_gets_priorities),
		log_test(a_long_line_is_cut),
		log_test(a_rare_line_comes_once_a_second),
		log_test(one_kind_of_line_does_not_hide_another),
		log_test(a_full_pipe_never_blocks),
		log_test(a_closed_pipe_is_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
