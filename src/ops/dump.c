/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * dump - see dump.h. Line after line with what it stands below: header, call chain, the
 * scheduler's own words, CPUs with their tasks, counters. Invariant: a line that looks like the
 * kernel's but stands where that writes none is text like any other.
 */
#include "ops/dump.h"

#include "base/buf.h"
#include "base/die.h"
#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

enum part { PART_HEAD, PART_CHAIN, PART_OWN, PART_CPUS, PART_COUNTERS };

struct reader {
	struct dump *d;
	enum part part;
	size_t cpus_room, tasks_room;
	bool in_task;       /* lines belong to the last task */
	bool cpu_left_out;  /* the lines of one that found no room */
	bool task_left_out; /* the same */
};

/* A number at *s, which is moved behind it. */
static bool number(const char **s, uint64_t *v)
{
	char *end;

	if (!isdigit((unsigned char)**s))
		return false;
	*v = strtoull(*s, &end, 0);
	*s = end;
	return true;
}

/* The number behind "key=" anywhere in a line. */
static uint64_t value(const char *line, const char *key)
{
	const char *at = strstr(line, key);
	uint64_t v;

	at = at ? at + strlen(key) : "";
	return number(&at, &v) ? v : SAMPLE_ABSENT;
}

/* "COMM[PID]": the last bracket with a number in it counts, for a name may hold one, too. Returns
 * what stands behind it; NULL when there is none. */
static const char *who(const char *s, size_t len, char comm[SAMPLE_COMM], int32_t *pid)
{
	size_t i = len, n;

	while (i--) {
		const char *p = s + i + 1;
		uint64_t v;
		bool minus;

		if (s[i] != '[')
			continue;
		minus = *p == '-';
		p += minus;
		if (!number(&p, &v) || *p != ']' || v > INT32_MAX)
			continue;
		n = i < SAMPLE_COMM - 1 ? i : SAMPLE_COMM - 1;
		text_sanitise(comm, SAMPLE_COMM, s, n);
		*pid = minus ? -(int32_t)v : (int32_t)v;
		return p + 1;
	}
	return NULL;
}

/* "NAME[PID] triggered exit kind 1026 on CPU 0:" */
static void head_line(struct dump *d, const char *line)
{
	const char *at = strstr(line, " triggered exit kind "), *number_at;
	uint64_t v;

	if (!at || d->kind)
		return;
	number_at = at + strlen(" triggered exit kind ");
	if (number(&number_at, &v) && v <= INT32_MAX) {
		d->kind = (int64_t)v;
		who(line, (size_t)(at - line), d->comm, &d->pid);
	}
}

static void chain_line(struct dump *d, const char *line)
{
	if (d->nchain >= DUMP_CHAIN_MAX) {
		d->cut++;
		return;
	}
	text_sanitise(d->chain[d->nchain], DUMP_SYMBOL_MAX, line, strlen(line));
	d->nchain++;
}

/* "CPU 0   : nr_run=3 flags=0x101 ..." */
static bool cpu_line(struct reader *r, const char *line, size_t at)
{
	struct dump *d = r->d;
	const char *p = line + 4;
	uint64_t cpu, n;

	if (strncmp(line, "CPU ", 4) || !number(&p, &cpu))
		return false;
	p += strspn(p, " ");
	if (*p != ':' || cpu > UINT32_MAX || !strstr(p, " nr_run="))
		return false;
	n = value(p, " nr_run=");
	r->in_task = false;
	r->cpu_left_out = d->ncpus >= DUMP_CPUS_MAX;
	if (r->cpu_left_out) {
		d->cut++;
		return true;
	}
	if (d->ncpus == r->cpus_room) {
		r->cpus_room = r->cpus_room ? r->cpus_room * 2 : 16;
		d->cpus = xreallocarray(d->cpus, r->cpus_room, sizeof(*d->cpus));
	}
	d->cpus[d->ncpus++] = (struct dump_cpu){
		.cpu = (uint32_t)cpu, .nr_running = n, .text = {.at = at}, .task = d->ntasks};
	return true;
}

/* "          curr=NAME[PID] class=NAME" */
static void curr_line(struct dump_cpu *c, const char *line)
{
	const char *at = line + strspn(line, " "), *class;

	if (strncmp(at, "curr=", 5) || *c->class)
		return;
	at += 5;
	class = strstr(at, " class=");
	if (!class)
		return;
	who(at, (size_t)(class - at), c->comm, &c->pid);
	text_sanitise(c->class, sizeof(c->class), class + 7, strlen(class + 7));
}

/*
 * " *R NAME[PID] *root -4312ms": marker, state, who, the scheduler (since 7.1), since when it was
 * runnable, seen from the moment of the dump.
 */
static bool task_line(struct reader *r, const char *line, size_t at)
{
	struct dump *d = r->d;
	size_t len = strlen(line);
	struct dump_task t = {.ops_state = SAMPLE_ABSENT,
			      .dsq = SAMPLE_ABSENT,
			      .vtime = SAMPLE_ABSENT,
			      .slice_ns = SAMPLE_ABSENT,
			      .weight = SAMPLE_ABSENT,
			      .held = SAMPLE_ABSENT,
			      .text = {.at = at}};
	const char *ms, *p;
	uint64_t v;

	if (len < 9 || line[0] != ' ' || (line[1] != ' ' && line[1] != '*') ||
	    !isalpha((unsigned char)line[2]) || line[3] != ' ' || strcmp(line + len - 2, "ms"))
		return false;
	ms = strrchr(line, ' ') + 1;
	if ((*ms != '+' && *ms != '-') || ms <= line + 4)
		return false;
	p = ms + 1;
	if (!number(&p, &v) || strcmp(p, "ms") || v > INT32_MAX)
		return false;
	if (!who(line + 4, (size_t)(ms - line - 4), t.comm, &t.pid))
		return false;
	r->in_task = true;
	r->task_left_out = r->cpu_left_out || d->ntasks >= DUMP_TASKS_MAX;
	if (r->task_left_out) {
		d->cut++;
		return true;
	}
	t.current = line[1] == '*';
	t.state = line[2];
	t.wait_ms = *ms == '-' ? (int64_t)v : 0;
	t.cpu = (uint32_t)(d->ncpus - 1);
	if (t.current)
		t.held = SAMPLE_HELD_RUNNING;
	if (d->ntasks == r->tasks_room) {
		r->tasks_room = r->tasks_room ? r->tasks_room * 2 : 64;
		d->tasks = xreallocarray(d->tasks, r->tasks_room, sizeof(*d->tasks));
	}
	d->tasks[d->ntasks++] = t;
	d->cpus[d->ncpus - 1].ntasks++;
	return true;
}

#define DSQ_BUILTIN (UINT64_C(1) << 63)

static uint64_t held(const struct dump_task *t)
{
	if (t->current)
		return SAMPLE_HELD_RUNNING;
	if (t->dsq != SAMPLE_ABSENT && !(t->dsq & DSQ_BUILTIN))
		return SAMPLE_HELD_USER;
	/* enum scx_dsq_id_flags: LOCAL is 2, LOCAL_ON has a bit of its own */
	if (t->dsq != SAMPLE_ABSENT)
		return (t->dsq & ~DSQ_BUILTIN) == 2 || t->dsq & (DSQ_BUILTIN >> 1)
			       ? SAMPLE_HELD_LOCAL
			       : SAMPLE_HELD_GLOBAL;
	/* enum scx_ops_state: QUEUED */
	return t->ops_state == 2 ? SAMPLE_HELD_BPF : SAMPLE_ABSENT;
}

/* The kernel's lines of figures; each says its own once, what comes later is the scheduler's. */
static void figures_line(struct dump_task *t, const char *line)
{
	const char *at;
	uint64_t v;

	if (strncmp(line, "      ", 6) || line[6] == ' ')
		return;
	if (t->ops_state == SAMPLE_ABSENT)
		t->ops_state = value(line, " ops_state/qseq=");
	if (t->dsq == SAMPLE_ABSENT)
		t->dsq = value(line, " dsq_id=");
	if (t->vtime == SAMPLE_ABSENT && t->slice_ns == SAMPLE_ABSENT) {
		t->vtime = value(line, " dsq_vtime=");
		t->slice_ns = value(line, " slice=");
		t->weight = value(line, " weight=");
	}
	at = strstr(line, " cpus=");
	if (at && !*t->cpus) {
		at += 6;
		v = strspn(at, "0123456789abcdef,");
		text_sanitise(t->cpus, sizeof(t->cpus), at,
			      v < sizeof(t->cpus) ? v : sizeof(t->cpus) - 1);
	}
	t->held = held(t);
}

static void cpus_line(struct reader *r, const char *line, size_t at, size_t len)
{
	struct dump *d = r->d;
	struct dump_task *t;
	struct dump_cpu *c;

	if (cpu_line(r, line, at) || !d->ncpus) {
		if (d->ncpus && !r->cpu_left_out)
			d->cpus[d->ncpus - 1].text.len = len;
		return;
	}
	c = &d->cpus[d->ncpus - 1];
	if (task_line(r, line, at)) {
		if (!r->task_left_out)
			d->tasks[d->ntasks - 1].text.len = len;
	} else if (r->in_task && !r->task_left_out) {
		t = &d->tasks[d->ntasks - 1];
		figures_line(t, line);
		t->text.len = at + len - t->text.at;
	} else if (!r->in_task && !r->cpu_left_out) {
		curr_line(c, line);
		c->text.len = at + len - c->text.at;
	}
}

/* "    SCX_EV_NAME:   12" */
static void counter_line(struct dump *d, const char *line)
{
	const char *at = line + strspn(line, " "), *colon = strchr(at, ':'), *p;
	size_t n = colon ? (size_t)(colon - at) : 0;
	uint64_t v;

	if (strncmp(at, "SCX_EV_", 7) || !n || n >= SAMPLE_SCX_NAME)
		return;
	p = colon + 1 + strspn(colon + 1, " ");
	if (!number(&p, &v) || *p)
		return;
	if (d->ncounters >= SAMPLE_SCX_MAX) {
		d->cut++;
		return;
	}
	text_sanitise(d->counters[d->ncounters].name, SAMPLE_SCX_NAME, at, n);
	d->counters[d->ncounters++].value = v;
}

/* The kernel's titles; each part begins once. */
static bool title(struct reader *r, const char *line)
{
	if (r->part < PART_CHAIN && !strcmp(line, "Backtrace:"))
		r->part = PART_CHAIN;
	else if (r->part < PART_CPUS && !strcmp(line, "CPU states"))
		r->part = PART_CPUS;
	else if (r->part == PART_CPUS && !strcmp(line, "Event counters"))
		r->part = PART_COUNTERS;
	else if (!strcmp(line, "~~~~ TRUNCATED ~~~~"))
		r->d->truncated = true;
	else
		return false;
	return true;
}

static void line_read(struct reader *r, const char *line, size_t at, size_t len)
{
	struct dump *d = r->d;

	if (title(r, line) || !strcmp(line, "----------") ||
	    (r->part == PART_COUNTERS && !strcmp(line, "--------------")))
		return;
	/* the chain is indented; what comes behind it is what the scheduler had to say */
	if (r->part == PART_CHAIN && strncmp(line, "  ", 2)) {
		r->part = PART_OWN;
		d->own = (struct dump_range){.at = at};
	}
	switch (r->part) {
	case PART_HEAD:
		head_line(d, line);
		break;
	case PART_CHAIN:
		chain_line(d, line + 2);
		break;
	case PART_OWN:
		d->own.len = at + len - d->own.at;
		break;
	case PART_CPUS:
		cpus_line(r, line, at, len);
		break;
	case PART_COUNTERS:
		counter_line(d, line);
		break;
	}
}

struct dump *dump_parse(const char *text, size_t len)
{
	struct dump *d = xcalloc(1, sizeof(*d));
	struct reader r = {.d = d};
	char line[LINE_MAX_BYTES];
	size_t at = 0, n, kept;

	while (at < len) {
		const char *nl = memchr(text + at, '\n', len - at);

		n = nl ? (size_t)(nl - text) - at : len - at;
		kept = n < sizeof(line) - 1 ? n : sizeof(line) - 1;
		memcpy(line, text + at, kept);
		line[kept] = '\0';
		line_read(&r, line, at, n + (nl ? 1 : 0));
		at += n + (nl ? 1 : 0);
	}
	return d;
}

void dump_destroy(struct dump *d)
{
	if (!d)
		return;
	free(d->cpus);
	free(d->tasks);
	free(d);
}

bool dump_function(const char *symbol, char *dst, size_t size, bool *bpf)
{
	const char *at = symbol;
	size_t n;

	*bpf = !strncmp(at, "bpf_prog_", 9) && strlen(at) > 26 && at[25] == '_' &&
	       strspn(at + 9, "0123456789abcdef") == 16;
	if (*bpf)
		at += 26;
	n = strcspn(at, "+ [");
	/* compilers cut functions into NAME.constprop.0 and the like: those are names, too */
	if (!n || n >= size || !(isalpha((unsigned char)*at) || *at == '_') ||
	    strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") < n) {
		*dst = '\0';
		return false;
	}
	memcpy(dst, at, n);
	dst[n] = '\0';
	return true;
}

/* What stands below everything, or on the way from an interrupt, is called all the time. */
static bool tells_nothing(const char *name)
{
	static const char *const heads[] = {
		"asm_",          "sysvec_",         "__sysvec", "irq",
		"__irq",         "do_syscall",      "entry_",   "ret_from",
		"kthread",       "worker_thread",   "process_", "hrtimer",
		"__hrtimer",     "__x64_",          "x64_sys",  "handle_soft",
		"common_nsleep", "do_nanosleep",    "tick_",    "update_process_times",
		"__do_softirq",  "preempt_schedule"};
	size_t i;

	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++)
		if (!strncmp(name, heads[i], strlen(heads[i])))
			return true;
	return false;
}

void dump_probe_names(const struct dump *d, struct buf *out)
{
	/* kernel/sched/ext.c, 6.12 to 7.3; those that a kernel does not have are left out in the
	 * guest */
	static const char *const callers[] = {"scx_bpf_dsq_insert___v2",
					      "scx_bpf_dsq_insert",
					      "__scx_bpf_dsq_insert_vtime",
					      "scx_bpf_dsq_insert_vtime",
					      "scx_bpf_dsq_move_to_local",
					      "scx_bpf_dsq_move_to_local___v2",
					      "enqueue_task_scx",
					      "dequeue_task_scx",
					      "do_enqueue_task",
					      "scx_do_enqueue_task",
					      "select_task_rq_scx",
					      "set_next_task_scx",
					      "put_prev_task_scx",
					      "scx_vexit",
					      "scx_bpf_error_bstr"};
	char name[64];
	size_t i;
	bool bpf;

	for (i = 0; d && i < d->nchain; i++)
		if (dump_function(d->chain[i], name, sizeof(name), &bpf) && !bpf &&
		    strncmp(name, "bpf_", 4) && !tells_nothing(name))
			buf_addf(out, "%s%s", out->len ? " " : "", name);
	for (i = 0; i < sizeof(callers) / sizeof(callers[0]); i++)
		buf_addf(out, "%s%s", out->len ? " " : "", callers[i]);
}
