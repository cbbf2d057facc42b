/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * model_log - what a person reads of each event; a ring of MODEL_LOG_MAX lines.
 * Invariant: every line is sanitised, one line, and keeps its number `n` for ever.
 */
#include "ops/model_log.h"
#include "guest/wire_fault.h"
#include "guest/wire_sched.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "ops/check.h"
#include "ops/figures.h"
#include "ops/model_metric.h"
#include "ops/model_watch.h"
#include "ops/sched_stats.h"

#include <inttypes.h>
#include <string.h>

#define LINE_MAX_BYTES 1024
#define LOG_TASKS_MAX  64

const char *log_kind_name(enum log_kind kind)
{
	static const char *const names[LOG_KINDS] = {
		[LOG_OP] = "op",       [LOG_EVENT] = "event", [LOG_OUTPUT] = "output",
		[LOG_KERNEL] = "kernel", [LOG_GUEST] = "agent", [LOG_HOST] = "host",
		[LOG_TRACE] = "trace",
	};

	return names[kind];
}

static void add(struct model *m, const struct event *ev, enum log_kind kind, enum log_mark mark,
		const char *fmt, ...) __attribute__((format(printf, 5, 6)));

static void add(struct model *m, const struct event *ev, enum log_kind kind, enum log_mark mark,
		const char *fmt, ...)
{
	char raw[LINE_MAX_BYTES], safe[LINE_MAX_BYTES];
	struct model_line *l;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	text_sanitise(safe, sizeof(safe), raw, strlen(raw));
	if (m->nlog == MODEL_LOG_MAX) {
		l = &m->log[m->log_first];
		free(l->text);
		m->log_first = (m->log_first + 1) % MODEL_LOG_MAX;
	} else {
		l = &m->log[(m->log_first + m->nlog++) % MODEL_LOG_MAX];
	}
	*l = (struct model_line){.n = m->log_next++,
				 .t_ns = ev->t_ns,
				 .seq = ev->seq,
				 .kind = kind,
				 .mark = mark,
				 .text = xstrdup(safe)};
}

void model_log_doubt(struct model *m, const char *text)
{
	const struct event at = {.t_ns = m->now_ns};

	add(m, &at, LOG_GUEST, MARK_FAIL, "%s", text);
}

void model_log_lost(struct model *m, const char *name, int64_t tid, uint64_t since_ns, const char *op)
{
	const struct event at = {.t_ns = m->now_ns};

	add(m, &at, LOG_GUEST, MARK_WARN,
	    "lost      %s[%" PRId64 "]: runnable, on no DSQ, not running, since %.3fs%s%s", name, tid,
	    (double)since_ns / 1e9, op ? ", after: " : "", op ? op : "");
}

void model_log_finish(struct model *m)
{
	size_t i;

	for (i = 0; i < m->nlog; i++)
		free(m->log[(m->log_first + i) % MODEL_LOG_MAX].text);
	free(m->log);
}

static const char *op_text(const struct model *m, uint64_t seq)
{
	const struct model_op *op = model_op(m, seq);

	return op ? op->text : "?";
}

/* `report` of a program: what it has printed so far, a number a line. */
static void log_numbers(struct model *m, const struct event *ev)
{
	const struct model_op *op = model_op(m, ev->seq);
	const struct op_val *name =
		op && op->op && (op->op->def->flags & (OPF_NOTES | OPF_EXPECT)) == OPF_NOTES
			? op_arg(op->op, WARG_NAME)
			: NULL;
	const struct model_group *g = name ? model_group(m, name->str) : NULL;
	struct metric metric;
	size_t i;

	for (i = 0; g && g->payload && model_group_metric_at(g, i, &metric); i++) {
		cleanup_buf struct buf words = BUF_INIT;

		metric_describe(&metric, &words);
		add(m, ev, LOG_EVENT, MARK_NONE, "number    %s %s %s", g->name, metric.name,
		    buf_text(&words));
	}
}

static void log_op_end(struct model *m, const struct event *ev)
{
	if (ev->type == EV_DONE)
		log_numbers(m, ev);
	if (ev->type == EV_DONE)
		add(m, ev, LOG_OP, MARK_OK, "done      %s%s%s", op_text(m, ev->seq),
		    *ev->text ? ": " : "", ev->text);
	else
		add(m, ev, LOG_OP, MARK_FAIL, "failed    %s: %s", op_text(m, ev->seq), ev->text);
}

static void log_placed(struct model *m, const struct event *ev)
{
	cleanup_free char *want = xasprintf("0::%s", ev->cgroup);
	bool good = ev->flag && !strcmp(want, ev->text);

	if (good)
		add(m, ev, LOG_EVENT, MARK_OK,
		    "placed    %s.%" PRIu64 "[%" PRId64 "] in %s before its first instruction",
		    ev->name, ev->index, ev->pid, ev->cgroup);
	else
		add(m, ev, LOG_EVENT, MARK_FAIL,
		    "MISPLACED %s.%" PRIu64 "[%" PRId64 "]: expected '%s', read '%s'%s", ev->name,
		    ev->index, ev->pid, want, ev->text,
		    ev->flag ? "" : ", and it was running already");
}

static void log_exit(struct model *m, const struct event *ev)
{
	enum log_mark mark = ev->flag || (!ev->code && !ev->signal) ? MARK_NONE : MARK_WARN;

	if (ev->signal)
		add(m, ev, LOG_EVENT, mark,
		    "exit      %s.%" PRIu64 "[%" PRId64 "] by signal %" PRIu64 "%s", ev->name,
		    ev->index, ev->pid, ev->signal, ev->flag ? " (killed by the session)" : "");
	else
		add(m, ev, LOG_EVENT, mark, "exit      %s.%" PRIu64 "[%" PRId64 "] with %" PRId64,
		    ev->name, ev->index, ev->pid, ev->code);
}

/* Not the ones for the screen, twice a second: those belong to no op. */
static void log_report(struct model *m, const struct event *ev)
{
	cleanup_buf struct buf line = BUF_INIT;
	struct work_report r;

	if (ev->flag && !ev->seq)
		return;
	report_read(ev->text, &r);
	figures_line(&r, &line);
	add(m, ev, LOG_EVENT, MARK_NONE, "report    %s.%" PRIu64 "[%" PRId64 "] %s", ev->name,
	    ev->index, ev->pid, buf_text(&line));
}

static void log_output(struct model *m, const struct event *ev)
{
	const char *p = ev->data, *end = ev->data + ev->data_len;

	while (p < end) {
		const char *nl = memchr(p, '\n', (size_t)(end - p));
		size_t n = (size_t)((nl ? nl : end) - p);
		char line[512];

		text_sanitise(line, sizeof(line), p, n);
		if (n)
			add(m, ev, LOG_OUTPUT, MARK_NONE, "%s%s %s", ev->name,
			    ev->stream == 2 ? "!" : ":", line);
		p += n + 1;
	}
}

static void log_file(struct model *m, const struct event *ev)
{
	char head[160];

	if (ev->code) {
		add(m, ev, LOG_EVENT, MARK_WARN, "file      %s: %s", ev->path,
		    strerror((int)ev->code));
		return;
	}
	text_sanitise(head, sizeof(head), ev->data, ev->data_len);
	add(m, ev, LOG_EVENT, MARK_NONE, "file      %s: %zu bytes: %s", ev->path, ev->data_len,
	    head);
}

static void log_verdict(struct model *m, const struct event *ev)
{
	enum verdict v =
		ev->code >= 0 && ev->code < VERDICT_NONE ? (enum verdict)ev->code : VERDICT_NONE;
	enum log_mark mark = v == VERDICT_PASS   ? MARK_OK
			     : v == VERDICT_FAIL ? MARK_FAIL
						 : MARK_WARN;
	static const char *const words[] = {"pass", "FAIL", "UNJUDGED", "skip", "?"};

	add(m, ev, LOG_OP, mark, "%-9s %s: %s", words[v], op_text(m, ev->seq), ev->text);
}

static enum log_mark level_mark(uint64_t level)
{
	return level <= 3 ? MARK_FAIL : level == 4 ? MARK_WARN : MARK_NONE;
}

/* A text of several lines (a failed boot's advice) is several lines here. */
static void log_lines(struct model *m, const struct event *ev, enum log_kind kind,
		      enum log_mark mark, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		add(m, ev, kind, mark, "%.*s", (int)n, text);
		text += n + (text[n] == '\n');
	}
}

static void log_ledger(struct model *m, const struct event *ev)
{
	char ran[32], delay[32] = "never";

	text_format_time(ran, sizeof(ran), ev->count);
	if (ev->id != UINT64_MAX)
		text_format_time(delay, sizeof(delay), ev->id);
	add(m, ev, LOG_EVENT, MARK_NONE,
	    "look      %s ran %s in all, got a CPU %" PRIu64 " times, first after %s", ev->name, ran,
	    ev->index, delay);
}

/* How it ended matters to everybody who looks: an unload is nothing, all else is a finding. */
static void log_sched_exit(struct model *m, const struct event *ev)
{
	const struct model_sched *s = m->nscheds ? &m->scheds[m->nscheds - 1] : NULL;
	const struct model_op *op = s ? model_op(m, s->before_seq) : NULL;
	char message[400];

	text_sanitise(message, sizeof(message), ev->data, ev->data_len);
	add(m, ev, LOG_EVENT, ev->code == 64 ? MARK_NONE : ev->code >= 1024 ? MARK_FAIL : MARK_WARN,
	    "sched     %s ended: %s (%s)%s%s%s%s", ev->name, sched_exit_kind_name(ev->code), ev->text,
	    *message ? ": " : "", message, op ? "; the op before: " : "", op ? op->text : "");
}

/* An op that is no push took them along by itself: that is said. */
/* A line for the whole, and one for each thread, as many as a log bears. */
static void log_watch(struct model *m, const struct event *ev)
{
	char words[640];

	if (ev->type == EV_WATCH_HIT) {
		model_watch_words(m, ev, words, sizeof(words));
		add(m, ev, LOG_EVENT, MARK_NONE, "watch     %s is %s", ev->name, words);
	} else if (ev->flag) {
		add(m, ev, LOG_EVENT, MARK_NONE,
		    "watch     %s: %" PRIu64 " bytes at 0x%016" PRIx64 " from now on", ev->name,
		    ev->count, ev->id);
	} else {
		add(m, ev, LOG_EVENT, ev->code ? MARK_WARN : MARK_NONE,
		    "watch     %s is watched no longer%s%s", ev->name, *ev->text ? ": " : "",
		    ev->text);
	}
}

static void log_tasks(struct model *m, const struct event *ev)
{
	unsigned n = 0;
	const char *p, *end;

	add(m, ev, LOG_EVENT, MARK_NONE,
	    "tasks     %s: %" PRIu64 " thread%s of %" PRIu64 " process%s%s", ev->name, ev->id,
	    ev->id == 1 ? "" : "s", ev->count, ev->count == 1 ? "" : "es",
	    ev->flag ? ", not all are listed" : "");
	for (p = ev->data; *p && n < LOG_TASKS_MAX; p = *end ? end + 1 : end, n++) {
		end = p + strcspn(p, "\n");
		add(m, ev, LOG_EVENT, MARK_NONE, "tasks     %.*s", (int)(end - p), p);
	}
	if (*p)
		add(m, ev, LOG_EVENT, MARK_NONE, "tasks     ... all are in the session file");
}

static void log_pushed(struct model *m, const struct event *ev)
{
	const struct model_op *op = model_op(m, ev->seq);
	char amount[32];

	text_format_size(amount, sizeof(amount), ev->count);
	add(m, ev, LOG_EVENT, MARK_NONE, "%s %s with all it needs: %" PRIu64 " file%s, %s%s%s",
	    op && op->op && op_arg(op->op, WARG_HOST_PATH) ? "push     " : "takes    ", ev->path,
	    ev->id, ev->id == 1 ? "" : "s", amount, op ? "; for: " : "", op ? op->text : "");
}

/* As a line of its output: once a second, and what it says is for a person to read. */
static void log_stats(struct model *m, const struct event *ev)
{
	cleanup_buf struct buf json = BUF_INIT, why = BUF_INIT;
	const char *who = *ev->name ? ev->name : "nobody's";

	if (ev->code)
		add(m, ev, LOG_EVENT, MARK_WARN, "stats     %s[%" PRId64 "]: %s", who, ev->pid,
		    ev->text);
	else if (!sched_stats_read(ev->data, ev->data_len, &json, &why))
		add(m, ev, LOG_EVENT, MARK_WARN, "stats     %s[%" PRId64 "]: %s", who, ev->pid,
		    buf_text(&why));
	else
		add(m, ev, LOG_OUTPUT, MARK_NONE, "%s= %.*s", who,
		    (int)(json.len - 1 < 400 ? json.len - 1 : 400), buf_text(&json));
}

static void log_shell_end(struct model *m, const struct event *ev)
{
	if (*ev->text)
		add(m, ev, LOG_EVENT, MARK_FAIL, "shell     could not start: %s", ev->text);
	else if (ev->signal)
		add(m, ev, LOG_EVENT, MARK_NONE, "shell     [%" PRId64 "] was ended by signal %" PRIu64,
		    ev->pid, ev->signal);
	else
		add(m, ev, LOG_EVENT, MARK_NONE, "shell     [%" PRId64 "] ended with %" PRId64, ev->pid,
		    ev->code);
}

/* What colours times is worth a line. */
static void log_host(struct model *m, const struct event *ev)
{
	cleanup_buf struct buf text = BUF_INIT;

	if (ev->count != SAMPLE_ABSENT)
		buf_addf(&text, "; something here waited for a CPU %.1f%% of the time",
			 (double)ev->count / 10);
	if (ev->index && ev->index != SAMPLE_ABSENT)
		buf_addf(&text, "; %.2f tasks here for each CPU", (double)ev->index / 1000);
	if (ev->id && ev->id != SAMPLE_ABSENT)
		buf_addf(&text, "; its own host took %.1f%% of its CPUs' work",
			 (double)ev->id / 10);
	add(m, ev, LOG_HOST,
	    check_host_trusted(ev->count, ev->id, ev->index) ? MARK_NONE : MARK_WARN,
	    "host      %s", text.len ? buf_text(&text) + 2 : "not loaded");
}

static void log_trace(struct model *m, const struct event *ev)
{
	const char *is = ev->flag ? "every switch is streamed" : "no switch is streamed";

	if (ev->code)
		add(m, ev, LOG_GUEST, MARK_FAIL, "trace     %s: %s (%s)", is, ev->text,
		    strerror((int)ev->code));
	else
		add(m, ev, LOG_GUEST, ev->flag && *ev->text ? MARK_WARN : MARK_NONE,
		    "trace     %s%s%s", is, *ev->text ? "; absent: " : "", ev->text);
	if (ev->count)
		add(m, ev, LOG_GUEST, MARK_WARN,
		    "trace     %" PRIu64 " records the kernel itself left out", ev->count);
}

void model_log_event(struct model *m, const struct event *ev)
{
	switch (ev->type) {
	case EV_OP:
		add(m, ev, LOG_OP, MARK_NONE, "op        %s", ev->text);
		break;
	case EV_DONE:
	case EV_FAILED:
		log_op_end(m, ev);
		break;
	case EV_PLACED:
		log_placed(m, ev);
		break;
	case EV_EXEC:
		add(m, ev, LOG_EVENT, MARK_NONE,
		    "exec      %s.%" PRIu64 "[%" PRId64 "] seen in %s by the probe", ev->name,
		    ev->index, ev->pid, ev->cgroup);
		break;
	case EV_EXIT:
		log_exit(m, ev);
		break;
	case EV_REPORT:
		log_report(m, ev);
		break;
	case EV_OUTPUT:
		log_output(m, ev);
		break;
	case EV_FILE:
		log_file(m, ev);
		break;
	case EV_CGROUP_ADDED:
		add(m, ev, LOG_EVENT, ev->flag ? MARK_NONE : MARK_WARN, "cgroup    %s added%s",
		    ev->cgroup, ev->flag ? "" : " (not by an op)");
		break;
	case EV_CGROUP_REMOVED:
		add(m, ev, LOG_EVENT, ev->flag ? MARK_NONE : MARK_WARN, "cgroup    %s removed%s",
		    ev->cgroup, ev->flag ? "" : " (not by an op)");
		break;
	case EV_ROUNDS:
		if (ev->flag)
			add(m, ev, LOG_EVENT, ev->id ? MARK_WARN : MARK_NONE, "body      %s: %s", ev->name,
			    ev->text);
		break;
	case EV_LEDGER:
		log_ledger(m, ev);
		break;
	case EV_LEDGER_CPU:
	case EV_LEDGER_CGROUP:
		/* many, and all in the look that the verdict is given from */
		break;
	case EV_LEDGER_ESCAPE:
		add(m, ev, LOG_EVENT, MARK_WARN,
		    "escape    %s ran outside its cpuset %" PRIu64 " times; first [%" PRId64
		    "] on CPU %" PRIu64 " in %s",
		    ev->name, ev->count, ev->pid, ev->index, ev->cgroup);
		break;
	case EV_TEARDOWN:
		add(m, ev, LOG_EVENT, MARK_NONE, "teardown  %s", ev->text);
		break;
	case EV_INTRUSION:
		add(m, ev, LOG_EVENT, MARK_WARN, "not by an op: %s%s%s", ev->name,
		    *ev->name ? ": " : "", ev->text);
		break;
	case EV_STUCK:
		add(m, ev, LOG_GUEST, MARK_FAIL, "stuck     a helper hangs in the kernel: %s",
		    ev->text);
		break;
	case EV_LOG:
		add(m, ev, LOG_GUEST, level_mark(ev->level), "agent     %s", ev->text);
		break;
	case EV_KMSG:
		add(m, ev, LOG_KERNEL, level_mark(ev->level), "kernel    %s", ev->text);
		break;
	case EV_PRINTK:
		if (ev->count)
			add(m, ev, LOG_TRACE, MARK_WARN,
			    "printk    %" PRIu64 " lines are missing: too many at once", ev->count);
		if (*ev->text)
			add(m, ev, LOG_TRACE, MARK_NONE, "printk    %s: %s", ev->name, ev->text);
		break;
	case EV_MOVED:
		add(m, ev, LOG_EVENT, MARK_NONE, "moved     %s to %s: %" PRIu64, ev->text,
		    ev->cgroup, ev->count);
		break;
	case EV_KERNEL:
		add(m, ev, LOG_EVENT, MARK_NONE, "kernel    %s%s %s", ev->name,
		    ev->flag ? " is now" : " is", ev->text);
		break;
	case EV_WATCH:
	case EV_WATCH_HIT:
		log_watch(m, ev);
		break;
	case EV_TASKS:
		log_tasks(m, ev);
		break;
	case EV_PROBES:
		add(m, ev, LOG_GUEST, ev->code ? MARK_WARN : MARK_NONE, "probes    %s%s",
		    ev->code ? "absent: " : "", ev->text);
		break;
	case EV_TRACE:
		log_trace(m, ev);
		break;
	case EV_READY:
		add(m, ev, LOG_GUEST, MARK_OK, "ready     %" PRIu64 " CPUs, workload root %s",
		    ev->count, ev->cgroup);
		break;
	case EV_END:
		add(m, ev, LOG_GUEST, MARK_NONE, "end       all is torn down");
		break;
	case EV_VERDICT:
		log_verdict(m, ev);
		break;
	case EV_BOOT:
		add(m, ev, LOG_HOST, MARK_NONE, "boot      %s after %.2fs", ev->name,
		    (double)ev->count / 1e9);
		break;
	case EV_ACCEL:
		add(m, ev, LOG_HOST, MARK_NONE, "accel     %s: %s", ev->name, ev->text);
		break;
	case EV_GUEST:
		add(m, ev, LOG_HOST, MARK_NONE, "guest     Linux %s, topology %s", ev->name,
		    ev->text);
		break;
	case EV_CHECKPOINT: /* the host says more of it */
		break;
	case EV_BRANCH:
		add(m, ev, LOG_HOST, MARK_NONE, *ev->path ? "branch    %s, from checkpoint '%s' of %s" : "branch    %s",
		    ev->name, ev->text, ev->path);
		break;
	case EV_MACHINE:
		add(m, ev, LOG_HOST, MARK_NONE, "machine   %s", ev->text);
		break;
	case EV_EXACT:
		if (ev->code)
			add(m, ev, LOG_EVENT, MARK_WARN, "trace     has no hash: %s", ev->text);
		else
			add(m, ev, LOG_EVENT, MARK_NONE, "trace     %s over %" PRIu64 " records",
			    ev->name, ev->count);
		break;
	case EV_PACE:
		add(m, ev, LOG_HOST, MARK_NONE, "time      %s", ev->text);
		break;
	case EV_HOST:
		log_host(m, ev);
		break;
	case EV_FAULT:
		if (!*ev->name)
			add(m, ev, LOG_HOST, MARK_WARN, "FAULT     nothing is broken any more");
		else
			add(m, ev, LOG_HOST, MARK_WARN,
			    "FAULT     switch '%s' is in force: %s on purpose", ev->name,
			    fault_find(ev->name) ? fault_meaning(fault_find(ev->name))
						 : "unknown here");
		break;
	case EV_GONE:
		log_lines(m, ev, LOG_HOST, MARK_NONE, ev->text);
		break;
	case EV_HOST_LOG:
		log_lines(m, ev, LOG_HOST, level_mark(ev->level), ev->text);
		break;
	case EV_SCHED:
		add(m, ev, LOG_EVENT, MARK_NONE, "sched     %s%s%s", ev->text, *ev->name ? ": " : "",
		    ev->name);
		break;
	case EV_SCHED_EXIT:
		log_sched_exit(m, ev);
		break;
	case EV_SCHED_DUMP:
		/* as text in the model, whole; here that it is there */
		if (ev->flag)
			add(m, ev, LOG_EVENT, ev->count ? MARK_WARN : MARK_NONE,
			    "dump      of sched_ext is recorded, %" PRIu64 " lines are missing",
			    ev->count);
		break;
	case EV_SCHED_CALLS:
		if (ev->flag)
			add(m, ev, LOG_EVENT, ev->id ? MARK_WARN : MARK_NONE,
			    "calls     on the call chain are recorded: the last of %" PRIu64 ", %" PRIu64
			    " more found no room (7 shows them)",
			    ev->count, ev->id);
		break;
	case EV_PUSHED:
		log_pushed(m, ev);
		break;
	case EV_PULLED:
		add(m, ev, LOG_EVENT, MARK_NONE, "pulled    %s: %s", ev->path,
		    *ev->text ? ev->text : "looked at, not kept");
		break;
	case EV_PROGRESS:
	case EV_WATCH_COUNT:
	case EV_SCHED_PARTS:
		break;
	case EV_SCHED_STATS:
		log_stats(m, ev);
		break;
	case EV_SHELL:
		add(m, ev, LOG_EVENT, MARK_WARN,
		    "not by an op: a shell runs in %s: '%s' [%" PRId64
		    "]; what is typed there is not replayed",
		    ev->cgroup, ev->text, ev->pid);
		break;
	case EV_SHELL_END:
		log_shell_end(m, ev);
		break;
	case EV_HELLO:
	case EV_STAGE:
	case EV_BEGIN:
	case EV_PONG:
		break;
	}
}
