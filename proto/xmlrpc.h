/* SPDX-License-Identifier: MIT */
/* Values as Python's xmlrpc.client has them, with nil: what multiprocessing's
 * connections send with serializer='xmlrpclib'. */
#ifndef TLI_XMLRPC_H
#define TLI_XMLRPC_H

#include "buf.h"
#include "value/value.h"

/* No tag, comment or instruction that is longer is taken for sure, and none
 * that is twice as long. */
#define TLI_XMLRPC_TAG_MAX 65536u

/*
 * The one parameter of a text. Arrays are lists, structs are dicts, base64 is
 * bytes, a double is a float, nil is None, dateTime.iso8601 an object as Python
 * pickles its DateTime. Stricter than Python where that takes what is no
 * XML-RPC, and without document types. NULL with values->error set:
 * TLI_VALUE_SYNTAX with the line in the text, or as for making values.
 * Attributes count as values.
 */
struct tli_value *tli_xmlrpc_read(
	struct tli_values *values, const uint8_t *text, size_t len);

/*
 * Appends the text of a value. Tuples are arrays; what is in several places is
 * written several times. TLI_VALUE_OK, or with *error set, where it is about a
 * part with the way to it ("at ['a'][2]: ..."):
 * TLI_VALUE_TYPE: XML-RPC has no form for it, in Python's words;
 * TLI_VALUE_BROKEN; TLI_VALUE_LIMIT: it would be longer than the buffer may;
 * TLI_VALUE_NOMEM. Then what was appended is of no use.
 */
int tli_xmlrpc_write(const struct tli_value *value, struct tli_buf *out,
	struct tli_value_error *error);

#endif
