/* SPDX-License-Identifier: MIT */
#include "json_text.h"

#include "utf8.h"

#include <stdio.h>
#include <string.h>

#define DIGITS     "0123456789"
#define NUMBER_MAX 63u /* cJSON reads no more of one */
#define A_VALUE                                                                \
	"a value (a text in double quotes, a number, true, false, null, {...}" \
	" or [...])"

/* Where in the text we are. */
struct scan {
	const char *text;
	const char *at;
	const char *end;
	unsigned depth;
	unsigned max_depth;
	size_t values;
	size_t max_values;
	bool comments;
	bool big_numbers;
	char *blanked;                /* see tli_json_check(); may be NULL */
	struct tli_json_error *error; /* NULL = nobody wants to know */
};

static unsigned current_line(const struct scan *scan)
{
	unsigned line = 1;

	for (const char *c = scan->text; c < scan->at; c++)
		line += *c == '\n';
	return line;
}

/* Says what is wrong here; false, for the caller to return. */
static bool fail(const struct scan *scan, const char *wrong)
{
	if (!scan->error)
		return false;
	scan->error->line = current_line(scan);
	snprintf(scan->error->text, sizeof(scan->error->text), "%s", wrong);
	return false;
}

/* Says what should be here, and what is. */
static bool expected(const struct scan *scan, const char *what)
{
	char found[16];
	char text[TLI_JSON_ERROR_TEXT];

	if (scan->at == scan->end)
		strcpy(found, "the end");
	else if (*scan->at > ' ' && *scan->at <= '~')
		snprintf(found, sizeof(found), "'%c'", *scan->at);
	else
		snprintf(found, sizeof(found), "the byte 0x%02x",
			(unsigned)(unsigned char)*scan->at);
	snprintf(text, sizeof(text), "expected %s, found %s", what, found);
	return fail(scan, text);
}

/* The next byte; NUL, which no JSON has, at the end. */
static char peek(const struct scan *scan)
{
	return scan->at < scan->end ? *scan->at : '\0';
}

static bool next_is(const struct scan *scan, const char *chars)
{
	char c = peek(scan);

	return c && strchr(chars, c);
}

static bool take(struct scan *scan, const char *chars)
{
	if (!next_is(scan, chars))
		return false;
	scan->at++;
	return true;
}

static bool take_word(struct scan *scan, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(scan->end - scan->at) < len ||
		memcmp(scan->at, word, len) != 0)
		return false;
	scan->at += len;
	return true;
}

/* Goes behind that word, or to the end without one. */
static bool seek_behind(struct scan *scan, const char *word)
{
	while (scan->at < scan->end)
		if (take_word(scan, word))
			return true;
		else
			scan->at++;
	return false;
}

static void blank(struct scan *scan, const char *start)
{
	if (!scan->blanked)
		return;
	for (const char *c = start; c < scan->at; c++)
		if (*c != '\n')
			scan->blanked[c - scan->text] = ' ';
}

static bool skip_comment(struct scan *scan)
{
	const char *start = scan->at;

	if (take_word(scan, "//")) {
		seek_behind(scan, "\n");
	} else if (!take_word(scan, "/*")) {
		return fail(scan, "a comment is written // ... or /* ... */");
	} else if (!seek_behind(scan, "*/")) {
		scan->at = start;
		return fail(scan,
			"the comment that starts here has no */ at its end");
	}
	blank(scan, start);
	return true;
}

static bool skip_space(struct scan *scan)
{
	for (;;) {
		while (take(scan, " \t\r\n"))
			;
		if (!scan->comments || peek(scan) != '/')
			return true;
		if (!skip_comment(scan))
			return false;
	}
}

static bool check_sequence(struct scan *scan)
{
	const uint8_t *at = (const uint8_t *)scan->at;
	size_t len = tli_utf8_sequence(at, (size_t)(scan->end - scan->at));

	if (len == 0 || tli_utf8_has_surrogates(at, len))
		return fail(scan, "a text has bytes that are not UTF-8");
	scan->at += len;
	return true;
}

/* The four digits of \uXXXX. */
static bool take_unit(struct scan *scan, unsigned *unit_out)
{
	static const char digits[] = "00112233445566778899aAbBcCdDeEfF";
	unsigned unit = 0;

	for (int i = 0; i < 4; i++) {
		if (!next_is(scan, digits))
			return fail(scan,
				"behind \\u come four hexadecimal digits");
		unit = unit * 16 +
			(unsigned)(strchr(digits, *scan->at++) - digits) / 2;
	}
	*unit_out = unit;
	return true;
}

static bool check_unicode_escape(struct scan *scan)
{
	unsigned unit, second;

	if (!take_unit(scan, &unit))
		return false;
	if (unit == 0)
		return fail(scan, "\\u0000 is not allowed in a text");
	if (unit < 0xd800 || unit > 0xdfff)
		return true;
	if (unit < 0xdc00 && take_word(scan, "\\u")) {
		if (!take_unit(scan, &second))
			return false;
		if (second >= 0xdc00 && second <= 0xdfff)
			return true;
	}
	return fail(scan,
		"\\ud800 to \\udfff are halves, and one is without its other");
}

static bool check_escape(struct scan *scan)
{
	scan->at++;
	if (take(scan, "u"))
		return check_unicode_escape(scan);
	if (take(scan, "\"\\/bfnrt"))
		return true;
	return fail(scan,
		"behind a \\ comes one of \" \\ / b f n r t, or u with four "
		"digits; a \\ itself is written \\\\");
}

static bool check_char(struct scan *scan)
{
	if (scan->at == scan->end || *scan->at == '\n')
		return fail(scan, "a text lacks the \" at its end");
	if (*scan->at == '\\')
		return check_escape(scan);
	if (*scan->at & 0x80)
		return check_sequence(scan);
	if (*scan->at < ' ')
		return fail(scan,
			"a text has a control character in it; a tab is "
			"written \\t");
	scan->at++;
	return true;
}

static bool check_text(struct scan *scan)
{
	scan->at++;
	while (!take(scan, "\""))
		if (!check_char(scan))
			return false;
	return true;
}

static bool take_digits(struct scan *scan)
{
	if (!take(scan, DIGITS))
		return false;
	while (take(scan, DIGITS))
		;
	return true;
}

static bool take_number(struct scan *scan)
{
	take(scan, "-");
	if (!take(scan, "0") && !take_digits(scan))
		return false;
	if (take(scan, ".") && !take_digits(scan))
		return false;
	if (!take(scan, "eE"))
		return true;
	take(scan, "+-");
	return take_digits(scan);
}

/* Leaves a number, but not this one: cJSON could not read it. */
static void blank_number(struct scan *scan, const char *start)
{
	blank(scan, start);
	if (scan->blanked)
		scan->blanked[start - scan->text] = '0';
}

static bool check_number(struct scan *scan)
{
	const char *start = scan->at;

	if (!take_number(scan) || next_is(scan, DIGITS "+-.eExX_"))
		return fail(scan, "a number is written like 12, -0.5 or 6e3");
	if (scan->big_numbers)
		blank_number(scan, start);
	else if ((size_t)(scan->at - start) > NUMBER_MAX)
		return fail(scan, "a number is longer than 63 characters");
	return true;
}

static bool check_word(struct scan *scan)
{
	if (take_word(scan, "true") || take_word(scan, "false") ||
		take_word(scan, "null"))
		return true;
	return expected(scan, A_VALUE);
}

static bool check_value(struct scan *scan);

static bool check_key(struct scan *scan)
{
	if (peek(scan) != '"')
		return expected(scan, "a key in double quotes");
	if (!check_text(scan) || !skip_space(scan))
		return false;
	if (!take(scan, ":"))
		return expected(scan, "the : behind a key");
	return skip_space(scan);
}

static bool check_member(struct scan *scan)
{
	return check_key(scan) && check_value(scan);
}

/* Goes over a comma to what follows it, which is not the end. */
static bool check_comma(struct scan *scan, const char *close)
{
	const char *comma = scan->at;

	if (!take(scan, ","))
		return expected(
			scan, *close == '}' ? "a comma or }" : "a comma or ]");
	if (!skip_space(scan))
		return false;
	if (!next_is(scan, close))
		return true;
	scan->at = comma;
	return fail(scan,
		*close == '}' ? "there is a comma behind the last member"
			      : "there is a comma behind the last element");
}

static bool check_inside(struct scan *scan, const char *close,
	bool (*check_one)(struct scan *scan))
{
	if (!skip_space(scan))
		return false;
	if (take(scan, close))
		return true;
	for (;;) {
		if (!check_one(scan) || !skip_space(scan))
			return false;
		if (take(scan, close))
			return true;
		if (!check_comma(scan, close))
			return false;
	}
}

static bool too_deep(const struct scan *scan)
{
	char text[TLI_JSON_ERROR_TEXT];

	snprintf(text, sizeof(text),
		"there are more than %u {...} and [...] inside one another",
		scan->max_depth);
	return fail(scan, text);
}

static bool check_nested(struct scan *scan)
{
	bool is_object = peek(scan) == '{';
	bool good;

	if (scan->depth == scan->max_depth)
		return too_deep(scan);
	scan->at++;
	scan->depth++;
	good = is_object ? check_inside(scan, "}", check_member)
			 : check_inside(scan, "]", check_value);
	scan->depth--;
	return good;
}

static bool too_many(const struct scan *scan)
{
	char text[TLI_JSON_ERROR_TEXT];

	snprintf(text, sizeof(text), "there are more than %zu values",
		scan->max_values);
	return fail(scan, text);
}

static bool check_value(struct scan *scan)
{
	if (scan->values == scan->max_values)
		return too_many(scan);
	scan->values++;
	if (next_is(scan, "{["))
		return check_nested(scan);
	if (next_is(scan, "\""))
		return check_text(scan);
	if (next_is(scan, "-" DIGITS))
		return check_number(scan);
	return check_word(scan);
}

static struct scan scan_of(const char *text, size_t len)
{
	return (struct scan){
		.text = text,
		.at = text,
		.end = text + len,
		.max_depth = TLI_JSON_DEPTH_MAX,
		.max_values = SIZE_MAX,
		.comments = true,
		.big_numbers = true,
	};
}

bool tli_json_check(const char *text, size_t len,
	const struct tli_json_limits *limits, char *blanked,
	struct tli_json_error *error)
{
	struct scan scan = scan_of(text, len);

	scan.comments = limits->comments;
	scan.big_numbers = limits->big_numbers;
	if (limits->max_values > 0)
		scan.max_values = limits->max_values;
	scan.blanked = blanked;
	scan.error = error;
	if (limits->max_depth < TLI_JSON_DEPTH_MAX)
		scan.max_depth = limits->max_depth;
	if (!skip_space(&scan) || !check_value(&scan) || !skip_space(&scan))
		return false;
	if (scan.at == scan.end)
		return true;
	return expected(&scan, "nothing more");
}

/* Goes on to what follows that many members or elements. */
static bool skip_members(struct scan *scan, bool of_object, size_t count)
{
	for (; count > 0; count--)
		if (!(of_object ? check_member(scan) : check_value(scan)) ||
			!skip_space(scan) || !take(scan, ",") ||
			!skip_space(scan))
			return false;
	return true;
}

unsigned tli_json_line(
	const char *text, size_t len, const size_t path[], size_t depth)
{
	struct scan scan = scan_of(text, len);
	const char *start = text;
	bool good = skip_space(&scan);

	for (size_t i = 0; i < depth && good; i++) {
		bool of_object = peek(&scan) == '{';

		good = take(&scan, "{[") && skip_space(&scan) &&
			skip_members(&scan, of_object, path[i]);
		start = scan.at;
		good = good && (!of_object || check_key(&scan));
	}
	scan.at = start;
	return current_line(&scan);
}

/* Goes over a text in quotes, or a byte of anything else. */
static void skip_other(struct scan *scan)
{
	if (!next_is(scan, "\""))
		scan->at++;
	else if (!check_text(scan))
		scan->at = scan->end;
}

const char *tli_json_next_number(
	const char **at, const char *end, size_t *len_out)
{
	struct scan scan = scan_of(*at, (size_t)(end - *at));
	const char *start;

	while (scan.at < end && !next_is(&scan, "-" DIGITS))
		skip_other(&scan);
	start = scan.at;
	if (start == end || !take_number(&scan)) {
		*at = end;
		return NULL;
	}
	*at = scan.at;
	*len_out = (size_t)(scan.at - start);
	return start;
}
