/* SPDX-License-Identifier: MIT */
/* Typeids that say their kind: get_task_queue, sharedList, result_lock. */
#ifndef BROKER_TYPEID_GUESS_H
#define BROKER_TYPEID_GUESS_H

struct typeid_guess {
	const char *kind;
	const char *args; /* NULL, or what an entry has to say too, as JSON:
			   * then the kind is not made without */
};

/* NULL if it says none. */
const struct typeid_guess *typeid_guess(const char *typeid);

#endif
