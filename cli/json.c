/* SPDX-License-Identifier: MIT */
#include "json.h"

#include <cjson/cJSON.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json *json_parse(const void *text, size_t len)
{
	return cJSON_ParseWithLength(text, len);
}

json *json_object(void)
{
	return cJSON_CreateObject();
}

bool json_add_text(json *object, const char *key, const char *text)
{
	return cJSON_AddStringToObject(object, key, text) != NULL;
}

bool json_add_number(json *object, const char *key, double number)
{
	return cJSON_AddNumberToObject(object, key, number) != NULL;
}

bool json_add_true(json *object, const char *key)
{
	return cJSON_AddTrueToObject(object, key) != NULL;
}

bool json_add_bool(json *object, const char *key, bool is_true)
{
	return cJSON_AddBoolToObject(object, key, is_true) != NULL;
}

json *json_new_text(const char *text)
{
	return cJSON_CreateString(text);
}

json *json_new_number(double number)
{
	return cJSON_CreateNumber(number);
}

json *json_array(void)
{
	return cJSON_CreateArray();
}

json *json_take(json *array)
{
	return cJSON_IsArray(array) ? cJSON_DetachItemFromArray(array, 0)
				    : NULL;
}

bool json_append(json *array, json *element)
{
	return cJSON_AddItemToArray(array, element);
}

void json_free(json *value)
{
	cJSON_Delete(value);
}

char *json_text(const json *value)
{
	return cJSON_PrintUnformatted(value);
}

char *json_text_for_people(const json *value)
{
	char *text = cJSON_Print(value);
	size_t len = text ? strlen(text) : 0;
	char *lines = text ? realloc(text, len + 2) : NULL;

	if (!lines) {
		free(text);
		return NULL;
	}
	strcpy(lines + len, "\n");
	return lines;
}

bool json_add(json *object, const char *key, json *value)
{
	if (value && cJSON_AddItemToObject(object, key, value))
		return true;
	cJSON_Delete(value);
	return false;
}

const json *json_find(const json *object, const char *key)
{
	return cJSON_GetObjectItemCaseSensitive(object, key);
}

const json *json_first(const json *value)
{
	return value ? value->child : NULL;
}

const json *json_next(const json *value)
{
	return value->next;
}

const char *json_key(const json *member)
{
	return member->string;
}

bool json_is_true(const json *value)
{
	return cJSON_IsTrue(value);
}

bool json_is_object(const json *value)
{
	return cJSON_IsObject(value);
}

bool json_is_array(const json *value)
{
	return cJSON_IsArray(value);
}

bool json_is_number(const json *value)
{
	return cJSON_IsNumber(value);
}

const char *json_text_of(const json *value)
{
	return cJSON_GetStringValue(value);
}

double json_number_of(const json *value)
{
	return cJSON_IsNumber(value) ? value->valuedouble : 0;
}

/* What a terminal would take for more than text is no text. What does not fit
 * is cut in front of a whole character. */
void json_text_cell(const char *text, char *cell, size_t size)
{
	size_t len = 0;

	for (; *text && len + 1 < size; text++)
		cell[len++] = (unsigned char)*text < ' ' || *text == 0x7f
			? '?'
			: *text;
	for (; len > 0 && ((unsigned char)*text & 0xc0) == 0x80; text--)
		len--;
	cell[len] = '\0';
}

/* Larger ones are too coarse for a fraction. */
static bool has_fraction(double number)
{
	return number > -1e15 && number < 1e15 &&
		(double)(int64_t)number != number;
}

void json_cell(const json *value, char *cell, size_t size)
{
	double number = json_number_of(value);

	if (cJSON_IsString(value))
		json_text_cell(value->valuestring, cell, size);
	else if (cJSON_IsNumber(value))
		snprintf(cell, size, "%.*f", has_fraction(number) ? 1 : 0,
			number);
	else if (cJSON_IsBool(value))
		json_text_cell(cJSON_IsTrue(value) ? "yes" : "no", cell, size);
	else
		json_text_cell("-", cell, size);
}
