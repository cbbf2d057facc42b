/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * export_sh - a session as a POSIX shell script for any machine with cgroup v2.
 *
 * One function an op, by wire id, here and in export_sh_more.c; the tearing-down at the end of a step is written out from the
 * scenario's picture. Invariant: whatever a session says is one quoted word (export_sh_word) or a
 * sanitised comment.
 */
#include "ops/export_sh.h"
#include "ops/export_sh_private.h"
#include "ops/export.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "ops/export_checks.h"
#include "ops/export_text.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#define TICK_NS 50000000u /* of wait_group */

const char *export_sh_str(const struct op *op, enum wire_arg tag)
{
	const struct op_val *v = op_arg(op, tag);

	return v ? v->str : NULL;
}

void export_sh_add(struct export_sh *w, const char *s)
{
	buf_addc(w->out, ' ');
	export_sh_word(w->out, s);
}

static void comment(struct export_sh *w, const char *text)
{
	char safe[2048];

	text_sanitise(safe, sizeof(safe), text, strlen(text));
	buf_addf(w->out, "# %s\n", safe);
}

void export_sh_pause(struct export_sh *w, uint64_t ns)
{
	if (ns)
		buf_addf(w->out, "pause %" PRIu64 ".%03" PRIu64 "\n", ns / 1000000000,
			 (ns % 1000000000 + 999999) / 1000000 % 1000);
}

/* ---- one function an op ------------------------------------------------------------------ */

static void settings(struct export_sh *w, const struct op *op)
{
	const struct op_val *v = op_arg(op, WARG_SETTINGS);
	size_t i;

	for (i = 0; v && i + 1 < v->n; i += 2) {
		buf_adds(w->out, "cgroup_set");
		export_sh_add(w, export_sh_str(op, WARG_CGROUP));
		export_sh_add(w, v->list[i]);
		export_sh_add(w, v->list[i + 1]);
		buf_addc(w->out, '\n');
	}
}

static void cgroup_add(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "cgroup_add");
	export_sh_add(w, export_sh_str(op, WARG_CGROUP));
	buf_addc(w->out, '\n');
	settings(w, op);
}

static void remove_cgroup(struct export_sh *w, const char *cgroup)
{
	buf_adds(w->out, "remove_cgroup \"$top\"/");
	export_sh_word(w->out, cgroup);
	buf_addc(w->out, '\n');
}

static void cgroup_remove(struct export_sh *w, const struct op *op)
{
	remove_cgroup(w, export_sh_str(op, WARG_CGROUP));
}

static void start(struct export_sh *w, const struct op *op, const char *index)
{
	const char *cgroup = export_sh_str(op, WARG_CGROUP);

	buf_adds(w->out, "start");
	export_sh_add(w, export_sh_str(op, WARG_NAME));
	buf_addf(w->out, " %s", index);
	export_sh_add(w, cgroup ? cgroup : "/");
}

#define COMPUTE(turns) "i=0; while [ \"$i\" -lt " turns " ]; do i=$((i + 1)); done; "

/* What a work type is in a plain shell: the nearest to what the agent does, unit by unit. */
static const struct {
	const char *name, *unit;
} works[] = {
	{"spin", ":"},
	{"yield", "sleep 0"},
	{"mixed", COMPUTE("100") "sleep 0"},
	{"alu-hot", "x=$(((x + 1) * 1103515245 % 2147483648))"},
	{"bursty", COMPUTE("40000") "sleep 0.1"},
	{"idle-churn", COMPUTE("400") "sleep 0.005"},
	{"timer-latency", "sleep 0.001"},
	{"fork-exit", "(exit)"},
};

static const char *shell_work(const char *name)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(works); i++)
		if (!strcmp(works[i].name, name))
			return works[i].unit;
	return NULL;
}

/* sh -c ...: where it is judged whether it does anything, a worker tells of its first unit. */
static void worker(struct export_sh *w, const struct op *op)
{
	bool tells = export_sh_starvation_judged(w, export_sh_str(op, WARG_NAME));
	const char *unit = shell_work(export_sh_str(op, WARG_WORK));
	cleanup_buf struct buf text = BUF_INIT;

	if (tells)
		buf_addf(&text, "%s; echo \"worked $0\"; ", unit);
	buf_addf(&text, "while :; do %s; done", unit);
	buf_adds(w->out, "sh -c");
	export_sh_add(w, buf_text(&text));
	buf_adds(w->out, tells ? " \"$i\"" : "");
}

static void spawn(struct export_sh *w, const struct op *op)
{
	const struct op_val *count = op_arg(op, WARG_COUNT);
	int64_t n = count ? count->num : 1;

	export_sh_unset(w, op);
	buf_addf(w->out,
		 "i=1\n# shellcheck disable=SC2016\nwhile [ \"$i\" -le %" PRId64 " ]; do\n\t", n);
	start(w, op, "\"$i\"");
	buf_addc(w->out, ' ');
	export_sh_attributes(w, op);
	worker(w, op);
	buf_adds(w->out, "\n\ti=$((i + 1))\ndone\n");
}

static void def(struct export_sh *w, const struct op *op)
{
	cgroup_add(w, op);
	spawn(w, op);
}

static void run(struct export_sh *w, const struct op *op)
{
	const struct op_val *argv = op_arg(op, WARG_ARGV);
	size_t i;

	export_sh_unset(w, op);
	start(w, op, "1");
	buf_addc(w->out, ' ');
	export_sh_attributes(w, op);
	export_sh_word(w->out, argv->list[0]);
	for (i = 1; i < argv->n; i++)
		export_sh_add(w, argv->list[i]);
	buf_addc(w->out, '\n');
}

static void wait_op(struct export_sh *w, const struct op *op)
{
	const struct op_val *timeout = op_arg(op, WARG_TIMEOUT);

	buf_adds(w->out, "wait_group");
	export_sh_add(w, export_sh_str(op, WARG_NAME));
	buf_addf(w->out, " %" PRIu64 "\n", timeout ? (uint64_t)timeout->num / TICK_NS + 1 : 0);
}

static void kill_op(struct export_sh *w, const struct op *op)
{
	const char *target = export_sh_str(op, WARG_TARGET);

	if (*target == '@') {
		buf_adds(w->out, "kill_cgroup \"$top\"/");
		export_sh_word(w->out, target + 1);
	} else {
		buf_adds(w->out, "kill_group");
		export_sh_add(w, target);
	}
	buf_addc(w->out, '\n');
}

static void move(struct export_sh *w, const struct op *op)
{
	const char *target = export_sh_str(op, WARG_TARGET);

	if (*target >= '0' && *target <= '9' && strspn(target, "0123456789") == strlen(target)) {
		buf_adds(w->out, "note \"left out: the process number of the recorded guest means "
				 "nothing here\"\n");
		return;
	}
	if (op_arg(op, WARG_THREAD))
		buf_addf(w->out, "move_thread %" PRId64, op_arg(op, WARG_THREAD)->num);
	else
		buf_adds(w->out, *target == '@' ? "move_cgroup" : "move_group");
	export_sh_add(w, target + (*target == '@'));
	export_sh_add(w, export_sh_str(op, WARG_TO));
	buf_addc(w->out, '\n');
}

static void hold(struct export_sh *w, const struct op *op)
{
	int64_t ns = op_arg(op, WARG_DURATION)->num;

	/* a part of the scenario's time */
	if (ns < 0)
		ns = (int64_t)((double)w->in->info->duration_ns * (double)-ns / 1e6);
	export_sh_pause(w, (uint64_t)ns);
}

/* What the step has made and nobody promoted: groups first, then cgroups from the leaves. */
static void end_step(struct export_sh *w)
{
	const struct scenario *s = w->in->scenario;
	const struct scenario_thing *t;
	size_t n = scenario_things(s), i;

	for (i = 0; w->step && i < n; i++) {
		t = scenario_thing_at(s, i);
		if (t->is_cgroup || t->backdrop || t->step != w->step)
			continue;
		buf_adds(w->out, "kill_group");
		export_sh_add(w, t->name);
		buf_addc(w->out, '\n');
	}
	for (i = n; w->step && i--;) {
		t = scenario_thing_at(s, i);
		if (t->is_cgroup && !t->backdrop && t->step == w->step)
			remove_cgroup(w, t->name);
	}
}

static void step(struct export_sh *w, const struct op *op)
{
	end_step(w);
	w->step_at = w->at + 1;
	w->step = ++w->steps;
}

static void backdrop(struct export_sh *w, const struct op *op)
{
	if (op_arg(op, WARG_TARGET))
		return; /* what is promoted is left out where its step ends */
	end_step(w);
	w->step = 0;
}

static void read_file(struct export_sh *w, const struct op *op)
{
	buf_adds(w->out, "cat");
	export_sh_add(w, export_sh_str(op, WARG_PATH));
	buf_adds(w->out, " > /dev/null\n");
}

/* Guest and host are one machine here. */
static void push(struct export_sh *w, const struct op *op)
{
	const char *to = export_sh_str(op, WARG_GUEST_PATH), *file = export_sh_str(op, WARG_HOST_PATH);

	if (!to) {
		buf_adds(w->out, "note \"nothing is to be done: the file is on this machine\"\n");
		return;
	}
	buf_adds(w->out, "mkdir -p \"$(dirname -- ");
	export_sh_word(w->out, to);
	buf_adds(w->out, "x)\" && cp -RL \"$(command -v -- ");
	export_sh_word(w->out, file);
	buf_adds(w->out, " || echo ");
	export_sh_word(w->out, file);
	buf_adds(w->out, ")\"");
	export_sh_add(w, to);
	buf_addc(w->out, '\n');
}

static void pull(struct export_sh *w, const struct op *op)
{
	const char *from = export_sh_str(op, WARG_GUEST_PATH), *to = export_sh_str(op, WARG_HOST_PATH);
	const char *slash = strrchr(from, '/');

	to = to ? to : slash + 1;
	buf_adds(w->out, "[ -e ");
	export_sh_word(w->out, to);
	buf_adds(w->out, " ] || cp -- ");
	export_sh_word(w->out, from);
	export_sh_add(w, to);
	buf_addc(w->out, '\n');
}

static void judge(struct export_sh *w, const struct export_check *c)
{
	static const char *const calls[] = {
		[CHECK_PLACED] = "expect_placed",
		[CHECK_EXIT] = "expect_exit",
		[CHECK_OUTPUT] = "expect_output",
		[CHECK_FILE] = "expect_file",
	};
	cleanup_buf struct buf sentence = BUF_INIT;
	char safe[160];

	export_check_sentence(c, &sentence);
	text_sanitise(safe, sizeof(safe), buf_text(&sentence), sentence.len);
	buf_adds(w->out, calls[c->kind]);
	export_sh_add(w, safe);
	export_sh_add(w, c->kind == CHECK_FILE ? c->path : c->name);
	if (c->kind == CHECK_PLACED && !strcmp(c->cgroup, "/"))
		buf_adds(w->out, " /");
	else if (c->kind == CHECK_PLACED) {
		buf_adds(w->out, " \"$root\"/");
		export_sh_word(w->out, c->cgroup);
	} else if (c->kind == CHECK_EXIT)
		buf_addf(w->out, " %" PRId64, c->code);
	else
		export_sh_add(w, c->text);
	buf_addc(w->out, '\n');
}

static void expect(struct export_sh *w, const struct op *op)
{
	size_t i;

	for (i = 0; i < w->checks.n; i++)
		if (w->checks.v[i].op == op && w->checks.v[i].pinned)
			judge(w, &w->checks.v[i]);
}

static const export_sh_fn writers[OP_ID_MAX] = {
	[OP_CGROUP_ADD] = cgroup_add,
	[OP_CGROUP_SET] = settings,
	[OP_CGROUP_REMOVE] = cgroup_remove,
	[OP_SPAWN] = spawn,
	[OP_DEF] = def,
	[OP_RUN] = run,
	[OP_WAIT] = wait_op,
	[OP_KILL] = kill_op,
	[OP_MOVE] = move,
	[OP_HOLD] = hold,
	[OP_STEP] = step,
	[OP_BACKDROP] = backdrop,
	[OP_EXPECT_PLACED] = expect,
	[OP_EXPECT_EXIT] = expect,
	[OP_EXPECT_OUTPUT] = expect,
	[OP_EXPECT_FILE] = expect,
	[OP_READ_FILE] = read_file,
	[OP_PUSH] = push,
	[OP_PULL] = pull,
};

/* ---- the file -------------------------------------------------------------------------------- */

static const char *or_unknown(const char *s)
{
	return s && *s ? s : "unknown";
}

static void head(struct export_sh *w)
{
	const struct session_info *info = w->in->info;
	cleanup_buf struct buf line = BUF_INIT;

	buf_adds(w->out, "#!/bin/sh\n");
	buf_addf(&line, "%s - recorded with scxplore %s on %.10s",
		 or_unknown(w->in->file_name ? w->in->file_name : w->in->session_name),
		 or_unknown(info->version), or_unknown(info->created));
	comment(w, buf_text(&line));
	buf_reset(&line);
	buf_addf(&line, "Linux %s, %s, topology %s; session %s", or_unknown(info->kernel),
		 or_unknown(info->accel), or_unknown(info->topology),
		 or_unknown(w->in->session_name));
	comment(w, buf_text(&line));
	buf_adds(w->out, "#\n# Does on this machine what the session did in its guest: needs root "
			 "and cgroup v2, nothing else.\n"
			 "# Prints TAP. Exit status: 0 all held, 1 an expectation failed, 2 it "
			 "could not be run.\n"
			 "root=");
	export_sh_word(w->out, info->workload_root && *info->workload_root ? info->workload_root
									   : "/scxplore");
	buf_addc(w->out, '\n');
	buf_adds(w->out, export_sh_prelude);
	buf_adds(w->out, export_sh_prelude_more);
	buf_adds(w->out, "\nbegin\n");
}

static export_sh_fn writer_of(enum wire_op_id id)
{
	return id < OP_ID_MAX && writers[id] ? writers[id] : export_sh_more(id);
}

void export_sh_op(struct export_sh *w, const struct op *op)
{
	writer_of(op->def->id)(w, op);
}

static int check(const struct op *op, struct err *err)
{
	const char *work = export_sh_str(op, WARG_WORK);
	cleanup_free char *line = op_format(op);

	if (!writer_of(op->def->id))
		return err_set(err, ENOTSUP, "op '%s' has no shell form", line);
	if (work && (!shell_work(work) || op_arg(op, WARG_PARAMS))) {
		cleanup_buf struct buf names = BUF_INIT;
		size_t i;

		for (i = 0; i < ARRAY_SIZE(works); i++)
			buf_addf(&names, "%s%s", i ? " " : "", works[i].name);
		return err_set(err, ENOTSUP,
			       "op '%s': only the guest's agent has this work; a shell has, as they "
			       "are by default: %s; export to C instead",
			       line, buf_text(&names));
	}
	return export_sh_check(op, err);
}

static int body(struct export_sh *w, struct err *err)
{
	const struct op *op;

	for (w->at = 0; (op = scenario_at(w->in->scenario, w->at)); w->at++) {
		cleanup_free char *line = op_format(op);
		int r = check(op, err);

		if (r < 0)
			return r;
		buf_addc(w->out, '\n');
		export_sh_pause(w, op->after_ns);
		comment(w, line);
		export_sh_op(w, op);
	}
	return 0;
}

int export_sh_write(const struct export_input *in, struct buf *out, struct err *err)
{
	struct export_sh w = {.in = in, .out = out};
	size_t i;
	int r;

	export_checks_build(&w.checks, in->scenario, in->model);
	head(&w);
	r = body(&w, err);
	buf_adds(out,
		 "\n# added by scxplore: where everything was started, and how payloads ended\n");
	for (i = 0; i < w.checks.n; i++)
		if (!w.checks.v[i].pinned)
			judge(&w, &w.checks.v[i]);
	buf_adds(out, "\nend\n");
	export_checks_finish(&w.checks);
	return r;
}
