/* SPDX-License-Identifier: MIT */
/* Values as Python's xmlrpc.client writes them, with nil: what
 * multiprocessing's connections send with serializer='xmlrpclib'. The home of
 * expat. */
#ifndef TLI_XMLRPC_H
#define TLI_XMLRPC_H

#include "buf.h"
#include "value/value.h"

/* The one parameter of a text. Arrays are lists, structs are dicts, base64 is
 * bytes, a double is a float, nil is None. NULL with values->error set. */
struct tli_value *tli_xmlrpc_read(
	struct tli_values *values, const uint8_t *text, size_t len);

/* Appends the text of a value. Tuples are arrays. Returns an enum
 * tli_value_result with *error set: TLI_VALUE_TYPE for what XML-RPC has no form
 * for (as Python's), TLI_VALUE_LIMIT if the buffer is full. */
int tli_xmlrpc_write(const struct tli_value *value, struct tli_buf *out,
	struct tli_value_error *error);

#endif
