/* SPDX-License-Identifier: MIT */
#include "config_table.h"

#include "config.h"
#include "identities.h"
#include "typeid_entry.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

#define HOUR_MS 3600000u
#define DAY_MS  86400000u
#define YEAR_MS (UINT64_C(366) * DAY_MS)

/* A million of anything is more than the descriptors of a process. */
#define COUNT_MAX 1000000u

/* More than fit into memory. */
#define OBJECTS_MAX UINT64_C(100000000)
#define ITEMS_MAX   UINT64_C(10000000000)

/* What the kernel takes for keepalive. */
#define KEEPALIVE_S_MAX      32767u
#define KEEPALIVE_PROBES_MAX 127u

#define FIELD(of, field)                                                       \
	.name = #field, .offset = offsetof(struct of, field),                  \
	.size = sizeof(((struct of *)0)->field)
#define RANGE(least, most, by_default, of_what)                                \
	.type = CONFIG_NUMBER, .min = (least), .max = (most),                  \
	.standard = (by_default), .unit = (of_what)
#define FLAG(by_default) .type = CONFIG_FLAG, .max = 1, .standard = (by_default)
#define CHOICE(words, by_default)                                              \
	.type = CONFIG_CHOICE, .choices = (words), .standard = (by_default)

#define CREDENTIAL(for_tls)                                                    \
	.type = CONFIG_PATH, .max = CONFIG_CREDENTIAL_MAX - 1,                 \
	.unit = "bytes", .tls = (for_tls)

#define KEY_MAX        40u /* longer ones are no setting's misspelling */
#define MISSPELLED_MAX 3u  /* letters more, less or other */

static const char *const legacy_auth[] = {
	[CONFIG_LEGACY_AUTH_OFF] = "off",
	[CONFIG_LEGACY_AUTH_LOCAL] = "local",
	[CONFIG_LEGACY_AUTH_ANY] = "any",
	NULL,
};

static const char *const removed_identities[] = {
	[CONFIG_REMOVED_CLOSE] = "close",
	[CONFIG_REMOVED_KEEP] = "keep",
	NULL,
};

static const char *const log_level[] = {
	[CONFIG_LOG_ERROR] = "error",
	[CONFIG_LOG_WARNING] = "warning",
	[CONFIG_LOG_INFO] = "info",
	[CONFIG_LOG_DEBUG] = "debug",
	NULL,
};

static const char *const client_certificates[] = {
	[CONFIG_CERTIFICATES_NONE] = "none",
	[CONFIG_CERTIFICATES_OPTIONAL] = "optional",
	[CONFIG_CERTIFICATES_REQUIRED] = "required",
	NULL,
};

const struct config_setting config_settings[] = {
	{FIELD(config, listen), .type = CONFIG_LISTEN, .max = CONFIG_LISTEN_MAX,
		.unit = "addresses",
		.help = "Where to listen. Without any, at "
			"tcp://127.0.0.1:7600 and at the Unix socket of "
			"*tielined*(8)."},
	{FIELD(config, authkey_file), .type = CONFIG_PATH,
		.max = CONFIG_PATH_MAX - 1, .unit = "bytes",
		.help = "The file with the key, all of its bytes; only its "
			"owner may have rights to it. Without it, the key "
			"file of *tielined*(8), which is made at the first "
			"start. Who has it may do everything."},
	{FIELD(config, keys_dir), .type = CONFIG_PATH,
		.max = CONFIG_PATH_MAX - 1, .unit = "bytes",
		.help = "The folder with the identities: who may log in, and "
			"what each may do. With it, the key of *authkey_file* "
			"counts only if that is set."},
	{FIELD(config, removed_identities),
		CHOICE(removed_identities, CONFIG_REMOVED_CLOSE),
		.help = "What becomes, after a reload, of connections whose "
			"identity is not there any more, not valid any more, "
			"or not for their user or certificate any more: they "
			"are closed, or kept with the rights that they had."},
	{FIELD(config, legacy_auth),
		CHOICE(legacy_auth, CONFIG_LEGACY_AUTH_LOCAL),
		.help = "Who may use HMAC-MD5, all that Python up to 3.11 "
			"can do: nobody, those on this machine, or all."},
	{FIELD(config, allow_plaintext_remote), FLAG(false),
		.help = "Whether tcp:// addresses that other machines can "
			"connect to are listened at. Who is in between then "
			"reads all that is said; tls:// addresses are for "
			"other machines."},
	{FIELD(config, log_level), CHOICE(log_level, CONFIG_LOG_INFO),
		.help = "How much is logged: each level has those before it "
			"too."},

	{FIELD(config, max_connections),
		RANGE(1, COUNT_MAX, 15000, "connections"),
		.help = "Most connections at a time, of all kinds. Beyond "
			"them no new one is taken."},
	{FIELD(config, max_handshakes), RANGE(1, COUNT_MAX, 512, "handshakes"),
		.help = "Most handshakes under way at a time. Beyond them "
			"the oldest is closed."},
	{FIELD(config, max_handshakes_per_source),
		RANGE(1, COUNT_MAX, 16, "handshakes"),
		.help = "Most handshakes under way at a time from one address "
			"off this machine."},
	{FIELD(config, tls_handshake_timeout_ms),
		RANGE(100, HOUR_MS, 5000, "milliseconds"),
		.help = "How long the handshake of TLS may take, before the "
			"login begins."},
	{FIELD(config, handshake_timeout_ms),
		RANGE(100, HOUR_MS, 5000, "milliseconds"),
		.help = "How long a login may take."},
	{FIELD(config, penalty_ms), RANGE(0, HOUR_MS, 1000, "milliseconds"),
		.help = "How long no new connection is taken from an address "
			"off this machine after a failed login. It doubles "
			"with each further failure; 0 is no penalty."},
	{FIELD(config, penalty_max_ms), RANGE(0, DAY_MS, 60000, "milliseconds"),
		.help = "What the penalty doubles up to; at least "
			"*penalty_ms*."},

	{FIELD(config, max_parked), RANGE(1, COUNT_MAX, 12000, "connections"),
		.help = "Most connections that are parked under names at a "
			"time. Beyond them *accept* is refused."},
	{FIELD(config, max_waiting), RANGE(1, COUNT_MAX, 12000, "connections"),
		.help = "Most connections that wait for a name at a time. "
			"Beyond them *dial* and *pipe* are refused."},
	{FIELD(config, dial_timeout_ms),
		RANGE(0, DAY_MS, 10000, "milliseconds"),
		.help = "How long *dial* waits for a listener if it does not "
			"say itself."},
	{FIELD(config, max_held_bytes),
		RANGE(8 * KIB, 16 * MIB, 64 * KIB, "bytes"),
		.help = "How much is kept of what a connection sends before "
			"it is paired. Beyond it no more is read."},

	{FIELD(config, max_message_bytes),
		RANGE(0, UINT64_C(1) << 53, 0, "bytes"),
		.help = "Longest message that is relayed; 0 is no limit. A "
			"longer one breaks its connection."},
	{FIELD(config, relay_window_bytes),
		RANGE(4 * KIB, 4 * MIB, 256 * KIB, "bytes"),
		.help = "How much is held of a relayed connection in each "
			"direction, before its sender has to wait."},
	{FIELD(config, relay_total_bytes),
		RANGE(4 * KIB, 1024 * GIB, 64 * MIB, "bytes"),
		.help = "How much is held of all relayed connections "
			"together; at least *relay_window_bytes*. Beyond it "
			"each direction holds only up to 4096 bytes more."},

	{FIELD(config, session_window_bytes),
		RANGE(64 * KIB, GIB, MIB, "bytes"),
		.help = "How much is held of what a session does not read. "
			"Beyond it no more is read from it, and nothing is "
			"delivered to it."},
	{FIELD(config, max_session_requests),
		RANGE(1, COUNT_MAX, 4096, "requests"),
		.help = "Most requests of a session that are not done. Beyond "
			"them no more is read from it."},
	{FIELD(config, max_session_handles),
		RANGE(2, COUNT_MAX, 4096, "handles"),
		.help = "A session's handles are numbers below this."},
	{FIELD(config, max_session_grants),
		RANGE(1, COUNT_MAX, 16384, "grants"),
		.help = "Most leases, locks, permits and open objects that a "
			"session has at a time: what goes back when it ends. "
			"Beyond them it gets no other."},
	{FIELD(config, max_item_bytes), RANGE(KIB, GIB, 64 * MIB, "bytes"),
		.help = "Longest body of an item, and longest value. What is "
			"longer is refused."},

	{FIELD(config, max_waiting_requests),
		RANGE(1, COUNT_MAX, 100000, "requests"),
		.help = "Most requests that wait for an object at a time. "
			"Beyond them those that would have to are refused."},
	{FIELD(config, max_objects), RANGE(1, OBJECTS_MAX, 100000, "objects"),
		.help = "Most queues, topics, locks and other objects at a "
			"time. Beyond them no new one is made."},
	{FIELD(config, max_items), RANGE(1, ITEMS_MAX, 10000000, "items"),
		.help = "Most items in all objects together. Beyond them "
			"nothing is added."},
	{FIELD(config, max_engine_bytes), RANGE(64 * KIB, TIB, GIB, "bytes"),
		.help = "How much the items of all objects have together. "
			"Beyond it nothing is added."},
	{FIELD(config, max_object_items), RANGE(1, ITEMS_MAX, 1000000, "items"),
		.help = "Most items in one object."},
	{FIELD(config, max_object_bytes),
		RANGE(64 * KIB, TIB, 256 * MIB, "bytes"),
		.help = "How much the items of one object have together."},
	{FIELD(config, max_identity_objects),
		RANGE(1, OBJECTS_MAX, 100000, "objects"),
		.help = "Most objects at a time that were made by one "
			"identity."},
	{FIELD(config, max_identity_items),
		RANGE(1, ITEMS_MAX, 10000000, "items"),
		.help = "Most items in these together."},
	{FIELD(config, max_identity_bytes), RANGE(64 * KIB, TIB, GIB, "bytes"),
		.help = "How much the items of these have together."},
	{FIELD(config, max_identity_waiting_requests),
		RANGE(1, COUNT_MAX, 100000, "requests"),
		.help = "Most requests of one identity that wait for an "
			"object at a time."},

	{FIELD(config, advertise_address), .type = CONFIG_ADDRESS,
		.help = "The address that proxies inside of lists, dicts and "
			"queues lead clients to who come over TCP. Without "
			"one, that to which they have come."},
	{FIELD(config, manager_shutdown), FLAG(false),
		.help = "Whether shutdown(), asked for by a manager's client, "
			"ends the broker."},
	{FIELD(config, max_references),
		RANGE(1, OBJECTS_MAX, 1000000, "references"),
		.help = "Most references by proxies of Python's managers: "
			"each process counts once for each object. Beyond "
			"them no new one is given."},
	{FIELD(config, reference_grace_ms),
		RANGE(0, DAY_MS, 10000, "milliseconds"),
		.help = "How long the references stay of a process on a Unix "
			"socket that has ended."},
	{FIELD(config, reference_ttl_ms), RANGE(0, YEAR_MS, 0, "milliseconds"),
		.help = "How long references stay that nobody uses, of "
			"processes that cannot be watched, as those on TCP; 0 "
			"is until they are given back."},
	{FIELD(config, typeids), .type = CONFIG_TYPEIDS, .max = TYPEIDS_MAX,
		.unit = "typeids",
		.help = "What the names mean by which the clients of a manager "
			"in Python ask for objects."},
	{FIELD(config, guess_typeids), FLAG(true),
		.help = "Whether a typeid that stands nowhere and says its "
			"kind, as get_task_queue does, is served as such."},

	{FIELD(config, keepalive_idle_s),
		RANGE(1, KEEPALIVE_S_MAX, 30, "seconds"),
		.help = "How long a TCP connection is silent before the kernel "
			"asks whether its peer is still there."},
	{FIELD(config, keepalive_interval_s),
		RANGE(1, KEEPALIVE_S_MAX, 10, "seconds"),
		.help = "How long it waits for an answer before it asks "
			"again."},
	{FIELD(config, keepalive_probes),
		RANGE(1, KEEPALIVE_PROBES_MAX, 3, "questions"),
		.help = "How many questions without an answer break the "
			"connection."},
	{FIELD(config, linger_timeout_ms),
		RANGE(0, HOUR_MS, 5000, "milliseconds"),
		.help = "How long a connection that the broker closes is still "
			"read, so that its peer gets the last frame."},
	{FIELD(config, drain_timeout_ms),
		RANGE(0, DAY_MS, 10000, "milliseconds"),
		.help = "How long relayed connections and sessions may go on "
			"after the broker was told to end."},
	{FIELD(config, max_monitor_bytes), RANGE(64 * KIB, GIB, MIB, "bytes"),
		.help = "How much is kept of events that a monitor does not "
			"read. Beyond it events are left out, and counted."},
	{.name = NULL},
};

const struct config_setting config_listen_settings[] = {
	{FIELD(config_listen, address), .type = CONFIG_ADDRESS,
		.help = "Where to listen. No host is all addresses of the "
			"machine, and port 0 a free one."},
	{FIELD(config_listen, bind), .type = CONFIG_NAME,
		.help = "A name to which all who connect here are dialled at "
			"once. It is for programs that do not know of names."},
	{FIELD(config_listen, bind_wait_ms),
		RANGE(0, DAY_MS, 10000, "milliseconds"),
		.help = "How long they wait for a listener under that name."},
	{FIELD(config_listen, backlog),
		RANGE(1, UINT16_MAX, 1024, "connections"),
		.help = "How many new connections the kernel keeps until the "
			"broker takes them. The kernel has a limit of its own "
			"too."},
	{FIELD(config_listen, certificate_file),
		CREDENTIAL(CONFIG_TLS_REQUIRED),
		.help = "Of a tls:// address, which needs it: the "
			"certificate, in PEM, with those that lead from it "
			"to the CA behind it."},
	{FIELD(config_listen, private_key_file),
		CREDENTIAL(CONFIG_TLS_REQUIRED),
		.help = "Its private key, in PEM, without a password; only "
			"its owner may have rights to it. A tls:// address "
			"needs it."},
	{FIELD(config_listen, client_ca_file), CREDENTIAL(CONFIG_TLS_ONLY),
		.help = "The CAs, in PEM, which vouch for the certificates "
			"of clients."},
	{FIELD(config_listen, client_crl_file), CREDENTIAL(CONFIG_TLS_ONLY),
		.help = "Which of these certificates are revoked: a CRL of "
			"each CA, in PEM."},
	{FIELD(config_listen, client_certificates),
		CHOICE(client_certificates, CONFIG_CERTIFICATES_NONE),
		.tls = CONFIG_TLS_ONLY,
		.help = "Whether clients are asked for a certificate, and "
			"whether those without one are turned away. Each "
			"needs the key besides."},
	{FIELD(config_listen, allow_tls12), FLAG(false), .tls = CONFIG_TLS_ONLY,
		.help = "Whether TLS 1.2 is spoken too, and not 1.3 alone."},
	{FIELD(config_listen, allow_unbound), FLAG(false),
		.tls = CONFIG_TLS_ONLY,
		.help = "Whether logins are taken that are not bound to the "
			"TLS connection, as those of stock Python behind a "
			"program that adds TLS. Who can pass for this broker "
			"could relay one."},
	{.name = NULL},
};

const struct config_setting config_typeid_settings[] = {
	{FIELD(typeid_entry, type), .type = CONFIG_KIND,
		.help = "The kind of object that it is. This one has to be "
			"there."},
	{FIELD(typeid_entry, name), .type = CONFIG_PATTERN,
		.help = "The object's name at the broker, under which all find "
			"the same one. Without it, each call makes one of its "
			"own. In place of _{0}_, _{1}_ ... and _{key}_ come "
			"the arguments of the client's call, each a str or an "
			"int."},
	{FIELD(typeid_entry, args), .type = CONFIG_ARGS,
		.help = "What the kind's constructor gets when the object is "
			"made, as in Python, or else the method of *call*. A "
			"text that is _{0}_ and the like as a whole is that "
			"argument of the client's call."},
	{FIELD(typeid_entry, kwargs), .type = CONFIG_KWARGS,
		.help = "The same with names."},
	{FIELD(typeid_entry, value), .type = CONFIG_VALUE,
		.help = "What is in a dict, list, set, Namespace, Value or "
			"Array at first. What JSON cannot say is written "
			"{\"$repr\": \"(1, b'x')\"}."},
	{FIELD(typeid_entry, exposed), .type = CONFIG_METHODS,
		.help = "The methods that proxies have. Without it, all that "
			"the kind has."},
	{FIELD(typeid_entry, call), .type = CONFIG_METHOD,
		.help = "A method of the object that is called at once; the "
			"client's proxy is one of its result. So a function "
			"that returns plain data is registered."},
	{FIELD(typeid_entry, options), .type = CONFIG_OPTIONS,
		.help = "How else the object is made: *expire_ms* and "
			"*temporary* of every kind, *owned* of semaphores, "
			"and what else its kind can be made with."},
	{.name = NULL},
};

const struct config_setting config_identity_settings[] = {
	{FIELD(identity, rights), .type = CONFIG_RIGHTS,
		.help = "What it may do: a verb and a name each, in which \\* "
			"stands for any characters; a verb alone is for all "
			"names. \"all\" is everything. What is not there may "
			"not be done. This one has to be there."},
	{FIELD(identity, not_before), .type = CONFIG_FROM,
		.help = "From when on it may log in; a day is from its start, "
			"in UTC."},
	{FIELD(identity, not_after), .type = CONFIG_UNTIL,
		.help = "Until when it may log in; a day is to its end, in "
			"UTC. Who is connected then stays until the next "
			"reload; see *removed_identities*."},
	{FIELD(identity, uids), .type = CONFIG_UIDS,
		.help = "The users, by number or name, of whom the key is "
			"taken, on Unix sockets alone. Without it, it is "
			"taken of all, wherever they connect."},
	{FIELD(identity, certificates), .type = CONFIG_CERTIFICATES,
		.help = "The names of client certificates that are its own: "
			"the common name, or one of the alternative names "
			"(DNS or URI)."},
	{.name = NULL},
};

/* Writes "off", "local" or "any". */
static void list_choices(
	const char *const *choices, char text[CONFIG_ALLOWED_TEXT])
{
	size_t len = 0;

	for (size_t i = 0; choices[i]; i++) {
		const char *comma = choices[i + 1] ? ", " : " or ";

		len += (size_t)snprintf(text + len, CONFIG_ALLOWED_TEXT - len,
			"%s\"%s\"", i == 0 ? "" : comma, choices[i]);
	}
}

void config_describe_allowed(
	const struct config_setting *setting, char text[CONFIG_ALLOWED_TEXT])
{
	static const char *const others[] = {
		[CONFIG_FLAG] = "true or false",
		[CONFIG_NAME] = "1 to 128 " TLI_ADDRESS_NAME_CHARS,
		[CONFIG_ADDRESS] =
			"tcp://host:port, tls://host:port or unix:/path",
		[CONFIG_KIND] = "a kind, as \"Queue\" or \"dict\"",
		[CONFIG_PATTERN] = "a name, as \"tasks\" or \"queue-{0}\"",
		[CONFIG_ARGS] = "arguments, as [\"{0}\", 100]",
		[CONFIG_KWARGS] = "arguments, as {\"maxsize\": 100}",
		[CONFIG_VALUE] = "any value",
		[CONFIG_METHODS] = "methods, as [\"put\", \"get\"]",
		[CONFIG_METHOD] = "a method, as \"get\"",
		[CONFIG_OPTIONS] = "options, as {\"expire_ms\": 60000}",
		[CONFIG_RIGHTS] = "rights, as [\"dial echo.*\", \"stat\"]",
		[CONFIG_FROM] = "2026-12-31 or 2026-12-31T23:59:59Z",
		[CONFIG_UNTIL] = "2026-12-31 or 2026-12-31T23:59:59Z",
		[CONFIG_UIDS] = "users, as [1000, \"alice\"]",
		[CONFIG_CERTIFICATES] = "names, as [\"client.example\"]",
	};

	if (setting->choices)
		list_choices(setting->choices, text);
	else if (setting->unit)
		snprintf(text, CONFIG_ALLOWED_TEXT,
			"%" PRIu64 " to %" PRIu64 " %s", setting->min,
			setting->max, setting->unit);
	else
		snprintf(
			text, CONFIG_ALLOWED_TEXT, "%s", others[setting->type]);
}

bool config_is_counted(const struct config_setting *setting)
{
	return setting->type == CONFIG_NUMBER || setting->type == CONFIG_FLAG ||
		setting->type == CONFIG_CHOICE;
}

uint64_t config_get(const struct config_setting *setting, const void *of)
{
	const char *field = (const char *)of + setting->offset;
	uint32_t small;
	uint64_t large;

	memcpy(&small, field, sizeof(small));
	if (setting->size == sizeof(small))
		return small;
	memcpy(&large, field, sizeof(large));
	return large;
}

void config_set(const struct config_setting *setting, void *of, uint64_t value)
{
	uint32_t small = (uint32_t)value;
	const void *bytes = &value;

	if (setting->size == sizeof(small))
		bytes = &small;
	memcpy((char *)of + setting->offset, bytes, setting->size);
}

const struct config_setting *config_find(
	const struct config_setting *settings, const char *name)
{
	for (; settings->name; settings++)
		if (strcmp(settings->name, name) == 0)
			return settings;
	return NULL;
}

static size_t least(size_t a, size_t b, size_t c)
{
	size_t smaller = a < b ? a : b;

	return smaller < c ? smaller : c;
}

/* How many letters are more, less or other: Levenshtein's distance, with one
 * row of its table at a time. */
static size_t distance(const char *name, const char *key, size_t key_len)
{
	size_t row[KEY_MAX + 1];

	for (size_t i = 0; i <= key_len; i++)
		row[i] = i;
	for (size_t n = 1; *name; name++, n++) {
		size_t diagonal = row[0];

		row[0] = n;
		for (size_t i = 1; i <= key_len; i++) {
			size_t other = diagonal + (*name != key[i - 1]);

			diagonal = row[i];
			row[i] = least(other, row[i] + 1, row[i - 1] + 1);
		}
	}
	return row[key_len];
}

const struct config_setting *config_find_nearest(
	const struct config_setting *settings, const char *key)
{
	const struct config_setting *found = NULL;
	size_t len = strlen(key);
	size_t best = MISSPELLED_MAX + 1;

	if (len > KEY_MAX)
		return NULL;
	for (; settings->name; settings++) {
		bool start = strncmp(settings->name, key, len) == 0;
		size_t misspelled =
			start ? 1 : distance(settings->name, key, len);

		if (misspelled < best && 2 * misspelled < len) {
			best = misspelled;
			found = settings;
		}
	}
	return found;
}
