/* SPDX-License-Identifier: MIT */
/* The kinds of objects that programs can open: each has a file of its own. */
#ifndef MODEL_KINDS_H
#define MODEL_KINDS_H

struct kind;

extern const struct kind queue_kind, lifo_queue_kind, priority_queue_kind;
extern const struct kind simple_queue_kind, joinable_queue_kind;
extern const struct kind topic_kind;
extern const struct kind lock_kind, rlock_kind;
extern const struct kind semaphore_kind, bounded_semaphore_kind;
extern const struct kind condition_kind;
extern const struct kind event_kind;
extern const struct kind barrier_kind;
extern const struct kind dict_kind, list_kind, set_kind;
extern const struct kind value_kind, array_kind, namespace_kind;
extern const struct kind iterator_kind, object_kind;

#endif
