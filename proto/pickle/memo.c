/* SPDX-License-Identifier: MIT */
#include "memo.h"

#include <stdlib.h>
#include <string.h>

#define PAGE_ITEMS 256u

void tli_memo_init(struct tli_memo *memo)
{
	*memo = (struct tli_memo){.pages = NULL};
}

void tli_memo_fini(struct tli_memo *memo)
{
	for (size_t i = 0; i < memo->page_count; i++)
		free(memo->pages[i]);
	free(memo->pages);
}

static bool have_page_slot(struct tli_memo *memo, size_t page)
{
	size_t count = memo->page_count ? memo->page_count : 1;
	struct tli_value ***pages;

	if (page < memo->page_count)
		return true;
	while (count <= page)
		count *= 2;
	pages = realloc(memo->pages, count * sizeof(*pages));
	if (!pages)
		return false;
	memset(pages + memo->page_count, 0,
		(count - memo->page_count) * sizeof(*pages));
	memo->bytes += (count - memo->page_count) * sizeof(*pages);
	memo->pages = pages;
	memo->page_count = count;
	return true;
}

static bool have_page(struct tli_memo *memo, size_t page)
{
	if (!have_page_slot(memo, page))
		return false;
	if (memo->pages[page])
		return true;
	memo->pages[page] = calloc(PAGE_ITEMS, sizeof(struct tli_value *));
	memo->bytes += PAGE_ITEMS * sizeof(struct tli_value *);
	return memo->pages[page] != NULL;
}

bool tli_memo_put(
	struct tli_memo *memo, uint32_t number, struct tli_value *value)
{
	if (number < TLI_MEMO_NEAR) {
		memo->near[number] = value;
		return true;
	}
	if (!have_page(memo, number / PAGE_ITEMS))
		return false;
	memo->pages[number / PAGE_ITEMS][number % PAGE_ITEMS] = value;
	return true;
}

struct tli_value *tli_memo_get(const struct tli_memo *memo, uint64_t number)
{
	size_t page = number / PAGE_ITEMS;

	if (number < TLI_MEMO_NEAR)
		return memo->near[number];
	if (page >= memo->page_count || !memo->pages[page])
		return NULL;
	return memo->pages[page][number % PAGE_ITEMS];
}
