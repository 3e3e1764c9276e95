/* SPDX-License-Identifier: MIT */
/*
 * A client that does random operations, as its seed and its roles say, and
 * records them: tests/history/events.py. It goes on when its connection is
 * lost, and can be killed at any time.
 */
#include "historian.h"

#include "record.h"

#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
	"historian ADDRESS KEY-FILE OBJECTS NAME SEED COUNT ROLE...\n"
	"It does COUNT operations, each in one of the roles, with the queue\n"
	"OBJECTS.jobs, the lock OBJECTS.door and the dict OBJECTS.table. What\n"
	"it puts and stores has NAME in it. Roles: produce, lease, take,\n"
	"consume, lock, hesitate, share; drain: takes until nothing is left,\n"
	"and has the lock once.\n";

unsigned historian_draw(struct historian *historian, unsigned below)
{
	return (unsigned)rand_r(&historian->luck) % below;
}

int historian_patience_ms(struct historian *historian)
{
	return (int)historian_draw(historian, 30);
}

void historian_make_name(struct historian *historian, char name[HISTORIAN_NAME])
{
	snprintf(name, HISTORIAN_NAME, "%s-%u", historian->name,
		++historian->made);
}

void historian_must(struct historian *historian, int code)
{
	if (code >= 0)
		return;
	fprintf(stderr, "historian: %s: %s\n", tieline_code_name(code),
		tieline_handle_error(historian->session
				? tieline_session_handle(historian->session)
				: NULL));
	exit(1);
}

void historian_go_on(struct historian *historian, int timeout_ms)
{
	historian_must(historian,
		tieline_session_process(historian->session, timeout_ms));
}

static void on_event(void *arg, tieline_session *session,
	tieline_session_event event, const char *message)
{
	struct historian *historian = arg;

	(void)session;
	(void)message;
	if (event == TIELINE_SESSION_LOST)
		historian->since_ns = record_now_ns();
}

static void connect_to(
	struct historian *historian, const char *address, const char *key_file)
{
	tieline_options options = tieline_options_default();
	tieline_session_options session_options =
		tieline_session_options_default();

	options.authkey_file = key_file;
	session_options.answer_timeout_ms = 200;
	session_options.on_event = on_event;
	session_options.on_event_arg = historian;
	historian_must(historian,
		tieline_session_start(address, &options, &session_options,
			&historian->session));
}

static int open_queue(struct historian *historian)
{
	tieline_object_options options = tieline_object_options_default();

	/* So few that some who put have to wait. */
	options.maxsize = 8;
	return tieline_queue_open(historian->session, historian->jobs, &options,
		&historian->queue);
}

static int open_lock(struct historian *historian)
{
	return tieline_lock_open(
		historian->session, historian->door, NULL, &historian->lock);
}

static int open_dict(struct historian *historian)
{
	return tieline_dict_open(
		historian->session, historian->table, NULL, &historian->dict);
}

/* As often as it takes. */
static void open_all(struct historian *historian)
{
	static int (*const opens[])(struct historian *) = {
		open_queue, open_lock, open_dict};
	int code;

	for (size_t i = 0; i < sizeof(opens) / sizeof(opens[0]); i++) {
		do
			code = opens[i](historian);
		while (code == TIELINE_ENOTSENT || code == TIELINE_EOUTCOME);
		historian_must(historian, code);
	}
}

static const struct role {
	const char *name;
	historian_deed *act;
} roles[] = {
	{"produce", historian_produce},
	{"lease", historian_lease},
	{"take", historian_take},
	{"consume", historian_consume},
	{"lock", historian_lock},
	{"hesitate", historian_hesitate},
	{"share", historian_share},
	{"drain", historian_drain},
};

static historian_deed *deed_of(const char *role)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, role) == 0)
			return roles[i].act;
	fputs(usage, stderr);
	exit(2);
}

static void act(struct historian *historian, unsigned count, char **names,
	unsigned name_count)
{
	const char *role;

	do
		role = names[historian_draw(historian, name_count)];
	while (deed_of(role)(historian) && --count > 0);
}

/* What was acknowledged last may not have been sent yet; if it cannot be, it is
 * as if the program had been killed before. */
static void end(struct historian *historian)
{
	int code = tieline_session_flush(historian->session, 200);

	if (code != TIELINE_ETIMEDOUT)
		historian_must(historian, code);
	record_begin("close -");
	tieline_session_close(historian->session);
}

int main(int argc, char **argv)
{
	struct historian historian = {0};

	if (argc < 8) {
		fputs(usage, stderr);
		return 2;
	}
	historian.name = argv[4];
	historian.luck = (unsigned)strtoul(argv[5], NULL, 10);
	snprintf(historian.jobs, HISTORIAN_NAME, "%s.jobs", argv[3]);
	snprintf(historian.door, HISTORIAN_NAME, "%s.door", argv[3]);
	snprintf(historian.table, HISTORIAN_NAME, "%s.table", argv[3]);
	connect_to(&historian, argv[1], argv[2]);
	open_all(&historian);
	act(&historian, (unsigned)strtoul(argv[6], NULL, 10), argv + 7,
		(unsigned)argc - 7);
	end(&historian);
	return 0;
}
