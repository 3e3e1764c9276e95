/* SPDX-License-Identifier: MIT */
#include "repr.h"

#include "leaf_text.h"
#include "token.h"

#include <string.h>

/* How a node is written: as its kind says, or, where it has a part to play,
 * as one of these. */
enum style {
	AS_ITS_KIND = 0,
	AS_SINGLE = TLI_KINDS, /* a tuple of one */
	AS_CHANGED,            /* an object with steps */
	AS_ARGUMENTS,
	AS_KEYWORDS,
	AS_PAIRS,   /* a list of keys and values */
	AS_MEMBERS, /* a list of what is added to a set */
	AS_NAME,    /* a str */
	AS_NOTHING,
	STYLES
};

#define NAMES_OF_KEYS 1u
#define NAMES_OF_ALL  3u

static const struct {
	const char *open;
	const char *close;
	const char *between[2]; /* before items of even and of odd number */
	const char *again;      /* inside itself */
	const char *empty;      /* if not what opens and closes */
	unsigned names;         /* which items, of even or odd number, are
				 * written without quotes */
} styles[STYLES] = {
	[TLI_LIST] = {"[", "]", {", ", ", "}, "[...]", NULL, 0},
	[TLI_TUPLE] = {"(", ")", {", ", ", "}, "(...)", NULL, 0},
	[TLI_DICT] = {"{", "}", {", ", ": "}, "{...}", NULL, 0},
	[TLI_SET] = {"{", "}", {", ", ", "}, "set(...)", "set()", 0},
	[TLI_FROZENSET] = {"frozenset({", "})", {", ", ", "}, "frozenset(...)",
		"frozenset()", 0},
	[TLI_RANGE] = {"range(", ")", {", ", ", "}, "range(...)", NULL, 0},
	[TLI_SLICE] = {"slice(", ")", {", ", ", "}, "slice(...)", NULL, 0},
	[TLI_GLOBAL] = {"", "", {"", "."}, "...", NULL, NAMES_OF_ALL},
	[TLI_OBJECT] = {"", ")", {"", ""}, "<...>", NULL, 0},
	[AS_SINGLE] = {"(", ",)", {"", ""}, "(...)", NULL, 0},
	[AS_CHANGED] = {"<", ">", {"", ""}, "<...>", NULL, 0},
	[AS_ARGUMENTS] = {"(", "", {", ", ", "}, "(...", NULL, 0},
	[AS_KEYWORDS] = {"", "", {", ", "="}, "**{...}", NULL, NAMES_OF_KEYS},
	[AS_PAIRS] = {"{", "}", {", ", ": "}, "{...}", NULL, 0},
	[AS_MEMBERS] = {"{", "}", {", ", ", "}, "{...}", NULL, 0},
};

struct printer {
	struct tli_visitor visitor;
	struct tli_writing writing;
	struct tli_marks *path; /* the nodes that the walk is inside of */
	enum style next_style;  /* of the node that comes next */
};

static struct printer *printer_of(struct tli_visitor *visitor)
{
	return (struct printer *)visitor;
}

static void put(struct printer *printer, const char *text)
{
	tli_show_text(&printer->writing, text);
}

/* ---- What is inside -------------------------------------------------- */

static bool is_one(const struct tli_value *value)
{
	return value->kind == TLI_INT && tli_int_of(value)->integer == 1;
}

static void next_of_range(
	struct printer *printer, const struct tli_items *node, uint32_t i)
{
	if (i == 2 && is_one(node->items[i]))
		printer->next_style = AS_NOTHING;
	else if (i > 0)
		put(printer, ", ");
}

/* Whether Python could have it as a name, dotted or <lambda>: anything else
 * without quotes could pass for another value. */
static bool is_name(const struct tli_value *value)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ_<>";
	static const char others[] = ".0123456789";
	const struct tli_bytes *text = tli_bytes_of(value);

	if (value->kind != TLI_STR || text->len == 0)
		return false;
	for (size_t i = 0; i < text->len; i++) {
		int byte = text->data[i];

		if (byte < 0x80 &&
			!memchr(letters, byte, sizeof(letters) - 1) &&
			(i == 0 || !memchr(others, byte, sizeof(others) - 1)))
			return false;
	}
	return true;
}

static void next_of_style(struct printer *printer, enum style style,
	const struct tli_items *node, uint32_t i)
{
	if (i > 0)
		put(printer, styles[style].between[i & 1]);
	if ((styles[style].names >> (i & 1)) & 1 && is_name(node->items[i]))
		printer->next_style = AS_NAME;
}

static uint32_t count_of(const struct tli_value *value)
{
	return tli_has_items(value) ? tli_items_of(value)->count : 0;
}

static void next_is_keywords(
	struct printer *printer, const struct tli_items *node)
{
	bool are_there = count_of(node->items[TLI_OBJECT_KWARGS]) > 0;

	if (are_there && count_of(node->items[TLI_OBJECT_ARGS]) > 0)
		put(printer, ", ");
	printer->next_style = are_there ? AS_KEYWORDS : AS_NOTHING;
}

static void next_is_step(
	struct printer *printer, const struct tli_items *node, uint32_t i)
{
	static const enum style styles_of[] = {
		[TLI_STEP_BUILD] = AS_ITS_KIND,
		[TLI_STEP_APPEND] = AS_ITS_KIND,
		[TLI_STEP_SETITEM] = AS_PAIRS,
		[TLI_STEP_ADD] = AS_MEMBERS,
	};
	uint32_t step = i - TLI_OBJECT_STEPS;

	put(printer, step == 0 ? ") " : " ");
	if (node->items[i]->kind == TLI_LIST)
		printer->next_style =
			styles_of[tli_object_of(&node->value)->steps[step]];
}

static void next_of_object(
	struct printer *printer, const struct tli_items *node, uint32_t i)
{
	if (i == TLI_OBJECT_ARGS)
		printer->next_style = AS_ARGUMENTS;
	else if (i == TLI_OBJECT_KWARGS)
		next_is_keywords(printer, node);
	else if (i >= TLI_OBJECT_STEPS)
		next_is_step(printer, node, i);
}

static enum style style_of(
	const struct printer *printer, const struct tli_value *value)
{
	uint32_t count = count_of(value);

	if (printer->next_style != AS_ITS_KIND)
		return printer->next_style;
	if (value->kind == TLI_TUPLE && count == 1)
		return AS_SINGLE;
	if (value->kind == TLI_OBJECT && count > TLI_OBJECT_STEPS)
		return AS_CHANGED;
	return (enum style)value->kind;
}

static void put_leaf(struct printer *printer, enum style style,
	const struct tli_value *value)
{
	if (style == AS_NAME)
		tli_show_name(&printer->writing, value);
	else
		tli_show_leaf(&printer->writing, value);
}

/* ---- Proxies --------------------------------------------------------- */

/* The number in what a proxy knows its object by. */
static void put_number(struct printer *printer, const struct tli_value *ident)
{
	const char *text = (const char *)tli_bytes_of(ident)->data;
	const char *dash = strchr(text, '-');
	char number[16 + 1];
	size_t len;

	if (dash)
		text = dash + 1;
	len = strspn(text, "0123456789abcdef");
	if (len >= sizeof(number))
		len = sizeof(number) - 1;
	memcpy(number, text, len);
	number[len] = '\0';
	put(printer, number);
}

/* "<ListProxy object, typeid 'list' at 0x1f>", as the proxy would say. */
static void put_proxy(struct printer *printer, const struct tli_value *class,
	struct tli_value *const *token)
{
	bool is_auto =
		tli_is_global(class, "multiprocessing.managers", "AutoProxy");

	put(printer, "<");
	tli_show_name(&printer->writing, tli_items_of(class)->items[1]);
	put(printer, is_auto ? "[" : "");
	if (is_auto)
		tli_show_name(&printer->writing, token[TLI_TOKEN_TYPEID]);
	put(printer, is_auto ? "] object, typeid " : " object, typeid ");
	tli_show_leaf(&printer->writing, token[TLI_TOKEN_TYPEID]);
	put(printer, " at 0x");
	put_number(printer, token[TLI_TOKEN_IDENT]);
	put(printer, ">");
}

static bool is_class(const struct tli_value *value)
{
	return value->kind == TLI_GLOBAL &&
		is_name(tli_items_of(value)->items[1]);
}

/* Writes a proxy, if it is one. */
static bool show_proxy(struct printer *printer, const struct tli_value *value)
{
	const struct tli_value *state = tli_proxy_token(value);
	const struct tli_value *class;
	struct tli_value *const *token;

	if (!state)
		return false;
	token = tli_items_of(state)->items;
	class = tli_items_of(tli_items_of(value)->items[TLI_OBJECT_ARGS])
			->items[0];
	if (!is_class(class) || !is_name(token[TLI_TOKEN_TYPEID]) ||
		token[TLI_TOKEN_IDENT]->kind != TLI_STR)
		return false;
	put_proxy(printer, class, token);
	return true;
}

/* ---- The walk -------------------------------------------------------- */

/* The style is what the walk keeps of the node. */
static int go_inside(struct printer *printer, enum style style,
	const struct tli_value *value)
{
	if (!tli_mark(printer->path, value))
		return TLI_VALUE_NOMEM;
	put(printer, styles[style].open);
	return (int)style;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct printer *printer = printer_of(visitor);
	enum style style = style_of(printer, value);
	int result = TLI_WALK_PAST;

	printer->next_style = AS_ITS_KIND;
	if (style == AS_NOTHING)
		return TLI_WALK_PAST;
	if (!tli_has_items(value))
		put_leaf(printer, style, value);
	else if (tli_is_marked(printer->path, value))
		put(printer, styles[style].again);
	else if (count_of(value) == 0 && styles[style].empty)
		put(printer, styles[style].empty);
	else if (!show_proxy(printer, value))
		result = go_inside(printer, style, value);
	return printer->writing.failure ? printer->writing.failure : result;
}

static int next(
	struct tli_visitor *visitor, const struct tli_value *value, uint32_t i)
{
	struct printer *printer = printer_of(visitor);
	const struct tli_items *node = tli_items_of(value);

	if (value->kind == TLI_RANGE)
		next_of_range(printer, node, i);
	else if (value->kind == TLI_OBJECT)
		next_of_object(printer, node, i);
	else
		next_of_style(printer, (enum style)visitor->state, node, i);
	return printer->writing.failure;
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct printer *printer = printer_of(visitor);

	put(printer, styles[visitor->state].close);
	tli_unmark(printer->path, value);
	return printer->writing.failure;
}

int tli_repr_part(const struct tli_value *value, struct tli_marks *path,
	struct tli_buf *text)
{
	struct printer printer = {
		.visitor = {.enter = enter, .next = next, .leave = leave},
		.writing = {.text = text},
		.path = path,
	};

	return tli_walk(&printer.visitor, value, TLI_VALUE_DEPTH_MAX);
}

int tli_repr(const struct tli_value *value, struct tli_buf *text)
{
	struct tli_marks path;
	int result;

	tli_marks_init(&path);
	result = tli_repr_part(value, &path, text);
	tli_marks_fini(&path);
	return result;
}
