/* SPDX-License-Identifier: MIT */
#include "identity_members.h"

#include "../proto/quote.h"
#include "../proto/tls.h"
#include "../system/users.h"

#include "identities.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TIME_FORMAT "%Y-%m-%dT%H:%M:%SZ"
#define TIME_TEXT   32
#define DAY_START   "T00:00:00Z"
#define DAY_LEN     10u
#define DAY_S       86400

/* An element that is not of the kind that belongs there. */
static int wrong_kind(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json)
{
	return config_refuse(reading, setting, "%s is none",
		tli_json_kind_name(tli_json_kind(json)));
}

/* ---- Rights ----------------------------------------------------------- */

static int take_right(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct identity *identity = of;
	char why[RIGHTS_WHY];
	int result;

	if (tli_json_kind(json) != TLI_JSON_TEXT)
		return wrong_kind(reading, setting, json);
	result = rights_parse(&identity->rights, tli_json_text(json), why);
	if (result == RIGHTS_BAD)
		return config_complain(reading, "%s: %s", setting->name, why);
	return result == RIGHTS_OK ? 0 : config_shortage(reading);
}

int identity_take_rights(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	return config_read_elements(reading, setting, json, of, take_right);
}

/* ---- Times ------------------------------------------------------------ */

/* Written again it is the same: there is no 30th of February. */
static bool parse_second(const char *text, int64_t *time_out)
{
	struct tm parts = {.tm_mday = 1};
	const char *end = strptime(text, TIME_FORMAT, &parts);
	char again[TIME_TEXT];
	time_t time;

	if (!end || *end)
		return false;
	time = timegm(&parts);
	*time_out = time;
	return gmtime_r(&time, &parts) &&
		strftime(again, sizeof(again), TIME_FORMAT, &parts) > 0 &&
		strcmp(again, text) == 0;
}

/* With how long it lasts, in seconds: a day is short for its first second. */
static bool parse_time(const char *text, int64_t *time_out, int64_t *lasts_out)
{
	char start[TIME_TEXT];
	bool is_day = strlen(text) == DAY_LEN;

	*lasts_out = is_day ? DAY_S : 1;
	snprintf(start, sizeof(start), "%s%s", text, is_day ? DAY_START : "");
	return parse_second(start, time_out);
}

int identity_take_time(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	const char *text = tli_json_text(json);
	char quoted[TLI_QUOTE_TEXT];
	int64_t time, lasts;

	if (!parse_time(text, &time, &lasts))
		return config_refuse(reading, setting, "%s is no time",
			tli_quote(text, quoted));
	if (setting->type == CONFIG_UNTIL)
		time += lasts;
	config_set(setting, of, (uint64_t)time);
	return 0;
}

/* ---- Users ------------------------------------------------------------ */

static int take_user_number(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json,
	uint32_t *uid)
{
	double number = tli_json_number(json);

	if (!tli_json_is_integer(json) || number < 0 || number > UINT32_MAX)
		return config_refuse(
			reading, setting, "%.16g is no user", number);
	*uid = (uint32_t)number;
	return 0;
}

static int take_user_name(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json,
	uint32_t *uid)
{
	const char *name = tli_json_text(json);
	int result = tli_user_find(name, uid);
	char quoted[TLI_QUOTE_TEXT];

	tli_quote(name, quoted);
	if (result == -ENOENT)
		return config_complain(reading, "%s: there is no user %s",
			setting->name, quoted);
	if (result < 0)
		return config_complain(reading,
			"%s: the user %s cannot be looked up: %s",
			setting->name, quoted, strerror(-result));
	return 0;
}

static int take_uid(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct identity *identity = of;
	uint32_t *uid = &identity->uids[identity->uid_count];
	int result;

	if (identity->uid_count == IDENTITY_UIDS_MAX)
		return config_complain(reading, "%s: there are more than %u",
			setting->name, IDENTITY_UIDS_MAX);
	if (tli_json_kind(json) == TLI_JSON_NUMBER)
		result = take_user_number(reading, setting, json, uid);
	else if (tli_json_kind(json) == TLI_JSON_TEXT)
		result = take_user_name(reading, setting, json, uid);
	else
		result = wrong_kind(reading, setting, json);
	identity->uid_count += result == 0;
	return result;
}

int identity_take_uids(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	((struct identity *)of)->has_uids = true;
	return config_read_elements(reading, setting, json, of, take_uid);
}

/* ---- Certificates ----------------------------------------------------- */

static int take_certificate(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	struct identity *identity = of;
	char **name = &identity->certificates[identity->certificate_count];
	size_t len;

	if (tli_json_kind(json) != TLI_JSON_TEXT)
		return wrong_kind(reading, setting, json);
	if (identity->certificate_count == IDENTITY_CERTIFICATES_MAX)
		return config_complain(reading, "%s: there are more than %u",
			setting->name, IDENTITY_CERTIFICATES_MAX);
	len = strlen(tli_json_text(json));
	if (len < 1 || len > TLI_TLS_NAME_MAX)
		return config_complain(reading,
			"%s: a name has 1 to %u bytes, not %zu", setting->name,
			TLI_TLS_NAME_MAX, len);
	*name = malloc(len + 1);
	if (!*name)
		return config_shortage(reading);
	memcpy(*name, tli_json_text(json), len + 1);
	identity->certificate_count++;
	return 0;
}

int identity_take_certificates(struct config_reading *reading,
	const struct config_setting *setting, const tli_json *json, void *of)
{
	return config_read_elements(
		reading, setting, json, of, take_certificate);
}

/* ---- All of them ------------------------------------------------------ */

static int check_members(
	struct config_reading *reading, const tli_json *json, void *of)
{
	const struct identity *identity = of;

	if (!tli_json_find(json, "rights"))
		return config_complain(reading,
			"\"rights\" are missing: a list, as "
			"[\"dial echo.*\"], [\"all\"] or []");
	if (identity->not_before >= identity->not_after)
		return config_complain(
			reading, "\"not_after\" is before \"not_before\"");
	return 0;
}

int identity_parse(struct identity *identity, const char *path,
	const char *text, size_t len, struct tli_error *error)
{
	struct config_reading reading = {
		.path = path,
		.text = text,
		.len = len,
		.error = error,
	};

	return config_read_text(
		&reading, config_identity_settings, identity, check_members);
}
