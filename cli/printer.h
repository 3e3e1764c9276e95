/* SPDX-License-Identifier: MIT */
/* Items of queues and topics, printed as the options say: a line each, or with
 * --raw as they are. */
#ifndef CLI_PRINTER_H
#define CLI_PRINTER_H

#include "verbs.h"

#include <stdio.h>

#include <tieline/session.h>

struct printer {
	const char *what; /* for complaints */
	int (*print)(
		struct printer *printer, const tieline_item *item, FILE *file);
	tieline_values *values; /* of one item at a time */
	unsigned long long items;
	bool has_refused;
};

/* False for lack of memory. */
bool printer_open(struct printer *printer, const struct call *call);

/* False if the item cannot be printed, which is told on standard error. */
bool printer_print(
	struct printer *printer, const tieline_item *item, FILE *file);

/* One that was not opened, and is zeroed, is fine. */
void printer_close(struct printer *printer);

#endif
