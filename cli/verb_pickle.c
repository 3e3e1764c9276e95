/* SPDX-License-Identifier: MIT */
/* The verb pickle: shows a pickle, and whether the library would take it. */
#include "input.h"
#include "status.h"
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <tieline/values.h>

#define SHOWN_BYTES_MAX 400 /* of the object */

/* How many bytes of the text are shown: whole characters. */
static size_t shown_len(const char *text, size_t len)
{
	if (len <= SHOWN_BYTES_MAX)
		return len;
	len = SHOWN_BYTES_MAX;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void print_taken(const tieline_value *value)
{
	char *text;
	size_t len, shown;

	if (tieline_value_repr(value, 0, &text, &len) < 0) {
		printf("taken: %s: %s\n",
			tieline_kind_name(tieline_value_kind(value)),
			tieline_handle_error(NULL));
		return;
	}
	shown = shown_len(text, len);
	printf("taken: %.*s%s\n", (int)shown, text, shown < len ? "..." : "");
	tieline_free(text);
}

static int print_verdict(tieline_values *values, const struct bytes *pickle)
{
	const tieline_value *value = tieline_value_unpickle(
		values, bytes_head(pickle), bytes_len(pickle));

	if (value) {
		print_taken(value);
		return STATUS_DONE;
	}
	printf("refused: %s\n", tieline_handle_error(NULL));
	return STATUS_OTHER;
}

/* What is too long to be shown may be taken all the same; what cannot be read
 * is refused with the verdict. */
static void print_opcodes(const struct bytes *pickle, const char *name)
{
	char *text;
	size_t len;
	int result = tieline_pickle_disassemble(
		bytes_head(pickle), bytes_len(pickle), &text, &len);

	if (result < 0 && result != TIELINE_ESYNTAX) {
		complain_of(name, result, NULL);
		return;
	}
	fwrite(text, 1, len, stdout);
	tieline_free(text);
}

static int show(const struct bytes *pickle, const char *name)
{
	tieline_values *values = tieline_values_new(NULL);
	int status;

	if (!values)
		return complain_of_memory(name);
	print_opcodes(pickle, name);
	status = print_verdict(values, pickle);
	tieline_values_free(values);
	return status;
}

int verb_pickle(const struct call *call)
{
	const char *name = call->words[0];
	struct bytes pickle = {.data = NULL};
	FILE *file = stdin;
	int status;

	if (!name || strcmp(name, "-") == 0)
		name = "standard input";
	else
		file = fopen(name, "rb");
	if (!file)
		return complain(STATUS_OTHER, name, "%s", strerror(errno));
	status = input_read_all(file, name, &pickle);
	if (status == STATUS_DONE)
		status = show(&pickle, name);
	if (file != stdin)
		fclose(file);
	bytes_free(&pickle);
	return status;
}
