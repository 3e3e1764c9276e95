/* SPDX-License-Identifier: MIT */
#include "ops.h"

#include <stddef.h>
#include <string.h>

static const struct tli_op_info ops[TLI_OPS] = {
#define OP(name, code, word, sender, payload, help)                            \
	[code] = {word, TLI_SENT_BY_##sender, TLI_PAYLOAD_##payload, help},
#include "ops.def"
};

static const struct tli_status_info statuses[TLI_STATUSES] = {
#define STATUS(name, code, exception, text) [code] = {#name, exception, text},
#include "ops.def"
};

static const char *const formats[TLI_FORMATS] = {
#define FORMAT(name, code, word) [code] = word,
#include "ops.def"
};

const struct tli_op_info *tli_op_info(unsigned code)
{
	static const struct tli_op_info none = {.word = NULL};

	return code < TLI_OPS ? &ops[code] : &none;
}

const struct tli_status_info *tli_status_info(unsigned status)
{
	static const struct tli_status_info unknown = {
		"UNKNOWN", "RuntimeError", "a status of a later version"};

	return status < TLI_STATUSES ? &statuses[status] : &unknown;
}

const char *tli_format_word(unsigned format)
{
	return format < TLI_FORMATS ? formats[format] : NULL;
}

int tli_format_of(const char *word)
{
	for (int i = 0; i < TLI_FORMATS; i++)
		if (strcmp(formats[i], word) == 0)
			return i;
	return -1;
}
