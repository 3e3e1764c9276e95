/* SPDX-License-Identifier: MIT */
/* tieline_value_build() for those who have its arguments as a va_list. */
#ifndef TLI_VALUE_BUILD_H
#define TLI_VALUE_BUILD_H

#include "values.h"

#include <stdarg.h>

/* hole is what a hole is called in errors: "hole 2: ...". */
tieline_value *tli_value_build(tieline_values *values, const char *format,
	va_list *arguments, const char *hole);

#endif
