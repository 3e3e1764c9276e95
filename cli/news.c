/* SPDX-License-Identifier: MIT */
#include "news.h"

#include "clock.h"
#include "json.h"
#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define QUIET_MS 1000

static const char *const names[NEWS_KINDS] = {
	[NEWS_LISTENING] = "listening",
	[NEWS_CONNECTED] = "connected",
	[NEWS_BACK] = "back",
	[NEWS_LOST] = "lost",
	[NEWS_REFUSED] = "refused",
	[NEWS_FULL] = "full",
};

/* Nobody who reads this any more is reason enough to end. */
static void print_json(enum news_kind kind, const char *what,
	const char *message, unsigned kept_back)
{
	json *line = json_object();
	char *text = NULL;

	if (json_add_text(line, "event", names[kind]) &&
		(!what || json_add_text(line, "address", what)) &&
		(!message || json_add_text(line, "message", message)) &&
		(!kept_back || json_add_number(line, "kept_back", kept_back)))
		text = json_text(line);
	if (text)
		puts(text);
	fflush(stdout);
	free(text);
	json_free(line);
}

static void print_text(
	const char *what, const char *message, unsigned kept_back)
{
	if (kept_back)
		complain(STATUS_DONE, what, "%s (and %u more like it)", message,
			kept_back);
	else
		complain(STATUS_DONE, what, "%s", message);
}

void news_tell(struct news *news, enum news_kind kind, const char *what,
	const char *message)
{
	int64_t now_ms = deadline_in(0);
	int fd = news->as_json ? STDOUT_FILENO : STDERR_FILENO;

	if (now_ms < news->quiet_until_ms[kind] || !has_room_for_line(fd)) {
		news->kept_back[kind]++;
		return;
	}
	if (news->as_json)
		print_json(kind, what, message, news->kept_back[kind]);
	else
		print_text(what, message, news->kept_back[kind]);
	news->kept_back[kind] = 0;
	news->quiet_until_ms[kind] = now_ms + QUIET_MS;
}

void news_tell_listening(struct news *news, const char *address)
{
	if (news->as_json) {
		print_json(NEWS_LISTENING, address, NULL, 0);
		return;
	}
	printf("listening at %s\n", address);
	fflush(stdout);
}
