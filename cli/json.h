/* SPDX-License-Identifier: MIT */
/* Requests written as JSON, and replies read: the home of cJSON. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <stdbool.h>
#include <stddef.h>

typedef struct cJSON json;

/* Reads a text; NULL if it is none, or for lack of memory. */
json *json_parse(const void *text, size_t len);

/* An empty object to be filled; NULL for lack of memory. */
json *json_object(void);

/* Each adds a member; false for lack of memory, or if the object is NULL. */
bool json_add_text(json *object, const char *key, const char *text);
bool json_add_number(json *object, const char *key, double number);
bool json_add_true(json *object, const char *key);
bool json_add_bool(json *object, const char *key, bool is_true);

/* The same of a value, which is taken; false if it is NULL too. */
bool json_add(json *object, const char *key, json *value);

/* A text, or a number; NULL for lack of memory. */
json *json_new_text(const char *text);
json *json_new_number(double number);

/* An empty array; NULL for lack of memory. */
json *json_array(void);

/* Takes the first element out of an array; NULL if there is none, or no
 * array. */
json *json_take(json *array);

/* Adds an element to an array, which it takes; false if either is NULL. */
bool json_append(json *array, json *element);

/* NULL is fine. */
void json_free(json *value);

/* The value as text in one line, to be freed with free(); NULL for lack of
 * memory. */
char *json_text(const json *value);

/* The same in several lines, with a newline behind. */
char *json_text_for_people(const json *value);

/* A member of an object; NULL if there is none, or no object. */
const json *json_find(const json *object, const char *key);

/* The first member or element, and the next one; NULL behind the last. */
const json *json_first(const json *value);
const json *json_next(const json *value);

const char *json_key(const json *member);
bool json_is_true(const json *value);
bool json_is_object(const json *value);
bool json_is_array(const json *value);
bool json_is_number(const json *value);

/* The text, or the number; NULL and 0 if it is something else, or NULL. */
const char *json_text_of(const json *value);
double json_number_of(const json *value);

/*
 * Writes a value for people: texts without quotes and control characters,
 * numbers with one decimal if they have any, yes and no, "-" for NULL.
 */
void json_cell(const json *value, char *cell, size_t size);

/* The same of a text that is not JSON: without control characters. */
void json_text_cell(const char *text, char *cell, size_t size);

#endif
