/* SPDX-License-Identifier: MIT */
/*
 * What comes in on a connection: whole messages out of a stream of bytes.
 *
 * Small messages stay in the read-ahead buffer until they are taken, many to a
 * read; a large one is collected in memory of its own, which grows as its bytes
 * arrive and is handed over without a copy.
 */
#ifndef TLI_INPUT_H
#define TLI_INPUT_H

#include "../proto/buf.h"
#include "../proto/frame.h"

#include "../system/channel.h"
#include "../system/error.h"

struct tli_input {
	struct tli_frame_reader reader;
	struct tli_buf ahead; /* bytes behind the last header parsed */
	struct tli_buf large; /* the body so far, of a message that is large */
	void *lent;           /* the program's memory for a large message */
	size_t lent_bytes;
	bool in_message;        /* its header is parsed */
	bool as_bytes;          /* they are not taken for messages */
	bool no_memory;         /* reading needs more than there was */
	struct tli_error error; /* sticky: how it ended; code 0 = it goes on */
};

void tli_input_init(struct tli_input *input, size_t max_message_bytes);
void tli_input_fini(struct tli_input *input);

/* Puts bytes that were read with the handshake in front. False for lack of
 * memory. */
bool tli_input_push(struct tli_input *input, const uint8_t *bytes, size_t len);

/* Reads until a message is whole, the input has ended, no more has come, or
 * memory is short. */
void tli_input_read(struct tli_input *input, struct tli_channel *channel,
	enum tli_socket_mode mode);

/* Whether a whole message is there. Also finds out, in what was read ahead. */
bool tli_input_has_message(struct tli_input *input);

/* Whether taking a message would give one, or an error, at once. */
bool tli_input_is_ready(struct tli_input *input);

/* Whether reading has stopped for lack of memory; it goes on after this. */
bool tli_input_shortage(struct tli_input *input);

/* Has all that comes be bytes from now on. False if a message was begun. */
bool tli_input_set_bytes(struct tli_input *input);

/* Reads bytes, with those that were read ahead in front. Returns how many, 0 if
 * none have come or the input has ended. */
size_t tli_input_read_bytes(struct tli_input *input,
	struct tli_channel *channel, void *bytes, size_t size);

/* Whether anything was read that has not been taken. */
bool tli_input_is_pending(const struct tli_input *input);

/* The length of the message that is there. */
size_t tli_input_message_bytes(const struct tli_input *input);

/*
 * Lets a large message whose header has yet to come be received straight into
 * memory of the program's. Until tli_input_unlend(), which has to come after a
 * message was taken or the input has ended: half a message in memory that is
 * taken back is lost, and ends the input.
 */
void tli_input_lend(struct tli_input *input, void *data, size_t len);
void tli_input_unlend(struct tli_input *input);

/* Whether the message that is there has memory of its own. */
bool tli_input_is_large(const struct tli_input *input);

/* Where the message that is there is until it is taken or dropped: a large one
 * stays there when it is taken. False for lack of memory. */
bool tli_input_look(struct tli_input *input, void **data_out);

void tli_input_drop(struct tli_input *input);

/* Copies the message that is there into data, which has room for it, and
 * drops it. */
void tli_input_take_into(struct tli_input *input, void *data);

/* The message that is there, with a NUL behind it, in memory that free() frees.
 * NULL for lack of memory: the message stays. */
void *tli_input_take(struct tli_input *input);

#endif
