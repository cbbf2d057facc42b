/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * terminal - this program on the other side of a pseudo-terminal: keys in, what stands on its
 * screen out, as a person's terminal would show it.
 *
 * Everything waits for what it wants to see with a deadline; what does not come is an error with
 * words.
 */
#ifndef BENCH_TERMINAL_H
#define BENCH_TERMINAL_H

#include "base/buf.h"
#include "base/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct vt;

struct terminal {
	int fd;
	pid_t pid;
	int rows, cols;
	struct vt *vt;
	struct buf picture;
	char home[64]; /* a folder of its own for what the program writes; "" = none was made */
	bool ended;
};

/*
 * Starts the program's own executable with these words (argv[0] included) and settings of the
 * environment ("NAME=VALUE", NULL-terminated). terminal_finish() in either case.
 */
int terminal_start(struct terminal *t, char *const *argv, char *const *settings, int rows, int cols,
		   struct err *err);
/* Hangs up, waits for its end, removes its folder. */
void terminal_finish(struct terminal *t);

int terminal_write(struct terminal *t, const char *keys, struct err *err);
/* Reads what comes within ms; returns as soon as something has. */
int terminal_turn(struct terminal *t, double ms, struct err *err);
/* Does the text stand on the screen? */
bool terminal_sees(struct terminal *t, const char *text);
/* Until it does, or (gone) does not any more. */
int terminal_wait(struct terminal *t, const char *text, bool gone, double limit_ms,
		  struct err *err);
/* Reads for that long, whatever comes. */
int terminal_idle(struct terminal *t, double ms, struct err *err);

#endif
