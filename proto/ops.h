/* SPDX-License-Identifier: MIT */
/* The numbers and names of ops.def. */
#ifndef TLI_OPS_H
#define TLI_OPS_H

#include <stdint.h>

enum tli_op_code {
#define OP(name, code, word, sender, payload, help) TLI_OP_##name = code,
#include "ops.def"
	TLI_OPS = 0x80 /* all are below */
};

enum tli_status {
#define STATUS(name, code, exception, text) TLI_STATUS_##name = code,
#include "ops.def"
	TLI_STATUSES
};

enum tli_format {
#define FORMAT(name, code, word) TLI_FORMAT_##name = code,
#include "ops.def"
	TLI_FORMATS
};

enum tli_session_flag {
#define FLAG(name, bit, word, help) TLI_FLAG_##name = bit,
#include "ops.def"
};

enum tli_op_sender { TLI_SENT_BY_CLIENT, TLI_SENT_BY_BROKER };

enum tli_op_payload {
	TLI_PAYLOAD_NOTHING,
	TLI_PAYLOAD_VALUE, /* one, in the frame's format: pickle or JSON */
	TLI_PAYLOAD_ITEMS, /* records, one behind the other */
};

struct tli_op_info {
	const char *word; /* NULL: there is no such operation */
	enum tli_op_sender sender;
	enum tli_op_payload payload;
	const char *help;
};

struct tli_status_info {
	const char *name;      /* "KEY_ERROR" */
	const char *exception; /* "KeyError" */
	const char *text;
};

/* What there is about a code, of any number. */
const struct tli_op_info *tli_op_info(unsigned code);
const struct tli_status_info *tli_status_info(unsigned status);

/* The word of a format ("json"); NULL for any other number. */
const char *tli_format_word(unsigned format);

/* The format of a word; negative if there is none. */
int tli_format_of(const char *word);

#endif
