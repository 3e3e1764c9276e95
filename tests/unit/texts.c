/* SPDX-License-Identifier: MIT */
/* Says how proto writes what it reads from standard input, line by line: for
 * test_texts.py, which knows what Python says. */
#include "../../proto/float_text.h"
#include "../../proto/utf8.h"

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

static const struct {
	const char *name;
	answer *answer;
} questions[] = {
	{"write-float", write_float},
	{"read-float", read_float},
	{"printable", write_printable},
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
