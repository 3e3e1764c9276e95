/* SPDX-License-Identifier: MIT */
#include "typeid_pattern.h"

#include "../proto/value/mapping.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"

#define LONE_BRACE                                                             \
	"an argument is written {0}, {1} ... or {key}, and a brace that is "   \
	"none twice"

/* {{ or }}. */
static int next_brace(const char **text, struct pattern_part *part)
{
	*part = (struct pattern_part){.text = *text, .len = 1};
	*text += 2;
	return 1;
}

static int refuse(const char **wrong_out, const char *wrong)
{
	*wrong_out = wrong;
	return -1;
}

static int next_index(struct pattern_part *part, const char **wrong_out)
{
	part->is_index = true;
	for (size_t i = 0; i < part->len; i++) {
		part->index =
			10 * part->index + (unsigned)(part->text[i] - '0');
		if (part->index > PATTERN_INDEX_MAX)
			return refuse(wrong_out,
				"the last argument that has a place is {15}");
	}
	return 1;
}

static int next_argument(
	const char **text, struct pattern_part *part, const char **wrong_out)
{
	const char *start = *text + 1;
	size_t digits = strspn(start, DIGITS);
	size_t len = strspn(start, DIGITS LETTERS);

	if (len == 0 || start[len] != '}' || (digits > 0 && digits < len))
		return refuse(wrong_out, LONE_BRACE);
	*part = (struct pattern_part){
		.is_argument = true, .text = start, .len = len};
	*text = start + len + 1;
	return digits > 0 ? next_index(part, wrong_out) : 1;
}

int pattern_next(const char **text, struct pattern_part *part_out,
	const char **wrong_out)
{
	size_t len = strcspn(*text, "{}");

	if (**text == '\0')
		return 0;
	if (len == 0 && (*text)[1] == **text)
		return next_brace(text, part_out);
	if (**text == '{')
		return next_argument(text, part_out, wrong_out);
	if (len == 0)
		return refuse(wrong_out, LONE_BRACE);
	*part_out = (struct pattern_part){.text = *text, .len = len};
	*text += len;
	return 1;
}

bool pattern_is_argument(const char *text, struct pattern_part *part_out)
{
	const char *wrong;

	return pattern_next(&text, part_out, &wrong) == 1 &&
		part_out->is_argument && *text == '\0';
}

struct tli_value *pattern_argument(
	const struct pattern_part *part, const struct pattern_arguments *given)
{
	const struct tli_items *args = tli_items_of(given->args);

	if (!part->is_index)
		return tli_dict_get(given->kwargs, part->text, part->len);
	return part->index < args->count ? args->items[part->index] : NULL;
}

const char *pattern_append(
	char name[TLI_ADDRESS_NAME_MAX + 1], const char *text, size_t len)
{
	size_t start = strlen(name);

	if (len > TLI_ADDRESS_NAME_MAX - start)
		return "it would have more than 128 bytes";
	if (memchr(text, '\0', len))
		return "a name has no NUL";
	memcpy(name + start, text, len);
	name[start + len] = '\0';
	return NULL;
}

const char *pattern_append_argument(
	char name[TLI_ADDRESS_NAME_MAX + 1], const struct tli_value *argument)
{
	const struct tli_bytes *bytes = tli_bytes_of(argument);
	char number[32];

	if (argument->kind == TLI_STR)
		return pattern_append(
			name, (const char *)bytes->data, bytes->len);
	if (argument->kind != TLI_INT)
		return "an argument that becomes part of a name is a str or an "
		       "int of up to 64 bits";
	snprintf(number, sizeof(number), "%" PRId64,
		tli_int_of(argument)->integer);
	return pattern_append(name, number, strlen(number));
}

const char *pattern_expand(const char *pattern,
	const struct pattern_arguments *given,
	char name[TLI_ADDRESS_NAME_MAX + 1])
{
	struct pattern_part part;
	const char *wrong = NULL;

	name[0] = '\0';
	while (!wrong && pattern_next(&pattern, &part, &wrong) > 0) {
		struct tli_value *argument = part.is_argument
			? pattern_argument(&part, given)
			: NULL;

		if (!part.is_argument)
			wrong = pattern_append(name, part.text, part.len);
		else if (argument)
			wrong = pattern_append_argument(name, argument);
		else
			wrong = "an argument is missing";
	}
	return wrong ? wrong : tli_name_check(name);
}
