/* SPDX-License-Identifier: MIT */
/*
 * What messages are to who reads and writes them: the bytes of a line, or with
 * --value, Python objects, written as literals or JSON.
 */
#ifndef CLI_CODEC_H
#define CLI_CODEC_H

#include "verbs.h"

#include <tieline/values.h>

/* Returned for what is told on standard error, or empty, and then forgotten. */
#define CODEC_PASSED_OVER 1

struct codec {
	const struct codec_class *class;
	const char *what; /* for complaints */
	bool json;
	tieline_values *values;   /* of one message at a time */
	unsigned long long lines; /* taken so far */
	unsigned long long messages;
	bool has_refused; /* a line or a message */
};

struct codec_class {
	/* Sends what was read, as tieline_send_bytes() does, at once. */
	int (*send)(struct codec *codec, tieline_connection *connection,
		const void *data, size_t len);
	/* Receives what is to be written, as tieline_recv_bytes() does, at
	 * once. */
	int (*receive)(struct codec *codec, tieline_connection *connection,
		void **data_out, size_t *len_out);
};

/* False for lack of memory. */
bool codec_open(struct codec *codec, const struct call *call);

int codec_send(struct codec *codec, tieline_connection *connection,
	const void *data, size_t len);
int codec_receive(struct codec *codec, tieline_connection *connection,
	void **data_out, size_t *len_out);

/* One that was not opened, and is zeroed, is fine. */
void codec_close(struct codec *codec);

#endif
