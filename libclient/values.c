/* SPDX-License-Identifier: MIT */
/* Where values live, and how they fail. */
#include "values.h"

#include "../proto/value/copy.h"
#include "../system/random.h"

#include <pthread.h>
#include <stdlib.h>

#define DEFAULT_MAX_BYTES  ((size_t)256 << 20)
#define DEFAULT_MAX_VALUES ((uint32_t)1 << 24)
#define DEFAULT_MAX_DEPTH  1000u

static uint64_t seed[2];
static int seed_result; /* 0 or -errno */
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_seed(void)
{
	seed_result = tli_random(seed, sizeof(seed));
}

const uint64_t *tli_values_seed(struct tli_error *error)
{
	pthread_once(&once, make_seed);
	if (seed_result == 0)
		return seed;
	tli_error_system(error, TIELINE_ESYSTEM, "random bytes", -seed_result);
	return NULL;
}

static int code_of(int result)
{
	switch (result) {
	case TLI_VALUE_LIMIT:
		return TIELINE_ELIMIT;
	case TLI_VALUE_TYPE:
	case TLI_VALUE_BROKEN:
		return TIELINE_ETYPE;
	case TLI_VALUE_SYNTAX:
		return TIELINE_ESYNTAX;
	default:
		return TIELINE_ENOMEM;
	}
}

int tli_values_failed(const struct tli_value_error *error)
{
	return tli_error_set(
		tli_thread_error(), code_of(error->code), "%s", error->text);
}

int tli_value_refused(
	const struct tli_value *value, const struct tli_value_error *error)
{
	const struct tli_error *why;

	if (error->code != TLI_VALUE_BROKEN)
		return tli_values_failed(error);
	why = &tli_values_of(value)->broken;
	if (why->code == TIELINE_OK)
		return tli_values_failed(error);
	return tli_error_set(tli_thread_error(), why->code, "%s: %s",
		error->text, why->text);
}

static void note_break(tieline_values *values, const struct tli_error *why)
{
	if (why->code == TIELINE_OK)
		return;
	if (values->broken.code == TIELINE_OK || values->is_mended)
		values->broken = *why;
	values->is_mended = false;
}

int tli_value_break(struct tli_value *container)
{
	struct tli_error *error = tli_thread_error();

	container->flags |= TLI_BROKEN;
	note_break(tli_values_of(container), error);
	return error->code;
}

/* Why the value that could not be made last in this thread was not; code 0 if
 * all could since everything began anew. */
static _Thread_local struct tli_error unmade;

tieline_value *tli_value_not_made(void)
{
	unmade = *tli_thread_error();
	return NULL;
}

void tli_value_begin(void)
{
	unmade.code = TIELINE_OK;
}

tieline_value *tli_values_made(
	tieline_values *values, const struct tli_value *node)
{
	if (node)
		return tli_public(node);
	tli_values_failed(&values->tree.error);
	return tli_value_not_made();
}

int tli_value_missing(void)
{
	if (unmade.code == TIELINE_OK)
		return tli_value_null_given();
	*tli_thread_error() = unmade;
	return unmade.code;
}

tieline_value *tli_value_unmade(void)
{
	tli_value_missing();
	return tli_value_not_made();
}

int tli_value_null_given(void)
{
	return tli_error_set(
		tli_thread_error(), TIELINE_EINVAL, "the value is NULL");
}

int tli_value_wrong_kind(const char *expected, const struct tli_value *node)
{
	return tli_error_set(tli_thread_error(), TIELINE_ETYPE,
		"%s expected, not %s", expected, tli_kind_name(node->kind));
}

static bool lives_in(
	const struct tli_values *values, const struct tli_value *node)
{
	return node == &values->none || node == &values->bools[0].value ||
		node == &values->bools[1].value ||
		tli_arena_owns(&values->arena, node);
}

struct tli_value *tli_values_copy(
	struct tli_values *values, const struct tli_value *node)
{
	bool is_broken;
	struct tli_value *copy = tli_copy(values, node, &is_broken);

	if (is_broken && tli_items_of(node)->values != values)
		note_break(
			(tieline_values *)values, &tli_values_of(node)->broken);
	return copy;
}

struct tli_value *tli_values_own(
	struct tli_values *values, const tieline_value *item)
{
	struct tli_value *node = tli_node(item);

	if (!node || lives_in(values, node))
		return node;
	return tli_values_copy(values, node);
}

/* NULL, or what is wrong with them. */
static const char *out_of_range(const tieline_value_limits *limits)
{
	if (limits->size != sizeof(*limits))
		return "the limits' size has to be "
		       "sizeof(tieline_value_limits)";
	if (limits->max_values > INT32_MAX)
		return "max_values must be at most 2147483647";
	if (limits->max_depth > TLI_VALUE_DEPTH_MAX)
		return "max_depth must be at most 65000";
	return NULL;
}

static struct tli_value_limits with_defaults(const tieline_value_limits *limits)
{
	return (struct tli_value_limits){
		limits->max_bytes ? limits->max_bytes : DEFAULT_MAX_BYTES,
		limits->max_values ? limits->max_values : DEFAULT_MAX_VALUES,
		limits->max_depth ? limits->max_depth : DEFAULT_MAX_DEPTH,
	};
}

static tieline_values *make_values(const tieline_value_limits *given)
{
	struct tli_value_limits limits = with_defaults(given);
	struct tli_error *error = tli_thread_error();
	const uint64_t *secret = tli_values_seed(error);
	tieline_values *values;

	if (!secret)
		return NULL;
	values = malloc(sizeof(*values));
	if (!values) {
		tli_error_set(error, TIELINE_ENOMEM, "out of memory");
		return NULL;
	}
	tli_values_init(&values->tree, &limits, secret);
	values->broken.code = TIELINE_OK;
	values->is_mended = false;
	return values;
}

tieline_values *tieline_values_new(const tieline_value_limits *given)
{
	const tieline_value_limits none = {.size = sizeof(none)};
	const tieline_value_limits *limits = given ? given : &none;
	const char *wrong = out_of_range(limits);

	tieline_values *values = wrong ? NULL : make_values(limits);

	if (wrong)
		tli_error_set(tli_thread_error(), TIELINE_EINVAL, "%s", wrong);
	if (!values)
		tli_value_not_made();
	return values;
}

void tieline_values_clear(tieline_values *values)
{
	if (!values)
		return;
	tli_value_begin();
	tli_values_clear(&values->tree);
	values->broken.code = TIELINE_OK;
}

void tieline_values_free(tieline_values *values)
{
	if (values)
		tli_values_fini(&values->tree);
	free(values);
}

size_t tieline_values_held_bytes(const tieline_values *values)
{
	return values ? values->tree.arena.held_bytes : 0;
}

int tieline_value_mend(tieline_value *container)
{
	if (!container)
		return tli_value_null_given();
	if (tli_has_items(tli_node(container))) {
		tli_node(container)->flags &= (uint8_t)~TLI_BROKEN;
		tli_values_of(tli_node(container))->is_mended = true;
	}
	return TIELINE_OK;
}
