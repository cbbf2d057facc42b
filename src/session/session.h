/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * session - one experiment: a guest, its journal, its scenario and its model, joined.
 *
 * The road of an op: session_submit() -> op_parse -> scenario_check -> journal -> wire -> guest;
 * the road back: frame -> event -> journal -> model_apply -> observer. The TUI, `do`, `run`, the
 * export's verification and the library all stand on this and on nothing below it.
 */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include "base/loop.h"
#include "ops/advance.h"
#include "ops/check.h"
#include "ops/journal.h"
#include "ops/model.h"
#include "ops/scenario.h"
#include "vmm/guest.h"

struct session;
struct saved;

struct session_observer {
	/* The model has changed through this event (journalled already). */
	void (*event)(void *arg, const struct event *ev);
	void (*sample)(void *arg);
	/* The answer to session_ping(); may be NULL. Tokens of others come, too. */
	void (*pong)(void *arg, uint64_t token);
	/* A frame of a guest shell, for session/shell.h; may be NULL. */
	void (*shell)(void *arg, const struct wire_header *h, struct wire_reader *payload);
	/* The guest and all that is known go back to a checkpoint: what was borrowed of the model and
	 * of the file ends now, both are others afterwards; may be NULL. */
	void (*rewound)(void *arg);
	/* session_save() is over: 0, or -errno and why there is none; the session has ended. May be NULL. */
	void (*saved)(void *arg, int code, const char *why);
	/* The guest is gone or the end was reached and the guest is off: nothing more will come.
	 * clean = as asked. */
	void (*finished)(void *arg, bool clean, const char *text);
};

struct session_config {
	struct guest_config guest;
	/* A replay: pulled files go nowhere but beside the session file; pushed ones are held against
	 * those of the recorded session, if there is one. */
	bool replay;
	const struct model *recorded; /* borrowed */
	const char *journal; /* path of the session file to make; NULL = none is written */
	/* Goes on from the checkpoint of `journal` (saved_open(), session/saved.h), whose guest begins where it stood;
	 * observer->rewound() when it has. finished() before that: it could not, and the file is as it was. */
	const struct saved *resume; /* borrowed; NULL = a new session, whose file is made */
	bool interactive;    /* ops run as they come; else they wait for session_begin() */
	uint64_t sample_ns;  /* 0 = no samples */
	const char *probe; /* borrowed: functions to probe until a scheduler ends (dump.h), or NULL */
	bool checkpoints;    /* one before every op, where it can be had */
	uint64_t checkpoint_ns; /* one so often, too, in guest time; 0 = none */
	bool trace;          /* every switch is streamed from the beginning on: session_trace() */
	bool watch;          /* wake-ups are looked at from the beginning on: session_watch() */
};

struct session *session_create(struct loop *loop, const struct session_config *config,
			       const struct session_observer *observer, void *arg, struct err *err);
void session_destroy(struct session *s); /* kills what still runs */

/* Of an exact guest only after all its ops, session_begin() and session_end(): it takes them along. */
int session_boot(struct session *s, struct err *err);
/* For tests: the ready guest breaks this promise from now on (guest/wire_fault.h); "" = none any
 * more. */
int session_break(struct session *s, const char *fault, struct err *err);

/* One line; queued until the guest is ready. Empty lines and comments give 0 with *seq = 0. */
int session_submit(struct session *s, const char *line, uint64_t *seq, struct err *err);
/* A whole block, all or nothing. */
int session_submit_block(struct session *s, const char *name, const char *text, size_t len,
			 struct err *err);
/* All ops of a scenario (cloned), with their tempo. */
int session_submit_scenario(struct session *s, const struct scenario *scenario, struct err *err);
/* Those from `from` to before `to`: a scenario that goes in step by step. */
int session_submit_part(struct session *s, const struct scenario *scenario, size_t from, size_t to,
			struct err *err);

/*
 * A script from the boot to its end, of which the loop tells: session_boot() and what follows it, in
 * the order that its guest needs.
 */
int session_script(struct session *s, const struct scenario *scenario, struct err *err);

/*
 * Checkpoints (checkpoint.h), of a recorded session: the guest as it is now gets a name; everything goes back
 * to it, or (a moment of guest time, "12.5s") to the last before, also from a guest that is gone; one step back (to before the last op) or on again. What they were
 * asked comes to its end by the loop, and is told as a line of the log.
 */
int session_checkpoint(struct session *s, const char *name, struct err *err);
int session_rewind(struct session *s, const char *name, struct err *err);
int session_step_back(struct session *s, bool on, struct err *err);
/* What is done from here on, in the file that is written, is called so (ops/branches.h). */
int session_name_branch(struct session *s, const char *name, struct err *err);
/* Of the one made last; how many were made so far, 0 = none. */
struct checkpoint_figures {
	unsigned made, gone_back;
	unsigned forgotten; /* for want of room */
	uint64_t still_ns, changed, kept; /* as in struct guest_moment */
};
void session_checkpoint_figures(const struct session *s, struct checkpoint_figures *out);
void session_list_checkpoints(struct session *s); /* and branches, into the log */

/*
 * The guest as it is becomes a checkpoint on the disk, beside the session file, which another program goes on
 * from (config.resume); where it cannot be copied any more, the checkpoint it was gone on from. saved() follows,
 * once; nothing else is to be asked of this session. screen: a digit that is kept with it; 0 = none.
 */
int session_save(struct session *s, char screen, struct err *err);

/*
 * The guest's time, for a person who looks: it stops, and all that is shown is of that moment; goes on; goes on
 * at one nth of its speed (1 = full); or, from where it stands, by one step (ops/advance.h). EV_PACE says when it
 * is so. No op: what is sent meanwhile waits for the guest. Errors leave the guest as it is.
 */
int session_pause(struct session *s, struct err *err);
int session_resume(struct session *s, struct err *err);
int session_slow(struct session *s, unsigned part, struct err *err);
int session_advance(struct session *s, const struct advance *to, struct err *err);

void session_begin(struct session *s);  /* let the queue go (scripts) */
/* Looks into the scheduler in force (EV_SCHED_PARTS) so often from now on; 0 = none. Cheap to repeat. */
void session_look(struct session *s, uint64_t ns);
void session_cancel(struct session *s); /* cut the running hold or wait short */
void session_end(struct session *s);    /* no more ops: tear down, power off, finished() */
void session_kill(struct session *s);   /* end the guest at once */

/*
 * Every switch, wake-up and migration of the guest goes to model->trace and the session file from
 * about now on, or no more; EV_TRACE says when. slots: of each CPU's ring, 0 = enough
 * (some hundred ms at the highest rate); few lose records, which is told as TRACE_LOST.
 */
void session_trace(struct session *s, bool on, uint32_t slots);
bool session_traces(const struct session *s); /* they are being read */
/*
 * From the next time that switches are asked for on, programs in the guest tell of them, or again
 * whoever can: the emulator, which costs the guest nothing, where there is one and state is read from
 * memory. To measure and to compare.
 */
void session_trace_by_guest(struct session *s, bool by_guest);
/*
 * The guest looks at each of its switches and wake-ups from about now on, or no more: without it the
 * figures that only they tell (wake-up latencies, who woke whom, wake-ups a second) are absent, with it every one of
 * them costs the guest something. Where the agent tells the state, it does so anyway. Cheap to repeat.
 */
void session_watch(struct session *s, bool on);
/* With OBSERVE_BOTH: what the agent and the guest's memory were compared in, and in how much of it they
 * differed; 0 and 0 otherwise. */
void session_compared(const struct session *s, uint64_t *made, uint64_t *wrong);

/* For measurements. The answer comes by pong(). */
int session_ping(struct session *s, uint64_t token);
/* The probes in the guest off, or attached anew (their counters begin again); EV_PROBES says when. */
int session_probes(struct session *s, bool on);
int session_rate(struct session *s, uint64_t sample_ns); /* 0 = no samples */

const struct model *session_model(const struct session *s);
const struct scenario *session_scenario(const struct session *s);
const struct session_info *session_info(const struct session *s);
struct guest *session_guest(struct session *s);    /* for the console view */
const char *session_path(const struct session *s); /* "" when nothing is recorded */

#endif
