/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell_private - the one shell there is, shared by its life (shell.c) and its bytes
 * (shell_stream.c); nobody else includes this.
 */
#ifndef GUEST_SHELL_PRIVATE_H
#define GUEST_SHELL_PRIVATE_H

#include "guest/cgroup.h"
#include "guest/shell.h"

enum shell_phase { SHELL_NONE, SHELL_CREATE, SHELL_RUN, SHELL_EXITED };

struct shell_stream {
	int fd;
	loop_id source; /* -1 = not watched: no room, or closed */
};

struct shell {
	enum shell_phase phase;
	uint64_t number;
	bool terminal, started;
	int pid, exit_status;
	char cgroup[CGROUP_FULL_MAX];
	char command[200];
	int go, status;
	loop_id status_source;
	struct shell_stream in, out[2];
	uint64_t sent, shown; /* bytes of output: on their way, dealt with by the host */
	uint64_t taken;       /* bytes of input written */
	uint8_t input[WIRE_SHELL_INPUT_WINDOW]; /* what the shell does not take yet */
	size_t input_len;
	bool input_end;
};

extern struct shell shell_now;

void shell_stream_init(struct loop *loop);
size_t shell_room(void); /* bytes of output that may be sent now */
void shell_watch_output(void);
/* Takes what there is, within the window; after the shell's end it may finish it. */
void shell_read_output(struct shell_stream *s);
void shell_add_input(struct wire_reader *p);
void shell_flush_input(void);
void shell_unwatch(loop_id *source);
void shell_close_stream(struct shell_stream *s);

/* In shell.c: tells its end; there is no shell after that. */
void shell_finish(void);

#endif
