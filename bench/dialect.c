/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include "team.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_BYTES (4u << 20)
#define ANSWERS_MAX 512u /* no fewer than are in flight */

void write_all(int fd, const void *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t put = write(fd, (const char *)bytes + at, len - at);

		if (put <= 0)
			die("write");
		at += (size_t)put;
	}
}

/* ---- Answers ---------------------------------------------------------- */

void input_init(struct input *input, size_t size)
{
	*input = (struct input){.bytes = malloc(size), .size = size};
	if (!input->bytes)
		die("input");
}

unsigned input_take(struct input *input, const struct dialect *dialect, int fd,
	const struct request *request, struct answer *answers, unsigned max)
{
	ssize_t got =
		read(fd, input->bytes + input->len, input->size - input->len);
	size_t at = 0, used;
	unsigned count = 0;

	if (got <= 0)
		die("read");
	input->len += (size_t)got;
	while (count < max &&
		(used = dialect->take(input->bytes + at, input->len - at,
			 request, &answers[count])) > 0) {
		at += used;
		count += !answers[count].is_part;
	}
	input->len -= at;
	memmove(input->bytes, input->bytes + at, input->len);
	if (request->kind == LEASE)
		dialect->acknowledge(fd);
	return count;
}

/* ---- Requests --------------------------------------------------------- */

/* One behind the other, with a tag each, from 1 on; and the tags of those that
 * are not in flight, in a circle. */
struct ring {
	uint8_t *bytes;
	size_t request_bytes;
	unsigned count;
	unsigned *tags;
	unsigned first, last;
};

static void give_back(struct ring *ring, unsigned tag)
{
	unsigned place = ring->last++ % ring->count;

	if (tag > 0)
		ring->tags[place] = tag;
}

static struct ring make_ring(const struct dialect *dialect,
	const struct request *request, unsigned count)
{
	size_t most = 256 + request->items * (request->item_bytes + 64);
	struct ring ring = {
		.bytes = malloc(most * count),
		.count = count,
		.tags = calloc(count, sizeof(unsigned)),
	};

	if (!ring.bytes || !ring.tags)
		die("requests");
	for (unsigned i = 0; i < count; i++) {
		ring.request_bytes = dialect->ask(
			ring.bytes + i * ring.request_bytes, request, i + 1);
		give_back(&ring, i + 1);
	}
	return ring;
}

/* How many of the next ones stand one behind the other. */
static unsigned run_length(const struct ring *ring, unsigned most)
{
	unsigned tag = ring->tags[ring->first % ring->count];
	unsigned length = 1;

	while (length < most &&
		ring->tags[(ring->first + length) % ring->count] ==
			tag + length)
		length++;
	return length;
}

static void send_requests(struct ring *ring, int fd, unsigned count)
{
	while (count > 0) {
		unsigned now = run_length(ring, count);
		unsigned tag = ring->tags[ring->first % ring->count];

		write_all(fd, ring->bytes + (tag - 1) * ring->request_bytes,
			now * ring->request_bytes);
		ring->first += now;
		count -= now;
	}
}

static unsigned take_answers(struct ring *ring, struct input *input,
	const struct dialect *dialect, int fd, const struct request *request)
{
	struct answer answers[ANSWERS_MAX];
	unsigned items = 0;
	unsigned count =
		input_take(input, dialect, fd, request, answers, ANSWERS_MAX);

	for (unsigned i = 0; i < count; i++) {
		give_back(ring, answers[i].tag);
		items += answers[i].items;
	}
	return items;
}

static unsigned fewer(unsigned one, unsigned long other)
{
	return one < other ? one : (unsigned)other;
}

void exchange(const struct dialect *dialect, int fd,
	const struct request *request, unsigned depth, unsigned long count)
{
	struct ring ring = make_ring(dialect, request, depth);
	struct input input;

	input_init(&input, INPUT_BYTES);
	while (count > 0 || ring.last - ring.first < depth) {
		unsigned more = fewer(ring.last - ring.first, count);
		unsigned items;

		send_requests(&ring, fd, more);
		count -= more;
		items = take_answers(&ring, &input, dialect, fd, request);
		if (request->kind == GET || request->kind == LEASE)
			team_moved(items);
	}
	free(input.bytes);
	free(ring.bytes);
	free(ring.tags);
}
