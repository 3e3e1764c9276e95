/* SPDX-License-Identifier: MIT */
/* A subscription to a topic: with a pattern, and perhaps for a group. */
#ifndef MODEL_INTEREST_H
#define MODEL_INTEREST_H

#include "patterns.h"
#include "subscription.h"

struct interest {
	struct subscription subscription;
	char *text;  /* its pattern */
	char *group; /* NULL = none */
	bool wants_retained;

	/* Of the topic. */
	struct pattern *pattern;
	TAILQ_ENTRY(interest) same_pattern;
	UT_hash_handle by_group;
};

extern const struct kind interest_kind;

/* Reads a pattern; NULL is ">", for all. False with the error raised. */
bool read_pattern(struct call *call, const struct tli_value *value,
	const char **text_out, size_t *len_out);

#endif
