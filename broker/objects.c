/* SPDX-License-Identifier: MIT */
#include "objects.h"

#include "../system/clock.h"
#include "../system/random.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* Tokens of a start are above those of all earlier ones, unless one grants more
 * than 2^32 of them a second. */
#define TOKENS_A_SECOND_BITS 32

static struct waiters_limits waiters_limits_of(const struct config *config)
{
	return (struct waiters_limits){
		.max_waiting = config->max_waiting_requests,
		.max_waiting_per_identity =
			config->max_identity_waiting_requests,
		.max_waiting_per_owner = config->max_session_requests,
		.max_grants_per_owner = config->max_session_grants,
	};
}

static struct engine_config engine_config_of(const struct config *config)
{
	return (struct engine_config){
		.max_objects = config->max_objects,
		.max_items = config->max_items,
		.max_bytes = config->max_engine_bytes,
		.max_object_items = config->max_object_items,
		.max_object_bytes = config->max_object_bytes,
		.max_identity_objects = config->max_identity_objects,
		.max_identity_items = config->max_identity_items,
		.max_identity_bytes = config->max_identity_bytes,
	};
}

/* That it is time is all: objects_run() follows. */
static void on_timer(void *owner)
{
	struct objects *objects = owner;

	objects->timer_ms = TLI_NEVER;
}

static void on_answers(evutil_socket_t fd, short event, void *owner)
{
	struct objects *objects = owner;

	(void)fd;
	(void)event;
	objects->engine->class->process(objects->engine);
}

static struct engine *open_engine(
	const struct config *config, struct waiters *waiters, const char *epoch)
{
	struct engine_listener listener = waiters_listener(waiters);
	struct engine_config wanted = engine_config_of(config);
	int result = tli_random(wanted.seed, sizeof(wanted.seed));

	errno = -result;
	if (result != 0)
		return NULL;
	strcpy(wanted.epoch, epoch);
	wanted.first_token = (uint64_t)time(NULL) << TOKENS_A_SECOND_BITS;
	return engine_open(&wanted, &listener);
}

/* True if there is nothing to watch. */
static bool watch_answers(struct objects *objects, struct event_base *base)
{
	int fd = objects->engine->class->fileno(objects->engine);

	if (fd < 0)
		return true;
	stream_init(&objects->answers, base, fd, false, on_answers, objects);
	return stream_watch(&objects->answers, true, false);
}

bool objects_init(struct objects *objects, struct event_base *base,
	const struct config *config, const char *epoch)
{
	struct waiters_limits limits = waiters_limits_of(config);

	timer_init(&objects->timer, base, on_timer, objects);
	objects->timer_ms = TLI_NEVER;
	objects->answers.channel.fd = -1;
	objects->waiters = waiters_new(&limits);
	if (!objects->waiters)
		return false;
	objects->engine = open_engine(config, objects->waiters, epoch);
	if (!objects->engine)
		return false;
	waiters_set_engine(objects->waiters, objects->engine);
	return watch_answers(objects, base);
}

void objects_set_limits(struct objects *objects, const struct config *config)
{
	struct waiters_limits limits = waiters_limits_of(config);
	struct engine_config wanted = engine_config_of(config);

	waiters_set_limits(objects->waiters, &limits);
	if (objects->engine->class->set_limits)
		objects->engine->class->set_limits(objects->engine, &wanted);
}

/* What was asked since the last run goes out first. A timer that runs until
 * later than it must is left to run. */
bool objects_may_wait(struct objects *objects)
{
	struct engine *engine = objects->engine;
	int64_t deadline_ms = waiters_deadline_ms(objects->waiters);
	int64_t now_ms;

	if (engine->class->flush)
		engine->class->flush(engine);
	if (deadline_ms >= objects->timer_ms)
		return true;
	now_ms = tli_now_ms();
	if (deadline_ms <= now_ms ||
		!timer_start(&objects->timer, deadline_ms - now_ms))
		return false;
	objects->timer_ms = deadline_ms;
	return true;
}

void objects_tick(struct objects *objects)
{
	objects->now_ms = tli_now_ms() + 1;
}

void objects_run(struct objects *objects)
{
	objects_tick(objects);
	waiters_run(objects->waiters, objects->now_ms - 1, objects->now_ms);
}

struct engine_usage objects_usage(const struct objects *objects)
{
	const struct engine *engine = objects->engine;

	return engine->class->usage ? engine->class->usage(engine)
				    : (struct engine_usage){.objects = 0};
}

void objects_fini(struct objects *objects)
{
	if (objects->timer_ms != TLI_NEVER)
		timer_stop(&objects->timer);
	(void)stream_watch(&objects->answers, false, false);
	waiters_free(objects->waiters);
}
