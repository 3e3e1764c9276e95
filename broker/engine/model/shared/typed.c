/* SPDX-License-Identifier: MIT */
#include "typed.h"

#include "../../../../proto/utf8.h"
#include "../../../../proto/value/array.h"
#include "../../../../proto/value/integer.h"
#include "slices.h"

#include <math.h>

#define CHECKS_MAX     3u
#define TOO_LARGE      "int too large to convert to float"
#define NOT_A_C_LONG   "Python int too large to convert to C long"
#define NEGATIVE_VALUE "can't convert negative value to unsigned int"

/* ---- typecodes -------------------------------------------------------- */

char typed_code(const struct tli_value *typecode)
{
	static const struct {
		const char *name;
		char code;
	} types[] = {
		{"c_byte", 'b'},
		{"c_ubyte", 'B'},
		{"c_short", 'h'},
		{"c_ushort", 'H'},
		{"c_int", 'i'},
		{"c_uint", 'I'},
		{"c_long", 'l'},
		{"c_ulong", 'L'},
		{"c_longlong", 'q'},
		{"c_ulonglong", 'Q'},
		{"c_float", 'f'},
		{"c_double", 'd'},
		{"c_wchar", 'u'},
	};
	const struct tli_bytes *text = tli_bytes_of(typecode);

	if (typecode->kind == TLI_STR && text->len == 1 &&
		tli_array_item_bytes((char)text->data[0]) > 0)
		return (char)text->data[0];
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (tli_is_global(typecode, "ctypes", types[i].name))
			return types[i].code;
	return 0;
}

/* ---- what fits -------------------------------------------------------- */

struct range {
	int64_t min;
	uint64_t max;
	const char *less;
	const char *greater;
};

static const struct range long_range = {
	INT64_MIN, INT64_MAX, NOT_A_C_LONG, NOT_A_C_LONG};
static const struct range int_range = {INT32_MIN, INT32_MAX,
	"signed integer is less than minimum",
	"signed integer is greater than maximum"};
static const struct range short_range = {INT16_MIN, INT16_MAX,
	"signed short integer is less than minimum",
	"signed short integer is greater than maximum"};
static const struct range char_range = {INT8_MIN, INT8_MAX,
	"signed char is less than minimum",
	"signed char is greater than maximum"};
static const struct range byte_range = {0, UINT8_MAX,
	"unsigned byte integer is less than minimum",
	"unsigned byte integer is greater than maximum"};
static const struct range ushort_range = {0, UINT16_MAX,
	"unsigned short is less than minimum",
	"unsigned short is greater than maximum"};
static const struct range ulong_range = {0, UINT64_MAX, NEGATIVE_VALUE,
	"Python int too large to convert to C unsigned long"};
static const struct range uint_range = {
	0, UINT32_MAX, NEGATIVE_VALUE, "unsigned int is greater than maximum"};
static const struct range longlong_range = {INT64_MIN, INT64_MAX,
	"int too big to convert", "int too big to convert"};
static const struct range ulonglong_range = {0, UINT64_MAX,
	"can't convert negative int to unsigned", "int too big to convert"};

/* What is checked one after the other, as C types are converted in Python. */
static const struct range *const checks[128][CHECKS_MAX] = {
	['b'] = {&long_range, &short_range, &char_range},
	['B'] = {&long_range, &byte_range},
	['h'] = {&long_range, &short_range},
	['H'] = {&long_range, &int_range, &ushort_range},
	['i'] = {&long_range, &int_range},
	['I'] = {&ulong_range, &uint_range},
	['l'] = {&long_range},
	['L'] = {&ulong_range},
	['q'] = {&longlong_range},
	['Q'] = {&ulonglong_range},
};

/* Negative, 0 or positive, as it is below, in or above the range. */
static int compare_to_range(
	const struct tli_value *integer, const struct range *range)
{
	const struct tli_bytes *large = tli_bytes_of(integer);
	int64_t small;

	if (integer->kind == TLI_BIGINT) {
		if (large->data[large->len - 1] & 0x80)
			return -1;
		return range->max == UINT64_MAX &&
				large->len <= sizeof(uint64_t) + 1 &&
				large->data[large->len - 1] == 0
			? 0
			: 1;
	}
	small = tli_int_of(integer)->integer;
	if (small < range->min)
		return -1;
	return small > 0 && (uint64_t)small > range->max;
}

static bool check_integer(
	struct call *call, char typecode, const struct tli_value *value)
{
	const struct range *const *range = checks[(unsigned char)typecode];

	if (!is_index(value)) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"'%s' object cannot be interpreted as an integer",
			tli_kind_name(value->kind));
		return false;
	}
	for (unsigned i = 0; i < CHECKS_MAX && range[i]; i++) {
		int order = compare_to_range(value, range[i]);

		if (order == 0)
			continue;
		call_raise(call, TLI_STATUS_OVERFLOW_ERROR, "%s",
			order < 0 ? range[i]->less : range[i]->greater);
		return false;
	}
	return true;
}

/* A number as a double. False with OverflowError raised. */
static bool take_double(
	struct call *call, const struct tli_value *value, double *real_out)
{
	if (value->kind == TLI_FLOAT)
		*real_out = tli_float_of(value)->real;
	else if (value->kind == TLI_BIGINT)
		*real_out = tli_integer_to_double(
			tli_bytes_of(value)->data, tli_bytes_of(value)->len);
	else
		*real_out = (double)tli_int_of(value)->integer;
	if (value->kind != TLI_BIGINT || !isinf(*real_out))
		return true;
	call_raise(call, TLI_STATUS_OVERFLOW_ERROR, TOO_LARGE);
	return false;
}

static bool check_real(
	struct call *call, char typecode, const struct tli_value *value)
{
	double real;

	(void)typecode;
	if (value->kind == TLI_FLOAT || is_index(value))
		return take_double(call, value, &real);
	call_raise(call, TLI_STATUS_TYPE_ERROR, "must be real number, not %s",
		tli_kind_name(value->kind));
	return false;
}

static bool check_character(
	struct call *call, char typecode, const struct tli_value *value)
{
	const struct tli_bytes *text = tli_bytes_of(value);
	size_t len = 0;

	(void)typecode;
	if (value->kind == TLI_STR && text->len > 0)
		tli_utf8_read(text->data, &len);
	if (len > 0 && len == text->len)
		return true;
	call_raise(call, TLI_STATUS_TYPE_ERROR,
		"array item must be unicode character");
	return false;
}

static enum tli_kind item_kind(char typecode)
{
	const struct tli_bytes array = {
		.value = {.kind = TLI_ARRAY}, .typecode = typecode};

	return tli_array_item_kind(&array.value);
}

struct tli_value *typed_array(
	struct call *call, char typecode, const struct tli_items *values)
{
	static bool (*const checkers[TLI_KINDS])(
		struct call *, char, const struct tli_value *) = {
		[TLI_INT] = check_integer,
		[TLI_FLOAT] = check_real,
		[TLI_STR] = check_character,
	};
	const struct tli_bytes text = {.value = {.kind = TLI_STR},
		.len = 1,
		.data = (const uint8_t *)&typecode};
	enum tli_kind kind = item_kind(typecode);
	struct tli_value *array;

	for (uint32_t i = 0; i < values->count; i++)
		if (!checkers[kind](call, typecode, values->items[i]))
			return NULL;
	array = tli_array_from_items(call->values, &text.value, values);
	if (!array)
		call_raise_values(call, &call->values->error);
	return array;
}

struct tli_value *typed_single(
	struct call *call, char typecode, struct tli_value *value)
{
	const struct tli_items one = {.items = &value, .count = 1};

	return typed_array(call, typecode, &one);
}

/* ---- sums ------------------------------------------------------------- */

/* The bytes of an integer, as short as can be. */
struct digits {
	const uint8_t *bytes;
	size_t len;
	uint8_t own[sizeof(int64_t)];
};

static void take_digits(
	const struct tli_value *integer, struct digits *digits_out)
{
	if (integer->kind == TLI_BIGINT) {
		digits_out->bytes = tli_bytes_of(integer)->data;
		digits_out->len = tli_bytes_of(integer)->len;
		return;
	}
	digits_out->len = tli_integer_from_int64(
		tli_int_of(integer)->integer, digits_out->own);
	digits_out->bytes = digits_out->own;
}

/* Behind the last one they repeat the sign. */
static unsigned digit(const struct digits *digits, size_t i)
{
	if (i < digits->len)
		return digits->bytes[i];
	return digits->len > 0 && digits->bytes[digits->len - 1] & 0x80 ? 0xff
									: 0;
}

static struct tli_value *add_integers(struct call *call,
	const struct tli_value *one, const struct tli_value *other)
{
	struct digits a, b;
	unsigned carry = 0;
	uint8_t *sum;
	size_t len;

	take_digits(one, &a);
	take_digits(other, &b);
	len = (a.len > b.len ? a.len : b.len) + 1;
	sum = tli_arena_take(&call->values->arena, len);
	if (!sum)
		return tli_values_shortage(call->values);
	for (size_t i = 0; i < len; i++) {
		carry += digit(&a, i) + digit(&b, i);
		sum[i] = (uint8_t)carry;
		carry >>= 8;
	}
	return tli_int_from_bytes(call->values, sum, len);
}

struct tli_value *typed_sum(struct call *call, const struct tli_value *one,
	const struct tli_value *other)
{
	struct tli_value *sum;
	double a, b;

	if ((one->kind != TLI_FLOAT && !is_index(one)) ||
		(other->kind != TLI_FLOAT && !is_index(other))) {
		call_raise(call, TLI_STATUS_TYPE_ERROR,
			"unsupported operand type(s) for +=: '%s' and '%s'",
			tli_kind_name(one->kind), tli_kind_name(other->kind));
		return NULL;
	}
	if (one->kind != TLI_FLOAT && other->kind != TLI_FLOAT)
		sum = add_integers(call, one, other);
	else if (take_double(call, one, &a) && take_double(call, other, &b))
		sum = tli_float(call->values, a + b);
	else
		return NULL;
	if (!sum)
		call_raise_values(call, &call->values->error);
	return sum;
}
