/* SPDX-License-Identifier: MIT */
/* What elements of XML-RPC with nothing but text inside stand for. Used by
 * xmlrpc_reader.c alone. */
#ifndef TLI_XMLRPC_LEAF_H
#define TLI_XMLRPC_LEAF_H

#include "value/value.h"

/* Each makes a value of a text, in which it may write. NULL with values->error
 * set. */
typedef struct tli_value *tli_xmlrpc_leaf(
	struct tli_values *values, char *text, size_t len);

tli_xmlrpc_leaf tli_xmlrpc_nil;
tli_xmlrpc_leaf tli_xmlrpc_boolean;
tli_xmlrpc_leaf tli_xmlrpc_integer;
tli_xmlrpc_leaf tli_xmlrpc_double;
tli_xmlrpc_leaf tli_xmlrpc_string;
tli_xmlrpc_leaf tli_xmlrpc_base64;
tli_xmlrpc_leaf tli_xmlrpc_date_time;

/* How much of a text is white space, from its start on. */
size_t tli_xmlrpc_blank(const char *text, size_t len);

#endif
