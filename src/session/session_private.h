/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session_private - the inside of a session, for the files that make it up: session.c (life),
 * submit.c and to_guest.c (the road down), from_guest.c and emit.c (the road up), silence.c,
 * pacing.c, parts.c.
 *
 * Invariants: an op is in the session file before it is on the wire; every event passes
 * session_emit(), which journals it, applies it and only then tells the observer; nothing here
 * blocks.
 */
#ifndef SESSION_SESSION_PRIVATE_H
#define SESSION_SESSION_PRIVATE_H

#include "session/session.h"
#include "session/checkpoint.h"
#include "session/exact.h"
#include "session/host_load.h"
#include "session/kernel_ops.h"
#include "session/observe.h"
#include "session/pacing.h"
#include "session/reload.h"
#include "session/session_info.h"
#include "session/tracing.h"
#include "session/transfer.h"

struct session {
	struct loop *loop;
	struct session_config config; /* strings are owned by the guest and by info */
	const struct session_observer *observer;
	void *arg;
	struct guest *guest;
	struct model *model;
	struct scenario *scenario;
	struct journal *journal;
	struct session_info info;
	char *fault;
	char *resume_path; /* of the checkpoint that is gone on from; NULL = none */
	uint64_t next_seq;
	uint64_t now_ns; /* newest guest time */
	uint64_t sample_written_ns;
	struct host_load host_load;
	bool sample_due;
	uint64_t look_ns;       /* as asked of the agent */
	bool watch, watch_told; /* wake-ups are to be looked at; as the agent was told */
	bool configured, ready, begun, ending, finished, warned_silent;
	/* of a guest that leaves a copy for later starts: ops wait until it is made; it can be */
	bool holding, copyable;
	struct exact *exact; /* NULL = the run is none */
	struct transfer *transfer;
	struct kernel_ops *kernel_ops;
	struct tracing *tracing;
	bool traced, trace_by_guest; /* session_trace(), session_trace_by_guest() */
	struct observe *observe;
	struct checkpoints *checkpoints;
	struct reload *reload; /* NULL: only where a person is there to save something */
	struct buf pending;    /* frames that wait for EV_READY */
	struct pacing pacing;
	loop_id ready_timer, ping_timer;
	uint64_t heard_ns; /* host clock of the last frame */
	struct sample sample;
	uint8_t *frame; /* room for the largest frame */
};

/* ---- emit.c ------------------------------------------------------------------------------ */

/* Into the session file alone; 0 where none is written. */
int session_journal(struct session *s, const struct event *ev, struct err *err);
void session_emit(struct session *s, const struct event *ev);
/* The same for what happens on the host: stamped with the newest time that the guest has told. */
void session_emit_now(void *session, const struct event *ev);
void session_emit_text(struct session *s, enum event_type type, const char *name, const char *text);
void session_log(struct session *s, int level, const char *text); /* level as syslog's */
void session_verdict(struct session *s, uint64_t seq, enum verdict v, const char *why);
/* NULL = there is no op of that number. */
const struct op *session_op(const struct session *s, uint64_t seq);
/* EV_HOST, where the host's load has changed: before a time is judged, and at the end. */
void session_tell_host_load(struct session *s);
/* An expectation that has ended, by EV_DONE or EV_FAILED; anything else is left alone. */
void session_judge(struct session *s, const struct event *ev);
/* An op that is the host's alone is done, and judged. */
void session_pass_host_op(struct session *s, uint64_t seq);
/* All of those that are open yet: what is about the whole run. */
void session_judge_hosts(struct session *s);

/* ---- to_guest.c -------------------------------------------------------------------------- */

/* A frame with one number, or with none (value NULL). 0 or -errno. */
int session_send(struct session *s, enum wire_type type, uint64_t seq, const uint64_t *value);
/* A frame with one byte, 0 or 1. 0 or -errno. */
int session_send_switch(struct session *s, enum wire_type type, bool on);
/* The agent is told when it is to look at wake-ups, or no more. */
void session_settle_watch(struct session *s);
void session_send_config(struct session *s);
/* An op's frame: kept until the agent is ready. */
int session_send_or_queue(struct session *s, const void *frame, size_t len, struct err *err);
void session_flush_pending(struct session *s);
/* The frames of a whole exact run, which the guest takes along in its initramfs. */
int session_give_script(struct session *s, struct err *err);

/* ---- warm.c ------------------------------------------------------------------------------ */

/* What waited for the guest to be ready, or copied. */
void session_let_ops_go(struct session *s);
/* A copy for later starts, if one is due: the first sample is there, so that a person sees the guest
 * before it stands still, and its probes. Cheap to repeat. */
void session_copy_for_later(struct session *s);
void session_copied(void *session, int code, const char *why);
/* A saved checkpoint is whole on the disk, or why not (checkpoint_save.c). */
void session_saved(void *session, int code, const char *why);

/* ---- from_guest.c, silence.c, parts.c ----------------------------------------------------- */

extern const struct guest_ops session_guest_ops;
/* Once; the observer is told. */
void session_finish(struct session *s, bool clean, const char *text);

void session_ready_late(void *session); /* the ready_timer has ended */
void session_ping_due(void *session);

/* All but the guest, which comes after them. */
void session_create_parts(struct session *s);
void session_destroy_parts(struct session *s);

#endif
