/* SPDX-License-Identifier: MIT */
/* The part of fuzz_broker.c that looks whether the broker's books balance. */
#ifndef TESTS_FUZZ_BROKER_BOOKS_H
#define TESTS_FUZZ_BROKER_BOOKS_H

#include "../../broker/broker.h"

#define CLIENTS 8

void check_books(struct broker *broker);

#endif
