/* SPDX-License-Identifier: MIT */
/* How requests and answers are written: as pickles, or as XML-RPC. */
#include "manager.h"

#include "../proto/item_value.h"
#include "../proto/pickle/pickle.h"
#include "../proto/pickle/unpickle.h"
#include "../proto/xmlrpc.h"

static struct tli_value *read_pickle(
	struct tli_values *values, const uint8_t *body, size_t len)
{
	return tli_unpickle(values, body, len, TLI_UNPICKLE_BORROW, NULL);
}

/* As it came. */
static struct tli_item *keep_pickle(
	const struct manager_request *request, struct tli_value_error *error)
{
	struct tli_item *item =
		tli_item_of(TLI_FORMAT_PICKLE, request->body, request->len);

	if (!item)
		tli_value_error_set(error, TLI_VALUE_NOMEM, "out of memory");
	return item;
}

/* Whoever writes protocol 5 reads 4, but not the other way round. */
static int write_pickle(struct tli_buf *out, uint8_t protocol,
	struct tli_value *answer, struct tli_value_error *error)
{
	if (protocol < TLI_PICKLE_PROTOCOL_MIN)
		protocol = TLI_PICKLE_PROTOCOL_MIN;
	if (protocol > TLI_PICKLE_PROTOCOL_DEFAULT)
		protocol = TLI_PICKLE_PROTOCOL_DEFAULT;
	return tli_pickle(answer, protocol, out, error);
}

const struct serializer pickle_serializer = {
	read_pickle, keep_pickle, write_pickle, .is_pickle = true};

static struct tli_item *make_pickle(
	const struct manager_request *request, struct tli_value_error *error)
{
	return tli_item_of_value(
		TLI_FORMAT_PICKLE, request->whole, TLI_ITEM_BODY_MAX, error);
}

static int write_xml(struct tli_buf *out, uint8_t protocol,
	struct tli_value *answer, struct tli_value_error *error)
{
	(void)protocol;
	return tli_xmlrpc_write(answer, out, error);
}

const struct serializer xml_serializer = {
	tli_xmlrpc_read, make_pickle, write_xml, .is_pickle = false};
