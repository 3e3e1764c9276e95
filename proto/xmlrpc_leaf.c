/* SPDX-License-Identifier: MIT */
#include "xmlrpc_leaf.h"

#include "base64.h"
#include "float_text.h"
#include "value/integer.h"
#include "xmlrpc_date.h"

static void *refuse(struct tli_values *values, const char *wrong)
{
	tli_value_error_set(&values->error, TLI_VALUE_SYNTAX, "%s", wrong);
	return NULL;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

size_t tli_xmlrpc_blank(const char *text, size_t len)
{
	size_t blank = 0;

	while (blank < len && is_space(text[blank]))
		blank++;
	return blank;
}

/* A text without white space around it. */
static const char *trim(const char *text, size_t *len)
{
	size_t blank = tli_xmlrpc_blank(text, *len);

	*len -= blank;
	while (*len > 0 && is_space(text[blank + *len - 1]))
		--*len;
	return text + blank;
}

struct tli_value *tli_xmlrpc_nil(
	struct tli_values *values, char *text, size_t len)
{
	return tli_xmlrpc_blank(text, len) == len
		? tli_none(values)
		: refuse(values, "expected </nil>, found text");
}

struct tli_value *tli_xmlrpc_boolean(
	struct tli_values *values, char *text, size_t len)
{
	return len == 1 && (text[0] == '0' || text[0] == '1')
		? tli_bool(values, text[0] == '1')
		: refuse(values, "a boolean is 0 or 1");
}

static bool are_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (text[i] < '0' || text[i] > '9')
			return false;
	return len > 0;
}

struct tli_value *tli_xmlrpc_integer(
	struct tli_values *values, char *text, size_t len)
{
	uint8_t bytes[TLI_INTEGER_BYTES_MAX];
	const char *digits = trim(text, &len);
	bool is_negative = len > 0 && digits[0] == '-';
	bool has_sign = is_negative || (len > 0 && digits[0] == '+');
	int64_t count;

	digits += has_sign;
	len -= has_sign;
	if (!are_digits(digits, len))
		return refuse(values,
			"an integer is digits, with a sign or "
			"without one");
	count = tli_integer_from_digits(digits, len, 10, is_negative, bytes);
	if (count < 0)
		return refuse(values, "an integer has more than 4300 digits");
	return tli_int_from_bytes(values, bytes, (size_t)count);
}

struct tli_value *tli_xmlrpc_double(
	struct tli_values *values, char *text, size_t len)
{
	const char *digits = trim(text, &len);
	double number;

	return tli_float_from_text(digits, len, &number)
		? tli_float(values, number)
		: refuse(values, "a double is no number");
}

struct tli_value *tli_xmlrpc_string(
	struct tli_values *values, char *text, size_t len)
{
	return tli_str(values, text, len);
}

struct tli_value *tli_xmlrpc_base64(
	struct tli_values *values, char *text, size_t len)
{
	int64_t count = tli_base64_read(text, len);

	return count >= 0 ? tli_bytes(values, TLI_BYTES, text, (size_t)count)
			  : refuse(values, "bytes are no base64, or cut");
}

struct tli_value *tli_xmlrpc_date_time(
	struct tli_values *values, char *text, size_t len)
{
	const char *date = trim(text, &len);

	return tli_xmlrpc_date(values, date, len);
}
