/* SPDX-License-Identifier: MIT */
/* One command of a sharer: a function of sync.h or shared.h, called on a handle
 * with what stands in a line. */
#ifndef TESTS_SHARER_H
#define TESTS_SHARER_H

#include <tieline/shared.h>
#include <tieline/sync.h>
#include <tieline/topic.h>

struct sharer {
	tieline_session *session;
	tieline_values *values;
	const tieline_value *line; /* the command, the object's name, ... */
	void *on;                  /* the object's handle; of a new one too */
	tieline_object_options options;

	/* What was stored. */
	tieline_value *got;
	uint64_t number;
	bool has_number;
};

struct sharer_command {
	const char *name;
	int (*run)(struct sharer *sharer);
};

/* The last one has no name. */
extern const struct sharer_command sharer_commands[];

#endif
