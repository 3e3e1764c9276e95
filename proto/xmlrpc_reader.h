/* SPDX-License-Identifier: MIT */
/* What is XML-RPC and what it says, element by element, whoever finds the
 * elements in XML. Used by xmlrpc_read.c alone. */
#ifndef TLI_XMLRPC_READER_H
#define TLI_XMLRPC_READER_H

#include "buf.h"
#include "value/value.h"

struct tli_xmlrpc_open;

struct tli_xmlrpc_reader {
	struct tli_values *values;
	struct tli_xmlrpc_open *open; /* elements, the outermost first */
	size_t depth;
	size_t capacity;
	uint32_t levels;         /* of containers */
	struct tli_buf text;     /* in the innermost element */
	struct tli_value *value; /* once it is done */
};

void tli_xmlrpc_reader_init(
	struct tli_xmlrpc_reader *reader, struct tli_values *values);
void tli_xmlrpc_reader_fini(struct tli_xmlrpc_reader *reader);

/* An element begins, some text is inside it, and it ends. False with the
 * values' error set. */
bool tli_xmlrpc_begin(struct tli_xmlrpc_reader *reader, const char *name);
bool tli_xmlrpc_text(
	struct tli_xmlrpc_reader *reader, const char *text, size_t len);
bool tli_xmlrpc_end(struct tli_xmlrpc_reader *reader);

#endif
