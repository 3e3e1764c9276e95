/* SPDX-License-Identifier: MIT */
/* What a program that stays has to tell, as lines for people on standard error
 * or as JSON on standard output; of each kind one line a second at most, so
 * that nobody who comes again and again fills a log, and none that would have
 * to wait for who reads them. */
#ifndef CLI_NEWS_H
#define CLI_NEWS_H

#include <stdbool.h>
#include <stdint.h>

enum news_kind {
	NEWS_LISTENING,
	NEWS_CONNECTED,
	NEWS_BACK,
	NEWS_LOST,
	NEWS_REFUSED,
	NEWS_FULL,
	NEWS_KINDS
};

/* Zeroed, but for as_json, it has told nothing. */
struct news {
	bool as_json;
	int64_t quiet_until_ms[NEWS_KINDS];
	unsigned kept_back[NEWS_KINDS]; /* since the last line of that kind */
};

/* What is an address, or NULL where the message has it. */
void news_tell(struct news *news, enum news_kind kind, const char *what,
	const char *message);

/* Tells where it listens: in a line on standard output in any case. */
void news_tell_listening(struct news *news, const char *address);

#endif
