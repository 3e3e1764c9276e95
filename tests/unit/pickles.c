/* SPDX-License-Identifier: MIT */
/*
 * Shows Python what proto/pickle makes of its tables and trees:
 *
 *	pickles trees            name, protocol and pickle of each tree
 *	pickles operations       for each pickle on standard input, what its
 *	                         operations are
 *	pickles from-python2     for each line of a module and a name, what they
 *	pickles to-python2       are in the other Python
 *
 * Bytes are in hexadecimal; fields are separated by tabs.
 */
#include "../../proto/pickle/names.h"
#include "../../proto/pickle/opcodes.h"
#include "../../proto/pickle/pickle.h"
#include "trees.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 65536

static void print_hex(const uint8_t *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		printf("%02x", bytes[i]);
}

static void print_pickle(
	const char *name, const struct tli_value *value, int protocol)
{
	struct tli_value_error error;
	struct tli_buf pickle;

	tli_buf_init(&pickle, SIZE_MAX / 2);
	if (tli_pickle(value, protocol, &pickle, &error) != TLI_VALUE_OK) {
		fprintf(stderr, "%s: %s\n", name, error.text);
		exit(1);
	}
	printf("%s\t%d\t", name, protocol);
	print_hex(tli_buf_head(&pickle), tli_buf_len(&pickle));
	printf("\n");
	tli_buf_fini(&pickle);
}

static void print_tree(const struct tree *tree)
{
	struct tli_values values;
	struct tli_value *value;
	int protocol = tree->protocol_min;

	trees_values_init(&values);
	value = tree->build(&values);
	if (protocol < TLI_PICKLE_PROTOCOL_MIN)
		protocol = TLI_PICKLE_PROTOCOL_MIN;
	for (; protocol <= TLI_PICKLE_PROTOCOL_MAX; protocol++)
		print_pickle(tree->name, value, protocol);
	tli_values_fini(&values);
}

static void print_trees(void)
{
	for (const struct tree *tree = trees; tree->name; tree++)
		print_tree(tree);
}

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t len = 0;
	unsigned byte;

	while (sscanf(hex + 2 * len, "%2x", &byte) == 1)
		bytes[len++] = (uint8_t)byte;
	return len;
}

static void print_operation(const struct tli_operation *operation)
{
	printf("%s\t%llu\t", tli_opcode_name(operation->opcode),
		(unsigned long long)operation->number);
	print_hex(operation->data, operation->len);
	printf("\t");
	print_hex(operation->second, operation->second_len);
	printf("\n");
}

/* One line for each operation, and one with the result of what comes then. */
static void print_operations(const char *line)
{
	static uint8_t bytes[LINE_BYTES];
	size_t len = bytes_of(line, bytes);
	size_t offset = 0;
	int result;

	do {
		/* What it has no argument for, it leaves alone. */
		struct tli_operation operation = {.opcode = 0};

		result = tli_operation_read(bytes, len, &offset, &operation);
		if (result == TLI_OPERATION_OK)
			print_operation(&operation);
	} while (result == TLI_OPERATION_OK);
	printf("%d\t%zu\n", result, offset);
}

static void translate(
	const char *line, void (*translation)(struct tli_names *names))
{
	const char *name = strchr(line, '\t') + 1;
	struct tli_names names = {
		{line, (size_t)(name - 1 - line)}, {name, strcspn(name, "\n")}};

	translation(&names);
	printf("%.*s\t%.*s\n", (int)names.module.len, names.module.text,
		(int)names.name.len, names.name.text);
}

static void print_from_python2(const char *line)
{
	translate(line, tli_names_from_python2);
}

static void print_to_python2(const char *line)
{
	translate(line, tli_names_to_python2);
}

static const struct {
	const char *name;
	void (*print)(const char *line);
} commands[] = {
	{"operations", print_operations},
	{"from-python2", print_from_python2},
	{"to-python2", print_to_python2},
};

int main(int argc, char **argv)
{
	static char line[LINE_BYTES];
	const char *command = argc == 2 ? argv[1] : "";

	if (strcmp(command, "trees") == 0) {
		print_trees();
		return 0;
	}
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(command, commands[i].name) != 0)
			continue;
		while (fgets(line, sizeof(line), stdin))
			commands[i].print(line);
		return 0;
	}
	return 2;
}
