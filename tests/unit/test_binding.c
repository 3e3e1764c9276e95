/* SPDX-License-Identifier: MIT */
/* Keys bound to a channel: as docs/protocol.md has them, and which are taken.
 */
#include "unit.h"

#include "../../proto/binding.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY      "the key of these tests"
#define LINE_MAX 256

static const struct {
	const char *name;
	enum tli_auth_role role;
} roles[] = {{"listener", TLI_AUTH_LISTENER}, {"client", TLI_AUTH_CLIENT}};

static const struct {
	const char *name;
	enum tli_binding_way way;
} types[] = {{"tls-exporter", TLI_BINDING_EXPORTER},
	{"tls-server-end-point", TLI_BINDING_END_POINT}};

/* ---- The document's --------------------------------------------------- */

/* The value of the next line, which has to be of that field. */
static const char *next_value(FILE *file, const char *field)
{
	static char line[LINE_MAX];

	assert_non_null(fgets(line, sizeof(line), file));
	line[strcspn(line, "\n")] = '\0';
	assert_memory_equal(line, field, strlen(field));
	return line + strlen(field);
}

static enum tli_auth_role next_role(FILE *file)
{
	const char *name = next_value(file, "role: ");
	size_t i = 0;

	while (strcmp(roles[i].name, name) != 0)
		assert_in_range(++i, 0, LENGTH(roles) - 1);
	return roles[i].role;
}

static enum tli_binding_way next_type(FILE *file)
{
	const char *name = next_value(file, "type: ");
	size_t i = 0;

	while (strcmp(types[i].name, name) != 0)
		assert_in_range(++i, 0, LENGTH(types) - 1);
	return types[i].way;
}

static void check_block(FILE *file)
{
	enum tli_auth_role role = next_role(file);
	enum tli_binding_way way = next_type(file);
	struct tli_binding binding = {.secure = true};
	struct tli_auth_secret secret;
	uint8_t key[64], expected[64];
	size_t key_len = from_hex(next_value(file, "key: "), key, sizeof(key));

	binding.to[way].len = from_hex(next_value(file, "channel: "),
		binding.to[way].bytes, sizeof(binding.to[way].bytes));
	assert_int_equal(from_hex(next_value(file, "bound-key: "), expected,
				 sizeof(expected)),
		TLI_AUTH_DERIVED_BYTES);
	assert_int_equal(
		tli_binding_derive(&binding, way, role, key, key_len, &secret),
		TLI_AUTH_KEY_USABLE);
	assert_int_equal(secret.len, TLI_AUTH_DERIVED_BYTES);
	assert_memory_equal(secret.bytes, expected, secret.len);
}

static void bound_keys_are_the_documents(void **state)
{
	const char *root = getenv("TIELINE_SOURCE");
	char path[LINE_MAX], line[LINE_MAX];
	unsigned count = 0;
	FILE *file;

	(void)state;
	snprintf(path, sizeof(path), "%s/docs/protocol.md", root ? root : ".");
	file = fopen(path, "r");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file))
		if (strcmp(line, "```binding\n") == 0) {
			check_block(file);
			count++;
		}
	fclose(file);
	assert_int_equal(count, LENGTH(roles) * LENGTH(types));
}

/* ---- Which are taken -------------------------------------------------- */

static enum tli_auth_key_use use_of(
	const struct tli_binding *binding, enum tli_binding_way way)
{
	struct tli_auth_secret secret;

	return tli_binding_derive(
		binding, way, TLI_AUTH_CLIENT, KEY, strlen(KEY), &secret);
}

static void a_plain_channel_has_the_bare_key_alone(void **state)
{
	struct tli_binding binding;

	(void)state;
	tli_binding_init(&binding, NULL, false);
	assert_int_equal(tli_binding_ways(&binding), 1);
	assert_int_equal(
		use_of(&binding, TLI_BINDING_NONE), TLI_AUTH_KEY_USABLE);
}

static void a_bare_key_over_tls_is_refused_unless_it_is_allowed(void **state)
{
	struct tli_binding binding = {.secure = true};

	(void)state;
	assert_int_equal(tli_binding_ways(&binding), TLI_BINDING_WAYS);
	assert_int_equal(
		use_of(&binding, TLI_BINDING_NONE), TLI_AUTH_KEY_REFUSED);
	binding.takes_unbound = true;
	assert_int_equal(
		use_of(&binding, TLI_BINDING_NONE), TLI_AUTH_KEY_USABLE);
}

static void a_key_bound_to_nothing_is_refused(void **state)
{
	const struct tli_binding binding = {
		.secure = true, .takes_unbound = true};

	(void)state;
	for (size_t i = 0; i < LENGTH(types); i++)
		assert_int_equal(
			use_of(&binding, types[i].way), TLI_AUTH_KEY_REFUSED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bound_keys_are_the_documents),
		cmocka_unit_test(a_plain_channel_has_the_bare_key_alone),
		cmocka_unit_test(
			a_bare_key_over_tls_is_refused_unless_it_is_allowed),
		cmocka_unit_test(a_key_bound_to_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
