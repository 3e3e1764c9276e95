/* SPDX-License-Identifier: MIT */
/* Values of literals with holes in them, as printf fills them. */
#include "value_build.h"

#include "../proto/value/literal.h"

#include <string.h>

/* Fills holes from the arguments. */
struct filler {
	struct tli_literal_filler filler;
	tieline_values *values;
	va_list *arguments;
	const char *hole; /* what one is called */
	unsigned number;  /* of the hole, from 1 */
	bool has_failed;  /* this thread's error says how */
};

static tieline_value *fill_text(tieline_values *values, va_list *arguments)
{
	const char *text = va_arg(*arguments, const char *);

	return text ? tieline_value_str(values, text)
		    : tieline_value_none(values);
}

static tieline_value *fill_bytes(tieline_values *values, va_list *arguments)
{
	const void *data = va_arg(*arguments, const void *);

	return tieline_value_bytes(values, data, va_arg(*arguments, size_t));
}

static tieline_value *fill_int(tieline_values *values, va_list *arguments)
{
	return tieline_value_int(values, va_arg(*arguments, int));
}

static tieline_value *fill_long(tieline_values *values, va_list *arguments)
{
	return tieline_value_int(values, va_arg(*arguments, long));
}

static tieline_value *fill_long_long(tieline_values *values, va_list *arguments)
{
	return tieline_value_int(values, va_arg(*arguments, long long));
}

static tieline_value *fill_unsigned(tieline_values *values, va_list *arguments)
{
	return tieline_value_uint(values, va_arg(*arguments, unsigned));
}

static tieline_value *fill_unsigned_long(
	tieline_values *values, va_list *arguments)
{
	return tieline_value_uint(values, va_arg(*arguments, unsigned long));
}

static tieline_value *fill_unsigned_long_long(
	tieline_values *values, va_list *arguments)
{
	return tieline_value_uint(
		values, va_arg(*arguments, unsigned long long));
}

static tieline_value *fill_size(tieline_values *values, va_list *arguments)
{
	return tieline_value_uint(values, va_arg(*arguments, size_t));
}

static tieline_value *fill_double(tieline_values *values, va_list *arguments)
{
	return tieline_value_float(values, va_arg(*arguments, double));
}

static tieline_value *fill_truth(tieline_values *values, va_list *arguments)
{
	return tieline_value_bool(values, va_arg(*arguments, int) != 0);
}

static tieline_value *fill_value(tieline_values *values, va_list *arguments)
{
	tieline_value *value = va_arg(*arguments, tieline_value *);

	if (!value)
		return tli_value_unmade();
	return tli_values_made(values, tli_values_own(&values->tree, value));
}

/* No name is the start of one behind it. */
static const struct {
	const char *name;
	tieline_value *(*fill)(tieline_values *values, va_list *arguments);
} holes[] = {
	{"s", fill_text},
	{"b", fill_bytes},
	{"d", fill_int},
	{"ld", fill_long},
	{"lld", fill_long_long},
	{"u", fill_unsigned},
	{"lu", fill_unsigned_long},
	{"llu", fill_unsigned_long_long},
	{"zu", fill_size},
	{"f", fill_double},
	{"t", fill_truth},
	{"v", fill_value},
};

/* Says in front of what went wrong in which hole. Returns NULL. */
static struct tli_value *blame_hole(struct filler *filler)
{
	struct tli_error *error = tli_thread_error();
	struct tli_error wrong = *error;

	filler->has_failed = true;
	tli_error_set(error, wrong.code, "%s %u: %s", filler->hole,
		filler->number, wrong.text);
	return NULL;
}

static struct tli_value *refuse_hole(struct filler *filler, const char *cursor)
{
	struct tli_error *error = tli_thread_error();

	if (*cursor)
		tli_error_set(error, TIELINE_ESYNTAX,
			"there is no %%%c: s b d ld lld u lu llu zu f t v are",
			*cursor >= ' ' && *cursor < 0x7f ? *cursor : '?');
	else
		tli_error_set(
			error, TIELINE_ESYNTAX, "nothing follows the '%%'");
	return blame_hole(filler);
}

static struct tli_value *fill(struct tli_literal_filler *base,
	struct tli_values *values, const char **cursor)
{
	struct filler *filler = (struct filler *)base;
	tieline_value *value;

	(void)values;
	filler->number++;
	for (size_t i = 0; i < sizeof(holes) / sizeof(holes[0]); i++) {
		size_t len = strlen(holes[i].name);

		if (strncmp(*cursor, holes[i].name, len) != 0)
			continue;
		*cursor += len;
		value = holes[i].fill(filler->values, filler->arguments);
		return value ? tli_node(value) : blame_hole(filler);
	}
	return refuse_hole(filler, *cursor);
}

tieline_value *tli_value_build(tieline_values *values, const char *format,
	va_list *arguments, const char *hole)
{
	struct filler filler = {
		.filler = {.fill = fill},
		.values = values,
		.arguments = arguments,
		.hole = hole,
	};
	struct tli_value *node;

	if (!values || !format)
		return tli_value_unmade();
	node = tli_literal(
		&values->tree, format, strlen(format), &filler.filler);
	return filler.has_failed ? tli_value_not_made()
				 : tli_values_made(values, node);
}

tieline_value *tieline_value_build(
	tieline_values *values, const char *format, ...)
{
	tieline_value *value;
	va_list arguments;

	va_start(arguments, format);
	value = tli_value_build(values, format, &arguments, "hole");
	va_end(arguments);
	return value;
}
