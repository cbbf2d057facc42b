/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * sched_ops - see sched_ops.h. A load goes: its files from the host, the dump's probe (once), the
 * old scheduler out (replace, restart; an object has passed the verifier by then), the new one in,
 * its state looked at. Each wait has a
 * deadline. Invariant: `busy` is the one line whose op changes the scheduler; others are refused
 * meanwhile.
 */
#include "guest/sched_ops.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/chain.h"
#include "guest/files.h"
#include "guest/group.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/sched_daemon.h"
#include "guest/sched_dump.h"
#include "guest/sched_spec.h"
#include "guest/sched_watch.h"
#include "guest/start.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ENABLE_DEADLINE_NS  30000000000ull
#define DISABLE_DEADLINE_NS 30000000000ull

enum phase {
	PHASE_NONE,
	PHASE_FILES,
	PHASE_WATCH,
	PHASE_TRY, /* does the verifier take it? What is in force goes on meanwhile */
	PHASE_OUT,
	PHASE_IN,
	PHASE_EXEC,
	PHASE_AWAIT,
};

static struct loop *loop;
static struct sched_spec spec; /* kept for `sched restart` */
static int link_fd = -1;
static bool watching;
static struct line *busy;
static enum phase phase;
static bool out_only;       /* unload: nothing comes after */
static uint64_t exits_then; /* exits before the op began */
static uint64_t exits_ours; /* exits before the latest load: an expectation is about those after */
static uint64_t in_ns, out_ns; /* how long the one may take to be in force, the other to be gone */
static char replaced[128];  /* the name of what went, for the words at the end */
static void (*after_end)(struct line *l);

static void put_in(void);

void sched_ops_init(struct loop *lp)
{
	loop = lp;
}

/* ---- the end of an op ---- */

static void end_busy(void)
{
	busy = NULL;
	phase = PHASE_NONE;
}

static void done_loaded(void)
{
	const struct sched_now *now = sched_watch_now();
	struct line *l = busy;

	end_busy();
	if (*replaced)
		line_done(l, "scheduler '%s' took over from '%s'", now->name, replaced);
	else
		line_done(l, "scheduler '%s' is in force", now->name);
}

static void fail(int code, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static void fail(int code, const char *fmt, ...)
{
	struct line *l = busy;
	char text[900];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	end_busy();
	if (*replaced && !sched_watch_enabled())
		line_failed(l, code, "%s; '%s' was taken back for it: the kernel's own goes on", text,
			    replaced);
	else
		line_failed(l, code, "%s", text);
}

/* The first line is the failure; what follows is its background, and goes to the log. */
static void tell_background(const char *text)
{
	const char *line = strchr(text, '\n');

	while (line && *++line) {
		size_t n = strcspn(line, "\n");

		port_log(3, "%.*s", (int)(n < 400 ? n : 400), line);
		line = line[n] ? line + n : NULL;
	}
}

/* ---- out ---- */

static void gone(void)
{
	struct line *l = busy;

	if (after_end) {
		void (*then)(struct line *) = after_end;

		after_end = NULL;
		end_busy();
		then(l);
	} else if (out_only) {
		end_busy();
		line_done(l, "scheduler '%s' is gone: the kernel's own goes on",
			  sched_watch_now()->name);
	} else {
		put_in();
	}
}

static void on_out(void *arg, struct job_reply *r)
{
	if (r->code && !after_end) {
		fail(r->code, "unload scheduler '%s': %s", sched_watch_now()->name, r->text);
		return;
	}
	sched_watch_look();
	if (!sched_watch_disabled() && phase == PHASE_OUT && !after_end) {
		line_timer(busy, out_ns); /* sched_ops_poke() hears of it */
		return;
	}
	if (phase == PHASE_OUT)
		gone();
}

static void put_out(void)
{
	struct wire_writer *w;
	struct err err = ERR_INIT;
	int fd = link_fd;

	phase = PHASE_OUT;
	if (sched_watch_enabled())
		text_copy(replaced, sizeof(replaced), sched_watch_now()->name);
	if (fd >= 0) {
		link_fd = -1;
		w = pool_job(JOB_SCHED_UNLOAD);
		if (pool_send(w, &fd, 1, out_ns, sched_watch_now()->name, on_out, NULL, &err))
			fail(err.code, "%s", err.msg);
		return;
	}
	if (sched_daemon_group()) {
		sched_daemon_signal(SIGINT);
		line_timer(busy, out_ns);
		return;
	}
	gone();
}

/* ---- in ---- */

static void look_at_state(void)
{
	const struct sched_now *now = sched_watch_now();

	sched_watch_look();
	/* the look itself ended the op, and the next one on the line may have begun */
	if (!busy || phase != PHASE_AWAIT)
		return;
	if (sched_watch_enabled())
		done_loaded();
	else if (now->exits > exits_then)
		fail(EIO, "scheduler '%.120s' was loaded and ended at once: %s", spec.what,
		     now->why);
	else
		line_timer(busy, in_ns);
}

static void on_in(void *arg, struct job_reply *r)
{
	char first[700];

	if (r->code) {
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(r->text, "\n"), r->text);
		tell_background(r->text);
		sched_watch_look();
		if (sched_watch_now()->exits > exits_then)
			fail(r->code, "%s (%s)", first, sched_watch_now()->why);
		else
			fail(r->code, "%s", first);
		return;
	}
	if (*r->text)
		port_log(4, "this kernel's sched_ext_ops has no %s: left out", r->text);
	if (*r->path)
		port_log(4, "no probes on callbacks of the scheduler: %s", r->path);
	link_fd = r->nfds ? r->fds[0] : -1;
	chain_take(r->data, r->data_len, r->fds + 1, r->nfds - 1);
	r->nfds = 0;
	phase = PHASE_AWAIT;
	look_at_state();
}

static void on_executed(struct line *l, const struct err *failure)
{
	struct group *g = sched_daemon_group();

	if (failure->code) {
		fail(failure->code, "%s", failure->msg);
		return;
	}
	/* it outlives the step, as an object does */
	if (g)
		g->step = 0;
	phase = PHASE_AWAIT;
	line_timer(l, in_ns);
	sched_ops_poke(l);
}

static void send_load(bool attach, pool_fn then)
{
	struct wire_writer *w = pool_job(JOB_SCHED_LOAD);
	struct err err = ERR_INIT;
	int fds[JOB_FDS_MAX], nfds;
	uint32_t i, first;

	nfds = attach ? chain_lend(fds, &first) : 0;
	wire_put_u8(w, attach);
	wire_put_str(w, spec.what);
	wire_put_u32(w, spec.nset / 2);
	for (i = 0; i + 1 < spec.nset; i += 2) {
		wire_put_str(w, spec.set[i]);
		wire_put_str(w, spec.set[i + 1]);
	}
	wire_put_u32(w, nfds ? first : 0);
	if (pool_send(w, fds, nfds, in_ns, spec.what, then, NULL, &err))
		fail(err.code, "%s", err.msg);
}

static void put_in(void)
{
	struct err err = ERR_INIT;

	exits_ours = exits_then = sched_watch_now()->exits;
	if (!spec.object) {
		phase = PHASE_EXEC;
		if (start_program(busy, sched_daemon_new_name(), spec.argv, spec.argc, on_executed,
				  &err))
			fail(err.code, "%s", err.msg);
		return;
	}
	phase = PHASE_IN;
	send_load(true, on_in);
}

static void on_tried(void *arg, struct job_reply *r)
{
	if (phase != PHASE_TRY || !busy)
		return;
	if (!r->code) {
		put_out();
		return;
	}
	tell_background(r->text);
	fail(r->code, "%.*s; '%s' goes on", (int)strcspn(r->text, "\n"), r->text,
	     sched_watch_enabled() ? sched_watch_now()->name : "the kernel's own");
}

/* A scheduler that died leaves its link behind: that is no obstacle to another one. */
static bool ours_lives(void)
{
	return sched_daemon_group() || (link_fd >= 0 && !sched_watch_disabled());
}

static void begin_change(void)
{
	if (spec.object && ours_lives()) {
		phase = PHASE_TRY;
		send_load(false, on_tried);
	} else if (link_fd >= 0 || sched_daemon_group()) {
		put_out();
	} else if (sched_watch_disabled()) {
		put_in();
	} else {
		fail(EBUSY,
		     "scheduler '%s' is in force, and not loaded by an op: it cannot be taken "
		     "back; 'sched eject' ends it",
		     sched_watch_now()->name);
	}
}

static void on_watching(void *arg, struct job_reply *r)
{
	struct err err = ERR_INIT;

	if (!r->code && sched_dump_attach(loop, r->fds, r->nfds, &err) == 0)
		r->nfds = 0;
	if (r->code || err.code)
		port_log(4, "dumps are not recorded: %s", r->code ? r->text : err.msg);
	r->nfds = 0;
	/* once is enough: a kernel that refuses it does so the next time, too */
	watching = true;
	if (phase != PHASE_WATCH || !busy)
		return;
	begin_change();
}

/* Takes the line for an op that changes the scheduler; false when it was refused. */
static bool take(struct line *l)
{
	if (busy) {
		line_failed(l, EBUSY, "another op changes the scheduler at this moment");
		return false;
	}
	if (!*sched_watch_now()->state) {
		line_failed(
			l, ENOTSUP,
			"this kernel has no sched_ext (/sys/kernel/sched_ext is missing); choose "
			"another with --kernel");
		return false;
	}
	busy = l;
	out_only = false;
	replaced[0] = '\0';
	exits_then = sched_watch_now()->exits;
	return true;
}

static void start_change(void)
{
	struct err err = ERR_INIT;

	if (watching) {
		begin_change();
		return;
	}
	phase = PHASE_WATCH;
	if (pool_send(pool_job(JOB_SCHED_WATCH), NULL, 0, ENABLE_DEADLINE_NS, "", on_watching, NULL,
		      &err))
		fail(err.code, "%s", err.msg);
}

static void on_files(struct line *l, const struct files_result *r)
{
	struct err err = ERR_INIT;
	char words[96];

	/* whatever was in force goes on */
	if (r->code) {
		fail(r->code, "%s", r->text);
		return;
	}
	if (r->sent) {
		files_words(r, words, sizeof(words));
		port_log(6, "scheduler '%.120s': %s", spec.what, words);
	}
	if (sched_spec_place(&spec, r->program, &err))
		fail(err.code, "%s", err.msg);
	else
		start_change();
}

/* What the host has of it is looked at anew each time. */
static void get_files(void)
{
	if (spec.builtin) {
		start_change();
		return;
	}
	phase = PHASE_FILES;
	files_fetch(busy, spec.origin, on_files);
}

/* ---- the ops ---- */

/* A restart may say another time than the op that named the scheduler. */
static void times_of(const struct wire_op *op)
{
	in_ns = wire_op_u64(op, WARG_TIMEOUT, spec.timeout_ns);
	out_ns = wire_op_u64(op, WARG_TIMEOUT, DISABLE_DEADLINE_NS);
}

void sched_op_load(struct line *l, const struct wire_op *op)
{
	struct err err = ERR_INIT;

	if (!take(l))
		return;
	if (ours_lives())
		fail(EBUSY,
		     "scheduler '%s' is in force: 'sched replace' changes it, 'sched unload' "
		     "takes it back",
		     sched_watch_now()->name);
	else if (sched_spec_take(&spec, op, line_seq(l), &err))
		fail(err.code, "%s", err.msg);
	else {
		times_of(op);
		get_files();
	}
}

void sched_op_replace(struct line *l, const struct wire_op *op)
{
	struct err err = ERR_INIT;

	if (!take(l))
		return;
	if (sched_spec_take(&spec, op, line_seq(l), &err)) {
		fail(err.code, "%s", err.msg);
		return;
	}
	times_of(op);
	get_files();
}

void sched_op_restart(struct line *l, const struct wire_op *op)
{
	if (!take(l))
		return;
	if (!spec.known) {
		fail(ENOENT, "no scheduler was loaded yet: there is nothing to start again");
		return;
	}
	times_of(op);
	get_files();
}

void sched_op_unload(struct line *l, const struct wire_op *op)
{
	if (!take(l))
		return;
	if (link_fd < 0 && !sched_daemon_group()) {
		fail(ENOENT, "no scheduler of this session is loaded");
		return;
	}
	out_only = true;
	out_ns = wire_op_u64(op, WARG_TIMEOUT, DISABLE_DEADLINE_NS);
	put_out();
}

/* ---- waiting ---- */

void sched_ops_poke(struct line *l)
{
	const struct sched_now *now = sched_watch_now();

	if (l != busy)
		return;
	if (phase == PHASE_EXEC) {
		start_poke(l);
	} else if (phase == PHASE_AWAIT && sched_watch_enabled()) {
		done_loaded();
	} else if (phase == PHASE_AWAIT && now->exits > exits_then) {
		fail(EIO, "scheduler '%.120s' was loaded and ended at once: %s", spec.what,
		     now->why);
	} else if (phase == PHASE_AWAIT && !spec.object && !sched_daemon_group()) {
		fail(EIO,
		     "'%.120s' ended without having put a scheduler in force: see its output "
		     "('%s')",
		     spec.what, sched_daemon_name());
	} else if (phase == PHASE_OUT && link_fd < 0 && !sched_daemon_group() &&
		   sched_watch_disabled()) {
		gone();
	}
}

void sched_ops_timeout(struct line *l)
{
	char text[32];

	if (l != busy)
		return;
	if (files_timeout(l))
		return;
	if (phase == PHASE_EXEC) {
		start_timeout(l);
		return;
	}
	text_format_time(text, sizeof(text), line_elapsed_ns(l));
	if (phase == PHASE_AWAIT && sched_daemon_group())
		sched_daemon_signal(SIGKILL);
	if (phase == PHASE_OUT && sched_daemon_group())
		sched_daemon_signal(SIGKILL);
	if (phase == PHASE_AWAIT)
		fail(ETIMEDOUT,
		     "scheduler '%.120s' was not in force after %s; give it more with "
		     "timeout=",
		     spec.what, text);
	else if (phase == PHASE_OUT)
		fail(ETIMEDOUT, "scheduler '%s' has not gone after %s; give it more with timeout=",
		     sched_watch_now()->name, text);
}

void sched_ops_cancel(struct line *l, int code, const char *why)
{
	if (l == busy && files_cancel(l, code, why))
		return;
	if (l == busy && phase == PHASE_EXEC)
		start_cancel(l, code, why);
	/* a job in a hand cannot be called back: its own deadline ends it */
	if (l != busy || phase != PHASE_AWAIT)
		return;
	if (sched_daemon_group() && phase == PHASE_AWAIT)
		sched_daemon_signal(SIGKILL);
	fail(code, "%s", why);
}

void sched_ops_end(struct line *l, void (*then)(struct line *l))
{
	if (busy || (link_fd < 0 && !sched_daemon_group())) {
		then(l);
		return;
	}
	busy = l;
	after_end = then;
	out_ns = DISABLE_DEADLINE_NS;
	if (sched_daemon_group()) {
		/* the tear-down kills it like any payload */
		gone();
		return;
	}
	put_out();
}

uint64_t sched_ops_exits_before(void)
{
	return exits_ours;
}
