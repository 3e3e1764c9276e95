/* SPDX-License-Identifier: MIT */
#include "typeid_guess.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* A word: what stands between underscores and digits, and from a capital letter
 * on; of several capital letters, the last one begins the next word. */
struct word {
	const char *text;
	size_t len;
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
	return c >= 'a' && c <= 'z';
}

static bool is_letter(char c)
{
	return is_upper(c) || is_lower(c);
}

static char to_lower(char c)
{
	return is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

/* Whether a word ends behind the first of these letters. */
static bool ends_word(const char *text)
{
	if (!is_letter(text[1]))
		return true;
	if (is_lower(text[0]))
		return is_upper(text[1]);
	return is_upper(text[1]) && is_lower(text[2]);
}

/* Takes the first word off the text. False if there is none. */
static bool next_word(const char **text, struct word *word)
{
	while (**text && !is_letter(**text))
		++*text;
	word->text = *text;
	word->len = 0;
	if (!**text)
		return false;
	while (!ends_word(*text))
		++*text;
	++*text;
	word->len = (size_t)(*text - word->text);
	return true;
}

/* Takes a word off the end of what is left to be compared, whatever its case.
 * False if it does not end with it. */
static bool take_off(const char *text, size_t *len, const struct word *word)
{
	if (word->len > *len)
		return false;
	for (size_t i = 0; i < word->len; i++)
		if (text[*len - word->len + i] != to_lower(word->text[i]))
			return false;
	*len -= word->len;
	return true;
}

/* Whether a text is a word, or the word before it and that. */
static bool is_said(
	const char *text, const struct word *before, const struct word *word)
{
	size_t len = strlen(text);

	return take_off(text, &len, word) &&
		(len == 0 || (take_off(text, &len, before) && len == 0));
}

static const struct typeid_guess *find(
	const struct word *before, const struct word *word)
{
	/* What has two words stands before what has one of them. */
	static const struct {
		const char *text;
		struct typeid_guess guess;
	} words[] = {
		{"joinablequeue", {"JoinableQueue", NULL}},
		{"lifoqueue", {"LifoQueue", NULL}},
		{"priorityqueue", {"PriorityQueue", NULL}},
		{"simplequeue", {"SimpleQueue", NULL}},
		{"queue", {"Queue", NULL}},
		{"stack", {"LifoQueue", NULL}},
		{"rlock", {"RLock", NULL}},
		{"lock", {"Lock", NULL}},
		{"mutex", {"Lock", NULL}},
		{"boundedsemaphore", {"BoundedSemaphore", NULL}},
		{"semaphore", {"Semaphore", NULL}},
		{"condition", {"Condition", NULL}},
		{"event", {"Event", NULL}},
		{"dict", {"dict", NULL}},
		{"dictionary", {"dict", NULL}},
		{"list", {"list", NULL}},
		{"set", {"set", NULL}},
		{"namespace", {"Namespace", NULL}},
		{"topic", {"Topic", NULL}},
		{"value", {"Value", "[\"i\", 0]"}},
		{"array", {"Array", "[\"i\", 10]"}},
		{"barrier", {"Barrier", "[2]"}},
	};

	for (size_t i = 0; i < LENGTH(words); i++)
		if (is_said(words[i].text, before, word))
			return &words[i].guess;
	return NULL;
}

const struct typeid_guess *typeid_guess(const char *typeid)
{
	const struct typeid_guess *found = NULL;
	struct word before = {typeid, 0}, word;

	/* It sets something. */
	if (next_word(&typeid, &word) && is_said("set", &before, &word))
		return NULL;
	for (; word.len > 0; before = word, (void)next_word(&typeid, &word)) {
		const struct typeid_guess *guess = find(&before, &word);

		if (guess)
			found = guess;
	}
	return found;
}
