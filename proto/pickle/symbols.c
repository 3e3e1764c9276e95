/* SPDX-License-Identifier: MIT */
/* Opcodes that would import or call something: here they make symbols, or, of
 * the constructors that fold.h knows, plain data. */
#include "operations.h"

#include "../utf8.h"
#include "fold.h"
#include "names.h"

#include <string.h>

/* What no module and nothing in one can be called; NULL if it can. */
static const char *fault_of(struct tli_word word)
{
	if (memchr(word.text, '\0', word.len))
		return "a name has a NUL";
	if (tli_utf8_valid((const uint8_t *)word.text, word.len) == word.len &&
		tli_utf8_has_surrogates((const uint8_t *)word.text, word.len))
		return "a name has a lone surrogate";
	return NULL;
}

static bool check_names(
	struct tli_machine *machine, const struct tli_names *names)
{
	const char *fault = fault_of(names->module);

	if (!fault)
		fault = fault_of(names->name);
	if (!fault && machine->protocol < 4 &&
		memchr(names->name.text, '.', names->name.len))
		fault = "below protocol 4 a name has no dots";
	return !fault ||
		tli_machine_fail(machine, TLI_VALUE_SYNTAX, "%s", fault);
}

/* Python 2's names become Python 3's where CPython does it. */
static struct tli_value *make_global(
	struct tli_machine *machine, struct tli_names names)
{
	struct tli_values *values = machine->values;
	struct tli_value *parts[2];

	if (!check_names(machine, &names))
		return NULL;
	if (machine->protocol < 3)
		tli_names_from_python2(&names);
	parts[0] = tli_str(values, names.module.text, names.module.len);
	parts[1] = tli_str(values, names.name.text, names.name.len);
	return tli_items(values, TLI_GLOBAL, parts, 2);
}

static struct tli_value *global_of_lines(struct tli_machine *machine)
{
	const struct tli_operation *operation = &machine->operation;
	struct tli_names names = {
		{(const char *)operation->data, operation->len},
		{(const char *)operation->second, operation->second_len},
	};

	return make_global(machine, names);
}

bool tli_op_global(struct tli_machine *machine)
{
	return tli_push(machine, global_of_lines(machine));
}

bool tli_op_stack_global(struct tli_machine *machine)
{
	struct tli_value *name = tli_pop(machine);
	struct tli_value *module = name ? tli_pop(machine) : NULL;
	struct tli_value *parts[] = {module, name};
	struct tli_names names;

	if (!module)
		return false;
	if (module->kind != TLI_STR || name->kind != TLI_STR)
		return tli_machine_fail(machine, TLI_VALUE_TYPE,
			"it needs two str, and the stack has %s and %s",
			tli_kind_name(module->kind), tli_kind_name(name->kind));
	names = (struct tli_names){tli_word_of(module), tli_word_of(name)};
	if (machine->protocol < 3)
		return tli_push(machine, make_global(machine, names));
	return check_names(machine, &names) &&
		tli_push(machine,
			tli_items(machine->values, TLI_GLOBAL, parts, 2));
}

bool tli_op_inst(struct tli_machine *machine)
{
	struct tli_values *values = machine->values;
	size_t count;
	struct tli_value *const *items = tli_pop_mark(machine, &count);

	return items &&
		tli_push(machine,
			tli_object(values, TLI_INSTANTIATE,
				global_of_lines(machine),
				tli_items(values, TLI_TUPLE, items, count),
				NULL));
}

bool tli_op_obj(struct tli_machine *machine)
{
	struct tli_values *values = machine->values;
	size_t count;
	struct tli_value *const *items = tli_pop_mark(machine, &count);

	if (!items)
		return false;
	if (count == 0)
		return tli_machine_fail(machine, TLI_VALUE_SYNTAX,
			"there is no class above the mark");
	return tli_push(machine,
		tli_object(values, TLI_INSTANTIATE, items[0],
			tli_items(values, TLI_TUPLE, items + 1, count - 1),
			NULL));
}

static struct tli_value *reduce(struct tli_machine *machine,
	struct tli_value *callable, struct tli_value *args)
{
	struct tli_value *folded = NULL;

	if (args->kind == TLI_TUPLE && callable->kind == TLI_GLOBAL &&
		!tli_fold(machine->values, callable, args, &folded))
		return NULL;
	return folded
		? folded
		: tli_object(machine->values, TLI_REDUCE, callable, args, NULL);
}

bool tli_op_reduce(struct tli_machine *machine)
{
	struct tli_value *args = tli_pop(machine);
	struct tli_value *callable = args ? tli_pop(machine) : NULL;

	return callable && tli_push(machine, reduce(machine, callable, args));
}

bool tli_op_newobj(struct tli_machine *machine)
{
	struct tli_value *args = tli_pop(machine);
	struct tli_value *class = args ? tli_pop(machine) : NULL;

	return class &&
		tli_push(machine,
			tli_object(machine->values, TLI_NEWOBJ, class, args,
				NULL));
}

bool tli_op_newobj_ex(struct tli_machine *machine)
{
	struct tli_value *kwargs = tli_pop(machine);
	struct tli_value *args = kwargs ? tli_pop(machine) : NULL;
	struct tli_value *class = args ? tli_pop(machine) : NULL;

	return class &&
		tli_push(machine,
			tli_object(machine->values, TLI_NEWOBJ_EX, class, args,
				kwargs));
}

bool tli_op_build(struct tli_machine *machine)
{
	struct tli_value *state = tli_pop(machine);
	struct tli_value *object = state ? tli_top(machine) : NULL;

	if (!object)
		return false;
	if (object->kind != TLI_OBJECT && state->kind == TLI_NONE)
		return true; /* as CPython */
	if (object->kind != TLI_OBJECT)
		return tli_machine_fail(machine, TLI_VALUE_TYPE,
			"%s: it has no state to set",
			tli_kind_name(object->kind));
	return tli_object_step(object, TLI_STEP_BUILD, state);
}
