/* SPDX-License-Identifier: MIT */
/*
 * Answers each line of standard input with a line of parts, with tabs between
 * them, which are "!" and the reason where there is none:
 *
 *     json-lines read     JSON: its repr, and it as JSON again
 *     json-lines write    a Python literal: as JSON; as JSON with wrapping,
 *                         and the repr of what is read back from that
 */
#include "../../proto/value/json_value.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/repr.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_BYTES ((size_t)1 << 24)

static void print_error(const struct tli_value_error *error)
{
	printf("!%s", error->text);
}

static void print_repr(
	const struct tli_values *values, const struct tli_value *value)
{
	struct tli_buf text;

	if (!value) {
		print_error(&values->error);
		return;
	}
	tli_buf_init(&text, MAX_BYTES);
	if (tli_repr(value, &text) != TLI_VALUE_OK)
		abort();
	fwrite(tli_buf_head(&text), 1, tli_buf_len(&text), stdout);
	tli_buf_fini(&text);
}

/* Returns the JSON, to be freed; NULL if there is none. */
static char *print_json(const struct tli_values *values,
	const struct tli_value *value, enum tli_json_wrapping wrapping)
{
	struct tli_value_error error = values->error;
	char *text = NULL;
	size_t len;

	if (value)
		tli_value_to_json(
			value, wrapping, MAX_BYTES, &text, &len, &error);
	if (text)
		printf("%s", text);
	else
		print_error(&error);
	return text;
}

static void read_line(struct tli_values *values, const char *line, size_t len)
{
	struct tli_value *value =
		tli_value_from_json(values, line, len, TLI_JSON_PLAIN);

	print_repr(values, value);
	putchar('\t');
	free(print_json(values, value, TLI_JSON_PLAIN));
}

static void write_line(struct tli_values *values, const char *line, size_t len)
{
	struct tli_value *value = tli_literal(values, line, len, NULL);
	char *json;

	free(print_json(values, value, TLI_JSON_PLAIN));
	putchar('\t');
	json = print_json(values, value, TLI_JSON_WRAPPED);
	putchar('\t');
	if (json)
		print_repr(values,
			tli_value_from_json(
				values, json, strlen(json), TLI_JSON_WRAPPED));
	free(json);
}

int main(int argc, char **argv)
{
	static const struct tli_value_limits limits = {
		.max_bytes = 1 << 26, .max_nodes = 1 << 22, .max_depth = 1000};
	static const uint64_t seed[2] = {1, 2};
	struct tli_values values;
	char *line = NULL;
	size_t capacity = 0;
	ssize_t len;

	if (argc != 2)
		return 2;
	tli_values_init(&values, &limits, seed);
	while ((len = getline(&line, &capacity, stdin)) > 0) {
		line[--len] = '\0'; /* where the line feed was */
		(strcmp(argv[1], "read") == 0 ? read_line : write_line)(
			&values, line, (size_t)len);
		putchar('\n');
		tli_values_clear(&values);
	}
	free(line);
	tli_values_fini(&values);
	return 0;
}
