/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * transfer - what both directions share; see transfer.h.
 */
#include "base/cleanup.h"
#include "base/die.h"
#include "session/transfer_private.h"

#include <string.h>

#define PROGRESS_NS  UINT64_C(500000000)
#define PROGRESS_MIN (UINT64_C(1) << 20)

struct transfer *transfer_create(struct loop *loop, const struct transfer_config *config,
				 const struct transfer_ops *ops, void *arg)
{
	struct transfer *t = xcalloc(1, sizeof(*t));

	*t = (struct transfer){.loop = loop, .ops = ops, .arg = arg,
			       .only_there = config->only_there,
			       .memory_mib = config->memory_mib};
	t->folder = config->folder ? xstrdup(config->folder) : NULL;
	push_init(t);
	t->pull.fd = -1;
	return t;
}

void transfer_destroy(struct transfer *t)
{
	if (!t)
		return;
	push_finish(t);
	pull_drop(t);
	free(t->folder);
	free(t);
}

struct wire_writer *transfer_begin(void)
{
	static uint8_t frame[WIRE_HEADER_SIZE + FILES_CHUNK + 4 * FILES_PATH_MAX];
	static struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	return &w;
}

void transfer_send(struct transfer *t, struct wire_writer *w, enum wire_type type, uint64_t seq)
{
	/* a guest that is gone is told of elsewhere; one that waits has a deadline of its own */
	if (!wire_end(w, type, seq, 0) || t->ops->send(t->arg, w->data, w->len) < 0)
		transfer_log(t, 4, "a file's frame could not be sent to the guest");
}

void transfer_log(struct transfer *t, int level, const char *text)
{
	t->ops->emit(t->arg, &(struct event){.type = EV_HOST_LOG,
					     .level = (uint64_t)level,
					     .text = text,
					     .name = "",
					     .cgroup = "",
					     .path = "",
					     .data = ""});
}

void transfer_progress(struct transfer *t, uint64_t seq, const char *path, uint64_t at,
		       uint64_t size, struct progress *p)
{
	uint64_t now = loop_now_ns();

	if (!p->last_ns)
		p->last_ns = now;
	/* who has heard of it hears that it is whole: what comes next is not the file's */
	if (size < PROGRESS_MIN || (now < p->last_ns + PROGRESS_NS && !(p->told && at == size)))
		return;
	*p = (struct progress){.last_ns = now, .told = true};
	t->ops->emit(t->arg, &(struct event){.type = EV_PROGRESS,
					     .seq = seq,
					     .path = path,
					     .count = at,
					     .id = size,
					     .name = "",
					     .cgroup = "",
					     .text = "",
					     .data = ""});
}

bool transfer_frame(struct transfer *t, const struct wire_header *h, struct wire_reader *payload)
{
	switch (h->type) {
	case WIRE_FILE_ASK:
	case WIRE_FILE_WANT:
		push_frame(t, h, payload);
		return true;
	case WIRE_PULL_BEGIN:
	case WIRE_PULL_DATA:
	case WIRE_PULL_END:
		pull_frame(t, h, payload);
		return true;
	default:
		return false;
	}
}

void transfer_ended(struct transfer *t, uint64_t seq)
{
	if (t->push.active && t->push.seq == seq)
		push_drop(t);
	if (t->pull.active && t->pull.seq == seq)
		pull_drop(t);
}
