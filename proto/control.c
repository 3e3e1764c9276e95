/* SPDX-License-Identifier: MIT */
#include "control.h"

#include "control_types.h"
#include "quote.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A key of an object, and what becomes of its value. */
struct field {
	const char *key;
	const struct tli_control_type *type;
	size_t offset;  /* of the member of the struct */
	unsigned verbs; /* of a request: that take it, a bit each */
};

#define BIT(verb)      (1u << TLI_VERB_##verb)
#define IN_REQUEST(of) offsetof(struct tli_request, of)
#define IN_REPLY(of)   offsetof(struct tli_reply, of)

/* The verbs, and then all else that a request has. */
static const struct field request_fields[] = {
	[TLI_VERB_ACCEPT] = {"accept", &tli_control_name, IN_REQUEST(name),
		BIT(ACCEPT)},
	[TLI_VERB_DIAL] = {"dial", &tli_control_name, IN_REQUEST(name),
		BIT(DIAL)},
	[TLI_VERB_PIPE] = {"pipe", &tli_control_name, IN_REQUEST(name),
		BIT(PIPE)},
	[TLI_VERB_PING] = {"ping", &tli_control_text, IN_REQUEST(ping),
		BIT(PING)},
	[TLI_VERB_LIST] = {"list", &tli_control_listing, IN_REQUEST(listing),
		BIT(LIST)},
	[TLI_VERB_STAT] = {"stat", &tli_control_true, 0, BIT(STAT)},
	[TLI_VERB_MONITOR] = {"monitor", &tli_control_true, 0, BIT(MONITOR)},
	[TLI_VERB_TYPEID] = {"typeid", &tli_control_text, IN_REQUEST(typeid),
		BIT(TYPEID)},
	{"timeout", &tli_control_seconds, IN_REQUEST(timeout_ms),
		BIT(ACCEPT) | BIT(DIAL) | BIT(PIPE)},
	{"listener", &tli_control_listener, IN_REQUEST(listener), BIT(ACCEPT)},
	{"confirm", &tli_control_flag, IN_REQUEST(confirm), BIT(ACCEPT)},
	{"exclusive", &tli_control_flag, IN_REQUEST(exclusive), BIT(ACCEPT)},
	{"prefix", &tli_control_prefix, IN_REQUEST(prefix),
		BIT(LIST) | BIT(MONITOR)},
	{"limit", &tli_control_limit, IN_REQUEST(limit), BIT(LIST)},
	{"args", &tli_control_array, IN_REQUEST(args), BIT(TYPEID)},
	{"kwargs", &tli_control_object, IN_REQUEST(kwargs), BIT(TYPEID)},
};

/* What a reply must have, by what it says, and what its peer must. */
static const struct field refused_fields[] = {
	{"error", &tli_control_refusal, IN_REPLY(refusal), 0},
	{"message", &tli_control_message, IN_REPLY(message), 0},
};
static const struct field parked_fields[] = {
	{"parked", &tli_control_name, IN_REPLY(name), 0},
};
static const struct field paired_fields[] = {
	{"name", &tli_control_name, IN_REPLY(name), 0},
};
static const struct field peer_fields[] = {
	{"address", &tli_control_address, IN_REPLY(peer_address), 0},
};
static const struct field identity_fields[] = {
	{"identity", &tli_control_name, IN_REPLY(peer_identity), 0},
};
static const struct field uid_fields[] = {
	{"uid", &tli_control_uid, IN_REPLY(peer_uid), 0},
};

__attribute__((format(printf, 2, 3))) static int bad(
	char why[TLI_CONTROL_TEXT], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(why, TLI_CONTROL_TEXT, format, arguments);
	va_end(arguments);
	return TLI_CONTROL_BAD;
}

/* The value as it may stand in a message. */
static const char *describe(const tli_json *value, char out[TLI_QUOTE_TEXT])
{
	enum tli_json_kind kind = tli_json_kind(value);

	if (kind == TLI_JSON_TEXT)
		return tli_quote(tli_json_text(value), out);
	if (kind == TLI_JSON_BOOL)
		return tli_json_bool(value) ? "true" : "false";
	if (kind != TLI_JSON_NUMBER)
		return tli_json_kind_name(kind);
	snprintf(out, TLI_QUOTE_TEXT, "%.15g", tli_json_number(value));
	return out;
}

static int read_field(const struct field *field, const tli_json *value,
	void *record, char why[TLI_CONTROL_TEXT])
{
	char shown[TLI_QUOTE_TEXT];

	if (field->type->read(value, (char *)record + field->offset))
		return TLI_CONTROL_OK;
	return bad(why, "\"%s\" needs %s, not %s", field->key,
		field->type->needs, describe(value, shown));
}

/* Reads an object, which comes to be the caller's. what: for people. */
static int parse_object(const char *what, const void *bytes, size_t len,
	tli_json **object_out, char why[TLI_CONTROL_TEXT])
{
	static const struct tli_json_limits limits = {
		.max_bytes = TLI_CONTROL_MAX,
		.max_depth = TLI_CONTROL_DEPTH,
	};
	struct tli_json_error error;
	tli_json *json = tli_json_parse(bytes, len, &limits, &error);
	char shown[TLI_QUOTE_TEXT];

	if (!json) {
		bad(why, "the %s cannot be read: %s", what, error.text);
		return error.line == 0 ? TLI_CONTROL_NOMEM : TLI_CONTROL_BAD;
	}
	if (tli_json_kind(json) != TLI_JSON_OBJECT) {
		bad(why, "the %s must be an object, not %s", what,
			describe(json, shown));
		tli_json_free(json);
		return TLI_CONTROL_BAD;
	}
	*object_out = json;
	return TLI_CONTROL_OK;
}

/* The index among the keys of a request; as many as there are if it is none. */
static size_t find_field(const char *key)
{
	size_t i = 0;

	while (i < LENGTH(request_fields) &&
		strcmp(request_fields[i].key, key) != 0)
		i++;
	return i;
}

static int no_verb(char why[TLI_CONTROL_TEXT])
{
	bad(why, "no verb: one of");
	for (size_t i = 0; i < TLI_VERB_COUNT; i++) {
		strcat(why, i == 0 ? " " : ", ");
		strcat(why, request_fields[i].key);
	}
	return TLI_CONTROL_BAD;
}

static int find_verb(const tli_json *object, enum tli_verb *verb_out,
	char why[TLI_CONTROL_TEXT])
{
	enum tli_verb verb = TLI_VERB_COUNT;

	for (const tli_json *member = tli_json_first(object); member;
		member = tli_json_next(member)) {
		size_t i = find_field(tli_json_key(member));

		if (i >= TLI_VERB_COUNT)
			continue;
		if (verb != TLI_VERB_COUNT)
			return bad(why, "two verbs, \"%s\" and \"%s\"",
				tli_verb_name(verb), request_fields[i].key);
		verb = (enum tli_verb)i;
	}
	*verb_out = verb;
	return verb == TLI_VERB_COUNT ? no_verb(why) : TLI_CONTROL_OK;
}

static int read_member(const tli_json *member, struct tli_request *request,
	char why[TLI_CONTROL_TEXT])
{
	size_t i = find_field(tli_json_key(member));
	char shown[TLI_QUOTE_TEXT];

	if (i < LENGTH(request_fields) &&
		request_fields[i].verbs & 1u << request->verb)
		return read_field(&request_fields[i], member, request, why);
	return bad(why, "unknown key %s for \"%s\"",
		tli_quote(tli_json_key(member), shown),
		tli_verb_name(request->verb));
}

static int read_request(const tli_json *object, struct tli_request *request,
	char why[TLI_CONTROL_TEXT])
{
	int result = find_verb(object, &request->verb, why);

	for (const tli_json *member = tli_json_first(object);
		member && result == TLI_CONTROL_OK;
		member = tli_json_next(member))
		result = read_member(member, request, why);
	return result;
}

int tli_request_parse(const void *bytes, size_t len,
	struct tli_request *request, char why[TLI_CONTROL_TEXT])
{
	tli_json *object;
	int result = parse_object("request", bytes, len, &object, why);

	if (result != TLI_CONTROL_OK)
		return result;
	*request = (struct tli_request){
		.timeout_ms = TLI_NO_TIMEOUT_GIVEN,
		.limit = TLI_LIST_LIMIT,
	};
	result = read_request(object, request, why);
	tli_json_free(object);
	return result;
}

/* Ends the writing into memory that is there. */
static size_t finish(struct tli_json_writer *writer, char text[TLI_CONTROL_MAX])
{
	size_t len = 0;
	char *written = tli_json_finish(writer, &len);

	if (!written)
		return 0;
	memcpy(text, written, len);
	free(written);
	return len;
}

size_t tli_request_format(
	const struct tli_request *request, char text[TLI_CONTROL_MAX])
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *object = tli_json_add_object(&writer, NULL, NULL);

	for (size_t i = 0; i < LENGTH(request_fields); i++)
		if (request_fields[i].verbs & 1u << request->verb)
			request_fields[i].type->write(&writer, object,
				request_fields[i].key,
				(const char *)request +
					request_fields[i].offset);
	return finish(&writer, text);
}

/* Reads what an object must have. */
static int read_fields(const tli_json *object, const struct field fields[],
	size_t count, struct tli_reply *reply, char why[TLI_CONTROL_TEXT])
{
	int result = TLI_CONTROL_OK;

	for (size_t i = 0; i < count && result == TLI_CONTROL_OK; i++) {
		const tli_json *value = tli_json_find(object, fields[i].key);

		result = value
			? read_field(&fields[i], value, reply, why)
			: bad(why, "the reply has no \"%s\"", fields[i].key);
	}
	return result;
}

static int read_peer(const tli_json *object, struct tli_reply *reply,
	char why[TLI_CONTROL_TEXT])
{
	const tli_json *peer = tli_json_find(object, "peer");
	int result;

	if (!peer || tli_json_kind(peer) != TLI_JSON_OBJECT)
		return bad(why, "the reply has no object \"peer\"");
	result =
		read_fields(peer, peer_fields, LENGTH(peer_fields), reply, why);
	if (result == TLI_CONTROL_OK && tli_json_find(peer, "identity"))
		result = read_fields(peer, identity_fields,
			LENGTH(identity_fields), reply, why);
	reply->has_peer_uid = tli_json_find(peer, "uid");
	if (result != TLI_CONTROL_OK || !reply->has_peer_uid)
		return result;
	return read_fields(peer, uid_fields, LENGTH(uid_fields), reply, why);
}

static int read_reply(const tli_json *object, struct tli_reply *reply,
	char why[TLI_CONTROL_TEXT])
{
	const tli_json *ok = tli_json_find(object, "ok");
	int result;

	if (!ok || tli_json_kind(ok) != TLI_JSON_BOOL)
		return bad(why, "the reply has no \"ok\" of true or false");
	if (!tli_json_bool(ok))
		return read_fields(object, refused_fields,
			LENGTH(refused_fields), reply, why);
	reply->parked = tli_json_find(object, "parked");
	if (reply->parked)
		return read_fields(object, parked_fields, LENGTH(parked_fields),
			reply, why);
	result = read_fields(
		object, paired_fields, LENGTH(paired_fields), reply, why);
	return result == TLI_CONTROL_OK ? read_peer(object, reply, why)
					: result;
}

int tli_reply_parse(const void *bytes, size_t len, struct tli_reply *reply,
	char why[TLI_CONTROL_TEXT])
{
	tli_json *object;
	int result = parse_object("reply", bytes, len, &object, why);

	if (result != TLI_CONTROL_OK)
		return result;
	*reply = (struct tli_reply){.refusal = TLI_REFUSAL_NONE};
	result = read_reply(object, reply, why);
	tli_json_free(object);
	return result;
}

static void write_refusal(struct tli_json_writer *writer, tli_json *object,
	const struct tli_reply *reply)
{
	tli_json_add_text(
		writer, object, "error", tli_refusal_code(reply->refusal));
	tli_json_add_text(writer, object, "message", reply->message);
}

static void write_pairing(struct tli_json_writer *writer, tli_json *object,
	const struct tli_reply *reply)
{
	tli_json *peer;

	tli_json_add_text(writer, object, "name", reply->name);
	peer = tli_json_add_object(writer, object, "peer");
	tli_json_add_text(writer, peer, "address", reply->peer_address);
	if (reply->has_peer_uid)
		tli_json_add_number(writer, peer, "uid", reply->peer_uid);
	if (reply->peer_identity[0])
		tli_json_add_text(
			writer, peer, "identity", reply->peer_identity);
}

size_t tli_reply_format(
	const struct tli_reply *reply, char text[TLI_CONTROL_MAX])
{
	struct tli_json_writer writer = {.failed = false};
	tli_json *object = tli_json_add_object(&writer, NULL, NULL);

	tli_json_add_bool(
		&writer, object, "ok", reply->refusal == TLI_REFUSAL_NONE);
	if (reply->refusal != TLI_REFUSAL_NONE)
		write_refusal(&writer, object, reply);
	else if (reply->parked)
		tli_json_add_text(&writer, object, "parked", reply->name);
	else
		write_pairing(&writer, object, reply);
	return finish(&writer, text);
}

const char *tli_verb_name(enum tli_verb verb)
{
	return request_fields[verb].key;
}
