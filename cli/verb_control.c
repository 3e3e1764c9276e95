/* SPDX-License-Identifier: MIT */
/* The verbs that ask the broker how it is: ping, monitor. */
#include "ask.h"
#include "clock.h"
#include "status.h"
#include "table.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define CELL_MAX 512

/* ---- ping ------------------------------------------------------------ */

static json *ping_request(void)
{
	json *request = json_object();

	if (json_add_text(request, "ping", "tieline"))
		return request;
	json_free(request);
	return NULL;
}

/* To microseconds: what is behind them is noise. */
static double rounded(double ms)
{
	return (double)(int64_t)(ms * 1e3 + 0.5) / 1e3;
}

static int print_pong(
	const struct ask *asked, bool as_json, json *reply, double took_ms)
{
	char version[CELL_MAX];

	if (as_json && !json_add_number(reply, "ms", rounded(took_ms)))
		return complain_of_memory("ping");
	if (as_json)
		return table_print_one(reply);
	json_cell(json_find(reply, "version"), version, sizeof(version));
	printf("tielined %s at %s: %.3f ms\n", version, asked->broker.address,
		took_ms);
	return STATUS_DONE;
}

static int ping_once(struct ask *asked, bool as_json)
{
	json *reply;
	double start_s = now_s();
	int status = ask(asked, ping_request(), &reply);

	if (status != STATUS_DONE)
		return status;
	status = print_pong(asked, as_json, reply, (now_s() - start_s) * 1e3);
	json_free(reply);
	return status;
}

int verb_ping(const struct call *call)
{
	unsigned count = call->settings.count ? call->settings.count : 1;
	struct ask asked;
	int status = ask_open(&asked, call);

	if (status != STATUS_DONE)
		return status;
	for (unsigned i = 0; i < count && status == STATUS_DONE; i++)
		status = ping_once(&asked, call->settings.json);
	ask_close(&asked);
	return status;
}

/* ---- monitor --------------------------------------------------------- */

static json *monitor_request(const char *prefix)
{
	json *request = json_object();

	if (json_add_true(request, "monitor") &&
		(!prefix || json_add_text(request, "prefix", prefix)))
		return request;
	json_free(request);
	return NULL;
}

/* The time of day, as the broker's machine counts it. */
static void print_time(double time_s)
{
	time_t whole = (time_t)time_s;
	char text[sizeof("23:59:60")];
	struct tm parts;

	if (!localtime_r(&whole, &parts) ||
		strftime(text, sizeof(text), "%H:%M:%S", &parts) == 0)
		return;
	printf("%s.%03d ", text, (int)((time_s - (double)whole) * 1e3));
}

static void print_event(const json *event)
{
	char cell[CELL_MAX];

	print_time(json_number_of(json_find(event, "time")));
	json_cell(json_find(event, "event"), cell, sizeof(cell));
	fputs(cell, stdout);
	for (const json *member = json_first(event); member;
		member = json_next(member)) {
		if (strcmp(json_key(member), "event") == 0 ||
			strcmp(json_key(member), "time") == 0)
			continue;
		json_cell(member, cell, sizeof(cell));
		printf(" %s=%s", json_key(member), cell);
	}
	putchar('\n');
}

static int print_events(struct ask *asked, bool as_json)
{
	int status = STATUS_DONE;

	while (status == STATUS_DONE) {
		json *event;

		status = ask_next(asked, &event);
		if (status != STATUS_DONE)
			break;
		if (as_json)
			status = table_print_one(event);
		else
			print_event(event);
		json_free(event);
		if (fflush(stdout) != 0)
			break;
	}
	return status;
}

int verb_monitor(const struct call *call)
{
	struct ask asked;
	json *reply;
	int status = ask_open(&asked, call);

	if (status != STATUS_DONE)
		return status;
	status = ask(&asked, monitor_request(call->words[0]), &reply);
	if (status == STATUS_DONE) {
		json_free(reply);
		status = print_events(&asked, call->settings.json);
	}
	ask_close(&asked);
	return status;
}
