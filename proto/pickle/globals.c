/* SPDX-License-Identifier: MIT */
#include "globals.h"

#include "../utf8.h"
#include "leaves.h"
#include "names.h"
#include "opcodes.h"

static const struct tli_names constructors[TLI_CONSTRUCTORS] = {
	[TLI_CONSTRUCT_RANGE] = {TLI_WORD("builtins"), TLI_WORD("range")},
	[TLI_CONSTRUCT_SLICE] = {TLI_WORD("builtins"), TLI_WORD("slice")},
	[TLI_CONSTRUCT_SET] = {TLI_WORD("builtins"), TLI_WORD("set")},
	[TLI_CONSTRUCT_FROZENSET] = {TLI_WORD("builtins"),
		TLI_WORD("frozenset")},
	[TLI_CONSTRUCT_COMPLEX] = {TLI_WORD("builtins"), TLI_WORD("complex")},
	[TLI_CONSTRUCT_BYTES] = {TLI_WORD("builtins"), TLI_WORD("bytes")},
	[TLI_CONSTRUCT_BYTEARRAY] = {TLI_WORD("builtins"),
		TLI_WORD("bytearray")},
	[TLI_CONSTRUCT_ENCODED] = {TLI_WORD("_codecs"), TLI_WORD("encode")},
	[TLI_CONSTRUCT_ARRAY] = {TLI_WORD("array"),
		TLI_WORD("_array_reconstructor")},
	[TLI_CONSTRUCT_ARRAY_TYPE] = {TLI_WORD("array"), TLI_WORD("array")},
	[TLI_CONSTRUCT_GETATTR] = {TLI_WORD("builtins"), TLI_WORD("getattr")},
	[TLI_CONSTRUCT_NEWOBJ_EX] = {TLI_WORD("copyreg"),
		TLI_WORD("__newobj_ex__")},
};

static void put_line(struct tli_writer *writer, const struct tli_word *word)
{
	tli_put_bytes(writer, word->text, word->len);
	tli_put(writer, '\n');
}

static void put_lines(struct tli_writer *writer, struct tli_names names)
{
	if (writer->protocol < 3)
		tli_names_to_python2(&names);
	tli_put(writer, TLI_OP_GLOBAL);
	put_line(writer, &names.module);
	put_line(writer, &names.name);
}

static void put_on_stack(
	struct tli_writer *writer, const struct tli_names *names)
{
	tli_put_text(writer, names->module.text, names->module.len);
	tli_put_text(writer, names->name.text, names->name.len);
	tli_put(writer, TLI_OP_STACK_GLOBAL);
}

void tli_put_constructor(
	struct tli_writer *writer, enum tli_constructor constructor)
{
	uint32_t *number = &writer->constructors[constructor];

	if (*number) {
		tli_put_get(writer, *number);
		return;
	}
	if (writer->protocol >= 4)
		put_on_stack(writer, &constructors[constructor]);
	else
		put_lines(writer, constructors[constructor]);
	*number = tli_put_memoize(writer);
}

static bool is_ascii(const struct tli_word *word)
{
	for (size_t i = 0; i < word->len; i++)
		if ((unsigned char)word->text[i] > 0x7f)
			return false;
	return true;
}

/* What keeps a name from being a line of a pickle; NULL if nothing. */
static const char *fault_of(const struct tli_word *word, int protocol)
{
	if (memchr(word->text, '\n', word->len))
		return "has a line feed";
	if (protocol < 3 && !is_ascii(word))
		return "has characters other than ASCII";
	if (tli_utf8_has_surrogates((const uint8_t *)word->text, word->len))
		return "has a lone surrogate";
	return NULL;
}

static bool check_line(struct tli_writer *writer, const struct tli_word *word)
{
	const char *fault = fault_of(word, writer->protocol);

	if (fault)
		tli_writer_fail(writer, TLI_VALUE_TYPE,
			"the name of a global %s, which protocol %d cannot "
			"write: use protocol 4",
			fault, writer->protocol);
	return !fault;
}

static size_t count_dots(const struct tli_word *path)
{
	size_t dots = 0;

	for (size_t i = 0; i < path->len; i++)
		dots += path->text[i] == '.';
	return dots;
}

/* Takes what stands before the next dot, or all, off the path. */
static struct tli_word take_part(struct tli_word *path)
{
	const char *dot = memchr(path->text, '.', path->len);
	size_t len = dot ? (size_t)(dot - path->text) : path->len;
	size_t taken = len + (dot != NULL);
	struct tli_word part = {path->text, len};

	path->text += taken;
	path->len -= taken;
	return part;
}

/* Of what was written last, with getattr() below it. */
static void put_attribute(
	struct tli_writer *writer, const struct tli_word *name)
{
	tli_put_text(writer, name->text, name->len);
	tli_put(writer, TLI_OP_TUPLE2);
	tli_put(writer, TLI_OP_REDUCE);
}

void tli_put_global(struct tli_writer *writer, const struct tli_value *global)
{
	struct tli_value *const *items = tli_items_of(global)->items;
	struct tli_word path = tli_word_of(items[1]);
	const size_t dots = count_dots(&path);
	struct tli_names names = {tli_word_of(items[0]), take_part(&path)};

	if (!check_line(writer, &names.module) ||
		!check_line(writer, &names.name))
		return;
	for (size_t i = 0; i < dots; i++)
		tli_put_constructor(writer, TLI_CONSTRUCT_GETATTR);
	put_lines(writer, names);
	for (size_t i = 0; i < dots; i++) {
		struct tli_word part = take_part(&path);

		put_attribute(writer, &part);
	}
	if (tli_is_met_again(writer, global))
		tli_memoize(writer, global);
}
