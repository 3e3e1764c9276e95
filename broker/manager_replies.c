/* SPDX-License-Identifier: MIT */
/* The kinds of answers, and exceptions as Python's clients catch them. */
#include "manager.h"

#include "../proto/frame.h"
#include "../proto/item_value.h"
#include "../proto/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define REFUSAL_TEXT 1024u
#define EXCEPTION    64u

static struct tli_value *text(const struct manager *manager, const char *string)
{
	return tli_text(manager_values(manager), string);
}

/* ---- Frames ----------------------------------------------------------- */

static bool put_frame(struct manager *manager, const struct tli_buf *body)
{
	uint8_t header[TLI_FRAME_HEADER_MAX];
	size_t len = tli_frame_put_header(header, tli_buf_len(body));

	return segments_copy(&manager->output, header, len) &&
		segments_copy(&manager->output, tli_buf_head(body),
			tli_buf_len(body));
}

/* As Python's server tells it. The text may be of the values, which make room.
 */
static void tell_unwritten(struct manager *manager, const char *why)
{
	char whole[TLI_VALUE_ERROR_TEXT];

	snprintf(whole, sizeof(whole), "%s", why);
	tli_values_forget(manager_values(manager));
	manager_reply(manager, "#UNSERIALIZABLE", text(manager, whole));
}

/* A value could not be made. */
static void tell_no_value(struct manager *manager)
{
	const struct tli_value_error *error = &manager_values(manager)->error;

	if (error->code != TLI_VALUE_OK && error->code != TLI_VALUE_NOMEM)
		tell_unwritten(manager, error->text);
	else
		manager_fail(manager);
}

static void put_answer(struct manager *manager, struct tli_value *answer)
{
	struct tli_value_error error;
	struct tli_buf body;
	int result;

	tli_buf_init(&body, TLI_ITEM_BODY_MAX);
	result = manager->serializer->write(
		&body, manager->protocol, answer, &error);
	if (result == TLI_VALUE_OK && !put_frame(manager, &body))
		result = TLI_VALUE_NOMEM;
	tli_buf_fini(&body);
	if (result == TLI_VALUE_NOMEM)
		manager_fail(manager);
	else if (result != TLI_VALUE_OK)
		tell_unwritten(manager, error.text);
	manager_touch(manager);
}

void manager_reply(
	struct manager *manager, const char *kind, struct tli_value *value)
{
	struct tli_value *parts[2] = {text(manager, kind), value};
	struct tli_value *answer =
		tli_items(manager_values(manager), TLI_TUPLE, parts, 2);

	if (answer)
		put_answer(manager, answer);
	else
		tell_no_value(manager);
}

void manager_return(struct manager *manager, struct tli_value *value)
{
	manager_reply(manager, "#RETURN", value);
}

/* ---- Pickles as they are ---------------------------------------------- */

/*
 * ("#RETURN", what the item says) without looking into it: a pickle is a
 * program, and what one of two bytes at its start and one at its end says is
 * known. A frame of the pickle that ended with STOP ends with TUPLE2 instead.
 */
static const uint8_t splice_start[] = {
	0x80, 4, 0x8c, 7, '#', 'R', 'E', 'T', 'U', 'R', 'N'};
static const uint8_t splice_end[] = {0x86, '.'};
#define SPLICE_LEFT_OUT 3u /* PROTO, STOP */

static bool can_splice(
	const struct manager *manager, const struct tli_item *item)
{
	const uint8_t *body = tli_item_body(item);

	return manager->serializer->is_pickle && manager->protocol >= 4 &&
		!item->links && item->format == TLI_FORMAT_PICKLE &&
		item->body_len > SPLICE_LEFT_OUT && body[0] == 0x80 &&
		body[1] <= manager->protocol && body[1] <= 4 &&
		body[item->body_len - 1] == '.';
}

static bool splice(struct manager *manager, struct tli_item *item)
{
	uint8_t header[TLI_FRAME_HEADER_MAX];
	size_t inner = item->body_len - SPLICE_LEFT_OUT;
	size_t len = tli_frame_put_header(
		header, sizeof(splice_start) + inner + sizeof(splice_end));

	return segments_copy(&manager->output, header, len) &&
		segments_copy(
			&manager->output, splice_start, sizeof(splice_start)) &&
		segments_add(&manager->output, item, tli_item_body(item) + 2,
			inner) &&
		segments_copy(&manager->output, splice_end, sizeof(splice_end));
}

/* Its proxies stay good until the client has had time to say that it has them.
 */
static void return_decoded(struct manager *manager, struct tli_item *item)
{
	struct tli_values *values = manager_values(manager);
	struct tli_value *value = tli_item_value(values, item);

	if (item->links)
		manager->kept = tli_item_ref(item);
	if (value && item->links && !manager_redirect(manager, value))
		value = NULL;
	manager_return(manager, value);
}

void manager_return_item(struct manager *manager, struct tli_item *item)
{
	if (!item)
		manager_return(manager, tli_none(manager_values(manager)));
	else if (!can_splice(manager, item))
		return_decoded(manager, item);
	else if (!splice(manager, item))
		manager_fail(manager);
	manager_touch(manager);
}

void manager_return_iterator(struct manager *manager, struct tli_item *list)
{
	struct tli_values *values = manager_values(manager);
	struct tli_value *args[1] = {tli_item_value(values, list)};

	if (list->links)
		manager->kept = tli_item_ref(list);
	if (args[0] && list->links && !manager_redirect(manager, args[0]))
		args[0] = NULL;
	manager_return(manager,
		tli_object(values, TLI_REDUCE,
			tli_global(values, "builtins", "iter"),
			tli_items(values, TLI_TUPLE, args, 1), NULL));
}

/* ---- Exceptions ------------------------------------------------------- */

/* "queue.Empty": a module and a class; without a dot, of builtins. */
static struct tli_value *exception_class(
	const struct manager *manager, const char *name)
{
	const char *dot = strrchr(name, '.');
	char module[EXCEPTION] = "builtins";

	if (dot)
		snprintf(module, sizeof(module), "%.*s", (int)(dot - name),
			name);
	return tli_global(
		manager_values(manager), module, dot ? dot + 1 : name);
}

/* What the exception is made of: (), or what the engine says. */
static struct tli_value *exception_args(
	const struct manager *manager, const struct op *op)
{
	struct tli_values *values = manager_values(manager);

	if (!op->result)
		return tli_items(values, TLI_TUPLE, NULL, 0);
	return tli_item_value(values, op->result);
}

static void raise_pickled(struct manager *manager, const struct op *op)
{
	const char *name = tli_status_info(op->status)->exception;
	struct tli_values *values = manager_values(manager);

	manager_reply(manager, "#ERROR",
		tli_object(values, TLI_REDUCE, exception_class(manager, name),
			exception_args(manager, op), NULL));
}

static void forbid_pickled(struct manager *manager, const char *why)
{
	struct tli_values *values = manager_values(manager);
	struct tli_value *argument = text(manager, why);

	manager_reply(manager, "#ERROR",
		tli_object(values, TLI_REDUCE,
			exception_class(manager, "PermissionError"),
			tli_items(values, TLI_TUPLE, &argument, 1), NULL));
}

void manager_raise(struct manager *manager, const struct op *op)
{
	if (manager->serializer->is_pickle)
		raise_pickled(manager, op);
	else
		manager_refuse_op(manager, op);
}

/* ---- Refusals --------------------------------------------------------- */

/* What is quoted may have lines of its own. */
static void make_one_line(char *string)
{
	for (; *string; string++)
		if ((unsigned char)*string < ' ')
			*string = '?';
}

/* As format_exc() writes it, without places in the server. */
static void refuse(struct manager *manager, const char *kind,
	const char *exception, const char *why)
{
	char line[REFUSAL_TEXT], whole[REFUSAL_TEXT + EXCEPTION + 64];

	snprintf(line, sizeof(line), "%s", why);
	make_one_line(line);
	tli_utf8_mend(line);
	snprintf(whole, sizeof(whole),
		"Traceback (most recent call last):\n  in tielined\n%s: %s\n",
		exception, line);
	tli_values_forget(manager_values(manager));
	manager_reply(manager, kind, text(manager, whole));
}

void manager_refuse(
	struct manager *manager, const char *exception, const char *format, ...)
{
	char why[REFUSAL_TEXT];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	refuse(manager, "#TRACEBACK", exception, why);
}

void manager_refuse_ident(struct manager *manager, const char *ident)
{
	manager_refuse(manager, "KeyError",
		"'%.400s': there is no such object: it is gone, or the broker "
		"was started anew",
		ident);
}

void manager_refuse_no_ident(struct manager *manager)
{
	manager_refuse(
		manager, "KeyError", "an object is named by its ident, a str");
}

/* The text of what was raised, if that is one. */
static const char *text_of(const struct manager *manager, const struct op *op)
{
	const struct tli_value *args = exception_args(manager, op);
	const struct tli_value *first = NULL;

	if (args && tli_is_sequence(args) && tli_items_of(args)->count > 0)
		first = tli_items_of(args)->items[0];
	return first && first->kind == TLI_STR
		? (const char *)tli_bytes_of(first)->data
		: tli_status_info(op->status)->text;
}

void manager_refuse_op(struct manager *manager, const struct op *op)
{
	refuse(manager, "#TRACEBACK", tli_status_info(op->status)->exception,
		text_of(manager, op));
}

void manager_unserializable(struct manager *manager, const struct op *op)
{
	refuse(manager, "#UNSERIALIZABLE",
		tli_status_info(op->status)->exception, text_of(manager, op));
}

void manager_forbid(struct manager *manager, const char *why)
{
	if (manager->serializer->is_pickle)
		forbid_pickled(manager, why);
	else
		manager_refuse(manager, "PermissionError", "%s", why);
}
