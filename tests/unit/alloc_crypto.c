/* SPDX-License-Identifier: MIT */
#include "alloc_crypto.h"

#include "alloc.h"

#include <openssl/crypto.h>
#include <stdlib.h>

static bool is_spared;

static void *crypto_malloc(size_t len, const char *file, int line)
{
	void *data;

	(void)file;
	(void)line;
	if (is_spared)
		alloc_pause(true);
	data = malloc(len);
	if (is_spared)
		alloc_pause(false);
	return data;
}

static void *crypto_realloc(void *data, size_t len, const char *file, int line)
{
	(void)file;
	(void)line;
	if (is_spared)
		alloc_pause(true);
	data = realloc(data, len);
	if (is_spared)
		alloc_pause(false);
	return data;
}

static void crypto_free(void *data, const char *file, int line)
{
	(void)file;
	(void)line;
	free(data);
}

bool alloc_take_crypto(void)
{
	return CRYPTO_set_mem_functions(
		crypto_malloc, crypto_realloc, crypto_free);
}

void alloc_spare_crypto(bool spared)
{
	is_spared = spared;
}
