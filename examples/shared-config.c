/* SPDX-License-Identifier: MIT */
/* A configuration that programs share: a dict, to look at, change and watch. */
#include "broker.h"

#include <tieline/shared.h>
#include <tieline/topic.h>

#include <stdio.h>
#include <stdlib.h>

#define USAGE                                                                  \
	"shared-config set KEY VALUE\n"                                        \
	"       shared-config show\n"                                          \
	"       shared-config watch [COUNT]\n"                                 \
	"The dict is \"config\"; watch shows it after each change.\n"

static void set(tieline_session *session, tieline_dict *config,
	tieline_values *values, const char *key, const char *value)
{
	must(session,
		tieline_dict_set_text(
			config, key, tieline_value_str(values, value)));
}

static void show(
	tieline_session *session, tieline_dict *config, tieline_values *values)
{
	tieline_value *copy;
	char *text;

	must(session, tieline_dict_copy(config, values, &copy));
	must(NULL, tieline_value_repr(copy, 0, &text, NULL));
	puts(text);
	fflush(stdout);
	tieline_free(text);
	tieline_values_clear(values);
}

static void watch(tieline_session *session, tieline_dict *config,
	tieline_values *values, long count)
{
	tieline_subscription *changes;
	tieline_item *change;

	must(session,
		tieline_object_watch(
			tieline_dict_object(config), NULL, &changes));
	show(session, config, values);
	for (; count != 0; count--) {
		must(session,
			tieline_subscription_next(
				changes, TIELINE_FOREVER, &change));
		tieline_item_free(change);
		show(session, config, values);
	}
}

int main(int argc, char **argv)
{
	tieline_values *values = tieline_values_new(NULL);
	tieline_session *session;
	tieline_dict *config;

	if (argc < 2 || !values)
		say_usage(USAGE);
	session = join_broker(argv[0]);
	must(session, tieline_dict_open(session, "config", NULL, &config));
	if (argc == 4 && strcmp(argv[1], "set") == 0)
		set(session, config, values, argv[2], argv[3]);
	else if (strcmp(argv[1], "show") == 0)
		show(session, config, values);
	else if (strcmp(argv[1], "watch") == 0)
		watch(session, config, values, argv[2] ? atol(argv[2]) : -1);
	else
		say_usage(USAGE);
	tieline_session_close(session);
	tieline_values_free(values);
	return EXIT_DONE;
}
