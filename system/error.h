/* SPDX-License-Identifier: MIT */
/* A code and the text that says what went wrong and what to do. */
#ifndef TLI_ERROR_H
#define TLI_ERROR_H

#define TLI_ERROR_TEXT 240

struct tli_error {
	int code; /* a tieline_code; 0 = none yet */
	char text[TLI_ERROR_TEXT];
};

/* Sets code and text (cut if too long), and returns the code. */
int tli_error_set(struct tli_error *error, int code, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Sets "what: <text of error_number>"; running out of descriptors or memory
 * has codes of its own, all else gets code. Returns the code set. */
int tli_error_system(
	struct tli_error *error, int code, const char *what, int error_number);

/* Sets TIELINE_ELOST with the text of error_number, and returns it. */
int tli_error_lost(struct tli_error *error, int error_number);

/* The last failure of this thread that has no handle to keep it. */
struct tli_error *tli_thread_error(void);

#endif
