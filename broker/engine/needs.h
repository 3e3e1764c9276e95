/* SPDX-License-Identifier: MIT */
/*
 * Which rights what is asked of objects needs: any one of some verbs, a
 * RIGHT_BIT() each. A dialect says in struct op what its asker may not do, as
 * it knows who that is; the engine says whose name it is about, as it alone
 * knows that.
 */
#ifndef ENGINE_NEEDS_H
#define ENGINE_NEEDS_H

#include "../rights.h"

#define NEEDS_PUT       RIGHT_BIT(RIGHT_PUT)
#define NEEDS_GET       RIGHT_BIT(RIGHT_GET)
#define NEEDS_PUBLISH   RIGHT_BIT(RIGHT_PUBLISH)
#define NEEDS_SUBSCRIBE RIGHT_BIT(RIGHT_SUBSCRIBE)
#define NEEDS_CALL      RIGHT_BIT(RIGHT_CALL)
#define NEEDS_CREATE    RIGHT_BIT(RIGHT_CREATE)
#define NEEDS_DELETE    RIGHT_BIT(RIGHT_DELETE)
#define NEEDS_LIST      RIGHT_BIT(RIGHT_LIST)
#define NEEDS_STAT      RIGHT_BIT(RIGHT_STAT)

/* What those need to know who put into a queue, or get. */
#define NEEDS_PUT_OR_GET (NEEDS_PUT | NEEDS_GET | NEEDS_CALL)

/* The same of a topic. */
#define NEEDS_PUBLISH_OR_SUBSCRIBE                                             \
	(NEEDS_PUBLISH | NEEDS_SUBSCRIBE | NEEDS_CALL)

/* Whatever can be permitted of an object. */
#define NEEDS_ANY                                                              \
	(NEEDS_PUT | NEEDS_GET | NEEDS_PUBLISH | NEEDS_SUBSCRIBE |             \
		NEEDS_CALL | NEEDS_CREATE | NEEDS_DELETE)

/* Of an operation on an object, enum tli_op_code or beyond; 0 = none. A call's
 * is that of the method, too, and an open's NEEDS_CREATE if there is nothing to
 * open. */
uint32_t engine_op_needs(uint8_t code);

/* Of a method of a kind, or of the broker itself if that is NULL; 0 if there is
 * none. */
uint32_t engine_method_needs(const char *kind, const char *method);

static inline bool needs_are_met(uint32_t needs, uint32_t forbidden)
{
	return needs == 0 || (needs & ~forbidden) != 0;
}

#endif
