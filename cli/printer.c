/* SPDX-License-Identifier: MIT */
#include "printer.h"

#include "status.h"

/* Each returns a tieline_code; what fails is told by
 * tieline_handle_error(NULL). */

/* The subject, if there is one, cannot have a tab. */
static int print_line(
	const tieline_item *item, const void *text, size_t len, FILE *file)
{
	if (item->subject && *item->subject)
		fprintf(file, "%s\t", item->subject);
	fwrite(text, 1, len, file);
	fputc('\n', file);
	return TIELINE_OK;
}

static int print_raw(
	struct printer *printer, const tieline_item *item, FILE *file)
{
	(void)printer;
	fwrite(item->data, 1, item->len, file);
	return TIELINE_OK;
}

static int print_value(
	struct printer *printer, const tieline_item *item, FILE *file)
{
	const tieline_value *value = tieline_item_value(item, printer->values);
	char *text;
	size_t len;
	int result = value ? tieline_value_repr(value, 0, &text, &len)
			   : tieline_handle_error_code(NULL);

	if (result < 0)
		return result;
	print_line(item, text, len, file);
	tieline_free(text);
	return TIELINE_OK;
}

static int print_plain(
	struct printer *printer, const tieline_item *item, FILE *file)
{
	if (item->format == TIELINE_FORMAT_PICKLE)
		return print_value(printer, item, file);
	return print_line(item, item->data, item->len, file);
}

static const char *const formats[] = {
	[TIELINE_FORMAT_PICKLE] = "pickle",
	[TIELINE_FORMAT_BYTES] = "bytes",
	[TIELINE_FORMAT_TEXT] = "text",
	[TIELINE_FORMAT_JSON] = "json",
};

static tieline_value *headers_of(
	const tieline_item *item, tieline_values *values)
{
	tieline_value *headers = tieline_value_dict(values);

	for (size_t i = 0; i < item->header_count; i++)
		tieline_value_set_text(headers, item->headers[i].key,
			tieline_value_str(values, item->headers[i].value));
	return headers;
}

/* NULL with the error told. */
static tieline_value *describe(const tieline_item *item, tieline_values *values)
{
	tieline_value *described = tieline_value_build(values,
		"{'value': %v, 'format': %s, 'headers': %v}",
		tieline_item_value(item, values), formats[item->format],
		headers_of(item, values));

	if (item->subject && *item->subject)
		tieline_value_set_text(described, "subject",
			tieline_value_str(values, item->subject));
	else
		tieline_value_set_text(described, "attempts",
			tieline_value_uint(values, item->attempts));
	return described;
}

static int print_json(
	struct printer *printer, const tieline_item *item, FILE *file)
{
	char *text;
	int result = tieline_value_to_json(describe(item, printer->values),
		TIELINE_JSON_WRAPPED, &text, NULL);

	if (result < 0)
		return result;
	fprintf(file, "%s\n", text);
	tieline_free(text);
	return TIELINE_OK;
}

bool printer_open(struct printer *printer, const struct call *call)
{
	const struct settings *settings = &call->settings;

	*printer = (struct printer){
		.what = call->words[0],
		.print = print_plain,
		.values = tieline_values_new(NULL),
	};
	if (settings->raw)
		printer->print = print_raw;
	else if (settings->value)
		printer->print = print_value;
	else if (settings->json)
		printer->print = print_json;
	return printer->values;
}

bool printer_print(
	struct printer *printer, const tieline_item *item, FILE *file)
{
	int result = printer->print(printer, item, file);

	printer->items++;
	if (result < 0) {
		printer->has_refused = true;
		complain(STATUS_OTHER, printer->what,
			"item %llu cannot be printed: %s; --raw shows it as it "
			"is",
			printer->items, tieline_handle_error(NULL));
	}
	tieline_values_clear(printer->values);
	return result >= 0;
}

void printer_close(struct printer *printer)
{
	tieline_values_free(printer->values);
	printer->values = NULL;
}
