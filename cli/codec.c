/* SPDX-License-Identifier: MIT */
#include "codec.h"

#include "literal.h"
#include "status.h"

static int send_bytes(struct codec *codec, tieline_connection *connection,
	const void *data, size_t len)
{
	(void)codec;
	return tieline_send_bytes(connection, data, len, 0);
}

static int receive_bytes(struct codec *codec, tieline_connection *connection,
	void **data_out, size_t *len_out)
{
	(void)codec;
	return tieline_recv_bytes(connection, 0, data_out, len_out);
}

static const struct codec_class bytes_class = {send_bytes, receive_bytes};

/* Whether it is the value's fault, and the connection is as it was. */
static bool is_of_value(int code)
{
	return code == TIELINE_ESYNTAX || code == TIELINE_ETYPE ||
		code == TIELINE_ELIMIT;
}

static int refuse(struct codec *codec, const char *which,
	unsigned long long number, const char *fate, const char *why)
{
	codec->has_refused = true;
	complain(STATUS_OTHER, codec->what, "%s %llu is not %s: %s", which,
		number, fate, why);
	return CODEC_PASSED_OVER;
}

static int refuse_line(struct codec *codec, const char *why)
{
	return refuse(codec, "line", codec->lines + 1, "sent", why);
}

static int refuse_message(struct codec *codec, const char *why)
{
	return refuse(codec, "message", codec->messages, "printed", why);
}

/* NULL when it has complained. */
static tieline_value *read_value(
	struct codec *codec, const char *text, size_t len)
{
	char why[LITERAL_WHY_MAX];
	tieline_value *value = literal_read(codec->values, text, len,
		codec->json ? TIELINE_JSON_WRAPPED : TIELINE_JSON_PLAIN, why);

	if (!value)
		refuse_line(codec, why);
	return value;
}

static int send_if_read(struct codec *codec, tieline_connection *connection,
	const tieline_value *value)
{
	int result;

	if (!value)
		return CODEC_PASSED_OVER;
	result = tieline_send_value(connection, value, 0);
	return is_of_value(result)
		? refuse_line(codec,
			  tieline_handle_error(
				  tieline_connection_handle(connection)))
		: result;
}

static int send_value(struct codec *codec, tieline_connection *connection,
	const void *line, size_t len)
{
	const tieline_value *value = literal_is_blank(line, len)
		? NULL
		: read_value(codec, line, len);
	int result = send_if_read(codec, connection, value);

	tieline_values_clear(codec->values);
	/* What could not be sent yet comes again. */
	if (result >= 0)
		codec->lines++;
	return result;
}

static int print_value(struct codec *codec, const tieline_value *value,
	void **text_out, size_t *len_out)
{
	char *text;
	int result = codec->json ? tieline_value_to_json(value,
					   TIELINE_JSON_WRAPPED, &text, len_out)
				 : tieline_value_repr(value, 0, &text, len_out);

	if (result < 0)
		return refuse_message(codec, tieline_handle_error(NULL));
	*text_out = text;
	return TIELINE_OK;
}

static int receive_value(struct codec *codec, tieline_connection *connection,
	void **text_out, size_t *len_out)
{
	tieline_value *value;
	int result = tieline_recv_value(connection, 0, codec->values, &value);

	if (result < 0 && !is_of_value(result))
		return result;
	codec->messages++;
	result = result < 0
		? refuse_message(codec,
			  tieline_handle_error(
				  tieline_connection_handle(connection)))
		: print_value(codec, value, text_out, len_out);
	tieline_values_clear(codec->values);
	return result;
}

static const struct codec_class values_class = {send_value, receive_value};

bool codec_open(struct codec *codec, const struct call *call)
{
	*codec = (struct codec){
		.class = call->settings.value ? &values_class : &bytes_class,
		.what = call->words[0],
		.json = call->settings.json,
		.values = tieline_values_new(NULL),
	};
	return codec->values;
}

int codec_send(struct codec *codec, tieline_connection *connection,
	const void *data, size_t len)
{
	return codec->class->send(codec, connection, data, len);
}

int codec_receive(struct codec *codec, tieline_connection *connection,
	void **data_out, size_t *len_out)
{
	return codec->class->receive(codec, connection, data_out, len_out);
}

void codec_close(struct codec *codec)
{
	tieline_values_free(codec->values);
	codec->values = NULL;
}
