/* SPDX-License-Identifier: MIT */
/**
 * @file
 * Objects at a broker that programs share: dict, list, set, Value, Array and
 * Namespace, as the proxies of multiprocessing have them.
 *
 * Every operation is done at once and as a whole, in one order that all see.
 * Values go there and come back as copies, in pickles, so that Python programs
 * share them too. What is stored in an object is changed by storing it anew.
 *
 * These are the methods that are used most. All others, and the forms that only
 * start something, are tieline_object_call(), tieline_object_call_start() on
 * what ..._object() gives. tieline_object_watch() tells of changes.
 *
 * **Values given** can be NULL for a failure before, and are refused with its
 * code. **Values got** live in `values`. Times: session.h.
 *
 * Errors: those of every operation are in session.h, and those of
 * tieline_value_pickle(); those listed here come on top. #TIELINE_ERAISED is
 * what Python would raise, #TIELINE_ENOITEM its KeyError and IndexError.
 */
#ifndef TIELINE_SHARED_H
#define TIELINE_SHARED_H

#include <tieline/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tieline_dict tieline_dict;
typedef struct tieline_list tieline_list;
typedef struct tieline_set tieline_set;
typedef struct tieline_shared_value tieline_shared_value;
typedef struct tieline_array tieline_array;
typedef struct tieline_namespace tieline_namespace;

/* ---- dict ------------------------------------------------------------ */

/** Open a dict; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_dict **dict_out);
TIELINE_API void tieline_dict_close(tieline_dict *dict);
TIELINE_API tieline_object *tieline_dict_object(tieline_dict *dict);

/** dict[key] = item; the second with a text as key. #TIELINE_ERAISED: TypeError
 *  for an unhashable key. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_set(tieline_dict *dict,
	const tieline_value *key, const tieline_value *item);
TIELINE_API TIELINE_MUST_USE int tieline_dict_set_text(
	tieline_dict *dict, const char *key, const tieline_value *item);

/** dict[key]. #TIELINE_ENOITEM. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_get(tieline_dict *dict,
	const tieline_value *key, tieline_values *values,
	tieline_value **item_out);
TIELINE_API TIELINE_MUST_USE int tieline_dict_get_text(tieline_dict *dict,
	const char *key, tieline_values *values, tieline_value **item_out);

/** dict.pop(key): the item is taken out; item_out may be NULL.
 * #TIELINE_ENOITEM. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_pop(tieline_dict *dict,
	const tieline_value *key, tieline_values *values,
	tieline_value **item_out);
TIELINE_API TIELINE_MUST_USE int tieline_dict_pop_text(tieline_dict *dict,
	const char *key, tieline_values *values, tieline_value **item_out);

/** 1 if the key is there, 0 if not. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_contains(
	tieline_dict *dict, const tieline_value *key);

/** dict.update(other): all its items, at once. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_update(
	tieline_dict *dict, const tieline_value *other);

TIELINE_API TIELINE_MUST_USE int tieline_dict_len(
	tieline_dict *dict, uint64_t *count_out);
TIELINE_API TIELINE_MUST_USE int tieline_dict_clear(tieline_dict *dict);

/** All of it, as a dict. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_dict_copy(
	tieline_dict *dict, tieline_values *values, tieline_value **copy_out);

/**
 * Get an item with its version, which grows with each change of it.
 *
 * @param item_out     NULL if the key is not there.
 * @param version_out  0 if the key is not there.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_dict_get_versioned(tieline_dict *dict,
	const tieline_value *key, tieline_values *values,
	tieline_value **item_out, uint64_t *version_out);

/**
 * Set an item, if nobody has changed it since.
 *
 * @param version  that it was seen with; 0: if it is not there.
 *
 * @retval 1  it was set.
 * @retval 0  it has another version by now.
 *
 * Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_dict_compare_and_set(
	tieline_dict *dict, const tieline_value *key, uint64_t version,
	const tieline_value *item);

/* ---- list ------------------------------------------------------------ */

/** Open a list; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_list_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_list **list_out);
TIELINE_API void tieline_list_close(tieline_list *list);
TIELINE_API tieline_object *tieline_list_object(tieline_list *list);

/** list.append(item), list.insert(index, item), list.extend(items). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_list_append(
	tieline_list *list, const tieline_value *item);
TIELINE_API TIELINE_MUST_USE int tieline_list_insert(
	tieline_list *list, int64_t index, const tieline_value *item);
TIELINE_API TIELINE_MUST_USE int tieline_list_extend(
	tieline_list *list, const tieline_value *items);

/** list[index], list[index] = item, list.pop(index). An index from -1 down
 *  counts from the end. #TIELINE_ENOITEM. item_out of pop may be NULL. Since
 *  0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_list_get(tieline_list *list,
	int64_t index, tieline_values *values, tieline_value **item_out);
TIELINE_API TIELINE_MUST_USE int tieline_list_set(
	tieline_list *list, int64_t index, const tieline_value *item);
TIELINE_API TIELINE_MUST_USE int tieline_list_pop(tieline_list *list,
	int64_t index, tieline_values *values, tieline_value **item_out);

/** list.remove(item): the first that is equal. #TIELINE_ERAISED: ValueError if
 *  there is none. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_list_remove(
	tieline_list *list, const tieline_value *item);

TIELINE_API TIELINE_MUST_USE int tieline_list_len(
	tieline_list *list, uint64_t *count_out);

/** 1 if an equal item is there, 0 if not. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_list_contains(
	tieline_list *list, const tieline_value *item);

/** All of it, as a list. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_list_copy(
	tieline_list *list, tieline_values *values, tieline_value **copy_out);

/* ---- set ------------------------------------------------------------- */

/** Open a set; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_set_open(tieline_session *session,
	const char *name, const tieline_object_options *options,
	tieline_set **set_out);
TIELINE_API void tieline_set_close(tieline_set *set);
TIELINE_API tieline_object *tieline_set_object(tieline_set *set);

/** set.add(item), set.discard(item). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_set_add(
	tieline_set *set, const tieline_value *item);
TIELINE_API TIELINE_MUST_USE int tieline_set_discard(
	tieline_set *set, const tieline_value *item);

/** 1 if it is there, 0 if not. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_set_contains(
	tieline_set *set, const tieline_value *item);

TIELINE_API TIELINE_MUST_USE int tieline_set_len(
	tieline_set *set, uint64_t *count_out);

/** All of it, as a set. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_set_copy(
	tieline_set *set, tieline_values *values, tieline_value **copy_out);

/* ---- Value ----------------------------------------------------------- */

/**
 * Open a Value: one number or character, as multiprocessing.Value.
 *
 * @param typecode  one of Python's: b B h H i I l L q Q f d u, if it is made
 *                  now; with any other one it has values of any kind.
 * @param value     what it is at first; NULL: 0, which is no character.
 *
 * @retval TIELINE_ERAISED  the value does not fit: TypeError, OverflowError.
 *
 * All else as tieline_object_open(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_shared_value_open(
	tieline_session *session, const char *name, char typecode,
	const tieline_value *value, const tieline_object_options *options,
	tieline_shared_value **value_out);
TIELINE_API void tieline_shared_value_close(tieline_shared_value *value);
TIELINE_API tieline_object *tieline_shared_value_object(
	tieline_shared_value *value);

TIELINE_API TIELINE_MUST_USE int tieline_shared_value_get(
	tieline_shared_value *shared, tieline_values *values,
	tieline_value **value_out);

/** #TIELINE_ERAISED: TypeError, OverflowError if it does not fit. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_shared_value_set(
	tieline_shared_value *shared, const tieline_value *value);

/* ---- Array ----------------------------------------------------------- */

/**
 * Open an Array: numbers of one type, of a fixed count, as
 * multiprocessing.Array.
 *
 * @param typecode  as for Values, but no other one: ValueError.
 * @param sequence  what is in it at first, or an int: as many zeros.
 *
 * All else as tieline_shared_value_open(). Since 0.4.
 */
TIELINE_API TIELINE_MUST_USE int tieline_array_open(tieline_session *session,
	const char *name, char typecode, const tieline_value *sequence,
	const tieline_object_options *options, tieline_array **array_out);
TIELINE_API void tieline_array_close(tieline_array *array);
TIELINE_API tieline_object *tieline_array_object(tieline_array *array);

/** array[index], array[index] = item; as for lists, with the errors of Values.
 *  Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_array_get(tieline_array *array,
	int64_t index, tieline_values *values, tieline_value **item_out);
TIELINE_API TIELINE_MUST_USE int tieline_array_set(
	tieline_array *array, int64_t index, const tieline_value *item);

TIELINE_API TIELINE_MUST_USE int tieline_array_len(
	tieline_array *array, uint64_t *count_out);

/** All of it, as a list. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_array_copy(
	tieline_array *array, tieline_values *values, tieline_value **copy_out);

/* ---- Namespace ------------------------------------------------------- */

/** Open a Namespace: attributes; as tieline_object_open(). Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_namespace_open(
	tieline_session *session, const char *name,
	const tieline_object_options *options,
	tieline_namespace **namespace_out);
TIELINE_API void tieline_namespace_close(tieline_namespace *space);
TIELINE_API tieline_object *tieline_namespace_object(tieline_namespace *space);

/** space.name, space.name = value, del space.name. #TIELINE_ERAISED:
 *  AttributeError if there is none of that name. Since 0.4. */
TIELINE_API TIELINE_MUST_USE int tieline_namespace_get(tieline_namespace *space,
	const char *name, tieline_values *values, tieline_value **value_out);
TIELINE_API TIELINE_MUST_USE int tieline_namespace_set(
	tieline_namespace *space, const char *name, const tieline_value *value);
TIELINE_API TIELINE_MUST_USE int tieline_namespace_delete(
	tieline_namespace *space, const char *name);

#ifdef __cplusplus
}
#endif

#endif
