/* SPDX-License-Identifier: MIT */
#include "monitors.h"

#include "../proto/json.h"

#include "broker.h"
#include "closing.h"
#include "control.h"
#include "permission.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The state of a peer that is a monitor. */
struct monitor {
	TAILQ_ENTRY(monitor) link;
	struct peer *peer;
	uint64_t lost; /* events, since the last it was told of */
	char prefix[TLI_ADDRESS_NAME_MAX + 1];
};

void monitors_init(struct monitors *monitors)
{
	monitors->count = 0;
	TAILQ_INIT(&monitors->list);
}

bool monitors_are_full(const struct monitors *monitors)
{
	return monitors->count >= MONITORS_MAX;
}

static void leave(struct peer *peer)
{
	struct monitor *monitor = peer->state;

	TAILQ_REMOVE(&peer->broker->monitors.list, monitor, link);
	peer->broker->monitors.count--;
	free(monitor);
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (double)now.tv_sec + (double)(now.tv_nsec / 1000000) / 1000.0;
}

static tli_json *start_event(struct tli_json_writer *writer, const char *event)
{
	tli_json *object = tli_json_add_object(writer, NULL, NULL);

	tli_json_add_text(writer, object, "event", event);
	tli_json_add_number(writer, object, "time", now_s());
	return object;
}

/* NULL for lack of memory. */
static char *format(const struct monitor_event *event, size_t *len)
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *object = start_event(&writer, event->event);

	tli_json_add_number(&writer, object, "id", (double)event->peer->id);
	if (event->located)
		control_add_peer(&writer, object, event->peer);
	if (event->reason)
		tli_json_add_text(&writer, object, "reason", event->reason);
	if (event->name)
		tli_json_add_text(&writer, object, "name", event->name);
	if (event->partner)
		tli_json_add_number(
			&writer, object, "with", (double)event->partner->id);
	if (event->counted) {
		tli_json_add_number(
			&writer, object, "messages", (double)event->messages);
		tli_json_add_number(
			&writer, object, "bytes", (double)event->bytes);
	}
	return tli_json_finish(&writer, len);
}

static bool put(struct monitor *monitor, const char *text, size_t len)
{
	return text &&
		peer_put_frame(monitor->peer, text, len,
			monitor->peer->broker->config.max_monitor_bytes);
}

/* True when nothing is missing any more. */
static bool tell_lost(struct monitor *monitor)
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *object;
	size_t len;
	char *text;

	if (monitor->lost == 0)
		return true;
	object = start_event(&writer, "lost");
	tli_json_add_number(&writer, object, "count", (double)monitor->lost);
	text = tli_json_finish(&writer, &len);
	if (put(monitor, text, len))
		monitor->lost = 0;
	free(text);
	return monitor->lost == 0;
}

static bool concerns(
	const struct monitor *monitor, const struct monitor_event *event)
{
	const char *name = event->name ? event->name : "";

	return event->peer != monitor->peer &&
		strncmp(name, monitor->prefix, strlen(monitor->prefix)) == 0;
}

/* It is written when the loop comes round: an event may happen anywhere, and
 * here nobody may be closed. */
static void tell(struct monitor *monitor, const char *text, size_t len)
{
	if (!tell_lost(monitor) || !put(monitor, text, len))
		monitor->lost++;
	(void)stream_watch(&monitor->peer->stream, true, true);
}

static void log_event(struct broker *broker, const struct monitor_event *event)
{
	char text[PEER_TEXT];

	if (broker->log.level >= CONFIG_LOG_DEBUG)
		log_write(&broker->log, CONFIG_LOG_DEBUG, "%s: %s%s%s",
			peer_text(event->peer, text), event->event,
			event->name ? " " : "", event->name ? event->name : "");
}

void monitors_tell(struct broker *broker, const struct monitor_event *event)
{
	struct monitor *monitor;
	char *text = NULL;
	size_t len = 0;

	log_event(broker, event);
	TAILQ_FOREACH (monitor, &broker->monitors.list, link) {
		if (!concerns(monitor, event))
			continue;
		if (!text)
			text = format(event, &len);
		tell(monitor, text, len);
	}
	free(text);
}

/* A monitor has nothing more to say; what it sends is dropped. */
static void on_ready(struct peer *peer, short event)
{
	ssize_t got = STREAM_AGAIN;

	if (event & EV_READ)
		got = stream_read(&peer->stream, peer->broker->relays.scratch,
			peer->broker->relays.scratch_bytes);
	if (got < 0 || peer_flush(peer) < 0) {
		peer_close(peer);
		return;
	}
	(void)tell_lost(peer->state);
	peer_watch(peer, true, peer_owed_bytes(peer) > 0);
}

static void take_rights(struct peer *peer)
{
	if (!peer_may(peer, RIGHT_MONITOR, NULL))
		closing_end(peer);
}

void monitors_add(struct peer *peer, const char *prefix)
{
	static const struct stage stage = {
		"monitor", on_ready, leave, closing_end, take_rights};
	struct monitor *monitor = calloc(1, sizeof(*monitor));

	if (!monitor) {
		peer_close(peer);
		return;
	}
	monitor->peer = peer;
	snprintf(monitor->prefix, sizeof(monitor->prefix), "%s", prefix);
	tli_buf_fini(&peer->held);
	peer_enter(peer, &stage, monitor);
	TAILQ_INSERT_TAIL(&peer->broker->monitors.list, monitor, link);
	peer->broker->monitors.count++;
	on_ready(peer, EV_READ);
}
