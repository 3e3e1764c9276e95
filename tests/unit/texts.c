/* SPDX-License-Identifier: MIT */
/* Says how proto writes what it reads from standard input, line by line: for
 * test_texts.py, which knows what Python says. */
#include "../../proto/float_text.h"
#include "../../proto/pickle/unpickle.h"
#include "../../proto/utf8.h"
#include "../../proto/value/integer.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"
#include "../../proto/value/token.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line without its line feed is a text. */
typedef void answer(const char *text, size_t len);

/* The bits of a number, in hexadecimal. */
static void write_float(const char *text, size_t len)
{
	unsigned long long bits = strtoull(text, NULL, 16);
	char written[TLI_FLOAT_TEXT];
	double number;

	(void)len;
	memcpy(&number, &bits, sizeof(number));
	tli_float_to_text(number, written);
	puts(written);
}

/* A number's text; its bits are written. */
static void read_float(const char *text, size_t len)
{
	unsigned long long bits;
	double number;

	if (!tli_float_from_text(text, len, &number)) {
		puts("no number");
		return;
	}
	memcpy(&bits, &number, sizeof(bits));
	printf("%016llx\n", bits);
}

/* Whether a character, in hexadecimal, and the 255 behind it are printable. */
static void write_printable(const char *text, size_t len)
{
	unsigned long first = strtoul(text, NULL, 16);

	(void)len;
	for (unsigned long i = first; i < first + 256; i++)
		putchar(tli_is_printable((uint32_t)i) ? '1' : '0');
	putchar('\n');
}

static size_t from_hex(const char *hex, size_t len, uint8_t *bytes)
{
	unsigned byte = 0;

	for (size_t i = 0; i + 1 < len; i += 2) {
		sscanf(hex + i, "%2x", &byte);
		bytes[i / 2] = (uint8_t)byte;
	}
	return len / 2;
}

static void put_hex(const uint8_t *bytes, int64_t len)
{
	for (int64_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

/* An integer's bytes, in hexadecimal; it is written in both bases, as the bits
 * of the nearest double, and as that is as an integer again. */
static void write_integer(const char *text, size_t len)
{
	uint8_t *bytes = malloc(len / 2 + 1), whole[129];
	size_t bytes_len = from_hex(text, len, bytes);
	char *hex = malloc(len + 5), decimal[TLI_INTEGER_DIGITS_MAX + 2];
	double number = tli_integer_to_double(bytes, bytes_len);
	unsigned long long bits;

	if (!tli_integer_to_decimal(bytes, bytes_len, decimal))
		strcpy(decimal, "too long");
	tli_integer_to_hex(bytes, bytes_len, hex);
	memcpy(&bits, &number, sizeof(bits));
	printf("%s %s %016llx ", decimal, hex, bits);
	if (number - number == 0) /* finite */
		put_hex(whole, (int64_t)tli_integer_from_double(number, whole));
	putchar('\n');
	free(hex);
	free(bytes);
}

/* A base and digits, maybe with a sign; the integer's bytes are written. */
static void read_integer(const char *text, size_t len)
{
	uint8_t *bytes = malloc(len + TLI_INTEGER_BYTES_MAX);
	char *digits;
	unsigned base = (unsigned)strtoul(text, &digits, 10);
	bool negative = *++digits == '-';

	digits += negative;
	put_hex(bytes,
		tli_integer_from_digits(
			digits, strlen(digits), base, negative, bytes));
	putchar('\n');
	free(bytes);
}

/* Two integers' bytes; their order is written. */
static void compare_integers(const char *text, size_t len)
{
	uint8_t *one = malloc(len), *other = malloc(len);
	size_t one_hex = strcspn(text, " ");
	size_t one_len = from_hex(text, one_hex, one);
	size_t other_len =
		from_hex(text + one_hex + 1, len - one_hex - 1, other);
	int order = tli_integer_compare(one, tli_integer_minimal(one, one_len),
		other, tli_integer_minimal(other, other_len));

	printf("%d\n", (order > 0) - (order < 0));
	free(other);
	free(one);
}

static const struct tli_value_limits limits = {(size_t)1 << 26, 1u << 20, 1000};

static void print_repr(const struct tli_value *value)
{
	struct tli_buf repr;

	tli_buf_init(&repr, (size_t)1 << 26);
	if (tli_repr(value, &repr) == TLI_VALUE_OK)
		printf("%.*s", (int)tli_buf_len(&repr), tli_buf_head(&repr));
	tli_buf_fini(&repr);
}

/* A literal; its value's repr is written, or the error. */
static void write_repr(const char *text, size_t len)
{
	struct tli_values values;
	const struct tli_value *value;

	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	value = tli_literal(&values, text, len, NULL);
	if (value)
		print_repr(value);
	else
		printf("error: %s", values.error.text);
	putchar('\n');
	tli_values_fini(&values);
}

/* The same in hexadecimal, for texts of several lines. */
static void read_literal(const char *text, size_t len)
{
	uint8_t *literal = malloc(len / 2 + 1);

	write_repr((char *)literal, from_hex(text, len, literal));
	free(literal);
}

static bool print_state(void *arg, struct tli_value *state)
{
	(void)arg;
	print_repr(state);
	fputs(", ", stdout);
	return true;
}

/* A pickle in hexadecimal; the states of the tokens in it are listed. */
static void write_tokens(const char *text, size_t len)
{
	uint8_t *pickle = malloc(len / 2 + 1);
	struct tli_values values;
	const struct tli_value *value;

	tli_values_init(&values, &limits, (const uint64_t[2]){1, 2});
	value = tli_unpickle(&values, pickle, from_hex(text, len, pickle),
		TLI_UNPICKLE_COPY, NULL);
	putchar('[');
	if (value)
		tli_tokens_visit(value, print_state, NULL);
	puts("]");
	tli_values_fini(&values);
	free(pickle);
}

static const struct {
	const char *name;
	answer *answer;
} questions[] = {
	{"write-float", write_float},
	{"read-float", read_float},
	{"printable", write_printable},
	{"write-integer", write_integer},
	{"read-integer", read_integer},
	{"compare-integers", compare_integers},
	{"write-repr", write_repr},
	{"literal", read_literal},
	{"tokens", write_tokens},
};

static answer *find(const char *name)
{
	for (size_t i = 0; i < sizeof(questions) / sizeof(questions[0]); i++)
		if (strcmp(questions[i].name, name) == 0)
			return questions[i].answer;
	return NULL;
}

int main(int argc, char **argv)
{
	answer *answer_line = argc == 2 ? find(argv[1]) : NULL;
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	if (!answer_line || !setlocale(LC_ALL, ""))
		return 2;
	while ((len = getline(&line, &size, stdin)) > 0) {
		line[--len] = '\0';
		answer_line(line, (size_t)len);
	}
	free(line);
	return 0;
}
