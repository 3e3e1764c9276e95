/* SPDX-License-Identifier: MIT */
#include "xml_texts.h"

#include "../../proto/xmlrpc.h"

#include <stdlib.h>
#include <string.h>

/* Of an exact copy, so that reading behind it is noticed. */
struct tli_value *read_bytes(
	struct tli_values *values, const void *xml, size_t len)
{
	uint8_t *copy = exact_copy(xml, len);
	struct tli_value *value = tli_xmlrpc_read(values, copy, len);

	free(copy);
	return value;
}

struct tli_value *read_xml(struct tli_values *values, const char *xml)
{
	struct tli_value *value = read_bytes(values, xml, strlen(xml));

	if (!value)
		fail_msg("%s: %s", xml, values->error.text);
	return value;
}

char *repeated(
	const char *before, const char *part, size_t count, const char *behind)
{
	size_t part_len = strlen(part), before_len = strlen(before);
	char *text = malloc(before_len + part_len * count + strlen(behind) + 1);

	assert_non_null(text);
	memcpy(text, before, before_len);
	for (size_t i = 0; i < count; i++)
		memcpy(text + before_len + i * part_len, part, part_len);
	strcpy(text + before_len + part_len * count, behind);
	return text;
}
