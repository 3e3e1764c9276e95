/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "../proto/json.h"
#include "../proto/quote.h"

#include "config_file.h"
#include "config_reading.h"
#include "config_table.h"
#include "identity_members.h"
#include "typeid_config.h"
#include "typeid_entry.h"
#include "typeid_members.h"

#include <tieline/tieline.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define JSON_DEPTH 8u

static int unknown(struct config_reading *reading,
	const struct config_setting *settings, const char *key)
{
	const struct config_setting *meant = config_find_nearest(settings, key);
	char quoted[TLI_QUOTE_TEXT];

	tli_quote(key, quoted);
	if (meant)
		return config_complain(reading,
			"there is no setting %s; is \"%s\" meant?", quoted,
			meant->name);
	return config_complain(reading,
		"there is no setting %s: see man tielined.json", quoted);
}

/* ---- Values ----------------------------------------------------------- */

static int take_number(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	double number = tli_json_number(json);

	if (number < (double)setting->min || number > (double)setting->max)
		return config_refuse(
			reading, setting, "%.16g is out of range", number);
	if (!tli_json_is_integer(json))
		return config_refuse(reading, setting,
			"%.16g is not a whole number", number);
	config_set(setting, of, (uint64_t)number);
	return 0;
}

static int take_flag(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	(void)reading;
	config_set(setting, of, tli_json_bool(json));
	return 0;
}

static bool find_choice(
	const char *const *choices, const char *text, unsigned *choice_out)
{
	for (unsigned i = 0; choices[i]; i++) {
		if (strcmp(choices[i], text) != 0)
			continue;
		*choice_out = i;
		return true;
	}
	return false;
}

static int take_choice(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *text = tli_json_text(json);
	char quoted[TLI_QUOTE_TEXT];
	unsigned choice;

	if (!find_choice(setting->choices, text, &choice))
		return config_refuse(reading, setting, "%s is unknown",
			tli_quote(text, quoted));
	config_set(setting, of, choice);
	return 0;
}

static int take_path(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	size_t len = strlen(tli_json_text(json));

	if (len > setting->max)
		return config_refuse(
			reading, setting, "the path has %zu bytes", len);
	memcpy((char *)of + setting->offset, tli_json_text(json), len + 1);
	return 0;
}

static int take_name(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *text = tli_json_text(json);
	char quoted[TLI_QUOTE_TEXT];

	if (text[0] && tli_name_check(text))
		return config_refuse(reading, setting, "%s is no name",
			tli_quote(text, quoted));
	strcpy((char *)of + setting->offset, text);
	return 0;
}

/* Stores it as it is written shortest, so that equal ones are. */
static const char *check_address(const char *text, char *address_out)
{
	struct tli_address address;
	const char *wrong = tli_address_parse(text, &address);

	if (!wrong && address.name[0])
		wrong = "a name is not listened at: \"bind\" ties an address "
			"to one";
	if (!wrong)
		tli_address_format(&address, address_out);
	return wrong;
}

static int take_address(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *text = tli_json_text(json);
	char *address = (char *)of + setting->offset;
	char quoted[TLI_QUOTE_TEXT];
	const char *wrong = NULL;

	if (text[0])
		wrong = check_address(text, address);
	else
		address[0] = '\0';

	if (!wrong)
		return 0;
	return config_complain(reading, "%s: %s cannot be used: %s",
		setting->name, tli_quote(text, quoted), wrong);
}

/* ---- Addresses -------------------------------------------------------- */

static void init(const struct config_setting *settings, void *of)
{
	for (; settings->name; settings++)
		if (config_is_counted(settings))
			config_set(settings, of, settings->standard);
}

static void init_listen(struct config_listen *listen)
{
	memset(listen, 0, sizeof(*listen));
	init(config_listen_settings, listen);
}

static bool is_taken(const struct config *config, const char *address)
{
	for (size_t i = 0; i < config->listen_count; i++)
		if (tli_address_is_same_place(
			    config->listen[i].address, address))
			return true;
	return false;
}

static int add_listen(struct config *config, const struct config_listen *listen,
	struct tli_error *error)
{
	if (is_taken(config, listen->address))
		return tli_error_set(error, TIELINE_EADDRESS,
			"the address \"%.100s\" is there twice, with TLS or "
			"without",
			listen->address);
	if (config->listen_count == CONFIG_LISTEN_MAX)
		return tli_error_set(error, TIELINE_EADDRESS,
			"there are more than %u addresses", CONFIG_LISTEN_MAX);
	config->listen[config->listen_count++] = *listen;
	return 0;
}

int config_add_listen(
	struct config *config, const char *address, struct tli_error *error)
{
	struct config_listen listen;
	const char *wrong;

	init_listen(&listen);
	wrong = check_address(address, listen.address);
	if (wrong)
		return tli_error_set(error, TIELINE_EADDRESS,
			"the address \"%.100s\" cannot be used: %s", address,
			wrong);
	return add_listen(config, &listen, error);
}

static bool is_set(const struct config_setting *setting, const void *of)
{
	if (config_is_counted(setting))
		return config_get(setting, of) != setting->standard;
	return ((const char *)of)[setting->offset] != '\0';
}

static int check_clients(struct config_reading *reading,
	const struct config_setting *setting,
	const struct config_listen *listen)
{
	bool is_checked =
		listen->client_certificates != CONFIG_CERTIFICATES_NONE;

	if (is_checked && !listen->client_ca_file[0])
		return config_complain(reading,
			"%s: client_certificates needs \"client_ca_file\", the "
			"CAs that they are from",
			setting->name);
	if (!is_checked &&
		(listen->client_ca_file[0] || listen->client_crl_file[0]))
		return config_complain(reading,
			"%s: no certificate of a client is looked at: set "
			"client_certificates to \"required\" or \"optional\"",
			setting->name);
	return 0;
}

/* What belongs to TLS is refused at other addresses: who set it would think
 * that it holds. */
static int check_tls(struct config_reading *reading,
	const struct config_setting *setting,
	const struct config_listen *listen)
{
	bool is_secure = config_is_secure(listen);

	for (const struct config_setting *row = config_listen_settings;
		row->name; row++) {
		bool is_there = is_set(row, listen);

		if (is_secure && row->tls == CONFIG_TLS_REQUIRED && !is_there)
			return config_complain(reading,
				"%s: %s needs \"%s\", which is missing",
				setting->name, listen->address, row->name);
		if (!is_secure && row->tls != CONFIG_TLS_OR_NOT && is_there)
			return config_complain(reading,
				"%s: %s is not for %s, but for tls:// "
				"addresses",
				setting->name, row->name, listen->address);
	}
	return check_clients(reading, setting, listen);
}

/* An address alone is short for an object with no more than that. */
static int read_listen(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	enum tli_json_kind kind = tli_json_kind(json);
	struct config_listen listen;
	struct tli_error error;
	int result;

	init_listen(&listen);
	if (kind == TLI_JSON_TEXT)
		result = take_address(reading,
			config_find(config_listen_settings, "address"), json,
			&listen);
	else if (kind == TLI_JSON_OBJECT)
		result = config_read_members(
			reading, config_listen_settings, json, &listen);
	else
		result = config_refuse(reading, setting,
			"%s where a text or an object belongs",
			tli_json_kind_name(kind));
	if (result == 0 && !listen.address[0])
		result = config_complain(
			reading, "%s: \"address\" is missing", setting->name);
	if (result == 0)
		result = check_tls(reading, setting, &listen);
	if (result == 0 && add_listen(of, &listen, &error) < 0)
		result = config_complain(
			reading, "%s: %s", setting->name, error.text);
	return result;
}

static int take_listen(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	return config_read_elements(reading, setting, json, of, read_listen);
}

/* ---- Reading ---------------------------------------------------------- */

static const struct {
	enum tli_json_kind kind;
	config_take take;
	bool takes_any; /* kind, that is */
} types[] = {
	[CONFIG_NUMBER] = {TLI_JSON_NUMBER, take_number, false},
	[CONFIG_FLAG] = {TLI_JSON_BOOL, take_flag, false},
	[CONFIG_CHOICE] = {TLI_JSON_TEXT, take_choice, false},
	[CONFIG_PATH] = {TLI_JSON_TEXT, take_path, false},
	[CONFIG_NAME] = {TLI_JSON_TEXT, take_name, false},
	[CONFIG_ADDRESS] = {TLI_JSON_TEXT, take_address, false},
	[CONFIG_LISTEN] = {TLI_JSON_ARRAY, take_listen, false},
	[CONFIG_TYPEIDS] = {TLI_JSON_OBJECT, typeid_config_take, false},
	[CONFIG_KIND] = {TLI_JSON_TEXT, typeid_take_type, false},
	[CONFIG_PATTERN] = {TLI_JSON_TEXT, typeid_take_pattern, false},
	[CONFIG_ARGS] = {TLI_JSON_ARRAY, typeid_take_args, false},
	[CONFIG_KWARGS] = {TLI_JSON_OBJECT, typeid_take_kwargs, false},
	[CONFIG_VALUE] = {TLI_JSON_NULL, typeid_take_value, true},
	[CONFIG_METHODS] = {TLI_JSON_ARRAY, typeid_take_exposed, false},
	[CONFIG_METHOD] = {TLI_JSON_TEXT, typeid_take_call, false},
	[CONFIG_OPTIONS] = {TLI_JSON_OBJECT, typeid_take_options, false},
	[CONFIG_RIGHTS] = {TLI_JSON_ARRAY, identity_take_rights, false},
	[CONFIG_FROM] = {TLI_JSON_TEXT, identity_take_time, false},
	[CONFIG_UNTIL] = {TLI_JSON_TEXT, identity_take_time, false},
	[CONFIG_UIDS] = {TLI_JSON_ARRAY, identity_take_uids, false},
	[CONFIG_CERTIFICATES] = {TLI_JSON_ARRAY, identity_take_certificates,
		false},
};

static int read_member(struct config_reading *reading,
	const struct config_setting *settings, const tli_json *member, void *of)
{
	const char *key = tli_json_key(member);
	const struct config_setting *setting = config_find(settings, key);
	enum tli_json_kind kind = tli_json_kind(member);

	if (!setting)
		return unknown(reading, settings, key);
	if (kind != types[setting->type].kind &&
		!types[setting->type].takes_any)
		return config_refuse(reading, setting, "%s where %s belongs",
			tli_json_kind_name(kind),
			tli_json_kind_name(types[setting->type].kind));
	return types[setting->type].take(reading, setting, member, of);
}

int config_read_members(struct config_reading *reading,
	const struct config_setting *settings, const tli_json *object, void *of)
{
	size_t *index = &reading->at[reading->depth++];
	const tli_json *member = tli_json_first(object);
	int result = 0;

	for (*index = 0; member && result == 0; ++*index) {
		result = read_member(reading, settings, member, of);
		member = tli_json_next(member);
	}
	reading->depth--;
	return result;
}

int config_read_elements(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *array, void *of,
	config_take take)
{
	size_t *index = &reading->at[reading->depth++];
	const tli_json *element = tli_json_first(array);
	int result = 0;

	for (*index = 0; element && result == 0; ++*index) {
		result = take(reading, setting, element, of);
		element = tli_json_next(element);
	}
	reading->depth--;
	return result;
}

/* Makes the member with that key the place where something is wrong. */
static bool go_to(
	struct config_reading *reading, const tli_json *json, const char *key)
{
	const tli_json *member = tli_json_first(json);

	reading->depth = 1;
	for (reading->at[0] = 0; member; reading->at[0]++) {
		if (strcmp(tli_json_key(member), key) == 0)
			return true;
		member = tli_json_next(member);
	}
	return false;
}

static int check_together(
	struct config_reading *reading, const tli_json *json, void *of)
{
	static const struct {
		const char *less, *more;
	} pairs[] = {
		{"penalty_ms", "penalty_max_ms"},
		{"relay_window_bytes", "relay_total_bytes"},
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const char *less = pairs[i].less, *more = pairs[i].more;
		uint64_t low =
			config_get(config_find(config_settings, less), of);
		uint64_t high =
			config_get(config_find(config_settings, more), of);

		if (low <= high)
			continue;
		/* The other one is at its default, which is not the file's. */
		if (!go_to(reading, json, less))
			go_to(reading, json, more);
		return config_complain(reading,
			"%s is %llu, but is to be at most %s, which is %llu",
			less, (unsigned long long)low, more,
			(unsigned long long)high);
	}
	return 0;
}

void config_init(struct config *config)
{
	memset(config, 0, sizeof(*config));
	init(config_settings, config);
}

void config_fini(struct config *config)
{
	typeids_unref(config->typeids);
	config->typeids = NULL;
}

static int parse_failed(
	struct config_reading *reading, const struct tli_json_error *wrong)
{
	if (wrong->line == 0)
		return config_shortage(reading);
	return tli_error_set(reading->error, TIELINE_EINVAL, "%.100s:%u: %s",
		reading->path, wrong->line, wrong->text);
}

static int read_object(struct config_reading *reading,
	const struct config_setting *settings, const tli_json *json, void *of,
	config_check check)
{
	int result;

	if (tli_json_kind(json) != TLI_JSON_OBJECT)
		return config_complain(reading,
			"%s where an object belongs: {...}",
			tli_json_kind_name(tli_json_kind(json)));
	result = config_read_members(reading, settings, json, of);
	return result < 0 ? result : check(reading, json, of);
}

int config_read_text(struct config_reading *reading,
	const struct config_setting *settings, void *of, config_check check)
{
	static const struct tli_json_limits limits = {
		.max_bytes = CONFIG_FILE_MAX,
		.max_depth = JSON_DEPTH,
		.comments = true,
	};
	struct tli_json_error wrong;
	tli_json *json =
		tli_json_parse(reading->text, reading->len, &limits, &wrong);
	int result;

	if (!json)
		return parse_failed(reading, &wrong);
	result = read_object(reading, settings, json, of, check);
	tli_json_free(json);
	return result;
}

int config_parse(struct config *config, const char *path, const char *text,
	size_t len, struct tli_error *error)
{
	struct config_reading reading = {
		.config = config,
		.path = path,
		.text = text,
		.len = len,
		.error = error,
	};
	int result;

	config_init(config);
	result = config_read_text(
		&reading, config_settings, config, check_together);
	if (result < 0)
		config_fini(config);
	return result;
}

int config_load(
	struct config *config, const char *path, struct tli_error *error)
{
	/* O_NONBLOCK: opening a fifo must not wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t len;
	char *text = config_file_read(fd, "configuration", path, &len, error);
	int result;

	if (!text)
		return error->code;
	result = config_parse(config, path, text, len, error);
	free(text);
	return result;
}

bool config_is_secure(const struct config_listen *listen)
{
	struct tli_address address;

	return !tli_address_parse(listen->address, &address) &&
		address.kind == TLI_ADDRESS_TLS;
}

bool config_log_level_parse(const char *name, enum config_log_level *level_out)
{
	unsigned level;

	if (!find_choice(config_find(config_settings, "log_level")->choices,
		    name, &level))
		return false;
	*level_out = (enum config_log_level)level;
	return true;
}

const char *config_log_level_name(enum config_log_level level)
{
	return config_find(config_settings, "log_level")->choices[level];
}
