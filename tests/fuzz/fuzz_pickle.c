/* SPDX-License-Identifier: MIT */
/* The reply that echo-client prints: a str, or not one. */
#include "fuzz.h"

#include "../../examples/pickle.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;
	const char *text = NULL;
	size_t len = 0;

	if (!unpickle_str(data, size, &text, &len))
		return 0;
	/* A span inside the pickle, with at least an opcode at each end. */
	require(text > bytes && len < size);
	require(text + len < bytes + size);
	require(bytes[size - 1] == '.');
	return 0;
}
