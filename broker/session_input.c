/* SPDX-License-Identifier: MIT */
#include "session_input.h"

#include "../proto/buf.h"

#include <stdlib.h>

/* A payload of which more is to come. */
struct assembly {
	TAILQ_ENTRY(assembly) link;
	struct tli_session_frame frame; /* the first one */
	struct tli_buf payload;
	uint8_t status;
	const char *why;
};

void session_input_init(struct session_input *input)
{
	*input = (struct session_input){.count = 0};
	TAILQ_INIT(&input->unfinished);
}

static void drop_payload(struct session_input *input, struct assembly *assembly)
{
	input->bytes -= tli_buf_len(&assembly->payload);
	tli_buf_fini(&assembly->payload);
}

static void forget(struct session_input *input, struct assembly *assembly)
{
	drop_payload(input, assembly);
	TAILQ_REMOVE(&input->unfinished, assembly, link);
	input->count--;
	free(assembly);
}

void session_input_fini(struct session_input *input)
{
	struct assembly *assembly;

	while ((assembly = TAILQ_FIRST(&input->unfinished)))
		forget(input, assembly);
}

static struct assembly *find(const struct session_input *input, uint32_t tag)
{
	struct assembly *assembly;

	TAILQ_FOREACH (assembly, &input->unfinished, link)
		if (assembly->frame.tag == tag)
			return assembly;
	return NULL;
}

/* NULL with *why if there are too many, or no memory for another one. */
static struct assembly *begin(struct session_input *input,
	const struct tli_session_frame *frame, const char **why)
{
	struct assembly *assembly;

	*why = "more payloads at a time than may be unfinished";
	if (input->count >= input->max_count)
		return NULL;
	assembly = calloc(1, sizeof(*assembly));
	*why = "out of memory";
	if (!assembly)
		return NULL;
	assembly->frame = *frame;
	tli_buf_init(&assembly->payload, SIZE_MAX);
	TAILQ_INSERT_TAIL(&input->unfinished, assembly, link);
	input->count++;
	return assembly;
}

static void refuse(struct session_input *input, struct assembly *assembly,
	enum tli_status status, const char *why)
{
	drop_payload(input, assembly);
	assembly->status = (uint8_t)status;
	assembly->why = why;
}

static void add(struct session_input *input, struct assembly *assembly,
	const struct tli_session_frame *frame)
{
	if (assembly->status != TLI_STATUS_OK)
		return;
	if (frame->payload_len > input->max_bytes - input->bytes)
		refuse(input, assembly, TLI_STATUS_LIMIT,
			"longer than max_unfinished_bytes, with what else is "
			"unfinished");
	else if (tli_buf_append(&assembly->payload, frame->payload,
			 frame->payload_len) != TLI_BUF_OK)
		refuse(input, assembly, TLI_STATUS_NO_MEMORY,
			"no memory for the payload");
	else
		input->bytes += frame->payload_len;
}

/* max_bytes is below 2^32: the length fits. */
static void finish(struct session_input *input, struct assembly *assembly,
	struct arrival *arrival_out)
{
	size_t len = tli_buf_len(&assembly->payload);

	*arrival_out = (struct arrival){
		.frame = assembly->frame,
		.whole = tli_buf_steal(&assembly->payload),
		.status = assembly->status,
		.why = assembly->why,
	};
	input->bytes -= len;
	arrival_out->frame.flags &= (uint8_t)~TLI_FLAG_MORE;
	arrival_out->frame.payload = arrival_out->whole;
	arrival_out->frame.payload_len = (uint32_t)len;
	forget(input, assembly);
}

static bool goes_on(
	const struct assembly *assembly, const struct tli_session_frame *frame)
{
	return assembly->frame.op == frame->op &&
		assembly->frame.handle == frame->handle;
}

int session_input_add(struct session_input *input,
	const struct tli_session_frame *frame, struct arrival *arrival_out,
	const char **why)
{
	struct assembly *assembly = find(input, frame->tag);

	if (!assembly && !(frame->flags & TLI_FLAG_MORE)) {
		*arrival_out = (struct arrival){.frame = *frame};
		return INPUT_WHOLE;
	}
	if (!assembly)
		assembly = begin(input, frame, why);
	if (!assembly)
		return INPUT_BAD;
	*why = "a payload goes on under another operation or handle";
	if (!goes_on(assembly, frame))
		return INPUT_BAD;
	add(input, assembly, frame);
	if (frame->flags & TLI_FLAG_MORE)
		return INPUT_MORE;
	finish(input, assembly, arrival_out);
	return INPUT_WHOLE;
}
