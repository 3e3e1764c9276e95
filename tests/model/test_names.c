/* SPDX-License-Identifier: MIT */
/* Names that are made to be in the same place of a table are not. */
#include "../unit/unit.h"

#include "../../broker/engine/model/model.h"

#include <stdio.h>
#include <string.h>

#define PARTS 6

/* From one to the next, FNV-1a comes to the same for both. */
static const char *const parts[PARTS][2] = {
	{"gwzx", "16cd"},
	{"yyao", "1kia"},
	{"g3zx", "1pad"},
	{"epvu", "33ea"},
	{"zwfo", "2uja"},
	{"g3zx", "1pad"},
};

static void nothing(void *owner, uint64_t object, unsigned classes)
{
	(void)owner;
	(void)object;
	(void)classes;
}

static const struct engine_config limits = {
	.max_objects = 1000,
	.max_identity_objects = 1000,
	.seed = {1, 2},
};
static struct engine_listener listener = {.woken = nothing};

static void open_one(struct model *model, unsigned n)
{
	char name[4 * PARTS + 1] = "", text[100];
	struct op op = {.code = TLI_OP_OPEN, .format = TLI_FORMAT_JSON};

	for (unsigned i = 0; i < PARTS; i++)
		strcat(name, parts[i][n >> i & 1]);
	snprintf(text, sizeof(text), "{\"name\":\"%s\",\"kind\":\"Lock\"}",
		name);
	op.item = tli_item_of(TLI_FORMAT_JSON, text, strlen(text));
	assert_int_equal(model_try(model, &op, 0), CALL_DONE);
	assert_int_equal(op.status, TLI_STATUS_OK);
	assert_true(op.created);
	assert_non_null(model_find_name(model, name, strlen(name)));
	check_bytes("its name", tli_item_body(op.result), op.result->body_len,
		name, strlen(name));
	tli_item_unref(op.result);
	tli_item_unref(op.item);
}

/* The table tells by itself that it has got long chains. */
static void a_table_of_names_has_no_long_chains(void **state)
{
	struct model *model = model_new(&limits, &listener);

	(void)state;
	for (unsigned n = 0; n < 1u << PARTS; n++)
		open_one(model, n);
	assert_int_equal(HASH_CNT(by_name, model->by_name), 1 << PARTS);
	assert_int_equal(model->by_name->by_name.tbl->ineff_expands, 0);
	model_free(model);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_of_names_has_no_long_chains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
