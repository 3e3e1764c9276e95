/* SPDX-License-Identifier: MIT */
#include "dialect.h"

#include "team.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define INPUT_BYTES (4u << 20)

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
	const struct request *request, unsigned *items)
{
	ssize_t got =
		read(fd, input->bytes + input->len, input->size - input->len);
	size_t at = 0, used;
	unsigned answers = 0, more;

	if (got <= 0)
		die("read");
	input->len += (size_t)got;
	while ((used = dialect->take(input->bytes + at, input->len - at,
			request, &more)) > 0) {
		at += used;
		*items += more;
		answers++;
	}
	input->len -= at;
	memmove(input->bytes, input->bytes + at, input->len);
	if (request->kind == LEASE)
		dialect->acknowledge(fd);
	return answers;
}

/* ---- Requests --------------------------------------------------------- */

/* One behind the other, with a tag each. */
struct ring {
	uint8_t *bytes;
	size_t request_bytes;
	unsigned count;
	unsigned at; /* the next one */
};

static struct ring make_ring(const struct dialect *dialect,
	const struct request *request, unsigned count)
{
	size_t most = 256 + request->items * (request->item_bytes + 64);
	struct ring ring = {.bytes = malloc(most * count), .count = count};

	if (!ring.bytes)
		die("requests");
	for (unsigned i = 0; i < count; i++)
		ring.request_bytes = dialect->ask(
			ring.bytes + i * ring.request_bytes, request, i + 1);
	return ring;
}

static unsigned fewer(unsigned one, unsigned long other)
{
	return one < other ? one : (unsigned)other;
}

/* The next so many. */
static void send_requests(struct ring *ring, int fd, unsigned count)
{
	while (count > 0) {
		unsigned now = fewer(count, ring->count - ring->at);

		write_all(fd, ring->bytes + ring->at * ring->request_bytes,
			now * ring->request_bytes);
		ring->at = (ring->at + now) % ring->count;
		count -= now;
	}
}

void exchange(const struct dialect *dialect, int fd,
	const struct request *request, unsigned depth, unsigned long count)
{
	struct ring ring = make_ring(dialect, request, depth);
	struct input input;
	unsigned in_flight = 0;

	input_init(&input, INPUT_BYTES);
	while (count > 0 || in_flight > 0) {
		unsigned more = fewer(depth - in_flight, count);
		unsigned items = 0;

		send_requests(&ring, fd, more);
		count -= more;
		in_flight += more;
		in_flight -= input_take(&input, dialect, fd, request, &items);
		if (request->kind == GET || request->kind == LEASE)
			team_moved(items);
	}
	free(input.bytes);
	free(ring.bytes);
}
