/* SPDX-License-Identifier: MIT */
/* Texts of XML-RPC, made and read. */
#ifndef TESTS_XML_TEXTS_H
#define TESTS_XML_TEXTS_H

#include "value_state.h"

#define AMPLE     ((size_t)1 << 24)
#define BEGIN     "<params>\n<param>\n"
#define END       "</param>\n</params>\n"
#define VALUE(x)  "<params><param><value>" x "</value></param></params>"
#define ITEMS(x)  VALUE("<array><data>" x "</data></array>")
#define STRUCT(x) VALUE("<struct>" x "</struct>")

/* NULL with the values' error set. */
struct tli_value *read_bytes(
	struct tli_values *values, const void *xml, size_t len);

/* Fails the test if it cannot be read. */
struct tli_value *read_xml(struct tli_values *values, const char *xml);

/* Repeats a part between two texts; to be freed. */
char *repeated(
	const char *before, const char *part, size_t count, const char *behind);

#endif
