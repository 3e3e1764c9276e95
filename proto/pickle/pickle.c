/* SPDX-License-Identifier: MIT */
#include "pickle.h"

#include "../value/walk.h"
#include "globals.h"
#include "leaves.h"
#include "opcodes.h"
#include "writer.h"

/* As in CPython: so many are on the stack at once. */
#define BATCH_ITEMS 1000u

/* How a node with items is written: as its kind, or one of these. */
enum {
	FORM_SET_CALL = TLI_KINDS, /* any set below protocol 4: set([...]) */
	FORM_TAKEN_BACK, /* an object that turned out to be inside itself */
	FORM_ARGS,       /* the tuple of an object's arguments */
	FORM_SPREAD,     /* its items alone */
	FORM_APPENDS,    /* a list that is put into an object */
	FORM_SETITEMS,
	FORM_ADDITEMS,
	FORMS
};

struct pickling {
	struct tli_visitor visitor;
	struct tli_writer writer;
	int form; /* of the next node; 0: its kind */

	/* How often a node that is made of what is inside it was met inside
	 * itself, and is therefore written once more. */
	uint32_t rounds;
	bool is_argument; /* of a call: the next node that has items */
};

struct form {
	void (*begin)(struct pickling *pickling, const struct tli_items *node);
	/* What comes before the i-th item. Returns how many items, from that
	 * on, are written then, or not to be. */
	int (*next)(struct pickling *pickling, const struct tli_items *node,
		uint32_t i);
	void (*end)(struct pickling *pickling, const struct tli_items *node);
	uint8_t constructor;
	uint8_t empty; /* the opcode of an empty container */
	uint8_t one;   /* that which puts one item into it; 0: there is none */
	uint8_t many;  /* all items down to the mark */
	uint8_t step;  /* how many nodes an item is */
};

static const struct form forms[FORMS];

static const struct form *form_of(const struct pickling *pickling)
{
	return &forms[pickling->visitor.state];
}

/* What is known, or has no items that are to be visited. */
static void put_past(struct pickling *pickling, const struct tli_value *value)
{
	uint32_t number = tli_memo_number(&pickling->writer, value);

	if (number)
		tli_put_get(&pickling->writer, number);
	else if (value->kind == TLI_GLOBAL)
		tli_put_global(&pickling->writer, value);
	else
		tli_put_leaf(&pickling->writer, value);
}

/* ---- Items, in batches ----------------------------------------------- */

/*
 * What can be filled, or have its state set, is known before that. In what is
 * written once more that ends every way round; but a call is made with its
 * arguments as they are, which had better be whole: so these come last.
 */
static void memoize_before_filling(
	struct pickling *pickling, const struct tli_items *node)
{
	if (tli_is_met_again(&pickling->writer, &node->value) ||
		pickling->rounds > pickling->is_argument)
		tli_memoize(&pickling->writer, &node->value);
}

static void begin_container(
	struct pickling *pickling, const struct tli_items *node)
{
	tli_put(&pickling->writer, forms[node->value.kind].empty);
	memoize_before_filling(pickling, node);
}

/* Those items, up to the first that has items itself: with no need for a walk.
 * Returns how many. */
static int put_leaves(struct pickling *pickling, struct tli_value *const *items,
	uint32_t count)
{
	uint32_t i = 0;

	while (i < count && items[i]->kind < TLI_LIST)
		put_past(pickling, items[i++]);
	return (int)i;
}

/* By a constant, as that is quick. */
static uint32_t place_in_batch(const struct form *form, uint32_t i)
{
	return form->step == 2 ? i % (2 * BATCH_ITEMS) : i % BATCH_ITEMS;
}

static int next_in_batch(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	const struct form *form = form_of(pickling);
	const uint32_t place = place_in_batch(form, i);
	const uint32_t left = node->count - i;
	const uint32_t left_in_batch = form->step * BATCH_ITEMS - place;

	if (place == 0) {
		if (i > 0)
			tli_put(&pickling->writer, form->many);
		if (!form->one || left > form->step)
			tli_put(&pickling->writer, TLI_OP_MARK);
	}
	return put_leaves(pickling, node->items + i,
		left < left_in_batch ? left : left_in_batch);
}

static void end_batches(struct pickling *pickling, const struct tli_items *node)
{
	const struct form *form = form_of(pickling);
	uint32_t last;

	if (node->count == 0)
		return;
	last = place_in_batch(form, node->count - 1) + 1;
	tli_put(&pickling->writer,
		form->one && last <= form->step ? form->one : form->many);
}

/* ---- What is made of its items --------------------------------------- */

static int next_in_tuple(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	return put_leaves(pickling, node->items + i, node->count - i);
}

static int next_in_args(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	int written = next_in_tuple(pickling, node, i);

	pickling->is_argument = written == 0;
	return written;
}

static void begin_making(
	struct pickling *pickling, const struct tli_items *node)
{
	if (tli_is_met_again(&pickling->writer, &node->value) &&
		!tli_memo_announce(&pickling->writer, &node->value))
		pickling->rounds++;
}

/*
 * If a node is inside itself it has been written again, whole, inside: then the
 * memo has it, and what is on the stack is dropped for that. False if not.
 */
static bool take_back(struct pickling *pickling, const struct tli_items *node,
	uint8_t pop, uint32_t pops)
{
	uint32_t number = tli_memo_number(&pickling->writer, &node->value);

	if (!number)
		return false;
	pickling->rounds--;
	while (pops-- > 0)
		tli_put(&pickling->writer, pop);
	tli_put_get(&pickling->writer, number);
	return true;
}

static void put_made(
	struct pickling *pickling, const struct tli_items *node, uint8_t opcode)
{
	tli_put(&pickling->writer, opcode);
	if (tli_is_met_again(&pickling->writer, &node->value))
		tli_memoize(&pickling->writer, &node->value);
}

static void begin_tuple(struct pickling *pickling, const struct tli_items *node)
{
	if (node->count > 0)
		begin_making(pickling, node);
	if (node->count > 3)
		tli_put(&pickling->writer, TLI_OP_MARK);
}

static void end_tuple(struct pickling *pickling, const struct tli_items *node)
{
	static const uint8_t opcodes[] = {TLI_OP_EMPTY_TUPLE, TLI_OP_TUPLE1,
		TLI_OP_TUPLE2, TLI_OP_TUPLE3};

	if (node->count == 0)
		tli_put(&pickling->writer, TLI_OP_EMPTY_TUPLE);
	else if (node->count > 3 &&
		!take_back(pickling, node, TLI_OP_POP_MARK, 1))
		put_made(pickling, node, TLI_OP_TUPLE);
	else if (node->count <= 3 &&
		!take_back(pickling, node, TLI_OP_POP, node->count))
		put_made(pickling, node, opcodes[node->count]);
}

static void begin_frozenset(
	struct pickling *pickling, const struct tli_items *node)
{
	begin_making(pickling, node);
	tli_put(&pickling->writer, TLI_OP_MARK);
}

static void end_frozenset(
	struct pickling *pickling, const struct tli_items *node)
{
	if (!take_back(pickling, node, TLI_OP_POP_MARK, 1))
		put_made(pickling, node, TLI_OP_FROZENSET);
}

static void end_global(struct pickling *pickling, const struct tli_items *node)
{
	put_made(pickling, node, TLI_OP_STACK_GLOBAL);
}

/* ---- What is made by calls ------------------------------------------- */

static void end_making(
	struct pickling *pickling, const struct tli_items *node, uint8_t opcode)
{
	tli_put(&pickling->writer, opcode);
	if (take_back(pickling, node, TLI_OP_POP, 1))
		pickling->visitor.state = FORM_TAKEN_BACK;
	else
		memoize_before_filling(pickling, node);
}

static void end_call(struct pickling *pickling, const struct tli_items *node,
	uint8_t tuple_opcode)
{
	tli_put(&pickling->writer, tuple_opcode);
	end_making(pickling, node, TLI_OP_REDUCE);
}

static void begin_call(struct pickling *pickling, const struct tli_items *node)
{
	begin_making(pickling, node);
	tli_put_constructor(
		&pickling->writer, forms[node->value.kind].constructor);
}

static void end_three(struct pickling *pickling, const struct tli_items *node)
{
	end_call(pickling, node, TLI_OP_TUPLE3);
}

static void begin_set_call(
	struct pickling *pickling, const struct tli_items *node)
{
	begin_call(pickling, node);
	tli_put(&pickling->writer, TLI_OP_EMPTY_LIST);
}

static void end_set_call(
	struct pickling *pickling, const struct tli_items *node)
{
	end_batches(pickling, node);
	end_call(pickling, node, TLI_OP_TUPLE1);
}

/* ---- Objects --------------------------------------------------------- */

static bool is_call_of_newobj_ex(
	const struct pickling *pickling, const struct tli_object *object)
{
	return object->making == TLI_NEWOBJ_EX && pickling->writer.protocol < 4;
}

static void begin_object(
	struct pickling *pickling, const struct tli_items *node)
{
	const struct tli_object *object = tli_object_of(&node->value);

	begin_making(pickling, node);
	if (object->making == TLI_INSTANTIATE)
		tli_put(&pickling->writer, TLI_OP_MARK);
	else if (is_call_of_newobj_ex(pickling, object))
		tli_put_constructor(&pickling->writer, TLI_CONSTRUCT_NEWOBJ_EX);
}

/* Only one way of making has keyword arguments. */
static int next_is_kwargs(
	struct pickling *pickling, const struct tli_object *object)
{
	bool has_kwargs =
		object->items.items[TLI_OBJECT_KWARGS]->kind != TLI_NONE;

	if (object->making == TLI_NEWOBJ_EX && has_kwargs)
		return 0;
	if (object->making == TLI_NEWOBJ_EX)
		tli_put(&pickling->writer, TLI_OP_EMPTY_DICT);
	else if (has_kwargs)
		tli_writer_fail(&pickling->writer, TLI_VALUE_TYPE,
			"an object has keyword arguments, which no pickle can "
			"have but those for __new__()");
	return 1;
}

static void make_object(
	struct pickling *pickling, const struct tli_object *object)
{
	static const uint8_t opcodes[] = {
		[TLI_REDUCE] = TLI_OP_REDUCE,
		[TLI_NEWOBJ] = TLI_OP_NEWOBJ,
		[TLI_NEWOBJ_EX] = TLI_OP_NEWOBJ_EX,
		[TLI_INSTANTIATE] = TLI_OP_OBJ,
	};

	if (is_call_of_newobj_ex(pickling, object))
		end_call(pickling, &object->items, TLI_OP_TUPLE3);
	else
		end_making(pickling, &object->items, opcodes[object->making]);
}

/* What has to follow the part before the i-th. */
static void end_part(
	struct pickling *pickling, const struct tli_object *object, uint32_t i)
{
	if (i == TLI_OBJECT_STEPS)
		make_object(pickling, object);
	else if (i > TLI_OBJECT_STEPS &&
		object->steps[i - 1 - TLI_OBJECT_STEPS] == TLI_STEP_BUILD)
		tli_put(&pickling->writer, TLI_OP_BUILD);
}

static int next_is_step(struct pickling *pickling, enum tli_step step)
{
	static const uint8_t step_forms[] = {
		[TLI_STEP_BUILD] = 0,
		[TLI_STEP_APPEND] = FORM_APPENDS,
		[TLI_STEP_SETITEM] = FORM_SETITEMS,
		[TLI_STEP_ADD] = FORM_ADDITEMS,
	};

	if (pickling->visitor.state == FORM_TAKEN_BACK)
		return 1;
	pickling->form = step_forms[step];
	return 0;
}

static int next_in_object(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	const struct tli_object *object = tli_object_of(&node->value);

	end_part(pickling, object, i);
	if (i >= TLI_OBJECT_STEPS)
		return next_is_step(
			pickling, object->steps[i - TLI_OBJECT_STEPS]);
	if (i == TLI_OBJECT_KWARGS)
		return next_is_kwargs(pickling, object);
	if (i == TLI_OBJECT_ARGS && object->making == TLI_INSTANTIATE)
		pickling->form = FORM_SPREAD;
	return 0;
}

static void end_object(struct pickling *pickling, const struct tli_items *node)
{
	end_part(pickling, tli_object_of(&node->value), node->count);
}

static int next_is_skipped(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	(void)pickling;
	(void)node;
	(void)i;
	return 1;
}

/* What is put into an object at once stays together. */
static int next_in_step(
	struct pickling *pickling, const struct tli_items *node, uint32_t i)
{
	const struct form *form = form_of(pickling);

	if (i == 0 && (!form->one || node->count > form->step))
		tli_put(&pickling->writer, TLI_OP_MARK);
	return next_in_tuple(pickling, node, i);
}

static void end_step(struct pickling *pickling, const struct tli_items *node)
{
	const struct form *form = form_of(pickling);

	if (node->count > 0)
		tli_put(&pickling->writer,
			form->one && node->count <= form->step ? form->one
							       : form->many);
}

/* What is put into an object, as whoever built the tree has it. */
static void begin_step(struct pickling *pickling, const struct tli_items *node)
{
	if (node->value.kind != TLI_LIST)
		tli_writer_fail(&pickling->writer, TLI_VALUE_TYPE,
			"what is put into an object is of type %s, not a list",
			tli_kind_name(node->value.kind));
}

static void begin_setitems(
	struct pickling *pickling, const struct tli_items *node)
{
	begin_step(pickling, node);
	if (node->count % 2 != 0)
		tli_writer_fail(&pickling->writer, TLI_VALUE_TYPE,
			"a key that is put into an object has no value");
}

static void begin_additems(
	struct pickling *pickling, const struct tli_items *node)
{
	begin_step(pickling, node);
	if (pickling->writer.protocol < 4)
		tli_writer_fail(&pickling->writer, TLI_VALUE_TYPE,
			"items are added to an object, which protocol %d "
			"cannot write: use protocol 4",
			pickling->writer.protocol);
}

/* ---- The walk -------------------------------------------------------- */

static const struct form forms[FORMS] = {
	[TLI_LIST] = {.begin = begin_container,
		.next = next_in_batch,
		.end = end_batches,
		.empty = TLI_OP_EMPTY_LIST,
		.one = TLI_OP_APPEND,
		.many = TLI_OP_APPENDS,
		.step = 1},
	[TLI_TUPLE] = {.begin = begin_tuple,
		.next = next_in_tuple,
		.end = end_tuple},
	[TLI_DICT] = {.begin = begin_container,
		.next = next_in_batch,
		.end = end_batches,
		.empty = TLI_OP_EMPTY_DICT,
		.one = TLI_OP_SETITEM,
		.many = TLI_OP_SETITEMS,
		.step = 2},
	[TLI_SET] = {.begin = begin_container,
		.next = next_in_batch,
		.end = end_batches,
		.empty = TLI_OP_EMPTY_SET,
		.many = TLI_OP_ADDITEMS,
		.step = 1,
		.constructor = TLI_CONSTRUCT_SET},
	[TLI_FROZENSET] = {.begin = begin_frozenset,
		.next = next_in_tuple,
		.end = end_frozenset,
		.constructor = TLI_CONSTRUCT_FROZENSET},
	[TLI_RANGE] = {.begin = begin_call,
		.next = next_in_tuple,
		.end = end_three,
		.constructor = TLI_CONSTRUCT_RANGE},
	[TLI_SLICE] = {.begin = begin_call,
		.next = next_in_tuple,
		.end = end_three,
		.constructor = TLI_CONSTRUCT_SLICE},
	[TLI_GLOBAL] = {.next = next_in_tuple, .end = end_global},
	[TLI_OBJECT] = {.begin = begin_object,
		.next = next_in_object,
		.end = end_object},
	[FORM_SET_CALL] = {.begin = begin_set_call,
		.next = next_in_batch,
		.end = end_set_call,
		.one = TLI_OP_APPEND,
		.many = TLI_OP_APPENDS,
		.step = 1},
	[FORM_TAKEN_BACK] = {.next = next_is_skipped},
	[FORM_ARGS] = {.begin = begin_tuple,
		.next = next_in_args,
		.end = end_tuple},
	[FORM_SPREAD] = {.next = next_in_args},
	[FORM_APPENDS] = {.begin = begin_step,
		.next = next_in_step,
		.end = end_step,
		.one = TLI_OP_APPEND,
		.many = TLI_OP_APPENDS,
		.step = 1},
	[FORM_SETITEMS] = {.begin = begin_setitems,
		.next = next_in_step,
		.end = end_step,
		.one = TLI_OP_SETITEM,
		.many = TLI_OP_SETITEMS,
		.step = 2},
	[FORM_ADDITEMS] = {.begin = begin_additems,
		.next = next_in_step,
		.end = end_step,
		.many = TLI_OP_ADDITEMS,
		.step = 1},
};

static bool is_args(
	const struct tli_value *value, const struct tli_value *parent)
{
	return parent && parent->kind == TLI_OBJECT &&
		tli_items_of(parent)->items[TLI_OBJECT_ARGS] == value;
}

/* 0 if what is inside it is not written by way of the walk. */
static int form_for(
	const struct pickling *pickling, const struct tli_value *value)
{
	const bool is_old = pickling->writer.protocol < 4;

	if (value->kind < TLI_LIST ||
		tli_memo_number(&pickling->writer, value) != 0)
		return 0;
	if (is_args(value, pickling->visitor.parent))
		return FORM_ARGS;
	if (is_old && (value->kind == TLI_SET || value->kind == TLI_FROZENSET))
		return FORM_SET_CALL;
	return is_old && value->kind == TLI_GLOBAL ? 0 : value->kind;
}

static int enter(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct pickling *pickling = (struct pickling *)visitor;
	int form = pickling->form;

	pickling->form = 0;
	if (value->flags & TLI_BROKEN)
		return tli_writer_fail(&pickling->writer, TLI_VALUE_BROKEN,
			"something could not be put into a value of type %s",
			tli_kind_name(value->kind));
	if (form == 0)
		form = form_for(pickling, value);
	if (form == 0)
		put_past(pickling, value);
	else if (forms[form].begin)
		forms[form].begin(pickling, tli_items_of(value));
	pickling->is_argument = false;
	return pickling->writer.code < 0 ? pickling->writer.code : form;
}

static int next(
	struct tli_visitor *visitor, const struct tli_value *value, uint32_t i)
{
	struct pickling *pickling = (struct pickling *)visitor;
	const struct form *form = form_of(pickling);
	int written = form->next(pickling, tli_items_of(value), i);

	return pickling->writer.code < 0 ? pickling->writer.code : written;
}

static int leave(struct tli_visitor *visitor, const struct tli_value *value)
{
	struct pickling *pickling = (struct pickling *)visitor;
	const struct form *form = form_of(pickling);

	if (form->end)
		form->end(pickling, tli_items_of(value));
	return pickling->writer.code;
}

int tli_pickle(const struct tli_value *value, int protocol,
	struct tli_buf *pickle, struct tli_value_error *error)
{
	struct pickling pickling = {
		.visitor = {.enter = enter, .next = next, .leave = leave}};
	int result;

	if (protocol < TLI_PICKLE_PROTOCOL_MIN ||
		protocol > TLI_PICKLE_PROTOCOL_MAX)
		return tli_value_error_set(error, TLI_VALUE_TYPE,
			"there is no writing pickles of protocol %d, only of "
			"%d to %d",
			protocol, TLI_PICKLE_PROTOCOL_MIN,
			TLI_PICKLE_PROTOCOL_MAX);
	tli_writer_init(&pickling.writer, value, protocol, pickle, error);
	tli_put_number(&pickling.writer, TLI_OP_PROTO, (unsigned)protocol, 1);
	result = tli_walk(&pickling.visitor, value, TLI_VALUE_DEPTH_MAX);
	if (result < 0 && pickling.writer.code == TLI_VALUE_OK)
		tli_writer_stop(&pickling.writer,
			tli_walk_error(error, result, TLI_VALUE_DEPTH_MAX));
	tli_put(&pickling.writer, TLI_OP_STOP);
	return tli_writer_fini(&pickling.writer);
}
