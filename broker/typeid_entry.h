/* SPDX-License-Identifier: MIT */
/* The entries of "typeids": what the configuration makes of names by which
 * managers' clients ask for objects. */
#ifndef BROKER_TYPEID_ENTRY_H
#define BROKER_TYPEID_ENTRY_H

#include "../proto/value/value.h"

#define TYPEIDS_MAX 1000u

/* The members are called as their keys in the file are; those that were left
 * out are NULL. */
struct typeid_entry {
	const char *typeid;
	const char *type; /* a kind */
	const char *name; /* a pattern: see typeid_pattern.h */

	const char *call; /* a method, whose result is what proxies are of */
	/* What the call gets, or else the kind's constructor: a tuple and a
	 * dict. */
	struct tli_value *args, *kwargs;
	struct tli_value *value;   /* the initial content */
	struct tli_value *exposed; /* a tuple of str */
	struct tli_value *options; /* a dict: more of those of open */

	/* What its patterns take of the arguments of create(). */
	uint32_t places;            /* bit i: {i}, and all before it */
	struct tli_value *keywords; /* a list of str */
};

/* All of them, shared by counting references. Whose configurations share them
 * are in one thread. */
struct typeids {
	unsigned references;
	struct tli_values values;
	uint32_t count;
	struct typeid_entry entries[]; /* in the order of their typeids */
};

/* Room for so many, none of which is there; with one reference. NULL for lack
 * of memory. */
struct typeids *typeids_new(uint32_t capacity);

/* NULL is fine. */
struct typeids *typeids_ref(struct typeids *typeids);
void typeids_unref(struct typeids *typeids);

void typeids_sort(struct typeids *typeids);

/* NULL if there is none. */
const struct typeid_entry *typeids_find(
	const struct typeids *typeids, const char *typeid);

/* How many arguments without names its patterns take. */
uint32_t typeid_entry_positional(const struct typeid_entry *entry);

/* Why there is no object of that type to be had for asking, or NULL. */
const char *typeid_refusal(const char *type);

/* How the initial content of a kind is given to its constructor: behind so
 * many arguments, or as those that have names. */
struct typeid_content {
	const char *type;
	uint32_t place;
	bool is_named;
	uint32_t kinds; /* bit 1 << kind: what it may be; 0 = anything */
};

/* NULL for kinds that have none. */
const struct typeid_content *typeid_content_find(const char *type);

#endif
