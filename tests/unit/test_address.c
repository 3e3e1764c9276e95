/* SPDX-License-Identifier: MIT */
/* Addresses: what is one, what is not and why, and how they are written. */
#include "unit.h"

#include "../../proto/address.h"

#include <stdlib.h>
#include <string.h>

#define TCP  TLI_ADDRESS_TCP
#define UNIX TLI_ADDRESS_UNIX

#define X10  "xxxxxxxxxx"
#define X50  X10 X10 X10 X10 X10
#define X100 X50 X50
#define X250 X100 X100 X50

/* written: what it is formatted as, if not the same. */
static const struct {
	const char *text;
	enum tli_address_kind kind;
	const char *place; /* host or path */
	unsigned port;
	const char *name;
	const char *written;
} good[] = {
	{"tcp://127.0.0.1:80", TCP, "127.0.0.1", 80, "", NULL},
	{"tcp://localhost:0", TCP, "localhost", 0, "", NULL},
	{"tcp://:5000", TCP, "", 5000, "", NULL},
	{"tcp://:0", TCP, "", 0, "", NULL},
	{"tcp://a-b_c.Example.org:65535", TCP, "a-b_c.Example.org", 65535, "",
		NULL},
	{"tcp://h:00080", TCP, "h", 80, "", "tcp://h:80"},
	{"tcp://h:00000", TCP, "h", 0, "", "tcp://h:0"},
	{"tcp://[::1]:80", TCP, "::1", 80, "", NULL},
	{"tcp://[::]:0", TCP, "::", 0, "", NULL},
	{"tcp://[2001:DB8::7]:1", TCP, "2001:DB8::7", 1, "", NULL},
	{"tcp://[::ffff:10.0.0.1]:9", TCP, "::ffff:10.0.0.1", 9, "", NULL},
	{"tcp://[fe80::1%eth0]:9", TCP, "fe80::1%eth0", 9, "", NULL},
	{"tcp://[fe80::1%br-lan_0.5]:9", TCP, "fe80::1%br-lan_0.5", 9, "",
		NULL},
	{"tcp://h:1#n", TCP, "h", 1, "n", NULL},
	{"tcp://:1#a/b:c.d_e-F9", TCP, "", 1, "a/b:c.d_e-F9", NULL},
	{"tcp://[::1]:1#n", TCP, "::1", 1, "n", NULL},
	{"unix:/tmp/socket", UNIX, "/tmp/socket", 0, "", NULL},
	{"unix:relative", UNIX, "relative", 0, "", NULL},
	{"unix:/", UNIX, "/", 0, "", NULL},
	{"unix:///three", UNIX, "///three", 0, "", NULL},
	{"unix:/with space:and]colon", UNIX, "/with space:and]colon", 0, "",
		NULL},
	{"unix:/caf\xc3\xa9\xff", UNIX, "/caf\xc3\xa9\xff", 0, "", NULL},
	{"unix:/p#n", UNIX, "/p", 0, "n", NULL},
	{"unix:tcp://h:1", UNIX, "tcp://h:1", 0, "", NULL},
	/* as long as can be */
	{"tcp://" X250 "12345:1", TCP, X250 "12345", 1, "", NULL},
	{"tcp://[:" X250 "1234]:65535#" X100 X10 X10 "12345678", TCP,
		":" X250 "1234", 65535, X100 X10 X10 "12345678", NULL},
	{"unix:" X100 "1234567#" X100 X10 X10 "12345678", UNIX, X100 "1234567",
		0, X100 X10 X10 "12345678", NULL},
};

static const char *const not_an_address =
	"it is none of tcp://host:port, tls://host:port and unix:/path";
static const char *const no_port = "the port is missing: tcp://host:port";
static const char *const bad_port = "the port is not a number from 0 to 65535";
static const char *const bare_ipv6 =
	"an IPv6 address is written tcp://[::1]:port";
static const char *const not_ipv6 =
	"what is in brackets is not an IPv6 address";
static const char *const bad_host = "the host has a character that no host has";
static const char *const long_host = "the host is longer than 255 bytes";
static const char *const no_path = "the path is missing: unix:/path";
static const char *const long_path =
	"the path is longer than the 107 bytes that a Unix socket's may have";
static const char *const bad_name =
	"a name, which stands behind a '#' in an address, has 1 to 128 "
	"letters, digits and . _ - : /";

static const struct {
	const char *text;
	const char *const *wrong;
} bad[] = {
	{"", &not_an_address},
	{"tcp", &not_an_address},
	{"tcp:", &not_an_address},
	{"tcp:/", &not_an_address},
	{"tcp:/h:1", &not_an_address},
	{"TCP://h:1", &not_an_address},
	{" tcp://h:1", &not_an_address},
	{"localhost:80", &not_an_address},
	{"/tmp/socket", &not_an_address},
	{"unix", &not_an_address},
	{"Unix:/p", &not_an_address},
	{"http://h:1", &not_an_address},
	{"#n", &not_an_address},
	{"tcp://", &no_port},
	{"tcp://h", &no_port},
	{"tcp://h:", &no_port},
	{"tcp://:", &no_port},
	{"tcp://[::1]:", &no_port},
	{"tcp://h:#n", &no_port},
	{"tcp://h:65536", &bad_port},
	{"tcp://h:99999", &bad_port},
	{"tcp://h:100000", &bad_port},
	{"tcp://h:000080", &bad_port},
	{"tcp://h:18446744073709551617", &bad_port},
	{"tcp://h:-1", &bad_port},
	{"tcp://h:+1", &bad_port},
	{"tcp://h: 1", &bad_port},
	{"tcp://h:1 ", &bad_port},
	{"tcp://h:1/", &bad_port},
	{"tcp://h:http", &bad_port},
	{"tcp://h:0x50", &bad_port},
	{"tcp://::1:80", &bare_ipv6},
	{"tcp://::1", &bare_ipv6},
	{"tcp://h:1:2", &bare_ipv6},
	{"tcp://[::1", &bare_ipv6},
	{"tcp://[::1]", &bare_ipv6},
	{"tcp://[::1]80", &bare_ipv6},
	{"tcp://[::1]]:80", &bare_ipv6},
	{"tcp://[", &bare_ipv6},
	{"tcp://[]:80", &not_ipv6},
	{"tcp://[127.0.0.1]:80", &not_ipv6},
	{"tcp://[host]:80", &not_ipv6},
	{"tcp://a b:80", &bad_host},
	{"tcp://user@h:80", &bad_host},
	{"tcp://h/path:80", &bad_host},
	{"tcp://fe80%eth0:80", &bad_host},
	{"tcp://h]:80", &bad_host},
	{"tcp://caf\xc3\xa9:80", &bad_host},
	{"tcp://h\n:80", &bad_host},
	{"tcp://[::1 ]:80", &bad_host},
	{"tcp://[[::1]:80", &bad_host},
	{"tcp://[::1%a/b]:80", &bad_host},
	{"tcp://" X250 "123456:1", &long_host},
	{"tcp://[:" X250 "12345]:1", &long_host},
	{"unix:", &no_path},
	{"unix:#n", &no_path},
	{"unix:" X100 "12345678", &long_path},
	{"unix:" X250 X250, &long_path},
	{"tcp://h:1#", &bad_name},
	{"unix:/p#", &bad_name},
	{"#", &bad_name},
	{"tcp://h:1#" X100 X10 X10 "123456789", &bad_name},
	{"unix:/p#a#b", &bad_name},
	{"unix:/p#a b", &bad_name},
	{"unix:/p#a\n", &bad_name},
	{"unix:/p#caf\xc3\xa9", &bad_name},
	{"tcp://h:1#a*", &bad_name},
	{"tcp://h:1#[n", &bad_name},
};

/* The struct and the text as they are behind an exact copy of the text. */
static const char *parse(const char *text, struct tli_address *address)
{
	char *copy = (char *)exact_copy(text, strlen(text) + 1);
	const char *wrong = tli_address_parse(copy, address);

	free(copy);
	return wrong;
}

static void good_ones_are_parsed(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct tli_address address;

		assert_null(parse(good[i].text, &address));
		check_equal(good[i].text, address.kind, good[i].kind);
		check_equal(good[i].text, address.port, good[i].port);
		assert_string_equal(address.name, good[i].name);
		assert_string_equal(
			good[i].kind == TCP ? address.host : address.path,
			good[i].place);
		assert_string_equal(
			good[i].kind == TCP ? address.path : address.host, "");
	}
}

static void good_ones_are_written_back(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		struct tli_address address, again;
		char *text = malloc(TLI_ADDRESS_TEXT_MAX);

		assert_null(parse(good[i].text, &address));
		tli_address_format(&address, text);
		assert_string_equal(
			text, good[i].written ? good[i].written : good[i].text);
		assert_null(parse(text, &again));
		assert_memory_equal(&address, &again, sizeof(address));
		free(text);
	}
}

static void bad_ones_are_refused_with_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(bad); i++) {
		struct tli_address address, before;
		const char *wrong;

		memset(&address, 0xee, sizeof(address));
		before = address;
		wrong = parse(bad[i].text, &address);
		check(bad[i].text, wrong != NULL);
		assert_string_equal(wrong, *bad[i].wrong);
		assert_memory_equal(&address, &before, sizeof(address));
	}
}

/* Every prefix of a good one is good or bad, but never read past its end. */
static void cut_addresses_are_not_read_past_their_end(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(good); i++) {
		char text[TLI_ADDRESS_TEXT_MAX];
		size_t len = strlen(good[i].text);
		struct tli_address address;

		for (size_t cut = 0; cut < len; cut++) {
			memcpy(text, good[i].text, cut);
			text[cut] = '\0';
			if (!parse(text, &address))
				tli_address_format(&address, text);
		}
	}
}

static void places_are_compared(void **state)
{
	static const struct {
		const char *one, *other;
		bool same;
	} table[] = {
		{"tcp://h:1", "tcp://h:1", true},
		{"tcp://h:1", "tls://h:1", true},
		{"tls://:1", "tcp://:1", true},
		{"tcp://[::1]:1", "tls://[::1]:1", true},
		{"unix:/s", "unix:/s", true},
		{"tcp://h:1", "tcp://h:2", false},
		{"tcp://h:1", "tcp://:1", false},
		{"tcp://h:0", "tcp://h:0", false},
		{"tcp://h:0", "tls://h:0", false},
		{"tcp://h:10", "tls://h:1", false},
		{"unix:/s", "unix:/t", false},
		{"unix:/s", "tcp://s:1", false},
		{"unix://h:1", "tcp://h:1", false},
		{"tcp://h:1", "h:1", false},
	};

	(void)state;
	for (size_t i = 0; i < LENGTH(table); i++) {
		assert_int_equal(table[i].same,
			tli_address_is_same_place(
				table[i].one, table[i].other));
		assert_int_equal(table[i].same,
			tli_address_is_same_place(
				table[i].other, table[i].one));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(good_ones_are_parsed),
		cmocka_unit_test(good_ones_are_written_back),
		cmocka_unit_test(bad_ones_are_refused_with_the_reason),
		cmocka_unit_test(places_are_compared),
		cmocka_unit_test(cut_addresses_are_not_read_past_their_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
