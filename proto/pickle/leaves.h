/* SPDX-License-Identifier: MIT */
/* What has no items, written into a pickle. */
#ifndef TLI_PICKLE_LEAVES_H
#define TLI_PICKLE_LEAVES_H

#include "writer.h"

void tli_put_leaf(struct tli_writer *writer, const struct tli_value *value);

/* A str: UTF-8, which may have lone surrogates. */
void tli_put_text(struct tli_writer *writer, const char *text, size_t len);

#endif
