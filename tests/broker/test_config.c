/* SPDX-License-Identifier: MIT */
/* The broker's settings: every row of the table, and every default. */
#include "parsing.h"

#include "../../broker/config_table.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX (INT64_C(1) << 53)
#define SOURCE_MAX (1u << 20)

/* A row of either table. */
struct place {
	const struct config_setting *row;
	bool listens;
};

/* The first row of all, and the next one; without a row behind the last. */
static struct place first_row(void)
{
	return (struct place){config_settings, false};
}

static struct place next_row(struct place place)
{
	place.row++;
	if (!place.row->name && !place.listens)
		return (struct place){config_listen_settings, true};
	return place;
}

static uint64_t value_of(struct place place)
{
	return place.listens ? config_get(place.row, &config.listen[0])
			     : config_get(place.row, &config);
}

/* What has to be there for the row's value alone to be right or wrong. */
static void put_company(
	struct place place, const char *value, char *text, size_t size)
{
	static const struct {
		const char *name, *member;
	} company[] = {
		{"address", "\"address\":\"tls://:1\""},
		{"certificate_file", "\"certificate_file\":\"c\""},
		{"private_key_file", "\"private_key_file\":\"k\""},
		{"client_certificates", "\"client_certificates\":\"required\""},
		{"client_ca_file", "\"client_ca_file\":\"a\""},
		{"penalty_ms", "\"penalty_ms\":0"},
		{"penalty_max_ms", "\"penalty_max_ms\":86400000"},
		{"relay_window_bytes", "\"relay_window_bytes\":4096"},
		{"relay_total_bytes", "\"relay_total_bytes\":4194304"},
	};
	const size_t listening = 5;
	size_t first = place.listens ? 0 : listening;
	size_t end = place.listens ? listening : LENGTH(company);

	text[0] = '\0';
	/* CAs are of no use where no certificate is looked at. */
	if (place.listens && strcmp(value, "\"none\"") == 0)
		end--;
	for (size_t i = first; i < end; i++) {
		size_t len = strlen(text);

		if (strcmp(company[i].name, place.row->name) != 0)
			snprintf(text + len, size - len, ",%s",
				company[i].member);
	}
}

/* A whole file with that value for the setting. Valid until the next call. */
static const char *file_with(struct place place, const char *value)
{
	static char text[1024];
	char company[512];

	put_company(place, value, company, sizeof(company));
	snprintf(text, sizeof(text), "%s\"%s\":%s%s%s",
		place.listens ? "{\"listen\":[{" : "{", place.row->name, value,
		company, place.listens ? "}]}" : "}");
	return text;
}

static void expect_refused(
	struct place place, const char *value, const char *what)
{
	char allowed[CONFIG_ALLOWED_TEXT], wrong[2 * TLI_ERROR_TEXT];

	config_describe_allowed(place.row, allowed);
	snprintf(wrong, sizeof(wrong), "1: %s: %s: %s", place.row->name, what,
		allowed);
	expect_wrong(file_with(place, value), wrong);
}

static void number_is_taken(struct place place, uint64_t number)
{
	char value[32];

	snprintf(value, sizeof(value), "%" PRIu64, number);
	expect_good(file_with(place, value));
	check_equal(place.row->name, value_of(place), number);
}

static void number_is_refused(
	struct place place, const char *value, const char *why)
{
	char what[64];

	snprintf(what, sizeof(what), "%s %s", value, why);
	expect_refused(place, value, what);
}

static void check_number(struct place place)
{
	const struct config_setting *row = place.row;
	int64_t max = (int64_t)row->max;
	char value[32];

	check(row->name, row->min <= row->standard);
	check(row->name, row->standard <= row->max);
	check(row->name, row->max <= (uint64_t)NUMBER_MAX);
	number_is_taken(place, row->min);
	number_is_taken(place, row->standard);
	number_is_taken(place, row->max);
	snprintf(value, sizeof(value), "%" PRId64, (int64_t)row->min - 1);
	number_is_refused(place, value, "is out of range");
	/* Above 2^53 a double has every other number only. */
	snprintf(value, sizeof(value), "%" PRId64,
		max + (max < NUMBER_MAX ? 1 : 2));
	number_is_refused(place, value, "is out of range");
	snprintf(value, sizeof(value), "%" PRIu64 ".5", row->min);
	number_is_refused(place, value, "is not a whole number");
	number_is_refused(place, "1e+300", "is out of range");
	number_is_refused(place, "-1e+300", "is out of range");
}

static void check_choice(struct place place)
{
	char value[64];

	for (unsigned i = 0; place.row->choices[i]; i++) {
		snprintf(value, sizeof(value), "\"%s\"", place.row->choices[i]);
		expect_good(file_with(place, value));
		check_equal(value, value_of(place), i);
	}
	expect_refused(place, "\"\"", "\"\" is unknown");
	expect_refused(place, "\"Local\"", "\"Local\" is unknown");
	expect_refused(place, "\"\\t\\u001b[2J\"", "\"??[2J\" is unknown");
}

/* Each kind of JSON where another belongs. */
static void check_kind(struct place place)
{
	static const struct {
		const char *value, *name;
	} kinds[] = {
		{"null", "null"},
		{"true", "true or false"},
		{"7", "a number"},
		{"\"x\"", "a text"},
		{"[]", "an array"},
		{"{}", "an object"},
	};
	static const size_t right[] = {
		[CONFIG_NUMBER] = 2,
		[CONFIG_CHOICE] = 3,
		[CONFIG_PATH] = 3,
		[CONFIG_NAME] = 3,
		[CONFIG_ADDRESS] = 3,
		[CONFIG_LISTEN] = 4,
		[CONFIG_FLAG] = 1,
		[CONFIG_TYPEIDS] = 5,
	};
	char what[80];

	for (size_t i = 0; i < LENGTH(kinds); i++) {
		if (i == right[place.row->type])
			continue;
		snprintf(what, sizeof(what), "%s where %s belongs",
			kinds[i].name, kinds[right[place.row->type]].name);
		expect_refused(place, kinds[i].value, what);
	}
}

static void every_setting_keeps_its_range_and_kind(void **state)
{
	unsigned numbers = 0, choices = 0, all = 0;

	(void)state;
	for (struct place p = first_row(); p.row->name; p = next_row(p)) {
		check_kind(p);
		check(p.row->name, strlen(p.row->help) > 10);
		if (p.row->type == CONFIG_NUMBER)
			check_number(p);
		if (p.row->type == CONFIG_CHOICE)
			check_choice(p);
		numbers += p.row->type == CONFIG_NUMBER;
		choices += p.row->type == CONFIG_CHOICE;
		all++;
	}
	assert_int_equal(numbers, 40);
	assert_int_equal(choices, 4);
	assert_int_equal(all, 60);
}

static struct config standard;

static void without_a_file_all_is_at_its_default(void **state)
{
	(void)state;
	memset(&config, 0xff, sizeof(config));
	config_init(&config);
	for (const struct config_setting *row = config_settings; row->name;
		row++)
		if (config_is_counted(row))
			check_equal(row->name, config_get(row, &config),
				row->standard);
	assert_int_equal(config.listen_count, 0);
	assert_string_equal(config.authkey_file, "");
	assert_int_equal(config.legacy_auth, CONFIG_LEGACY_AUTH_LOCAL);
	assert_int_equal(config.log_level, CONFIG_LOG_INFO);
	memset(&config, 0xff, sizeof(config));
	expect_good("{}");
	config_init(&standard);
	assert_memory_equal(&config, &standard, sizeof(config));
}

static char *read_source(const char *name, size_t *len)
{
	char path[PATH_MAX], *text = malloc(SOURCE_MAX);
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", getenv("TIELINE_SOURCE"), name);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(text);
	*len = fread(text, 1, SOURCE_MAX - 1, file);
	text[*len] = '\0';
	fclose(file);
	return text;
}

static void the_example_has_every_setting_at_its_default(void **state)
{
	size_t len;
	char *text = read_source("examples/tielined.json", &len);
	char key[64];

	(void)state;
	expect_good(text);
	config_init(&standard);
	assert_memory_equal(&config, &standard, sizeof(config));
	for (struct place p = first_row(); p.row->name; p = next_row(p)) {
		snprintf(key, sizeof(key), "\"%s\": ", p.row->name);
		check(key, strstr(text, key));
	}
	free(text);
}

static void levels_have_names(void **state)
{
	enum config_log_level level = CONFIG_LOG_ERROR;

	(void)state;
	assert_true(config_log_level_parse("debug", &level));
	assert_int_equal(level, CONFIG_LOG_DEBUG);
	assert_false(config_log_level_parse("Debug", &level));
	assert_false(config_log_level_parse("", &level));
	assert_int_equal(level, CONFIG_LOG_DEBUG);
	assert_string_equal(config_log_level_name(CONFIG_LOG_ERROR), "error");
	assert_string_equal(config_log_level_name(CONFIG_LOG_DEBUG), "debug");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_file_all_is_at_its_default),
		cmocka_unit_test(every_setting_keeps_its_range_and_kind),
		cmocka_unit_test(the_example_has_every_setting_at_its_default),
		cmocka_unit_test(levels_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
