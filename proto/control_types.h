/* SPDX-License-Identifier: MIT */
/*
 * The kinds of values in requests and replies: what each must be, and how it
 * becomes a member of a struct and JSON again. Used by control.c alone.
 */
#ifndef TLI_CONTROL_TYPES_H
#define TLI_CONTROL_TYPES_H

#include "json.h"

struct tli_control_type {
	const char *needs; /* what the value must be, for people */

	/* Stores the value; false, with the member as it was, if it is not
	 * what it must be. */
	bool (*read)(const tli_json *value, void *member);

	/* Adds the value, if it is not as one that was left out. NULL for
	 * what is only read. */
	void (*write)(struct tli_json_writer *writer, tli_json *parent,
		const char *key, const void *member);
};

/* Their members are arrays of char, as long as in control.h. */
extern const struct tli_control_type tli_control_name;
extern const struct tli_control_type tli_control_listener;
extern const struct tli_control_type tli_control_prefix;
extern const struct tli_control_type tli_control_text;   /* of any characters */
extern const struct tli_control_type tli_control_array;  /* as JSON */
extern const struct tli_control_type tli_control_object; /* as JSON */
extern const struct tli_control_type tli_control_message;
extern const struct tli_control_type tli_control_address;

extern const struct tli_control_type tli_control_true;    /* no member */
extern const struct tli_control_type tli_control_flag;    /* bool */
extern const struct tli_control_type tli_control_seconds; /* int64_t, ms */
extern const struct tli_control_type tli_control_limit;   /* unsigned */
extern const struct tli_control_type tli_control_listing; /* its enum */
extern const struct tli_control_type tli_control_refusal; /* its enum */
extern const struct tli_control_type tli_control_uid;     /* uint32_t */

#endif
