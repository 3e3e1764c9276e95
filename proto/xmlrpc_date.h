/* SPDX-License-Identifier: MIT */
/* Dates of XML-RPC: Python's xmlrpc.client.DateTime, as it pickles it. */
#ifndef TLI_XMLRPC_DATE_H
#define TLI_XMLRPC_DATE_H

#include "value/value.h"

/* A date of its text, which nobody looks into. NULL with values->error set. */
struct tli_value *tli_xmlrpc_date(
	struct tli_values *values, const char *text, size_t len);

/* The text, a str, of a value that is a date; NULL if it is none. */
const struct tli_value *tli_xmlrpc_date_text(const struct tli_value *value);

#endif
