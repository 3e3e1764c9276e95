/* SPDX-License-Identifier: MIT */
/*
 * The smallest first: by the priorities that items were put with, then as
 * Python's < has it, then in order of arrival.
 *
 * Most values are a number, or a tuple that starts with one. That is kept with
 * the entry as its rank, so that few have to be read again to compare them; and
 * what is long never is: it comes behind what is short and of the same rank, in
 * order of arrival. So a comparison costs little, whatever is compared: a
 * single operation can take thousands.
 */
#include "queue_order.h"

#include "../../../../proto/item_value.h"
#include "../../../../proto/value/compare.h"

#include <string.h>

#define READ_AGAIN_MAX 512u /* bytes of a body */

/* ---- ranks ------------------------------------------------------------- */

/* False if it is no number, or a NaN, or too large. Integers may be rounded:
 * what is less then is less. */
static bool read_number(const struct tli_value *value, double *number)
{
	if (value->kind == TLI_FLOAT)
		*number = tli_float_of(value)->real;
	else if (value->kind == TLI_INT || value->kind == TLI_BOOL)
		*number = (double)tli_int_of(value)->integer;
	else
		return false;
	return *number == *number;
}

/* Those of a kind are numbers, tuples that start with one, or lists. */
enum rank_kind { RANK_UNKNOWN, RANK_NUMBER, RANK_TUPLE, RANK_LIST };

static const enum tli_kind kind_of_rank[] = {
	[RANK_NUMBER] = TLI_INT,
	[RANK_TUPLE] = TLI_TUPLE,
	[RANK_LIST] = TLI_LIST,
};

static void rank(struct queue_entry *entry, const struct tli_value *value)
{
	enum rank_kind kind = RANK_NUMBER;

	if (tli_is_sequence(value)) {
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
	model_init_values(queue->object.model, &values);
	value = tli_item_value(&values, entry->item);
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

	model_init_values(queue->object.model, &values);
	left = tli_item_value(&values, one);
	right = left ? tli_item_value(&values, other) : NULL;
	if (right)
		less = tli_less(left, right, error);
	else
		*error = values.error;
	tli_values_fini(&values);
	return less > 0;
}

/* By their ranks, if that is enough. */
static bool rank_decides(const struct queue_entry *one,
	const struct queue_entry *other, bool *less,
	struct tli_value_error *error)
{
	*less = one->rank < other->rank;
	if (!one->rank_kind || !other->rank_kind)
		return false;
	if (one->rank_kind == other->rank_kind)
		return one->rank != other->rank;
	*less = false;
	tli_value_error_set(error, TLI_VALUE_TYPE,
		"'<' not supported between instances of '%s' and '%s'",
		tli_kind_name(kind_of_rank[one->rank_kind]),
		tli_kind_name(kind_of_rank[other->rank_kind]));
	return true;
}

/* What is not read again comes last, and of that what has no rank. */
static int lateness(const struct queue_entry *entry)
{
	if (entry->item->body_len <= READ_AGAIN_MAX)
		return 0;
	return entry->rank_kind ? 1 : 2;
}

static bool body_less(struct queue *queue, const struct queue_entry *one,
	const struct queue_entry *other, struct tli_value_error *error)
{
	const struct tli_item *left = one->item, *right = other->item;
	bool less;

	if (rank_decides(one, other, &less, error))
		return less;
	if (!is_value(left) && left->format == right->format)
		return bytes_less(left, right);
	if (lateness(one) || lateness(other))
		return lateness(one) < lateness(other);
	return value_less(queue, left, right, error);
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
