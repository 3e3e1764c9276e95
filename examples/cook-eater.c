/* SPDX-License-Identifier: MIT */
/* The tutorials' cook and eaters, as programs: the cook joins the queue, which
 * is to wait until all dishes are eaten, not just taken. */
#include "broker.h"

#include <tieline/queue.h>

#include <stdio.h>

#define USAGE                                                                  \
	"cook-eater cook DISH...\n"                                            \
	"       cook-eater eat NAME\n"                                         \
	"An eater eats until the cook has closed the kitchen.\n"

static void cook(
	tieline_session *session, tieline_queue *kitchen, char **dishes)
{
	for (; *dishes; dishes++) {
		must(session,
			tieline_queue_put_text(
				kitchen, *dishes, TIELINE_FOREVER));
		printf("cooked %s\n", *dishes);
		fflush(stdout);
	}
	must(session, tieline_queue_join(kitchen, TIELINE_FOREVER));
	printf("all is eaten\n");
	must(session, tieline_queue_shutdown(kitchen, false));
}

static void eat(
	tieline_session *session, tieline_queue *kitchen, const char *name)
{
	tieline_item *dish;
	int result;

	printf("%s sits down\n", name);
	fflush(stdout);
	while ((result = tieline_queue_get(kitchen, TIELINE_FOREVER, &dish)) ==
		TIELINE_OK) {
		printf("%s eats %s\n", name, (const char *)dish->data);
		fflush(stdout);
		tieline_item_free(dish);
		must(session, tieline_queue_task_done(kitchen));
	}
	if (result != TIELINE_ESHUTDOWN)
		must(session, result);
}

int main(int argc, char **argv)
{
	tieline_object_options options = tieline_object_options_default();
	tieline_session *session;
	tieline_queue *kitchen;

	if (argc < 3)
		say_usage(USAGE);
	/* With its last user it goes, so that the next cook finds a new one. */
	options.expire_ms = 1;
	session = join_broker(argv[0]);
	must(session,
		tieline_queue_open(session, "kitchen", &options, &kitchen));
	if (strcmp(argv[1], "cook") == 0)
		cook(session, kitchen, argv + 2);
	else if (strcmp(argv[1], "eat") == 0)
		eat(session, kitchen, argv[2]);
	else
		say_usage(USAGE);
	tieline_session_close(session);
	return EXIT_DONE;
}
