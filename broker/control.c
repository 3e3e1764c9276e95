/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "../proto/json.h"
#include "../system/clock.h"

#include "broker.h"
#include "closing.h"
#include "meeting.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A listing of the most entries, each with the longest of everything. */
#define REPLY_BYTES (1u << 20)

/* What all replies that are not read yet may take together. */
#define UNREAD_BYTES_MAX (16u << 20)

struct number {
	const char *key;
	uint64_t value;
};

tli_json *control_start_reply(struct tli_json_writer *writer)
{
	tli_json *reply = tli_json_add_object(writer, NULL, NULL);

	tli_json_add_bool(writer, reply, "ok", true);
	return reply;
}

bool control_send_reply(struct peer *peer, struct tli_json_writer *writer)
{
	size_t len;
	char *text = tli_json_finish(writer, &len);
	bool put = text && peer_put_frame(peer, text, len, REPLY_BYTES);

	if (!put)
		closing_refuse(peer, TLI_REFUSAL_INTERNAL, "out of memory");
	free(text);
	return put;
}

static double seconds_since(int64_t then_ms)
{
	return (double)(tli_now_ms() - then_ms) / 1000.0;
}

static void add_version(struct tli_json_writer *writer, tli_json *parent,
	const struct broker *broker)
{
	tli_json_add_text(writer, parent, "version", BROKER_VERSION);
	tli_json_add_text(writer, parent, "epoch", broker->epoch);
}

static void add_numbers(struct tli_json_writer *writer, tli_json *parent,
	const char *key, const struct number *numbers, size_t count)
{
	tli_json *group = tli_json_add_object(writer, parent, key);

	for (size_t i = 0; i < count; i++)
		tli_json_add_number(writer, group, numbers[i].key,
			(double)numbers[i].value);
}

void control_ping(struct peer *peer, const struct tli_request *request)
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *reply = control_start_reply(&writer);

	tli_json_add_text(&writer, reply, "ping", request->ping);
	add_version(&writer, reply, peer->broker);
	control_send_reply(peer, &writer);
}

#define ADD_NUMBERS(writer, reply, key, numbers)                               \
	add_numbers(writer, reply, key, numbers,                               \
		sizeof(numbers) / sizeof((numbers)[0]))

static void add_peers(struct tli_json_writer *writer, tli_json *reply,
	const struct broker *broker)
{
	const struct names *names = &broker->names;
	const struct number connections[] = {
		{"open", broker->peers.count},
		{"authenticating", broker->logins.count},
		{"total", broker->counters.connections},
		{"refused", broker->counters.refused},
		{"dropped", broker->counters.dropped},
	};
	const struct number identities[] = {
		{"total", broker->identities->count},
		{"not_permitted", broker->forbidden.count},
	};
	const struct number under_names[] = {
		{"names", names_count(names)},
		{"parked", names->seated[TLI_VERB_ACCEPT]},
		{"waiting", names->seated[TLI_VERB_DIAL]},
		{"pipes", names->seated[TLI_VERB_PIPE]},
	};

	ADD_NUMBERS(writer, reply, "connections", connections);
	ADD_NUMBERS(writer, reply, "identities", identities);
	ADD_NUMBERS(writer, reply, "names", under_names);
}

static void add_relays(struct tli_json_writer *writer, tli_json *reply,
	const struct relays *relays)
{
	const struct number relay[] = {
		{"pairs", relays->pairs},
		{"total", relays->total},
		{"messages", relays->messages},
		{"bytes", relays->bytes},
		{"held_bytes", relays->held_bytes},
		{"held_bytes_peak", relays->held_bytes_peak},
	};

	ADD_NUMBERS(writer, reply, "relay", relay);
}

static void add_objects(struct tli_json_writer *writer, tli_json *reply,
	const struct broker *broker)
{
	struct engine_usage usage = objects_usage(&broker->objects);
	const struct number sessions[] = {
		{"open", broker->sessions.count},
		{"total", broker->sessions.total},
		{"requests", broker->sessions.requests},
	};
	const struct number managers[] = {
		{"open", broker->managers.count},
		{"requests", broker->managers.requests},
		{"references", holders_object_count(broker->holders)},
		{"lost_items", broker->managers.lost_items},
	};
	const struct number objects[] = {
		{"objects", usage.objects},
		{"items", usage.items},
		{"bytes", usage.bytes},
		{"waiting", waiters_count(broker->objects.waiters)},
	};

	ADD_NUMBERS(writer, reply, "sessions", sessions);
	ADD_NUMBERS(writer, reply, "managers", managers);
	ADD_NUMBERS(writer, reply, "objects", objects);
}

void control_stat(struct peer *peer, const struct tli_request *request)
{
	const struct broker *broker = peer->broker;
	struct tli_json_writer writer = {.failed = false};
	tli_json *reply = control_start_reply(&writer);

	(void)request;
	add_version(&writer, reply, broker);
	tli_json_add_number(&writer, reply, "pid", getpid());
	tli_json_add_number(
		&writer, reply, "uptime", seconds_since(broker->started_ms));
	add_peers(&writer, reply, broker);
	add_relays(&writer, reply, &broker->relays);
	add_objects(&writer, reply, broker);
	control_send_reply(peer, &writer);
}

/* ---- Listings --------------------------------------------------------- */

void control_add_peer(struct tli_json_writer *writer, tli_json *object,
	const struct peer *peer)
{
	const char *version = stream_tls_version(&peer->stream);
	char address[TLI_ENDPOINT_TEXT];

	peer_format_address(peer, address);
	tli_json_add_text(writer, object, "address", address);
	if (version)
		tli_json_add_text(writer, object, "tls", version);
	if (peer->has_uid)
		tli_json_add_number(writer, object, "uid", peer->uid);
	if (peer->identity)
		tli_json_add_text(
			writer, object, "identity", peer->identity->id);
}

static const char *name_of(
	const struct peer *peer, const struct relay_report *relay)
{
	const char *name = relay->name ? relay->name : meeting_name(peer);

	return name ? name : "";
}

static void add_relay(struct tli_json_writer *writer, tli_json *entry,
	const struct relay_report *relay)
{
	if (!relay->partner)
		return;
	tli_json_add_number(writer, entry, "with", (double)relay->partner->id);
	tli_json_add_number(writer, entry, "messages", (double)relay->messages);
	tli_json_add_number(writer, entry, "bytes", (double)relay->bytes);
}

static void list_peer(const struct peer *peer, const char *name,
	const struct relay_report *relay, struct tli_json_writer *writer,
	tli_json *array)
{
	tli_json *entry = tli_json_add_object(writer, array, NULL);
	size_t held_bytes = tli_buf_len(&peer->held) + relay->held_bytes +
		session_held_bytes(peer) + manager_held_bytes(peer);

	tli_json_add_number(writer, entry, "id", (double)peer->id);
	control_add_peer(writer, entry, peer);
	tli_json_add_text(writer, entry, "listening", peer->port->address);
	tli_json_add_text(writer, entry, "state", peer->stage->name);
	if (name[0])
		tli_json_add_text(writer, entry, "name", name);
	tli_json_add_number(
		writer, entry, "age", seconds_since(peer->since_ms));
	add_relay(writer, entry, relay);
	tli_json_add_number(writer, entry, "held", (double)held_bytes);
}

static size_t list_peers(struct broker *broker, const char *prefix,
	unsigned limit, struct tli_json_writer *writer, tli_json *array)
{
	size_t count = 0;
	const struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link) {
		struct relay_report relay = {.name = NULL};
		const char *name;

		(void)relay_report(peer, &relay);
		name = name_of(peer, &relay);
		if (strncmp(name, prefix, strlen(prefix)) == 0 &&
			count++ < limit)
			list_peer(peer, name, &relay, writer, array);
	}
	return count;
}

static void list(struct peer *peer, const struct tli_request *request)
{
	bool names = request->listing == TLI_LIST_NAMES;
	struct broker *broker = peer->broker;
	struct tli_json_writer writer = {.failed = false};
	tli_json *reply = control_start_reply(&writer);
	tli_json *array = tli_json_add_array(
		&writer, reply, names ? "names" : "connections");
	size_t total = names ? names_list(&broker->names, request->prefix,
				       request->limit, &writer, array)
			     : list_peers(broker, request->prefix,
				       request->limit, &writer, array);

	tli_json_add_number(&writer, reply, "total", (double)total);
	control_send_reply(peer, &writer);
}

/* What is relayed has a bound of its own. */
static size_t unread_bytes(const struct broker *broker)
{
	struct relay_report ignored;
	const struct peer *peer;
	size_t bytes = 0;

	TAILQ_FOREACH (peer, &broker->peers.open, link)
		if (!relay_report(peer, &ignored))
			bytes += peer_owed_bytes(peer);
	return bytes;
}

void control_list(struct peer *peer, const struct tli_request *request)
{
	if (unread_bytes(peer->broker) > UNREAD_BYTES_MAX)
		closing_refuse(peer, TLI_REFUSAL_FULL,
			"too much of what the broker has to say is not read");
	else
		list(peer, request);
}

void control_monitor(struct peer *peer, const struct tli_request *request)
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *reply;

	if (monitors_are_full(&peer->broker->monitors)) {
		closing_refuse(peer, TLI_REFUSAL_FULL,
			"the broker has as many monitors as it takes");
		return;
	}
	reply = control_start_reply(&writer);
	tli_json_add_bool(&writer, reply, "monitor", true);
	if (control_send_reply(peer, &writer))
		monitors_add(peer, request->prefix);
}
