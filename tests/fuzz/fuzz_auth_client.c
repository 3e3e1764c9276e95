/* SPDX-License-Identifier: MIT */
#include "fuzz_auth.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_auth(TLI_AUTH_CLIENT, data, size);
	return 0;
}
