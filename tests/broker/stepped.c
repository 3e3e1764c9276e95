/* SPDX-License-Identifier: MIT */
#include "stepped.h"

#include "../../broker/identity_change.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define TURNS   16
#define LOG_MAX 65536

struct broker *broker;
struct config settings;

static int log_fd = -1;
static unsigned descriptors;
static char folder[] = "/tmp/tieline-broker-XXXXXX";

const char *path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

unsigned count_descriptors(void)
{
	DIR *open = opendir("/proc/self/fd");
	unsigned count = 0;

	assert_non_null(open);
	while (readdir(open))
		count++;
	closedir(open);
	return count;
}

static void listen_at(const char *address)
{
	struct tli_error error;

	if (config_add_listen(&settings, address, &error) < 0)
		fail_msg("%s", error.text);
}

int prepare(void **state)
{
	char address[PATH_MAX + 8];

	(void)state;
	/* A write to a socket that is no more raises it, as main.c knows. */
	signal(SIGPIPE, SIG_IGN);
	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	descriptors = count_descriptors();
	log_fd = memfd_create("log", MFD_CLOEXEC);
	config_init(&settings);
	settings.log_level = CONFIG_LOG_DEBUG;
	snprintf(address, sizeof(address), "unix:%s", path_of("socket"));
	listen_at(address);
	listen_at("tcp://127.0.0.1:0");
	return 0;
}

int finish(void **state)
{
	(void)state;
	if (broker)
		close_broker();
	close(log_fd);
	if (count_descriptors() != descriptors) {
		print_error("%u descriptors before, %u after\n", descriptors,
			count_descriptors());
		return -1;
	}
	return rmdir(folder);
}

struct identities *identities_with(const char *key)
{
	struct tli_error error;
	struct tli_key *copy = tli_key_copy(key, strlen(key), &error);
	struct identities *identities;

	assert_non_null(copy);
	identities = identities_load("", copy, NULL, &error);
	assert_non_null(identities);
	return identities;
}

struct identities *identities_as(const char *id, const char *const rights[])
{
	struct identities *identities = identities_with(KEY);
	struct identity *one = &identities->all[0];
	char why[RIGHTS_WHY];

	strcpy(one->id, id);
	one->rights.everywhere = 0;
	for (; *rights; rights++)
		assert_int_equal(
			rights_parse(&one->rights, *rights, why), RIGHTS_OK);
	return identities;
}

void change_rights(const char *const rights[])
{
	identity_change_all(broker,
		rights ? identities_as(IDENTITY_OF_AUTHKEY, rights)
		       : identities_with(KEY));
}

void open_broker(void)
{
	struct tli_error error;

	broker = broker_new(&settings, identities_with(KEY), log_fd, &error);
	if (!broker)
		fail_msg("%s", error.text);
	if (broker_listen(broker, &error) < 0)
		fail_msg("%s", error.text);
}

static void close_all(void)
{
	struct peer *peer;

	while ((peer = TAILQ_FIRST(&broker->peers.open)))
		peer_close(peer);
}

void close_broker(void)
{
	close_all();
	assert_int_equal(broker->peers.count, 0);
	assert_int_equal(broker->logins.count, 0);
	assert_int_equal(names_count(&broker->names), 0);
	for (int i = 0; i < NAMES_VERBS; i++)
		assert_int_equal(broker->names.seated[i], 0);
	assert_int_equal(broker->relays.pairs, 0);
	assert_int_equal(broker->relays.held_bytes, 0);
	assert_true(TAILQ_EMPTY(&broker->monitors.list));
	broker_free(broker);
	broker = NULL;
}

void turn(void)
{
	broker_turn(broker, false);
}

void settle(void)
{
	for (int i = 0; i < TURNS; i++)
		turn();
}

struct peer *last_peer(void)
{
	return TAILQ_LAST(&broker->peers.open, peer_list);
}

struct peer *peer_of_id(uint64_t id)
{
	struct peer *peer;

	TAILQ_FOREACH (peer, &broker->peers.open, link)
		if (peer->id == id)
			return peer;
	fail_msg("no peer has the number %llu", (unsigned long long)id);
	return NULL;
}

static const char *logged(void)
{
	static char text[LOG_MAX];
	ssize_t len = pread(log_fd, text, sizeof(text) - 1, 0);

	assert_in_range(len, 0, sizeof(text) - 2);
	text[len] = '\0';
	return text;
}

unsigned count_logged(const char *text)
{
	const char *at = logged();
	unsigned count = 0;

	while ((at = strstr(at, text))) {
		at++;
		count++;
	}
	return count;
}

void expect_logged(const char *text)
{
	if (count_logged(text) == 0)
		fail_msg("the log has no \"%s\":\n%s", text, logged());
}

void clear_log(void)
{
	assert_int_equal(ftruncate(log_fd, 0), 0);
	lseek(log_fd, 0, SEEK_SET);
}
