/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target on every file of a corpus: hexadecimal text, where what
 * follows a '#' is a comment. */
#include "fuzz.h"

#include <ctype.h>
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define INPUT_MAX 65536u

static void give_up(const char *what, const char *where)
{
	fprintf(stderr, "%s: %s\n", where, what);
	exit(1);
}

/* The next character that is neither space nor in a comment, or EOF. */
static int next_digit(FILE *file)
{
	bool comment = false;
	int c;

	while ((c = getc(file)) != EOF) {
		if (c == '#')
			comment = true;
		if (c == '\n')
			comment = false;
		if (!comment && !isspace(c))
			return c;
	}
	return EOF;
}

static int digit_value(int c, const char *path)
{
	static const char digits[] = "0123456789abcdef";
	const char *found = c > 0 ? strchr(digits, c) : NULL;

	if (!found)
		give_up("not pairs of hexadecimal digits", path);
	return (int)(found - digits);
}

static size_t read_hex(const char *path, uint8_t bytes[INPUT_MAX])
{
	FILE *file = fopen(path, "r");
	size_t len = 0;
	int c;

	if (!file)
		give_up("cannot be opened", path);
	while ((c = next_digit(file)) != EOF) {
		int high = digit_value(c, path);

		if (len == INPUT_MAX)
			give_up("too long", path);
		bytes[len++] = (uint8_t)(high << 4 |
			digit_value(next_digit(file), path));
	}
	fclose(file);
	return len;
}

/* An exact copy, so that reading behind it is noticed. */
static void run(const uint8_t *bytes, size_t len)
{
	uint8_t *copy = malloc(len);

	require(copy || len == 0);
	if (len > 0)
		memcpy(copy, bytes, len);
	LLVMFuzzerTestOneInput(copy, len);
	free(copy);
}

int main(int argc, char **argv)
{
	static uint8_t bytes[INPUT_MAX];
	const struct dirent *entry;
	unsigned count = 0;
	char path[4096];
	DIR *directory;

	if (argc != 2)
		give_up("usage: replay CORPUS", argv[0]);
	directory = opendir(argv[1]);
	if (!directory)
		give_up("no such corpus", argv[1]);
	while ((entry = readdir(directory))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".hex") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
		run(bytes, read_hex(path, bytes));
		count++;
	}
	closedir(directory);
	if (count == 0)
		give_up("the corpus is empty", argv[1]);
	printf("%u inputs\n", count);
	return 0;
}
