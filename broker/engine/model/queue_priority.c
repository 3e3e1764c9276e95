/* SPDX-License-Identifier: MIT */
/*
 * The smallest first: by the priorities that items were put with, then as
 * Python's < has it, then in order of arrival.
 *
 * Most values start with a number, alone or in a tuple. That is kept with the
 * entry as its rank, so that few have to be read again to compare them; those
 * that are long never are.
 */
#include "queue_order.h"

#include "../../../proto/value/compare.h"
#include "cell.h"

#include <string.h>

#define READ_AGAIN_MAX 65536u /* bytes of a body */

#define VALUES_MAX_BYTES (64u << 20)
#define VALUES_MAX_NODES (1u << 20)
#define VALUES_MAX_DEPTH 1000u

#define INTEGER_MAX (INT64_C(1) << 53) /* that a double has exactly */

static void init_values(const struct queue *queue, struct tli_values *values)
{
	static const struct tli_value_limits limits = {
		VALUES_MAX_BYTES, VALUES_MAX_NODES, VALUES_MAX_DEPTH};

	tli_values_init(values, &limits, queue->object.model->limits.seed);
}

/* ---- ranks ------------------------------------------------------------- */

/* False if it is no number, or none that a double has exactly. */
static bool read_number(const struct tli_value *value, double *number)
{
	int64_t integer;

	if (value->kind == TLI_FLOAT) {
		*number = tli_float_of(value)->real;
		return *number == *number;
	}
	if (value->kind != TLI_INT && value->kind != TLI_BOOL)
		return false;
	integer = tli_int_of(value)->integer;
	*number = (double)integer;
	return integer >= -INTEGER_MAX && integer <= INTEGER_MAX;
}

/* Those of a kind are numbers, tuples that start with one, or lists. */
enum rank_kind { RANK_UNKNOWN, RANK_NUMBER, RANK_TUPLE, RANK_LIST };

static void rank(struct queue_entry *entry, const struct tli_value *value)
{
	enum rank_kind kind = RANK_NUMBER;

	if (value->kind == TLI_TUPLE || value->kind == TLI_LIST) {
		kind = value->kind == TLI_TUPLE ? RANK_TUPLE : RANK_LIST;
		if (tli_items_of(value)->count == 0)
			return;
		value = tli_items_of(value)->items[0];
	}
	if (read_number(value, &entry->rank))
		entry->rank_kind = (uint8_t)kind;
}

static bool is_value(const struct tli_item *item)
{
	return item->format == TLI_FORMAT_PICKLE ||
		item->format == TLI_FORMAT_JSON;
}

/* What cannot be read could never be compared with what comes later. */
static bool read_rank(struct queue *queue, struct queue_entry *entry,
	struct tli_value_error *error)
{
	struct tli_values values;
	const struct tli_value *value;

	if (!is_value(entry->item))
		return true;
	init_values(queue, &values);
	value = item_read(&values, entry->item);
	if (value)
		rank(entry, value);
	else
		*error = values.error;
	tli_values_fini(&values);
	return value != NULL;
}

/* ---- order ------------------------------------------------------------- */

static bool bytes_less(const struct tli_item *one, const struct tli_item *other)
{
	size_t len = one->body_len < other->body_len ? one->body_len
						     : other->body_len;
	int order = memcmp(tli_item_body(one), tli_item_body(other), len);

	return order ? order < 0 : one->body_len < other->body_len;
}

static bool value_less(struct queue *queue, const struct tli_item *one,
	const struct tli_item *other, struct tli_value_error *error)
{
	struct tli_values values;
	const struct tli_value *left, *right;
	int less = 0;

	init_values(queue, &values);
	left = item_read(&values, one);
	right = left ? item_read(&values, other) : NULL;
	if (right)
		less = tli_less(left, right, error);
	else
		*error = values.error;
	tli_values_fini(&values);
	return less > 0;
}

static bool body_less(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	const struct tli_item *left = one->item, *right = other->item;
	struct tli_value_error ignored;

	if (one->rank_kind && one->rank_kind == other->rank_kind &&
		one->rank != other->rank)
		return one->rank < other->rank;
	if (!is_value(left) && left->format == right->format)
		return bytes_less(left, right);
	if (left->body_len > READ_AGAIN_MAX || right->body_len > READ_AGAIN_MAX)
		return false;
	return value_less(queue, left, right, error ? error : &ignored);
}

static bool before(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	if (one->priority != other->priority)
		return one->priority < other->priority;
	if (one->arrival > other->arrival)
		return body_less(queue, one, other, error);
	return !body_less(queue, other, one, error);
}

const struct queue_order priority_order = {
	.read = read_rank,
	.before = before,
	.all_in_heap = true,
};
