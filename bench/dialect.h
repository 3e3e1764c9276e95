/* SPDX-License-Identifier: MIT */
/*
 * How to talk to a broker by hand: requests are made beforehand and written
 * many at a time, so that no client library holds a broker back.
 */
#ifndef BENCH_DIALECT_H
#define BENCH_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum request_kind { PUT, GET, LEASE, PUBLISH, SUBSCRIBE };

struct request {
	enum request_kind kind;
	size_t item_bytes;
	unsigned items; /* in one request */
};

struct answer {
	unsigned items; /* that came or went with it */
	unsigned tag;   /* of the request; 0 = answers are in order */
	bool is_part;   /* of one that goes on */
};

struct dialect {
	/* A connection on which the queue, or topic, of that name can be used.
	 */
	int (*dial)(const char *address, const char *name, bool is_topic);

	/* Writes a request; all of a kind are equally long. Returns its length.
	 */
	size_t (*ask)(uint8_t *at, const struct request *request, unsigned tag);

	/* Takes an answer, or a delivery. Returns its length, 0 if it is not
	 * all there. */
	size_t (*take)(const uint8_t *bytes, size_t len,
		const struct request *request, struct answer *answer);

	/* Acknowledges what was leased. */
	void (*acknowledge)(int fd);
};

extern const struct dialect dialect_tieline, dialect_redis;

void write_all(int fd, const void *bytes, size_t len);

/* What was read and not taken yet. */
struct input {
	uint8_t *bytes;
	size_t len, size;
};

void input_init(struct input *input, size_t size);

/* Reads once, and takes the answers that are there, if any, up to max. Returns
 * how many. */
unsigned input_take(struct input *input, const struct dialect *dialect, int fd,
	const struct request *request, struct answer *answers, unsigned max);

/* Asks the same so often, with `depth` requests in flight at a time; tells the
 * team of what is got. */
void exchange(const struct dialect *dialect, int fd,
	const struct request *request, unsigned depth, unsigned long count);

#endif
