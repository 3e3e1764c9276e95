/* SPDX-License-Identifier: MIT */
/* Requests and replies: what is one and what it says, what is none and why,
 * and how they are written; the examples of docs/protocol.md among them. */
#include "unit.h"

#include "../../proto/control.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define X10     "xxxxxxxxxx"
#define X60     X10 X10 X10 X10 X10 X10
#define NAME128 X60 X60 "12345678"
#define ID64    X60 "1234"
#define E10     "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9"
#define E60     E10 E10 E10 E10 E10 E10
#define TEXT128 E60 E60 "\xe2\x82\xac\xe2\x82\xac\xc3\xa9"

#define NO_TIMEOUT .timeout_ms = TLI_NO_TIMEOUT_GIVEN
#define NO_LIMIT   .limit = TLI_LIST_LIMIT
#define DEFAULTS   NO_TIMEOUT, NO_LIMIT

/* Of exact copies, so that reading behind one is noticed. */
static int parse_request(
	const char *text, struct tli_request *request, char *why)
{
	uint8_t *copy = exact_copy(text, strlen(text));
	int result = tli_request_parse(copy, strlen(text), request, why);

	free(copy);
	return result;
}

static int parse_reply(const char *text, struct tli_reply *reply, char *why)
{
	uint8_t *copy = exact_copy(text, strlen(text));
	int result = tli_reply_parse(copy, strlen(text), reply, why);

	free(copy);
	return result;
}

static void same_request(const char *row, const struct tli_request *request,
	const struct tli_request *expected)
{
	check_equal(row, request->verb, expected->verb);
	assert_string_equal(request->name, expected->name);
	check_equal(row, request->timeout_ms, expected->timeout_ms);
	assert_string_equal(request->listener, expected->listener);
	check_equal(row, request->confirm, expected->confirm);
	check_equal(row, request->exclusive, expected->exclusive);
	check_equal(row, request->listing, expected->listing);
	assert_string_equal(request->prefix, expected->prefix);
	check_equal(row, request->limit, expected->limit);
	assert_string_equal(request->ping, expected->ping);
	assert_string_equal(request->typeid, expected->typeid);
	assert_string_equal(request->args, expected->args);
	assert_string_equal(request->kwargs, expected->kwargs);
}

static void same_reply(const char *row, const struct tli_reply *reply,
	const struct tli_reply *expected)
{
	check_equal(row, reply->refusal, expected->refusal);
	assert_string_equal(reply->message, expected->message);
	check_equal(row, reply->parked, expected->parked);
	assert_string_equal(reply->name, expected->name);
	assert_string_equal(reply->peer_address, expected->peer_address);
	check_equal(row, reply->has_peer_uid, expected->has_peer_uid);
	check_equal(row, reply->peer_uid, expected->peer_uid);
}

/* written: what it is formatted as, if not the same. */
static const struct {
	const char *text;
	struct tli_request request;
	const char *written;
} requests[] = {
	{"{\"accept\":\"echo\"}", {TLI_VERB_ACCEPT, "echo", DEFAULTS}, NULL},
	{"{\"accept\":\"a\",\"timeout\":1.5,\"listener\":\"" ID64
	 "\",\"confirm\":true,\"exclusive\":true}",
		{TLI_VERB_ACCEPT, "a", 1500, ID64, true, true, NO_LIMIT}, NULL},
	{"{\"exclusive\":true,\"listener\":\"az.AZ_09-:/\",\"accept\":\"a\"}",
		{TLI_VERB_ACCEPT, "a", DEFAULTS, .listener = "az.AZ_09-:/",
			.exclusive = true},
		"{\"accept\":\"a\",\"listener\":\"az.AZ_09-:/\","
		"\"exclusive\":true}"},
	{"{\"accept\":\"a\",\"confirm\":false,\"exclusive\":false}",
		{TLI_VERB_ACCEPT, "a", DEFAULTS}, "{\"accept\":\"a\"}"},
	{" {\r\n\t\"dial\" : \"echo\" } ", {TLI_VERB_DIAL, "echo", DEFAULTS},
		"{\"dial\":\"echo\"}"},
	{"{\"dial\":\"az.AZ_09-:/\"}", {TLI_VERB_DIAL, "az.AZ_09-:/", DEFAULTS},
		NULL},
	{"{\"dial\":\"" NAME128 "\"}", {TLI_VERB_DIAL, NAME128, DEFAULTS},
		NULL},
	{"{\"\\u0064ial\":\"\\u0065cho\"}", {TLI_VERB_DIAL, "echo", DEFAULTS},
		"{\"dial\":\"echo\"}"},
	{"{\"dial\":\"a\",\"timeout\":0}", {TLI_VERB_DIAL, "a", 0, NO_LIMIT},
		NULL},
	{"{\"pipe\":\"p\",\"timeout\":31536000}",
		{TLI_VERB_PIPE, "p", TLI_TIMEOUT_MAX_MS, NO_LIMIT}, NULL},
	{"{\"ping\":\"\"}", {TLI_VERB_PING, DEFAULTS}, NULL},
	{"{\"ping\":\"\\u0001 \\\"\\u00e9\"}",
		{TLI_VERB_PING, DEFAULTS, .ping = "\x01 \"\xc3\xa9"},
		"{\"ping\":\"\\u0001 \\\"\xc3\xa9\"}"},
	{"{\"ping\":\"" TEXT128 "\"}",
		{TLI_VERB_PING, DEFAULTS, .ping = TEXT128}, NULL},
	{"{\"list\":\"names\"}", {TLI_VERB_LIST, DEFAULTS}, NULL},
	{"{\"list\":\"connections\",\"prefix\":\"" NAME128 "\",\"limit\":1}",
		{TLI_VERB_LIST, NO_TIMEOUT, .listing = TLI_LIST_CONNECTIONS,
			.prefix = NAME128, .limit = 1},
		NULL},
	{"{\"limit\":1e3,\"prefix\":\"\",\"list\":\"names\"}",
		{TLI_VERB_LIST, DEFAULTS}, "{\"list\":\"names\"}"},
	{"{\"stat\":true}", {TLI_VERB_STAT, DEFAULTS}, NULL},
	{"{\"monitor\":true}", {TLI_VERB_MONITOR, DEFAULTS}, NULL},
	{"{\"monitor\":true,\"prefix\":\"a/\"}",
		{TLI_VERB_MONITOR, DEFAULTS, .prefix = "a/"}, NULL},
	{"{\"typeid\":\"\"}", {TLI_VERB_TYPEID, DEFAULTS}, NULL},
	{"{\"kwargs\": {\"k\": {\"$repr\": \"()\"}}, \"args\": "
	 "[1, \"\\u00e9\\n\", 0.50, null, [true]], \"typeid\": \"f\"}",
		{TLI_VERB_TYPEID, DEFAULTS, .typeid = "f",
			.args = "[1,\"\xc3\xa9\\n\",0.5,null,[true]]",
			.kwargs = "{\"k\":{\"$repr\":\"()\"}}"},
		"{\"typeid\":\"f\",\"args\":[1,\"\xc3\xa9\\n\",0.5,null,"
		"[true]],\"kwargs\":{\"k\":{\"$repr\":\"()\"}}}"},
	{"{\"typeid\":\"" TEXT128 "\",\"args\":[\"" NAME128 NAME128 NAME128
	 "\"]}",
		{TLI_VERB_TYPEID, DEFAULTS, .typeid = TEXT128,
			.args = "[\"" NAME128 NAME128 NAME128 "\"]"},
		NULL},
};

static void requests_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(requests); i++) {
		struct tli_request request;
		char why[TLI_CONTROL_TEXT] = "";

		memset(&request, 0xee, sizeof(request));
		check_equal(requests[i].text,
			parse_request(requests[i].text, &request, why),
			TLI_CONTROL_OK);
		same_request(requests[i].text, &request, &requests[i].request);
	}
}

static void requests_are_written(void **state)
{
	char *text = malloc(TLI_CONTROL_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(requests); i++) {
		const char *written = requests[i].written ? requests[i].written
							  : requests[i].text;
		size_t len = tli_request_format(&requests[i].request, text);

		check_bytes(
			requests[i].text, text, len, written, strlen(written));
	}
	free(text);
}

#define UNREADABLE "the request cannot be read: "
#define A_NAME     "a name of 1 to 128 letters, digits and . _ - : /, not "
#define NO_VERB                                                                \
	"no verb: one of accept, dial, pipe, ping, list, stat, monitor, "      \
	"typeid"
#define SECONDS "\"timeout\" needs seconds from 0 to 31536000, not "
#define LISTENER                                                               \
	"\"listener\" needs 1 to 64 letters, digits and . _ - : /, not "
#define PREFIX  "\"prefix\" needs up to 128 letters, digits and . _ - : /, not "
#define LIMIT   "\"limit\" needs a whole number from 1 to 1000, not "
#define LISTING "\"list\" needs \"names\" or \"connections\", not "
#define PING    "\"ping\" needs a text of up to 128 bytes, not "
#define X45     X10 X10 X10 X10 "xx..."

struct bad {
	const char *text;
	const char *why;
};

static const struct bad bad_requests[] = {
	/* no JSON, or another than is allowed */
	{"",
		UNREADABLE
		"expected a value (a text in double quotes, a number, true, "
		"false, null, {...} or [...]), found the end"},
	{"{\"dial\":\"echo\"",
		UNREADABLE "expected a comma or }, found the end"},
	{"{\"dial\":\"echo\"}{", UNREADABLE "expected nothing more, found '{'"},
	{"{\"dial\":\"echo\",}",
		UNREADABLE "there is a comma behind the last member"},
	{"{\"dial\":\"echo\\u0000.admin\"}",
		UNREADABLE "\\u0000 is not allowed in a text"},
	{"{\"dial\":\"a\",\"dial\":\"a\"}",
		UNREADABLE "the key \"dial\" is there for the second time"},
	{"{\"dial\":\"a\",\"\\u0064ial\":\"b\"}",
		UNREADABLE "the key \"dial\" is there for the second time"},
	{"{\"dial\":\"a\",\"timeout\":1e999}",
		UNREADABLE "a number is too large"},
	{"{\"dial\":\"\xff\"}",
		UNREADABLE "a text has bytes that are not UTF-8"},
	{"{\"dial\":\"\\ud800\"}",
		UNREADABLE "\\ud800 to \\udfff are halves, and one is without "
			   "its other"},
	{"{/**/\"dial\":\"a\"}",
		UNREADABLE "expected a key in double quotes, found '/'"},
	{"{\"dial\":[[[[[[[[]]]]]]]]}",
		UNREADABLE "there are more than 8 {...} and [...] inside one "
			   "another"},
	{"[]", "the request must be an object, not an array"},
	{"\"dial\"", "the request must be an object, not \"dial\""},
	{"null", "the request must be an object, not null"},
	{"1.5", "the request must be an object, not 1.5"},
	{"true", "the request must be an object, not true"},
	/* verbs */
	{"{}", NO_VERB},
	{"{\"timeout\":1}", NO_VERB},
	{"{\"Dial\":\"a\"}", NO_VERB},
	{"{\"\":1}", NO_VERB},
	{"{\"dial\":\"a\",\"pipe\":\"a\"}", "two verbs, \"dial\" and \"pipe\""},
	{"{\"stat\":0,\"accept\":0}", "two verbs, \"stat\" and \"accept\""},
	/* keys */
	{"{\"dial\":\"a\",\"foo\":1}", "unknown key \"foo\" for \"dial\""},
	{"{\"foo\":1,\"pipe\":\"a\"}", "unknown key \"foo\" for \"pipe\""},
	{"{\"dial\":\"a\",\"\":1}", "unknown key \"\" for \"dial\""},
	{"{\"dial\":\"a\",\"\\u001b[31m\\u202e\":1}",
		"unknown key \"?[31m?\" for \"dial\""},
	{"{\"dial\":\"a\",\"" NAME128 "\":1}",
		"unknown key \"" X45 "\" for \"dial\""},
	/* names */
	{"{\"dial\":\"\"}", "\"dial\" needs " A_NAME "\"\""},
	{"{\"dial\":\"a b\"}", "\"dial\" needs " A_NAME "\"a b\""},
	{"{\"accept\":\"caf\xc3\xa9\"}", "\"accept\" needs " A_NAME "\"caf?\""},
	{"{\"pipe\":\"a\\u001b\\n\\u007f\\u0080#\"}",
		"\"pipe\" needs " A_NAME "\"a????#\""},
	{"{\"dial\":\"" NAME128 "9\"}", "\"dial\" needs " A_NAME "\"" X45 "\""},
	{"{\"dial\":null}", "\"dial\" needs " A_NAME "null"},
	{"{\"dial\":true}", "\"dial\" needs " A_NAME "true"},
	{"{\"dial\":-1e300}", "\"dial\" needs " A_NAME "-1e+300"},
	{"{\"dial\":{\"a\":1}}", "\"dial\" needs " A_NAME "an object"},
	{"{\"dial\":[\"a\"]}", "\"dial\" needs " A_NAME "an array"},
	/* timeouts */
	{"{\"dial\":\"a\",\"timeout\":-0.001}", SECONDS "-0.001"},
	{"{\"dial\":\"a\",\"timeout\":31536000.001}", SECONDS "31536000.001"},
	{"{\"dial\":\"a\",\"timeout\":1e300}", SECONDS "1e+300"},
	{"{\"dial\":\"a\",\"timeout\":\"1\"}", SECONDS "\"1\""},
	{"{\"dial\":\"a\",\"timeout\":null}", SECONDS "null"},
	{"{\"dial\":\"a\",\"timeout\":true}", SECONDS "true"},
	/* the other keys */
	{"{\"accept\":\"a\",\"listener\":\"\"}", LISTENER "\"\""},
	{"{\"accept\":\"a\",\"listener\":\"" ID64 "5\"}",
		LISTENER "\"" X45 "\""},
	{"{\"accept\":\"a\",\"listener\":\"a#\"}", LISTENER "\"a#\""},
	{"{\"accept\":\"a\",\"listener\":7}", LISTENER "7"},
	{"{\"accept\":\"a\",\"confirm\":null}",
		"\"confirm\" needs true or false, not null"},
	{"{\"accept\":\"a\",\"exclusive\":1}",
		"\"exclusive\" needs true or false, not 1"},
	{"{\"list\":\"all\"}", LISTING "\"all\""},
	{"{\"list\":\"\"}", LISTING "\"\""},
	{"{\"list\":true}", LISTING "true"},
	{"{\"list\":\"names\",\"prefix\":\"a b\"}", PREFIX "\"a b\""},
	{"{\"list\":\"names\",\"prefix\":\"" NAME128 "9\"}",
		PREFIX "\"" X45 "\""},
	{"{\"list\":\"names\",\"prefix\":null}", PREFIX "null"},
	{"{\"list\":\"names\",\"limit\":0}", LIMIT "0"},
	{"{\"list\":\"names\",\"limit\":1001}", LIMIT "1001"},
	{"{\"list\":\"names\",\"limit\":1.5}", LIMIT "1.5"},
	{"{\"list\":\"names\",\"limit\":\"1\"}", LIMIT "\"1\""},
	{"{\"ping\":true}", PING "true"},
	{"{\"ping\":\"" TEXT128 ".\"}",
		PING "\"??????????????????????????????????????????...\""},
	{"{\"stat\":false}", "\"stat\" needs true, not false"},
	{"{\"stat\":\"true\"}", "\"stat\" needs true, not \"true\""},
	{"{\"monitor\":1}", "\"monitor\" needs true, not 1"},
	{"{\"typeid\":1}", "\"typeid\" needs a text of up to 128 bytes, not 1"},
	{"{\"typeid\":\"a\",\"args\":{}}",
		"\"args\" needs an array of about 1000 bytes at most, not an "
		"object"},
	{"{\"typeid\":\"a\",\"args\":[\"" NAME128 NAME128 NAME128 NAME128
			NAME128 NAME128 NAME128 NAME128 "\"]}",
		"\"args\" needs an array of about 1000 bytes at most, not an "
		"array"},
	{"{\"typeid\":\"a\",\"kwargs\":[]}",
		"\"kwargs\" needs an object of about 1000 bytes at most, not "
		"an "
		"array"},
};

static void bad_requests_are_refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad_requests); i++) {
		struct tli_request request;
		char *why = malloc(TLI_CONTROL_TEXT);

		check_equal(bad_requests[i].text,
			parse_request(bad_requests[i].text, &request, why),
			TLI_CONTROL_BAD);
		assert_string_equal(why, bad_requests[i].why);
		free(why);
	}
}

/* Which verb takes which key, as docs/protocol.md has it. */
static void each_verb_takes_its_keys(void **state)
{
	static const char *const verbs[TLI_VERB_COUNT] = {"\"accept\":\"a\"",
		"\"dial\":\"a\"", "\"pipe\":\"a\"", "\"ping\":\"a\"",
		"\"list\":\"names\"", "\"stat\":true", "\"monitor\":true",
		"\"typeid\":\"a\""};
	static const struct {
		const char *member;
		const char *verbs;
	} keys[] = {
		{"\"timeout\":1", "accept dial pipe"},
		{"\"listener\":\"a\"", "accept"},
		{"\"confirm\":true", "accept"},
		{"\"exclusive\":true", "accept"},
		{"\"prefix\":\"a\"", "list monitor"},
		{"\"limit\":1", "list"},
		{"\"args\":[]", "typeid"},
		{"\"kwargs\":{}", "typeid"},
	};

	(void)state;
	for (size_t v = 0; v < TLI_VERB_COUNT; v++)
		for (size_t k = 0; k < LENGTH(keys); k++) {
			struct tli_request request;
			char text[100], why[TLI_CONTROL_TEXT];
			const char *name = tli_verb_name((enum tli_verb)v);

			snprintf(text, sizeof(text), "{%s,%s}", verbs[v],
				keys[k].member);
			check_equal(text, parse_request(text, &request, why),
				strstr(keys[k].verbs, name) ? TLI_CONTROL_OK
							    : TLI_CONTROL_BAD);
		}
}

static void timeouts_are_rounded_up_to_milliseconds(void **state)
{
	static const struct {
		const char *seconds;
		int64_t ms;
	} rows[] = {
		{"0", 0},
		{"-0", 0},
		{"1e-300", 1},
		{"0.001", 1},
		{"0.0010001", 2},
		{"1.001", 1001},
		{"4.35", 4350},
		{"0.0069999", 7},
		{"0.007", 7},
		{"31535999.999", 31535999999},
		{"31535999.9991", 31536000000},
		{"31536000.0", 31536000000},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(rows); i++) {
		struct tli_request request;
		char text[100], why[TLI_CONTROL_TEXT];

		snprintf(text, sizeof(text), "{\"dial\":\"a\",\"timeout\":%s}",
			rows[i].seconds);
		assert_int_equal(
			parse_request(text, &request, why), TLI_CONTROL_OK);
		check_equal(text, request.timeout_ms, rows[i].ms);
	}
}

/* A step that is prime visits numbers of all kinds. */
static void timeouts_are_read_as_they_were_written(void **state)
{
	struct tli_request request = {.verb = TLI_VERB_DIAL, .name = "a"};
	char text[TLI_CONTROL_MAX], why[TLI_CONTROL_TEXT];

	(void)state;
	for (int64_t ms = 0; ms <= TLI_TIMEOUT_MAX_MS;
		ms += ms < 10000 ? 1 : 15485863) {
		size_t len;

		request.timeout_ms = ms;
		len = tli_request_format(&request, text);
		assert_int_equal(tli_request_parse(text, len, &request, why),
			TLI_CONTROL_OK);
		check_equal(text, request.timeout_ms, ms);
	}
}

static void a_request_has_a_longest_length(void **state)
{
	char *text = malloc(TLI_CONTROL_MAX + 1);
	char why[TLI_CONTROL_TEXT];
	struct tli_request request;

	(void)state;
	memset(text, ' ', TLI_CONTROL_MAX + 1);
	memcpy(text, "{\"stat\":true}", 13);
	assert_int_equal(
		tli_request_parse(text, TLI_CONTROL_MAX, &request, why),
		TLI_CONTROL_OK);
	assert_int_equal(
		tli_request_parse(text, TLI_CONTROL_MAX + 1, &request, why),
		TLI_CONTROL_BAD);
	assert_string_equal(why, UNREADABLE "it is longer than 4096 bytes");
	free(text);
}

static const struct {
	const char *text;
	struct tli_reply reply;
	const char *written;
} replies[] = {
	{"{\"ok\":true,\"name\":\"echo\",\"peer\":{\"address\":\"unix:\","
	 "\"uid\":4294967295}}",
		{.name = "echo",
			.peer_address = "unix:",
			.has_peer_uid = true,
			.peer_uid = 4294967295},
		NULL},
	{"{\"ok\":true,\"name\":\"" NAME128
	 "\",\"peer\":{\"address\":\"tcp://[::1]:1\"}}",
		{.name = NAME128, .peer_address = "tcp://[::1]:1"}, NULL},
	{"{\"peer\":{\"new\":[{}],\"uid\":0,\"address\":\"a\\u001b\"},"
	 "\"error\":1,\"name\":\"a\",\"ok\":true}",
		{.name = "a", .peer_address = "a?", .has_peer_uid = true},
		"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"a?\","
		"\"uid\":0}}"},
	{"{\"ok\":true,\"parked\":\"echo\"}", {.parked = true, .name = "echo"},
		NULL},
	{"{\"ok\":true,\"parked\":\"echo\",\"name\":null,\"peer\":1}",
		{.parked = true, .name = "echo"},
		"{\"ok\":true,\"parked\":\"echo\"}"},
	{"{\"ok\":false,\"error\":\"full\",\"message\":\"\"}",
		{.refusal = TLI_REFUSAL_FULL}, NULL},
	{"{\"ok\":false,\"error\":\"new\",\"message\":\"m\",\"name\":7}",
		{.refusal = TLI_REFUSAL_INTERNAL, .message = "m"},
		"{\"ok\":false,\"error\":\"internal\",\"message\":\"m\"}"},
	{"{\"ok\":false,\"error\":\"\",\"message\":\"m\"}",
		{.refusal = TLI_REFUSAL_INTERNAL, .message = "m"},
		"{\"ok\":false,\"error\":\"internal\",\"message\":\"m\"}"},
	{"{\"ok\":false,\"error\":\"draining\",\"message\":\"a\\u001b[1m\\n"
	 "caf\xc3\xa9 \\\"\"}",
		{.refusal = TLI_REFUSAL_DRAINING, .message = "a?[1m?caf? \""},
		"{\"ok\":false,\"error\":\"draining\",\"message\":"
		"\"a?[1m?caf? \\\"\"}"},
};

static void replies_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(replies); i++) {
		struct tli_reply reply;
		char why[TLI_CONTROL_TEXT] = "";

		memset(&reply, 0xee, sizeof(reply));
		check_equal(replies[i].text,
			parse_reply(replies[i].text, &reply, why),
			TLI_CONTROL_OK);
		same_reply(replies[i].text, &reply, &replies[i].reply);
	}
}

static void replies_are_written(void **state)
{
	char *text = malloc(TLI_CONTROL_MAX);

	(void)state;
	for (size_t i = 0; i < LENGTH(replies); i++) {
		const char *written = replies[i].written ? replies[i].written
							 : replies[i].text;
		size_t len = tli_reply_format(&replies[i].reply, text);

		check_bytes(
			replies[i].text, text, len, written, strlen(written));
	}
	free(text);
}

#define UNREADABLE_REPLY "the reply cannot be read: "

static const struct bad bad_replies[] = {
	{"{",
		UNREADABLE_REPLY
		"expected a key in double quotes, found the end"},
	{"[]", "the reply must be an object, not an array"},
	{"{}", "the reply has no \"ok\" of true or false"},
	{"{\"ok\":1}", "the reply has no \"ok\" of true or false"},
	{"{\"ok\":true}", "the reply has no \"name\""},
	{"{\"ok\":true,\"ping\":\"\"}", "the reply has no \"name\""},
	{"{\"ok\":true,\"name\":\"a\"}", "the reply has no object \"peer\""},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":\"b\"}",
		"the reply has no object \"peer\""},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":{}}",
		"the reply has no \"address\""},
	{"{\"ok\":true,\"name\":\"a b\",\"peer\":{\"address\":\"unix:\"}}",
		"\"name\" needs " A_NAME "\"a b\""},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":null}}",
		"\"address\" needs an address, not null"},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"\",\"uid\":-1}}",
		"\"uid\" needs a user id, not -1"},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"\",\"uid\":"
	 "4294967296}}",
		"\"uid\" needs a user id, not 4294967296"},
	{"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"\",\"uid\":null}"
	 "}",
		"\"uid\" needs a user id, not null"},
	{"{\"ok\":true,\"parked\":true}", "\"parked\" needs " A_NAME "true"},
	{"{\"ok\":false}", "the reply has no \"error\""},
	{"{\"ok\":false,\"error\":\"full\"}", "the reply has no \"message\""},
	{"{\"ok\":false,\"error\":1,\"message\":\"\"}",
		"\"error\" needs a text, not 1"},
	{"{\"ok\":false,\"error\":\"full\",\"message\":[]}",
		"\"message\" needs a text, not an array"},
};

static void bad_replies_are_refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad_replies); i++) {
		struct tli_reply reply;
		char *why = malloc(TLI_CONTROL_TEXT);

		check_equal(bad_replies[i].text,
			parse_reply(bad_replies[i].text, &reply, why),
			TLI_CONTROL_BAD);
		assert_string_equal(why, bad_replies[i].why);
		free(why);
	}
}

/* Longer than a message and an address may be: one is cut, one is refused. */
static void long_texts_in_replies_have_an_end(void **state)
{
	char filler[TLI_ADDRESS_TEXT_MAX + 1], text[TLI_CONTROL_MAX];
	char why[TLI_CONTROL_TEXT];
	struct tli_reply reply;

	(void)state;
	memset(filler, 'm', sizeof(filler));
	filler[TLI_ADDRESS_TEXT_MAX] = '\0';
	snprintf(text, sizeof(text),
		"{\"ok\":false,\"error\":\"full\",\"message\":\"%s\"}", filler);
	assert_int_equal(parse_reply(text, &reply, why), TLI_CONTROL_OK);
	assert_int_equal(strlen(reply.message), TLI_CONTROL_TEXT - 1);
	assert_string_equal(reply.message + TLI_CONTROL_TEXT - 5, "m...");
	snprintf(text, sizeof(text),
		"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"%s\"}}",
		filler);
	assert_int_equal(parse_reply(text, &reply, why), TLI_CONTROL_BAD);
	filler[TLI_ADDRESS_TEXT_MAX - 1] = '\0';
	snprintf(text, sizeof(text),
		"{\"ok\":true,\"name\":\"a\",\"peer\":{\"address\":\"%s\"}}",
		filler);
	assert_int_equal(parse_reply(text, &reply, why), TLI_CONTROL_OK);
	assert_string_equal(reply.peer_address, filler);
}

/* As long as they can be, when each character of a text takes six. */
static void the_longest_are_written(void **state)
{
	struct tli_request request = {TLI_VERB_PING, DEFAULTS};
	struct tli_reply reply = {.refusal = TLI_REFUSAL_NOT_PERMITTED};
	char *text = malloc(TLI_CONTROL_MAX);

	(void)state;
	memset(request.ping, '\x01', sizeof(request.ping) - 1);
	assert_int_equal(tli_request_format(&request, text),
		strlen("{\"ping\":\"\"}") + 6 * (sizeof(request.ping) - 1));
	memset(reply.message, '\x01', sizeof(reply.message) - 1);
	assert_in_range(tli_reply_format(&reply, text),
		6 * (sizeof(reply.message) - 1), TLI_CONTROL_MAX);
	free(text);
}

static void refusals_have_codes(void **state)
{
	(void)state;
	for (size_t i = TLI_REFUSAL_NONE + 1; i < TLI_REFUSAL_COUNT; i++) {
		const char *code = tli_refusal_code((enum tli_refusal)i);
		char text[100], why[TLI_CONTROL_TEXT];
		struct tli_reply reply;

		snprintf(text, sizeof(text),
			"{\"ok\":false,\"error\":\"%s\",\"message\":\"\"}",
			code);
		assert_int_equal(
			parse_reply(text, &reply, why), TLI_CONTROL_OK);
		check_equal(code, reply.refusal, i);
	}
	assert_string_equal(tli_refusal_code(TLI_REFUSAL_NONE), "");
}

/* The section of docs/protocol.md; to be freed. */
static char *section(const char *first, const char *behind)
{
	char path[4096];
	char *text = malloc(1u << 20);
	const char *source = getenv("TIELINE_SOURCE");
	char *start;
	size_t len;
	FILE *file;

	snprintf(path, sizeof(path), "%s/docs/protocol.md",
		source ? source : ".");
	file = fopen(path, "r");
	assert_non_null(file);
	len = fread(text, 1, (1u << 20) - 1, file);
	fclose(file);
	text[len] = '\0';
	start = strstr(text, first);
	assert_non_null(start);
	assert_non_null(strstr(start, behind));
	*strstr(start, behind) = '\0';
	memmove(text, start, strlen(start) + 1);
	return text;
}

static void the_replies_of_the_documentation_are_taken(void **state)
{
	char *text = section("### 9.2", "### 9.4");
	char *rest = text;
	char why[TLI_CONTROL_TEXT] = "";
	struct tli_reply reply;
	unsigned count = 0;

	(void)state;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (strncmp(line, "    {", 5) == 0) {
			check_equal(line, parse_reply(line, &reply, why),
				TLI_CONTROL_OK);
			count++;
		}
	assert_int_equal(count, 3);
	free(text);
}

static void the_requests_of_the_documentation_are_taken(void **state)
{
	char *text = section("### 9.1", "## 10.");
	char *at = text;
	char why[TLI_CONTROL_TEXT] = "";
	struct tli_request request;
	unsigned count = 0;

	(void)state;
	while ((at = strstr(at, "`{\""))) {
		char *end = strchr(++at, '`');

		assert_non_null(end);
		*end = '\0';
		if (!strstr(at, "\"ok\":")) {
			check_equal(at, parse_request(at, &request, why),
				TLI_CONTROL_OK);
			count++;
		}
		at = end + 1;
	}
	assert_int_equal(count, 6);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_are_read),
		cmocka_unit_test(requests_are_written),
		cmocka_unit_test(bad_requests_are_refused_with_the_reason),
		cmocka_unit_test(each_verb_takes_its_keys),
		cmocka_unit_test(timeouts_are_rounded_up_to_milliseconds),
		cmocka_unit_test(timeouts_are_read_as_they_were_written),
		cmocka_unit_test(a_request_has_a_longest_length),
		cmocka_unit_test(replies_are_read),
		cmocka_unit_test(replies_are_written),
		cmocka_unit_test(bad_replies_are_refused_with_the_reason),
		cmocka_unit_test(long_texts_in_replies_have_an_end),
		cmocka_unit_test(the_longest_are_written),
		cmocka_unit_test(refusals_have_codes),
		cmocka_unit_test(the_replies_of_the_documentation_are_taken),
		cmocka_unit_test(the_requests_of_the_documentation_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
