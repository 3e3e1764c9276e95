/* SPDX-License-Identifier: MIT */
/* Values as text and as pickles, in both directions. */
#include "values.h"

#include "../proto/buf.h"
#include "../proto/pickle/disassemble.h"
#include "../proto/pickle/pickle.h"
#include "../proto/pickle/unpickle.h"
#include "../proto/value/json_value.h"
#include "../proto/value/literal.h"
#include "../proto/value/repr.h"

#define TEXT_BYTES_MAX ((size_t)64 << 20)
/* What a pickle can need for a byte of values; far more than any does that is
 * not inside itself in thousands of ways. */
#define PICKLE_BYTES_EACH 8u
#define PICKLE_BYTES_MORE 4096u

tieline_value *tieline_value_parse(
	tieline_values *values, const char *text, size_t len)
{
	return TLI_MADE(values, tli_literal(&values->tree, text, len, NULL));
}

/* Hands what was written to the program, with a NUL behind it. */
static int hand_over(struct tli_buf *buf, char **text_out, size_t *len_out)
{
	size_t len = tli_buf_len(buf);

	buf->max_bytes = SIZE_MAX;
	if (tli_buf_append(buf, "", 1) != TLI_BUF_OK) {
		tli_buf_fini(buf);
		return tli_error_set(
			tli_thread_error(), TIELINE_ENOMEM, "out of memory");
	}
	*text_out = (char *)tli_buf_steal(buf);
	if (len_out)
		*len_out = len;
	return TIELINE_OK;
}

static int refuse_repr(int result, size_t max_bytes)
{
	struct tli_value_error error;

	if (result == TLI_VALUE_NOMEM)
		tli_value_error_set(&error, result, "out of memory");
	else
		tli_value_error_set(&error, result,
			"the text has more than %zu bytes, or too many levels",
			max_bytes);
	return tli_values_failed(&error);
}

int tieline_value_repr(const tieline_value *value, size_t max_bytes,
	char **text_out, size_t *len_out)
{
	struct tli_buf buf;
	int result;

	if (!value)
		return tli_value_missing();
	tli_buf_init(&buf, max_bytes ? max_bytes : TEXT_BYTES_MAX);
	result = tli_repr(tli_node(value), &buf);
	if (result == TLI_VALUE_OK)
		return hand_over(&buf, text_out, len_out);
	tli_buf_fini(&buf);
	return refuse_repr(result, buf.max_bytes);
}

tieline_value *tieline_value_from_json(tieline_values *values, const char *text,
	size_t len, tieline_json_wrapping wrapping)
{
	return TLI_MADE(values,
		tli_value_from_json(&values->tree, text, len,
			wrapping == TIELINE_JSON_WRAPPED ? TLI_JSON_WRAPPED
							 : TLI_JSON_PLAIN));
}

int tieline_value_to_json(const tieline_value *value,
	tieline_json_wrapping wrapping, char **text_out, size_t *len_out)
{
	struct tli_value_error error;
	char *text;
	size_t len;
	int result;

	if (!value)
		return tli_value_missing();
	result = tli_value_to_json(tli_node(value),
		wrapping == TIELINE_JSON_WRAPPED ? TLI_JSON_WRAPPED
						 : TLI_JSON_PLAIN,
		TEXT_BYTES_MAX, &text, &len, &error);
	if (result < 0)
		return tli_value_refused(tli_node(value), &error);
	*text_out = text;
	if (len_out)
		*len_out = len;
	return TIELINE_OK;
}

static int check_protocol(int protocol)
{
	if (protocol == 0 ||
		(protocol >= TLI_PICKLE_PROTOCOL_MIN &&
			protocol <= TLI_PICKLE_PROTOCOL_MAX))
		return TIELINE_OK;
	return tli_error_set(tli_thread_error(), TIELINE_EINVAL,
		"there is no protocol %d to write, only 2 to 5", protocol);
}

/* What is made of its items, as a tuple, is written once more for each way in
 * which it is inside itself: thousands of times, if a peer has it so. */
static size_t pickle_bytes_max(const struct tli_value *node)
{
	const struct tli_values *values;

	if (!tli_has_items(node))
		return SIZE_MAX / 4;
	values = tli_items_of(node)->values;
	return (values->arena.held_bytes + values->borrowed_bytes) *
		PICKLE_BYTES_EACH +
		PICKLE_BYTES_MORE;
}

int tieline_value_pickle(const tieline_value *value, int protocol,
	void **data_out, size_t *len_out)
{
	struct tli_value_error error;
	struct tli_buf buf;
	int result = check_protocol(protocol);

	if (result < 0)
		return result;
	if (!value)
		return tli_value_missing();
	tli_buf_init(&buf, pickle_bytes_max(tli_node(value)));
	result = tli_pickle(tli_node(value),
		protocol ? protocol : TLI_PICKLE_PROTOCOL_DEFAULT, &buf,
		&error);
	buf.max_bytes = SIZE_MAX;
	if (result == TLI_VALUE_OK)
		return hand_over(&buf, (char **)data_out, len_out);
	tli_buf_fini(&buf);
	return tli_value_refused(tli_node(value), &error);
}

tieline_value *tieline_value_unpickle(
	tieline_values *values, const void *pickle, size_t len)
{
	return TLI_MADE(values,
		tli_unpickle(
			&values->tree, pickle, len, TLI_UNPICKLE_COPY, NULL));
}

tieline_value *tieline_value_unpickle_in_place(
	tieline_values *values, const void *pickle, size_t len)
{
	return TLI_MADE(values,
		tli_unpickle(
			&values->tree, pickle, len, TLI_UNPICKLE_BORROW, NULL));
}

int tieline_pickle_disassemble(
	const void *pickle, size_t len, char **text_out, size_t *len_out)
{
	struct tli_value_error error;
	struct tli_buf buf;
	int result, handed_over;

	tli_buf_init(&buf, TEXT_BYTES_MAX);
	result = tli_disassemble(pickle, len, &buf, &error);
	if (result == TLI_VALUE_OK || result == TLI_VALUE_SYNTAX) {
		handed_over = hand_over(&buf, text_out, len_out);
		if (result == TLI_VALUE_OK || handed_over < 0)
			return handed_over;
	}
	tli_buf_fini(&buf);
	return tli_values_failed(&error);
}
