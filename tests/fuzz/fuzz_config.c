/* SPDX-License-Identifier: MIT */
/* A file of the broker's settings: what is taken is all within its range, and
 * what is not is refused with a line that the file has. */
#include "refused.h"

#include "../../proto/value/mapping.h"

#include "../../broker/config.h"
#include "../../broker/config_table.h"
#include "../../broker/typeid_entry.h"
#include "../../broker/typeids.h"

#include <tieline/tieline.h>

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PATH "config"

static uint64_t most(const struct config_setting *setting)
{
	uint64_t choices = 0;

	if (!setting->choices)
		return setting->max;
	while (setting->choices[choices])
		choices++;
	return choices - 1;
}

static void check_numbers(const struct config_setting *settings, const void *of)
{
	for (; settings->name; settings++) {
		if (!config_is_counted(settings))
			continue;
		require(config_get(settings, of) >= settings->min);
		require(config_get(settings, of) <= most(settings));
	}
}

static void check_listen(const struct config_listen *listen)
{
	char text[TLI_ADDRESS_TEXT_MAX];
	struct tli_address address;

	check_numbers(config_listen_settings, listen);
	require(!tli_address_parse(listen->address, &address));
	tli_address_format(&address, text);
	require(strcmp(text, listen->address) == 0 && !address.name[0]);
	require(!listen->bind[0] || !tli_name_check(listen->bind));
}

/* What is created by an entry may be refused, and is else all there. */
static void check_entry(
	const struct config *config, const struct typeid_entry *entry)
{
	static const struct tli_value_limits limits = {16 << 20, 1 << 20, 100};
	static const uint64_t seed[2] = {1, 2};
	struct tli_values values;
	struct tli_value *text, *args, *kwds;
	struct creation creation;
	char why[TYPEID_WHY];
	enum creation_result result;

	tli_values_init(&values, &limits, seed);
	text = tli_str(&values, "a", 1);
	args = tli_items(
		&values, TLI_TUPLE, &text, typeid_entry_positional(entry) > 0);
	kwds = tli_container(&values, TLI_DICT);
	require(tli_dict_set(kwds, tli_str(&values, "k", 1), text));
	result = typeids_create(
		config, &values, entry->typeid, args, kwds, &creation, why);
	require(result == CREATION_OK || result == CREATION_REFUSED);
	require(result == CREATION_OK ? creation.options != NULL : why[0] != 0);
	require(typeid_exposed(config, &values, entry->typeid));
	tli_values_fini(&values);
}

static void check_typeids(const struct config *config)
{
	const struct typeids *typeids = config->typeids;

	for (uint32_t i = 0; typeids && i < typeids->count; i++) {
		const struct typeid_entry *entry = &typeids->entries[i];

		require(entry->type && typeids_find(typeids, entry->typeid));
		check_entry(config, entry);
	}
}

static void check_taken(const struct config *config)
{
	check_numbers(config_settings, config);
	require(memchr(config->authkey_file, '\0', CONFIG_PATH_MAX));
	require(config->penalty_ms <= config->penalty_max_ms);
	require(config->relay_window_bytes <= config->relay_total_bytes);
	require(config->listen_count <= CONFIG_LISTEN_MAX);
	for (size_t i = 0; i < config->listen_count; i++)
		check_listen(&config->listen[i]);
	check_typeids(config);
}

/* Through a file it comes to the same; the file is one in memory. */
static void load(const uint8_t *data, size_t size, int expected)
{
	static struct config config;
	struct tli_error error;
	char path[32];
	int fd = memfd_create(PATH, MFD_CLOEXEC);

	require(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	require(config_load(&config, path, &error) == expected);
	config_fini(&config);
	close(fd);
}

/* Given on the command line, the text is an address or a level. */
static void give_as_option(const uint8_t *data, size_t size)
{
	static struct config config;
	struct tli_error error;
	enum config_log_level level;
	char *text = strndup((const char *)data, size);

	require(text);
	config_init(&config);
	if (config_add_listen(&config, text, &error) == 0)
		require(config.listen_count == 1);
	else
		require(error.code == TIELINE_EADDRESS && error.text[0]);
	check_taken(&config);
	if (config_log_level_parse(text, &level))
		require(strcmp(config_log_level_name(level), text) == 0);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config config;
	struct tli_error error = {.code = 0};
	int result =
		config_parse(&config, PATH, (const char *)data, size, &error);

	if (result == 0)
		check_taken(&config);
	else
		check_refused(&error, PATH, data, size);
	config_fini(&config);
	load(data, size, result);
	give_as_option(data, size);
	return 0;
}
