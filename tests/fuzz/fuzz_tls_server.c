/* SPDX-License-Identifier: MIT */
#include "fuzz_tls.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_tls(TLI_TLS_SERVER, data, size);
	return 0;
}
