/* SPDX-License-Identifier: MIT */
/* The handshakes of docs/protocol.md, each in every cut. */
#include "handshake.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MAX  8u
#define TEXT_MAX    1024u
#define VECTORS_MIN 50u /* there are more; fewer are a document half read */

struct frame {
	bool sent;
	uint8_t bytes[FRAME_MAX];
	size_t len;
};

struct vector {
	char name[120];
	enum tli_auth_role role;
	struct tli_auth_policy policy;
	uint8_t key[256];
	size_t key_len;
	uint8_t nonce[TLI_AUTH_NONCE_BYTES];
	struct frame frames[FRAMES_MAX];
	size_t count;
	int result;
	enum tli_auth_reason reason;
};

/* ---- Reading them ---------------------------------------------------- */

static void take_name(struct vector *vector, const char *value)
{
	snprintf(vector->name, sizeof(vector->name), "%s", value);
}

static void take_role(struct vector *vector, const char *value)
{
	if (strcmp(value, "client") == 0)
		vector->role = TLI_AUTH_CLIENT;
	else
		assert_string_equal(value, "listener");
}

static void take_key(struct vector *vector, const char *value)
{
	vector->key_len = from_hex(value, vector->key, sizeof(vector->key));
}

static void take_nonce(struct vector *vector, const char *value)
{
	assert_int_equal(from_hex(value, vector->nonce, sizeof(vector->nonce)),
		TLI_AUTH_NONCE_BYTES);
}

static void take_policy(struct vector *vector, const char *value)
{
	if (strcmp(value, "local") != 0)
		assert_string_equal(value, "remote");
	vector->policy.dialects =
		value[0] == 'l' ? local.dialects : remote.dialects;
}

static void take_legacy_answer(struct vector *vector, const char *value)
{
	assert_string_equal(value, "sha256");
	vector->policy.legacy_answer = TLI_AUTH_RAW_SHA256;
}

static void take_frame(struct vector *vector, const char *value, bool sent)
{
	struct frame *frame = &vector->frames[vector->count];

	assert_in_range(vector->count, 0, FRAMES_MAX - 1);
	frame->sent = sent;
	frame->len = from_hex(value, frame->bytes, sizeof(frame->bytes));
	vector->count++;
}

static void take_send(struct vector *vector, const char *value)
{
	take_frame(vector, value, true);
}

static void take_recv(struct vector *vector, const char *value)
{
	take_frame(vector, value, false);
}

static enum tli_auth_reason reason_of(const char *name)
{
	static const char *const names[] = {
#define X(name, text, advice) #name,
		TLI_AUTH_REASONS(X)
#undef X
	};

	for (size_t i = 0; i < LENGTH(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum tli_auth_reason)i;
	fail_msg("no such reason: %s", name);
	return TLI_AUTH_NONE;
}

static void take_result(struct vector *vector, const char *value)
{
	vector->result = TLI_AUTH_DONE;
	if (strncmp(value, "failed ", 7) == 0) {
		vector->result = TLI_AUTH_FAILED;
		vector->reason = reason_of(value + 7);
	} else {
		assert_string_equal(value, "done");
	}
}

static void ignore(struct vector *vector, const char *value)
{
	(void)vector;
	(void)value;
}

static const struct {
	const char *name;
	void (*take)(struct vector *vector, const char *value);
} fields[] = {
	{"name", take_name},
	{"peer", ignore},
	{"role", take_role},
	{"key", take_key},
	{"peer-key", ignore},
	{"nonce", take_nonce},
	{"policy", take_policy},
	{"legacy-answer", take_legacy_answer},
	{"send", take_send},
	{"recv", take_recv},
	{"result", take_result},
};

static void take_field(struct vector *vector, char *text)
{
	char *value = strchr(text, ':');

	if (!value)
		fail_msg("not a field: %s", text);
	*value++ = '\0';
	value += strspn(value, " ");
	for (size_t i = 0; i < LENGTH(fields); i++)
		if (strcmp(text, fields[i].name) == 0) {
			fields[i].take(vector, value);
			return;
		}
	fail_msg("no such field: %s", text);
}

/* A line without its end; false at the end of the document. */
static bool next_line(FILE *file, char line[TEXT_MAX])
{
	if (!fgets(line, TEXT_MAX, file))
		return false;
	line[strcspn(line, "\n")] = '\0';
	return true;
}

/* Reads the block's lines; those that start with a space continue others. */
static void read_block(FILE *file, struct vector *vector)
{
	char text[TEXT_MAX] = "", line[TEXT_MAX];

	while (next_line(file, line) && strcmp(line, "```") != 0) {
		if (line[0] != ' ' && text[0]) {
			take_field(vector, text);
			text[0] = '\0';
		}
		assert_in_range(strlen(text) + strlen(line), 0, TEXT_MAX - 1);
		strcat(text, line);
	}
	take_field(vector, text);
}

static bool next_vector(FILE *file, struct vector *vector)
{
	char line[TEXT_MAX];

	*vector = (struct vector){.policy = local};
	while (next_line(file, line))
		if (strcmp(line, "```vector") == 0) {
			read_block(file, vector);
			return true;
		}
	return false;
}

static void for_each_vector(void (*do_it)(const struct vector *vector))
{
	const char *root = getenv("TIELINE_SOURCE");
	char path[TEXT_MAX];
	struct vector vector;
	size_t count = 0;
	FILE *file;

	snprintf(path, sizeof(path), "%s/docs/protocol.md", root ? root : ".");
	file = fopen(path, "r");
	if (!file)
		fail_msg("cannot open %s; TIELINE_SOURCE is its tree", path);
	while (next_vector(file, &vector)) {
		check(vector.name, vector.result != 0);
		check(vector.name, vector.count > 1);
		do_it(&vector);
		count++;
	}
	fclose(file);
	assert_in_range(count, VECTORS_MIN, 1000);
}

/* ---- Running them ---------------------------------------------------- */

static struct tli_auth start_of(const struct vector *vector)
{
	static struct tli_auth_shared_key key; /* outlives the handshake */
	const struct tli_auth_keys keys = tli_auth_only_key(&key);
	struct tli_auth auth;

	key = (struct tli_auth_shared_key){vector->key, vector->key_len};
	tli_auth_init(
		&auth, vector->role, &vector->policy, &keys, vector->nonce);
	return auth;
}

static void finish(const struct vector *vector, struct tli_auth *auth)
{
	uint8_t output[TLI_AUTH_OUTPUT_MAX];

	check_equal(vector->name, take_output(auth, output), 0);
	check_equal(vector->name, auth->reason, vector->reason);
	check_equal(vector->name, tli_auth_wants(auth), 0);
}

/* Feeds a frame in pieces; the last says what comes of it. */
static void feed_frame(const struct vector *vector, struct tli_auth *auth,
	size_t i, size_t piece)
{
	const struct frame *frame = &vector->frames[i];
	bool last = i + 2 >= vector->count &&
		(i + 1 == vector->count || vector->frames[i + 1].sent);
	int expected = last ? vector->result : TLI_AUTH_MORE;
	size_t len;

	for (size_t at = 0; at < frame->len; at += len) {
		len = frame->len - at < piece ? frame->len - at : piece;
		check_equal(vector->name, feed(auth, frame->bytes + at, len),
			at + len < frame->len ? TLI_AUTH_MORE : expected);
	}
}

/* What is sent is there when all above it has come, and not before. */
static void expect_frame(
	const struct vector *vector, struct tli_auth *auth, size_t i)
{
	const struct frame *frame = &vector->frames[i];
	const uint8_t *output;
	size_t len;

	output = tli_auth_output(auth, &len);
	check(vector->name, len >= frame->len);
	if (i + 1 == vector->count || !vector->frames[i + 1].sent)
		check_equal(vector->name, len, frame->len);
	check_bytes(vector->name, output, frame->len, frame->bytes, frame->len);
	tli_auth_output_sent(auth, frame->len);
}

static void converse(const struct vector *vector, size_t piece)
{
	struct tli_auth auth = start_of(vector);

	for (size_t i = 0; i < vector->count; i++)
		if (vector->frames[i].sent)
			expect_frame(vector, &auth, i);
		else
			feed_frame(vector, &auth, i, piece);
	finish(vector, &auth);
}

static void converse_in_pieces(const struct vector *vector)
{
	for (size_t piece = 1; piece <= FRAME_MAX; piece++)
		converse(vector, piece);
}

/* All frames of one direction, one behind the other. */
static size_t join(const struct vector *vector, bool sent,
	uint8_t bytes[FRAMES_MAX * FRAME_MAX])
{
	size_t len = 0;

	for (size_t i = 0; i < vector->count; i++) {
		const struct frame *frame = &vector->frames[i];

		if (frame->sent != sent)
			continue;
		memcpy(bytes + len, frame->bytes, frame->len);
		len += frame->len;
	}
	return len;
}

/* A peer that does not wait for our frames gets the same ones. */
static void feed_all_at_once(const struct vector *vector)
{
	uint8_t in[FRAMES_MAX * FRAME_MAX], out[FRAMES_MAX * FRAME_MAX];
	size_t in_len = join(vector, false, in);
	size_t out_len = join(vector, true, out);

	for (size_t cut = 0; cut < in_len; cut++) {
		struct tli_auth auth = start_of(vector);
		uint8_t output[TLI_AUTH_OUTPUT_MAX];

		check_equal(vector->name, feed(&auth, in, cut), TLI_AUTH_MORE);
		check_equal(vector->name, feed(&auth, in + cut, in_len - cut),
			vector->result);
		check_bytes(vector->name, output, take_output(&auth, output),
			out, out_len);
		finish(vector, &auth);
	}
}

static void they_happen_frame_by_frame(void **state)
{
	(void)state;
	for_each_vector(converse_in_pieces);
}

static void they_happen_in_every_cut(void **state)
{
	(void)state;
	for_each_vector(feed_all_at_once);
}

static bool seen[2][TLI_AUTH_NO_DIGEST + 1];

static void note_reason(const struct vector *vector)
{
	seen[vector->role][vector->reason] = true;
}

static bool can_be_seen(enum tli_auth_role role, enum tli_auth_reason reason)
{
	return reason != TLI_AUTH_REFUSED_KEY &&
		(role != TLI_AUTH_CLIENT || reason != TLI_AUTH_REFLECTED);
}

/* NO_DIGEST and REFUSED_KEY are no matter of bytes; a client hears nobody
 * before its own challenge that could reflect it. */
static void they_show_every_reason(void **state)
{
	(void)state;
	for_each_vector(note_reason);
	for (int role = 0; role < 2; role++)
		for (int reason = 0; reason < TLI_AUTH_NO_DIGEST; reason++)
			check(tli_auth_reason_text(
				      (enum tli_auth_reason)reason),
				seen[role][reason] ||
					!can_be_seen((enum tli_auth_role)role,
						(enum tli_auth_reason)reason));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(they_happen_frame_by_frame),
		cmocka_unit_test(they_happen_in_every_cut),
		cmocka_unit_test(they_show_every_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
