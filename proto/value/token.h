/* SPDX-License-Identifier: MIT */
/* Proxies inside values: a pickled proxy is a call of RebuildProxy with a Token
 * of multiprocessing.managers, whose state is the tuple (typeid, address, id).
 */
#ifndef TLI_TOKEN_H
#define TLI_TOKEN_H

#include "value.h"

#define TLI_TOKEN_TYPEID  0u
#define TLI_TOKEN_ADDRESS 1u
#define TLI_TOKEN_IDENT   2u

/* The state of a Token, its three items; NULL if the value is none. */
struct tli_value *tli_token_state(const struct tli_value *value);

/* The state of the Token of a proxy, a call of RebuildProxy with the proxy's
 * class in front; NULL if the value is none. */
struct tli_value *tli_proxy_token(const struct tli_value *value);

/*
 * Calls each() for the state of every Token in a tree, once for each node. It
 * may replace the state's items. Stops, and returns false, when that does, or
 * for lack of memory. A tree without objects is not walked through.
 */
bool tli_tokens_visit(const struct tli_value *tree,
	bool (*each)(void *arg, struct tli_value *state), void *arg);

#endif
