/* SPDX-License-Identifier: MIT */
/*
 * Subjects of messages, and patterns of subjects: parts with dots between, as
 * in "orders.eu.new". In a pattern a part `*` stands for any one part, and the
 * last one may be `>`, for one or more.
 */
#ifndef MODEL_SUBJECT_H
#define MODEL_SUBJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SUBJECT_MAX 255u

/* What is wrong with it, or NULL: a text that lives forever. */
const char *subject_check(const char *subject, size_t len);
const char *pattern_check(const char *pattern, size_t len);

/* Whether one that is right has wildcards. */
bool pattern_is_wild(const char *pattern, size_t len);

/* Whether a subject fits a pattern; both are right. */
bool pattern_matches(const char *pattern, size_t pattern_len,
	const char *subject, size_t subject_len);

/* Goes through the parts: the one at *at, which is moved on; false at the end.
 */
struct part {
	const char *text;
	size_t len;
};
bool part_next(struct part *part_out, const char *text, size_t len, size_t *at);

static inline bool part_is(const struct part *part, char wildcard)
{
	return part->len == 1 && part->text[0] == wildcard;
}

/* For tables: their keys come from peers. */
unsigned text_hash(const uint64_t seed[2], const void *bytes, size_t len);

#endif
