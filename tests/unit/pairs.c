/* SPDX-License-Identifier: MIT */
/*
 * Says what proto finds out about all pairs of the Python literals that are the
 * lines of standard input: for test_equality.py, which knows what Python says.
 * First whether each can be a key, then for each pair whether one is equal to
 * the other, and whether it is less.
 */
#include "../../proto/value/compare.h"
#include "../../proto/value/fingerprint.h"
#include "../../proto/value/literal.h"
#include "../../proto/value/mapping.h"
#include "values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VALUES_MAX 2000

/* All are read twice, so that no two of a pair are one node. */
static struct tli_value *ones[VALUES_MAX], *others[VALUES_MAX];

static struct tli_value *must_read(
	struct tli_values *values, const char *text, size_t len)
{
	struct tli_value *value = tli_literal(values, text, len, NULL);

	if (!value) {
		fprintf(stderr, "%s: %s\n", text, values->error.text);
		exit(1);
	}
	return value;
}

static size_t read_all(struct tli_values *values)
{
	char *line = NULL;
	size_t size = 0, count = 0;
	ssize_t len;

	while (count < VALUES_MAX && (len = getline(&line, &size, stdin)) > 0) {
		line[--len] = '\0';
		ones[count] = must_read(values, line, (size_t)len);
		others[count++] = must_read(values, line, (size_t)len);
	}
	free(line);
	return count;
}

static void say_whether_key(struct tli_values *values, struct tli_value *value)
{
	struct tli_value *dict = tli_container(values, TLI_DICT);

	puts(tli_dict_set(dict, value, tli_none(values)) ? "True"
							 : values->error.text);
}

static bool have_same_fingerprint(const struct tli_values *values,
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_fingerprint a, b;

	if (tli_fingerprint(one, values->seed, &a) < 0 ||
		tli_fingerprint(other, values->seed, &b) < 0)
		exit(1);
	return tli_same_fingerprint(&a, &b);
}

static const char *truth(int result)
{
	return result > 0 ? "True" : "False";
}

static void say_about(const struct tli_values *values,
	const struct tli_value *one, const struct tli_value *other)
{
	struct tli_value_error error;
	int is_equal = tli_equal(one, other);
	int is_less = tli_less(one, other, &error);

	if (is_equal < 0 ||
		have_same_fingerprint(values, one, other) != is_equal)
		fputs("the fingerprints do not agree: ", stdout);
	printf("%s %s\n", truth(is_equal),
		is_less < 0 ? error.text : truth(is_less));
}

int main(void)
{
	struct tli_values values;
	size_t count;

	values_init(&values);
	count = read_all(&values);
	for (size_t i = 0; i < count; i++)
		say_whether_key(&values, ones[i]);
	for (size_t i = 0; i < count * count; i++)
		say_about(&values, ones[i / count], others[i % count]);
	tli_values_fini(&values);
	return 0;
}
