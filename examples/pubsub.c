/* SPDX-License-Identifier: MIT */
/* Publish and subscribe: what one says, all hear who listen at the moment. */
#include "broker.h"

#include <tieline/topic.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"pubsub publish SUBJECT TEXT...\n"                                     \
	"       pubsub subscribe PATTERN [COUNT]\n"                            \
	"The topic is \"news\". A PATTERN is a subject with * for a\n"         \
	"word, or > at its end for any words; COUNT is how many messages\n"    \
	"to wait for.\n"

static void publish(tieline_session *session, tieline_topic *topic,
	const char *subject, char **texts)
{
	for (; *texts; texts++) {
		tieline_item message = tieline_item_text(*texts);
		uint64_t listeners;

		must(session,
			tieline_topic_publish(
				topic, subject, &message, &listeners));
		printf("heard by %llu\n", (unsigned long long)listeners);
	}
}

static void subscribe(tieline_session *session, tieline_topic *topic,
	const char *pattern, long count)
{
	tieline_subscription_options options =
		tieline_subscription_options_default();
	tieline_subscription *subscription;
	tieline_item *message;

	options.pattern = pattern;
	must(session, tieline_topic_subscribe(topic, &options, &subscription));
	printf("listening\n");
	fflush(stdout);
	for (; count != 0; count--) {
		must(session,
			tieline_subscription_next(
				subscription, TIELINE_FOREVER, &message));
		if (message->lost_messages > 0)
			printf("some messages are missing\n");
		printf("%s: %s\n", message->subject,
			(const char *)message->data);
		fflush(stdout);
		tieline_item_free(message);
	}
}

int main(int argc, char **argv)
{
	tieline_session *session;
	tieline_topic *topic;

	if (argc < 3)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	must(session, tieline_topic_open(session, "news", NULL, &topic));
	if (strcmp(argv[1], "publish") == 0)
		publish(session, topic, argv[2], argv + 3);
	else if (strcmp(argv[1], "subscribe") == 0)
		subscribe(
			session, topic, argv[2], argv[3] ? atol(argv[3]) : -1);
	else
		say_usage(USAGE);
	tieline_session_close(session);
	return EXIT_DONE;
}
