/* SPDX-License-Identifier: MIT */
/* The broker's settings: texts and addresses, and every mistake with its line.
 */
#include "parsing.h"

#include <tieline/tieline.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X10  "xxxxxxxxxx"
#define X50  X10 X10 X10 X10 X10
#define X100 X50 X50

static void a_path_is_taken_as_it_is(void **state)
{
	char text[CONFIG_PATH_MAX + 64], wrong[128];

	(void)state;
	expect_good("{\"authkey_file\":\"/a b/\\u00e9\\\"\"}");
	assert_string_equal(config.authkey_file, "/a b/\xc3\xa9\"");
	expect_good("{\"authkey_file\":\"\"}");
	assert_string_equal(config.authkey_file, "");
	snprintf(text, sizeof(text), "{\"authkey_file\":\"%0*d\"}",
		CONFIG_PATH_MAX - 1, 0);
	expect_good(text);
	assert_int_equal(strlen(config.authkey_file), CONFIG_PATH_MAX - 1);
	snprintf(text, sizeof(text), "{\"authkey_file\":\"%0*d\"}",
		CONFIG_PATH_MAX, 0);
	snprintf(wrong, sizeof(wrong),
		"1: authkey_file: the path has %u bytes: 0 to %u bytes",
		CONFIG_PATH_MAX, CONFIG_PATH_MAX - 1);
	expect_wrong(text, wrong);
}

static void addresses_are_taken_in_both_forms(void **state)
{
	const struct config_listen *listen = config.listen;

	(void)state;
	expect_good("{\"listen\":[\"tcp://h:00080\",{\"backlog\":7,"
		    "\"bind\":\"a/b\",\"address\":\"unix:/s\","
		    "\"bind_wait_ms\":9},{\"address\":\"tcp://[::1]:0\"}]}");
	assert_int_equal(config.listen_count, 3);
	assert_string_equal(listen[0].address, "tcp://h:80");
	assert_string_equal(listen[0].bind, "");
	assert_int_equal(listen[0].bind_wait_ms, 10000);
	assert_int_equal(listen[0].backlog, 1024);
	assert_string_equal(listen[1].address, "unix:/s");
	assert_string_equal(listen[1].bind, "a/b");
	assert_int_equal(listen[1].bind_wait_ms, 9);
	assert_int_equal(listen[1].backlog, 7);
	assert_string_equal(listen[2].address, "tcp://[::1]:0");
	expect_good("{\"listen\":[]}");
	assert_int_equal(config.listen_count, 0);
}

static void a_name_to_bind_is_a_name(void **state)
{
#define BIND(name)                                                             \
	"{\"listen\":[{\"address\":\"tcp://:1\",\"bind\":\"" name "\"}]}"
#define NAME "1 to 128 letters, digits and . _ - : /"
	(void)state;
	expect_good(BIND(X100 X10 X10 "12345678"));
	assert_string_equal(config.listen[0].bind, X100 X10 X10 "12345678");
	expect_good(BIND(""));
	assert_string_equal(config.listen[0].bind, "");
	expect_wrong(BIND("a b"), "1: bind: \"a b\" is no name: " NAME);
	expect_wrong(BIND("#a"), "1: bind: \"#a\" is no name: " NAME);
	assert_int_equal(parse(BIND(X100 X10 X10 "123456789")), TIELINE_EINVAL);
	assert_non_null(strstr(error.text, "...\" is no name: " NAME));
}

/* What is wrong with a file, with its line. */
static const struct {
	const char *text, *wrong;
} wrong_files[] = {
	{"[]", "1: an array where an object belongs: {...}"},
	{"\n\n7", "1: a number where an object belongs: {...}"},
	{"{\n\t\"max_parked\": 0\n}",
		"2: max_parked: 0 is out of range: 1 to 1000000 connections"},
	/* lines with comments */
	{"// one\n/* two\nthree */ {\n// four\n\"max_parked\": // five\n0}",
		"5: max_parked: 0 is out of range: 1 to 1000000 connections"},
	{"{\"log_level\":\n\"info\" /*\n*/, /* \"\n */\n\"backlog\":1}",
		"5: there is no setting \"backlog\": see man tielined.json"},
	/* unknown settings */
	{"{\"max_parkd\":1}",
		"1: there is no setting \"max_parkd\"; is "
		"\"max_parked\" meant?"},
	{"{\"max_praked\":1}",
		"1: there is no setting \"max_praked\"; is "
		"\"max_parked\" meant?"},
	{"{\"Listen\":1}",
		"1: there is no setting \"Listen\"; is \"listen\" "
		"meant?"},
	{"{\"lisn\":1}",
		"1: there is no setting \"lisn\": see man tielined.json"},
	{"{\"listened\":1}",
		"1: there is no setting \"listened\"; is "
		"\"listen\" meant?"},
	{"{\"penalty\":1}",
		"1: there is no setting \"penalty\"; is "
		"\"penalty_ms\" meant?"},
	{"{\"relay_total\":1}",
		"1: there is no setting \"relay_total\"; is "
		"\"relay_total_bytes\" meant?"},
	{"{\"\":1}", "1: there is no setting \"\": see man tielined.json"},
	{"{\"l\":1}", "1: there is no setting \"l\": see man tielined.json"},
	{"{\"colour\":1}",
		"1: there is no setting \"colour\": see man tielined.json"},
	{"{\"\\u001b\\n\":1}",
		"1: there is no setting \"??\": see man tielined.json"},
	{"{\"" X50 "\":1}",
		"1: there is no setting "
		"\"" X10 X10 X10 X10 "xx...\": see man "
		"tielined.json"},
	/* listen */
	{"{\"listen\":[\n\"tcp://h:1\",\n7]}",
		"3: listen: a number where a text or an object belongs: 0 to "
		"64 addresses"},
	{"{\"listen\":[\n\n\"h:1\"]}",
		"3: address: \"h:1\" cannot be used: it is none of "
		"tcp://host:port, tls://host:port and unix:/path"},
	{"{\"listen\":[\"\"]}", "1: listen: \"address\" is missing"},
	{"{\"listen\":[{\n\"bind\":\"a\",\n\"address\":\"tcp://h:x\"}]}",
		"3: address: \"tcp://h:x\" cannot be used: the port is not a "
		"number from 0 to 65535"},
	{"{\"listen\":[\"tcp://h:1#echo\"]}",
		"1: address: \"tcp://h:1#echo\" cannot be used: a name is not "
		"listened at: \"bind\" ties an address to one"},
	{"{\"listen\":[\"tcp://h:1\",\n{\"backlog\":1}\n]}",
		"2: listen: \"address\" is missing"},
	{"{\"listen\":[\"tcp://h:1\",\n{\"address\":\"unix:/s\"},\n"
	 "{\"address\":\n\"tcp://h:01\"\n}]}",
		"3: listen: the address \"tcp://h:1\" is there twice, with TLS "
		"or without"},
	{"{\"listen\":[\"unix:/s\",\n\"unix:/s\"]}",
		"2: listen: the address \"unix:/s\" is there twice, with TLS "
		"or without"},
	{"{\"listen\":[\n{\"address\":\"tcp://h:1\"},\n{\"address\":\"tcp://"
	 "h:2\",\n\"binds\":\"a\"}]}",
		"4: there is no setting \"binds\"; is \"bind\" meant?"},
	{"{\"log_level\":\"info\",\"listen\":[\n{\n\"backlog\":\n0}]}",
		"3: backlog: 0 is out of range: 1 to 65535 connections"},
	/* settings that do not go together */
	{"{\n\"penalty_ms\":60001}",
		"2: penalty_ms is 60001, but is to be at most penalty_max_ms, "
		"which is 60000"},
	{"{\n\n\"penalty_max_ms\":999}",
		"3: penalty_ms is 1000, but is to be at most penalty_max_ms, "
		"which is 999"},
	{"{\"penalty_max_ms\":4,\n\"penalty_ms\":5}",
		"2: penalty_ms is 5, but is to be at most penalty_max_ms, "
		"which is 4"},
	{"{\"relay_total_bytes\":262143}",
		"1: relay_window_bytes is 262144, but is to be at most "
		"relay_total_bytes, which is 262143"},
};

static void what_is_wrong_is_said_with_its_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(wrong_files); i++)
		expect_wrong(wrong_files[i].text, wrong_files[i].wrong);
	expect_good("{\"penalty_ms\":60000}");
	expect_good("{\"penalty_max_ms\":1000}");
	expect_good("{\"relay_total_bytes\":262144}");
	expect_good("{\"listen\":[\"tcp://:0\",\"tcp://:0\"]}");
}

static void what_is_no_json_is_said_with_its_line(void **state)
{
	static const struct {
		const char *text, *line;
	} table[] = {
		{"", "test.json:1: "},
		{"{}\n}", "test.json:2: "},
		{"{\n\"max_parked\":\n", "test.json:3: "},
		{"{\"log_level\":\"info\",\n\"log_level\":\"info\"}",
			"test.json:2: "},
		{"{\"listen\":[{\n\"address\":[[[[[[[1]]]]]]]}]}",
			"test.json:2: "},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		check_equal(
			table[i].text, parse(table[i].text), TIELINE_EINVAL);
		check(table[i].text, strstr(error.text, table[i].line));
	}
}

static void there_are_at_most_64_addresses(void **state)
{
	static struct config other;
	char address[32], text[4096] = "{\"listen\":[";

	(void)state;
	config_init(&config);
	for (unsigned i = 1; i <= 64; i++) {
		snprintf(address, sizeof(address), "tcp://h:%u", i);
		assert_int_equal(
			config_add_listen(&config, address, &error), 0);
		snprintf(text + strlen(text), sizeof(text) - strlen(text),
			"\n\"%s\",", address);
	}
	other = config;
	assert_int_equal(config_add_listen(&config, "tcp://h:65", &error),
		TIELINE_EADDRESS);
	assert_string_equal(error.text, "there are more than 64 addresses");
	assert_memory_equal(&config, &other, sizeof(config));
	text[strlen(text) - 1] = '\0';
	strcat(text, "]}");
	expect_good(text);
	assert_memory_equal(&config, &other, sizeof(config));
	strcpy(strstr(text, "]}"), ",\n\"tcp://h:65\"]}");
	expect_wrong(text, "66: listen: there are more than 64 addresses");
}

static void an_address_can_be_added(void **state)
{
	static const char *const wrong[] = {
		"", "h:1", "tcp://h:1#a", "unix:/s"};

	(void)state;
	config_init(&config);
	assert_int_equal(config_add_listen(&config, "unix:/s", &error), 0);
	assert_int_equal(config_add_listen(&config, "tcp://:0", &error), 0);
	assert_int_equal(config_add_listen(&config, "tcp://:0", &error), 0);
	assert_int_equal(config.listen[2].bind_wait_ms, 10000);
	assert_int_equal(config.listen[2].backlog, 1024);
	for (size_t i = 0; i < LENGTH(wrong); i++) {
		error = (struct tli_error){.code = 0};
		check_equal(wrong[i],
			config_add_listen(&config, wrong[i], &error),
			TIELINE_EADDRESS);
		check(wrong[i], strstr(error.text, wrong[i]));
		check_equal(wrong[i], config.listen_count, 3);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_path_is_taken_as_it_is),
		cmocka_unit_test(addresses_are_taken_in_both_forms),
		cmocka_unit_test(a_name_to_bind_is_a_name),
		cmocka_unit_test(what_is_wrong_is_said_with_its_line),
		cmocka_unit_test(what_is_no_json_is_said_with_its_line),
		cmocka_unit_test(there_are_at_most_64_addresses),
		cmocka_unit_test(an_address_can_be_added),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
