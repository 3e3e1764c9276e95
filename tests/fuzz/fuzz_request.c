/* SPDX-License-Identifier: MIT */
/* A request to a broker: what is taken is written and read again as the same;
 * what is not gets a reason that may be shown. */
#include "fuzz.h"

#include "../../proto/control.h"

#include <string.h>

static void is_plain(const char *text)
{
	require(*text);
	for (; *text; text++)
		require(*text >= ' ' && *text <= '~');
}

static void are_same(
	const struct tli_request *one, const struct tli_request *other)
{
	require(one->verb == other->verb);
	require(strcmp(one->name, other->name) == 0);
	require(one->timeout_ms == other->timeout_ms);
	require(strcmp(one->listener, other->listener) == 0);
	require(one->confirm == other->confirm);
	require(one->exclusive == other->exclusive);
	require(one->listing == other->listing);
	require(strcmp(one->prefix, other->prefix) == 0);
	require(one->limit == other->limit);
	require(strcmp(one->ping, other->ping) == 0);
	require(strcmp(one->typeid, other->typeid) == 0);
	require(strcmp(one->args, other->args) == 0);
	require(strcmp(one->kwargs, other->kwargs) == 0);
}

static void is_within_bounds(const struct tli_request *request)
{
	require(request->verb < TLI_VERB_COUNT);
	require(request->timeout_ms >= TLI_NO_TIMEOUT_GIVEN);
	require(request->timeout_ms <= TLI_TIMEOUT_MAX_MS);
	require(request->limit >= 1 && request->limit <= TLI_LIST_LIMIT);
	require(request->verb > TLI_VERB_PIPE ||
		!tli_name_check(request->name));
	require(!request->listener[0] || !tli_name_check(request->listener));
	require(!request->prefix[0] || !tli_name_check(request->prefix));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tli_request request, again;
	char why[TLI_CONTROL_TEXT], text[TLI_CONTROL_MAX];
	int result = tli_request_parse(data, size, &request, why);
	size_t len;

	if (result != TLI_CONTROL_OK) {
		require(result == TLI_CONTROL_BAD);
		is_plain(why);
		return 0;
	}
	is_within_bounds(&request);
	len = tli_request_format(&request, text);
	require(len > 0);
	require(tli_request_parse(text, len, &again, why) == TLI_CONTROL_OK);
	are_same(&request, &again);
	return 0;
}
