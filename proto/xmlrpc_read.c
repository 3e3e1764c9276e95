/* SPDX-License-Identifier: MIT */
/* Finding elements in XML: the home of expat. */
#include "xmlrpc.h"
#include "xmlrpc_reader.h"

#include <expat.h>
#include <stdio.h>
#include <stdlib.h>

struct reading {
	struct tli_xmlrpc_reader reader;
	XML_Parser parser;
	bool has_failed; /* handlers do nothing any more */
	bool has_moved;  /* something was found */
};

static struct tli_value_error *error_of(struct reading *reading)
{
	return &reading->reader.values->error;
}

/* Puts the line in front of the error. Returns NULL. */
static void *place_error(struct reading *reading)
{
	struct tli_value_error wrong = *error_of(reading);

	if (wrong.code == TLI_VALUE_SYNTAX)
		tli_value_error_set(error_of(reading), wrong.code,
			"line %lu: %.170s",
			(unsigned long)XML_GetCurrentLineNumber(
				reading->parser),
			wrong.text);
	return NULL;
}

static void *no_memory(struct reading *reading)
{
	tli_value_error_set(
		error_of(reading), TLI_VALUE_NOMEM, "out of memory");
	return NULL;
}

/* ---- What the parser finds ------------------------------------------- */

/* Whether a handler has something to do. */
static bool is_on(struct reading *reading)
{
	reading->has_moved = true;
	return !reading->has_failed;
}

static void go_on_if(struct reading *reading, bool good)
{
	if (good)
		return;
	place_error(reading);
	reading->has_failed = true;
	XML_StopParser(reading->parser, XML_FALSE);
}

/* Nobody needs attributes, but the parser keeps their names. */
static bool charge(struct reading *reading, const XML_Char **attributes)
{
	uint32_t count = 0;

	while (attributes[2 * (size_t)count])
		count++;
	return tli_values_charge(reading->reader.values, count);
}

static void on_start(
	void *arg, const XML_Char *name, const XML_Char **attributes)
{
	struct reading *reading = arg;

	if (is_on(reading))
		go_on_if(reading,
			charge(reading, attributes) &&
				tli_xmlrpc_begin(&reading->reader, name));
}

static void on_end(void *arg, const XML_Char *name)
{
	struct reading *reading = arg;

	(void)name;
	if (is_on(reading))
		go_on_if(reading, tli_xmlrpc_end(&reading->reader));
}

static void on_text(void *arg, const XML_Char *text, int len)
{
	struct reading *reading = arg;

	if (is_on(reading))
		go_on_if(reading,
			tli_xmlrpc_text(&reading->reader, text, (size_t)len));
}

/* With a document type come entities, which can be made of each other, or be
 * files. */
static void on_doctype(void *arg, const XML_Char *name, const XML_Char *system,
	const XML_Char *public, int has_subset)
{
	struct reading *reading = arg;

	(void)name;
	(void)system;
	(void)public;
	(void)has_subset;
	if (!is_on(reading))
		return;
	tli_value_error_set(error_of(reading), TLI_VALUE_SYNTAX,
		"a document type is not allowed");
	go_on_if(reading, false);
}

/* Comments, instructions, space around. */
static void on_other(void *arg, const XML_Char *text, int len)
{
	(void)text;
	(void)len;
	is_on(arg);
}

/* ---- The parser ------------------------------------------------------ */

/* NULL for lack of memory. */
static XML_Parser make_parser(struct reading *reading)
{
	/* By this program's names, so that what is behind those serves it. */
	static const XML_Memory_Handling_Suite memory = {malloc, realloc, free};
	XML_Parser parser = XML_ParserCreate_MM("UTF-8", &memory, NULL);
	uint64_t seed = reading->reader.values->seed[0];

	if (!parser)
		return NULL;
	/* For 0 it would look for randomness by itself. */
	XML_SetHashSalt(parser, (unsigned long)seed | 1);
	XML_SetUserData(parser, reading);
	XML_SetElementHandler(parser, on_start, on_end);
	XML_SetCharacterDataHandler(parser, on_text);
	XML_SetStartDoctypeDeclHandler(parser, on_doctype);
	XML_SetDefaultHandlerExpand(parser, on_other);
	return parser;
}

/* Sets the error for what the parser has refused, if no handler has. */
static void *refuse(struct reading *reading, const uint8_t *text)
{
	enum XML_Error code = XML_GetErrorCode(reading->parser);

	if (reading->has_failed)
		return NULL;
	if (code == XML_ERROR_NO_MEMORY)
		return no_memory(reading);
	if (code == XML_ERROR_INVALID_TOKEN)
		tli_value_error_set(error_of(reading), TLI_VALUE_SYNTAX,
			"not well-formed XML, at byte 0x%02x",
			text[XML_GetCurrentByteIndex(reading->parser)]);
	else
		tli_value_error_set(error_of(reading), TLI_VALUE_SYNTAX, "%s",
			XML_ErrorString(code));
	return place_error(reading);
}

static void *refuse_tag(struct reading *reading)
{
	tli_value_error_set(error_of(reading), TLI_VALUE_SYNTAX,
		"a tag or comment is longer than %u bytes", TLI_XMLRPC_TAG_MAX);
	return place_error(reading);
}

/* Bit by bit, so that it is seen when a tag does not end: the parser would
 * collect any number of attributes. */
static bool parse(struct reading *reading, const uint8_t *text, size_t len)
{
	size_t at = 0, count;

	do {
		count = len - at < TLI_XMLRPC_TAG_MAX ? len - at
						      : TLI_XMLRPC_TAG_MAX;
		reading->has_moved = count < TLI_XMLRPC_TAG_MAX;
		if (XML_Parse(reading->parser, (const char *)text + at,
			    (int)count, at + count == len) != XML_STATUS_OK)
			return refuse(reading, text);
		if (!reading->has_moved)
			return refuse_tag(reading);
		at += count;
	} while (at < len);
	return true;
}

struct tli_value *tli_xmlrpc_read(
	struct tli_values *values, const uint8_t *text, size_t len)
{
	struct reading reading = {.has_failed = false};
	bool is_good;

	tli_xmlrpc_reader_init(&reading.reader, values);
	reading.parser = make_parser(&reading);
	is_good = reading.parser ? parse(&reading, text, len)
				 : no_memory(&reading) != NULL;
	XML_ParserFree(reading.parser);
	tli_xmlrpc_reader_fini(&reading.reader);
	return is_good ? reading.reader.value : NULL;
}
