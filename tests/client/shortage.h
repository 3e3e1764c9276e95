/* SPDX-License-Identifier: MIT */
/* Scenarios that are run again and again, short of memory each time elsewhere.
 */
#ifndef TESTS_SHORTAGE_H
#define TESTS_SHORTAGE_H

#include "ends.h"

/*
 * Runs the scenario, which returns 0 or the first code that is not, until each
 * stride-th of its allocations has failed: once, and from there on for good.
 * Each time it does, or says so, leaks nothing, and does afterwards.
 */
void fail_allocations(int (*scenario)(void), unsigned long stride);

#endif
