/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * shell - frames to and from the agent's shell, and the two counters; see shell.h.
 * Invariant: what the guest says is believed only as far as it fits what was sent.
 */
#include "session/shell.h"

#include <errno.h>
#include <string.h>

void shell_init(struct shell *sh, struct session *session, const struct shell_ops *ops, void *arg)
{
	*sh = (struct shell){.session = session, .ops = ops, .arg = arg};
}

static int send_frame(struct shell *sh, struct wire_writer *w, enum wire_type type)
{
	if (!wire_end(w, type, sh->number, 0))
		return -EMSGSIZE;
	return guest_send(session_guest(sh->session), w->data, w->len);
}

static bool is_open(const struct shell *sh)
{
	return sh->state == SHELL_ASKED || sh->state == SHELL_RUNS;
}

int shell_open(struct shell *sh, const struct shell_spec *spec, struct err *err)
{
	static const char *const sh_alone[] = {"sh", NULL};
	const char *const *argv = spec->argv && spec->argv[0] ? spec->argv : sh_alone;
	uint8_t frame[WIRE_HEADER_SIZE + 65536];
	struct wire_writer w;
	uint32_t n = 0;
	int r;

	if (is_open(sh))
		return err_set(err, EBUSY, "a shell runs already: end it first ('exit')");
	if (!session_model(sh->session)->ready)
		return err_set(err, EAGAIN,
			       "the guest is not ready yet: open the shell when it is");
	while (argv[n])
		n++;
	sh->number++;
	sh->sent = sh->taken = sh->got = sh->shown = 0;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, spec->terminal);
	wire_put_u16(&w, (uint16_t)spec->rows);
	wire_put_u16(&w, (uint16_t)spec->cols);
	wire_put_str(&w,
		     spec->term && *spec->term && strlen(spec->term) < 64 ? spec->term : "dumb");
	wire_put_str(&w, spec->cgroup ? spec->cgroup : "");
	wire_put_u32(&w, n);
	while (*argv)
		wire_put_str(&w, *argv++);
	r = send_frame(sh, &w, WIRE_SHELL);
	if (r == -EMSGSIZE)
		return err_set(err, E2BIG, "the command of the shell is over 64 KiB: shorten it");
	if (r < 0)
		return err_sys(err, -r, "start a shell in the guest");
	sh->state = SHELL_ASKED;
	return 0;
}

size_t shell_room(const struct shell *sh)
{
	return is_open(sh) ? WIRE_SHELL_INPUT_WINDOW - (size_t)(sh->sent - sh->taken) : 0;
}

int shell_input(struct shell *sh, const void *data, size_t len, struct err *err)
{
	static uint8_t frame[WIRE_HEADER_SIZE + WIRE_SHELL_INPUT_WINDOW + 16];
	struct wire_writer w;
	int r;

	if (!is_open(sh))
		return err_set(err, EPIPE, "no shell runs in the guest");
	if (len > shell_room(sh))
		return err_set(err, EAGAIN,
			       "the shell does not take that much now: %zu bytes were not sent",
			       len);
	wire_begin(&w, frame, sizeof(frame));
	wire_put_bytes(&w, len ? data : "", len);
	r = send_frame(sh, &w, WIRE_SHELL_INPUT);
	if (r < 0)
		return err_sys(err, -r, "type into the guest's shell");
	sh->sent += len;
	return 0;
}

void shell_size(struct shell *sh, unsigned rows, unsigned cols)
{
	uint8_t frame[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	if (!is_open(sh))
		return;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u16(&w, (uint16_t)rows);
	wire_put_u16(&w, (uint16_t)cols);
	send_frame(sh, &w, WIRE_SHELL_SIZE);
}

void shell_shown(struct shell *sh)
{
	uint8_t frame[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	if (!is_open(sh) || sh->shown == sh->got)
		return;
	sh->shown = sh->got;
	wire_begin(&w, frame, sizeof(frame));
	wire_put_u64(&w, sh->shown);
	send_frame(sh, &w, WIRE_SHELL_SHOWN);
}

void shell_event(struct shell *sh, const struct event *ev)
{
	if (ev->type == EV_GONE && is_open(sh)) {
		sh->state = SHELL_ENDED;
		return;
	}
	if (!is_open(sh) || ev->index != sh->number)
		return;
	if (ev->type == EV_SHELL) {
		sh->state = SHELL_RUNS;
		sh->ops->began(sh->arg);
	} else if (ev->type == EV_SHELL_END) {
		sh->state = SHELL_ENDED;
		sh->ops->ended(sh->arg, ev);
	}
}

void shell_frame(struct shell *sh, const struct wire_header *h, struct wire_reader *payload)
{
	uint64_t number = wire_get_u64(payload);
	size_t len;
	const void *data = wire_get_bytes(payload, &len);

	if (!wire_reader_done(payload) || h->seq != sh->number || !is_open(sh))
		return;
	if (h->type == WIRE_SHELL_TAKEN) {
		if (number <= sh->taken || number > sh->sent)
			return;
		sh->taken = number;
		sh->ops->room(sh->arg);
		return;
	}
	/* a guest that keeps to no window gets no memory of ours */
	if (len > WIRE_SHELL_OUTPUT_WINDOW - (sh->got - sh->shown))
		return;
	sh->got += len;
	sh->ops->output(sh->arg, number == 2 ? 2 : 1, data, len);
}
