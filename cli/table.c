/* SPDX-License-Identifier: MIT */
#include "table.h"

#include "status.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 16
#define CELL_MAX    512

static void widen(int *width, const char *text)
{
	int len = (int)strlen(text);

	if (len > *width)
		*width = len;
}

static void measure(
	const struct column *columns, const json *rows, int widths[COLUMNS_MAX])
{
	for (int i = 0; columns[i].key; i++) {
		widths[i] = 0;
		widen(&widths[i], columns[i].title);
		for (const json *row = json_first(rows); row;
			row = json_next(row)) {
			char cell[CELL_MAX];

			json_cell(json_find(row, columns[i].key), cell,
				sizeof(cell));
			widen(&widths[i], cell);
		}
	}
}

/* The last of a line is not filled up. */
static void print_cell(const struct column *column, int width, const char *text)
{
	bool is_last = !column[1].key;

	if (column->is_number)
		printf("%*s", width, text);
	else
		printf("%-*s", is_last ? 0 : width, text);
	fputs(is_last ? "\n" : "  ", stdout);
}

void table_print(const struct column *columns, const json *rows)
{
	int widths[COLUMNS_MAX];

	measure(columns, rows, widths);
	for (int i = 0; columns[i].key; i++)
		print_cell(&columns[i], widths[i], columns[i].title);
	for (const json *row = json_first(rows); row; row = json_next(row)) {
		for (int i = 0; columns[i].key; i++) {
			char cell[CELL_MAX];

			json_cell(json_find(row, columns[i].key), cell,
				sizeof(cell));
			print_cell(&columns[i], widths[i], cell);
		}
	}
}

int table_print_one(const json *value)
{
	char *text = json_text(value);

	if (!text)
		return complain_of_memory("standard output");
	puts(text);
	free(text);
	return STATUS_DONE;
}

int table_print_json(const json *rows)
{
	int status = STATUS_DONE;

	for (const json *row = json_first(rows); row && status == STATUS_DONE;
		row = json_next(row))
		status = table_print_one(row);
	return status;
}
