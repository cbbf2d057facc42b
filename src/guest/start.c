/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start - run and spawn on the agent's side: pipes, proof, release, roll-back. See start.h.
 * The hand's part is hand_start.c. Invariant: whatever way the op ends, the go pipe is closed,
 * and a child that has not been let go reads its end and exits.
 */
#include "guest/start.h"

#include "base/cleanup.h"
#include "base/text.h"
#include "guest/cgroup.h"
#include "guest/fault.h"
#include "guest/files.h"
#include "guest/group.h"
#include "guest/hand_start.h"
#include "guest/ledger.h"
#include "guest/paths_inside.h"
#include "guest/line.h"
#include "guest/output.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/probe.h"
#include "guest/report.h"
#include "guest/step.h"
#include "guest/wire_custom.h"
#include "guest/work_crew.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>

#define RELEASE_DEADLINE_NS  30000000000ull /* from the release to the last exec */
#define SETTLE_NS            2000000000ull  /* for what workers do to themselves before they work */
#define ROLLBACK_DEADLINE_NS 5000000000ull

enum phase { PHASE_NONE, PHASE_CREATE, PHASE_RELEASED, PHASE_ROLLBACK };

static struct loop *loop;

/* A start that is under way: the state of its op. */
struct start {
	enum phase phase;
	struct group *g;
	int go, status;
	loop_id source;
	uint32_t placed;
	bool settles;   /* workers that take on attributes of their own, which may fail */
	uint32_t begun; /* custom workers whose function was called */
	struct err err; /* first failure; what FAILED will say */
	start_then then; /* instead of ending the op; NULL = end it */
};

static struct start *start_of(struct line *l)
{
	return line_state(l);
}

void start_init(struct loop *l)
{
	loop = l;
}

static void close_go(struct line *l)
{
	struct start *now = start_of(l);

	if (now->go >= 0)
		close(now->go);
	now->go = -1;
}

static void close_status(struct line *l)
{
	struct start *now = start_of(l);

	loop_remove(loop, now->source);
	if (now->status >= 0)
		close(now->status);
	now->status = -1;
	now->source = -1;
}

static void done(struct line *l, const struct group *g)
{
	if (fault_misplaces())
		line_done(l, "%s%s runs, placement is broken on purpose: fault switch %s is set",
			  g->name, g->count == 1 ? "" : " (all tasks)", fault_name_of(fault_now()));
	else if (g->payload)
		line_done(l, "pid %d runs in %s", g->leader, g->cgroup);
	else
		line_done(l, "%u task%s released together in %s", g->count, g->count == 1 ? "" : "s",
			  g->cgroup);
}

/* ---- a cgroup whose workers could not be started does not stay ---- */

static void on_undone(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	const struct err *err = &start_of(l)->err;
	const char *rel = *r->path ? cgroup_rel(r->path) : NULL;
	struct cgroup *c = rel ? cgroup_find(rel) : NULL;

	if (c)
		cgroup_gone(c, line_seq(l), true);
	if (!r->last)
		return;
	if (r->code)
		line_failed(l, err->code, "%s; its cgroup stays: %s", err->msg, r->text);
	else
		line_failed(l, err->code, "%s", err->msg);
}

static void fail(struct line *l, const struct err *err)
{
	struct start *now = start_of(l);
	char full[CGROUP_FULL_MAX];
	struct err none = ERR_INIT;
	struct wire_writer *w;

	if (line_op(l)->id != OP_DEF) {
		line_failed_err(l, err);
		return;
	}
	now->err = *err;
	cgroup_full(wire_op_str(line_op(l), WARG_CGROUP), full);
	w = pool_job(JOB_CGROUP_RMDIR);
	wire_put_u32(w, 1);
	wire_put_str(w, full);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, full, on_undone, l, &none))
		line_failed(l, now->err.code, "%s; its cgroup stays: %s", now->err.msg, none.msg);
}

static void finish(struct line *l)
{
	struct start *now = start_of(l);
	struct group *g = now->g;

	close_go(l);
	close_status(l);
	now->phase = PHASE_NONE;
	g->starting = NULL;
	probe_drain();
	if (!now->err.code && now->then) {
		now->then(l, &now->err);
		return;
	}
	if (!now->err.code) {
		done(l, g);
		return;
	}
	output_drain(g);
	output_close(g);
	if (!g->live)
		group_drop(g);
	if (now->then)
		now->then(l, &now->err);
	else
		fail(l, &now->err);
}

/* Nothing of the group may stay: kill, and wait for the exits. */
static void roll_back(struct line *l)
{
	struct start *now = start_of(l);

	close_go(l);
	close_status(l);
	now->phase = PHASE_ROLLBACK;
	now->g->rolled_back = true;
	if (!group_kill(now->g))
		finish(l);
	else
		line_timer(l, ROLLBACK_DEADLINE_NS);
}

void start_poke(struct line *l)
{
	struct start *now = start_of(l);

	if (now->phase == PHASE_ROLLBACK && !now->g->live)
		finish(l);
}

static void begun(struct line *l)
{
	close_status(l);
	line_timer(l, 0);
	fault_released(start_of(l)->g);
	finish(l);
}

void start_timeout(struct line *l)
{
	struct start *now = start_of(l);

	if (files_timeout(l))
		return;
	if (now->phase == PHASE_ROLLBACK) {
		finish(l);
		return;
	}
	if (now->phase != PHASE_RELEASED)
		return;
	/* frozen or starved: that is the scheduler's affair */
	if (now->settles) {
		begun(l);
		return;
	}
	err_set(&now->err, ETIMEDOUT,
		"'%s' was released, but did not begin within %llus: is it "
		"starved%s? it is killed",
		now->g->name, RELEASE_DEADLINE_NS / 1000000000ull,
		now->g->custom ? ", or is its program none that calls sxp_run() or sxp_works_main()"
			       : "");
	roll_back(l);
}

void start_cancel(struct line *l, int code, const char *why)
{
	struct start *now = start_of(l);

	if (files_cancel(l, code, why))
		return;
	if (now->phase != PHASE_RELEASED)
		return;
	err_set(&now->err, code, "%s while '%s' began", why, now->g->name);
	roll_back(l);
}

static void exec_failed(struct line *l, const struct start_status *s)
{
	struct start *now = start_of(l);
	const char *what = start_stage_text(s->stage);

	if (s->stage == START_STAGE_CUSTOM)
		err_set(&now->err, s->error, "%s", s->what);
	else if (s->stage == START_STAGE_EXEC && s->error == ENOENT)
		err_set(&now->err, ENOENT,
			"cannot execute '%s': there is no such program in the guest any more",
			s->what);
	else
		err_set(&now->err, s->error, "%s '%s': %s", what, s->what, strerror(s->error));
}

static void on_status(void *arg, int fd, uint32_t events)
{
	struct line *l = arg;
	struct start *now = start_of(l);
	struct start_status s;
	ssize_t n = read(fd, &s, sizeof(s));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n == (ssize_t)sizeof(s) && s.stage == START_STAGE_CUSTOM && !s.error) {
		now->begun++;
		return;
	}
	if (n == (ssize_t)sizeof(s)) {
		s.what[sizeof(s.what) - 1] = '\0';
		exec_failed(l, &s);
		roll_back(l);
		return;
	}
	if (now->g->custom && now->begun < now->g->count) {
		err_set(&now->err, ENOEXEC,
			"the program of '%s' ended and did not do its work: is it one that calls "
			"sxp_run() or sxp_works_main(), and does the guest have its libraries?",
			now->g->name);
		roll_back(l);
		return;
	}
	/* the end: the program was executed, or the child is dead */
	begun(l);
}

/* A child that died while it was held has left its reason; false = none has. */
static bool died_of(struct line *l)
{
	struct start_status s;

	if (read(start_of(l)->status, &s, sizeof(s)) != (ssize_t)sizeof(s) || !s.error)
		return false;
	s.what[sizeof(s.what) - 1] = '\0';
	exec_failed(l, &s);
	return true;
}

static void release(struct line *l)
{
	static const char go[START_COUNT_MAX];
	struct start *now = start_of(l);
	uint32_t left = now->g->count;

	if (fault_is(FAULT_RELEASE_ONE_LESS) && left > 1)
		left--;

	now->phase = PHASE_RELEASED;
	report_released(now->g);
	ledger_release(now->g);
	/* a pipe takes this whole: n is at most 1024 */
	if (write(now->go, go, left) != (ssize_t)left) {
		/* nobody is there any more to be let go */
		if (!died_of(l))
			err_set(&now->err, EIO, "cannot release '%s'", now->g->name);
		roll_back(l);
		return;
	}
	close_go(l);
	/* workers execute nothing: when each of them first runs is the scheduler's affair */
	if (!now->g->payload && !now->g->custom && !now->settles) {
		begun(l);
		return;
	}
	line_timer(l, now->settles ? SETTLE_NS : RELEASE_DEADLINE_NS);
	now->source = loop_add_fd(loop, now->status, EPOLLIN, on_status, l);
	if (now->source < 0) {
		err_sys(&now->err, -now->source, "watch the start of '%s'", now->g->name);
		roll_back(l);
	}
}

void start_settle(const struct group *g)
{
	struct line *l = g->starting;
	const struct start *now = l ? start_of(l) : NULL;

	if (now && now->phase == PHASE_RELEASED && now->source >= 0)
		on_status(l, now->status, EPOLLIN);
}

static void check_line(struct line *l, uint32_t index, const char *line)
{
	struct start *now = start_of(l);
	char wanted[GROUP_PATH_MAX + 8];

	snprintf(wanted, sizeof(wanted), "0::%s", now->g->cgroup);
	if (!strcmp(line, wanted) || now->err.code || fault_misplaces())
		return;
	err_set(&now->err, EXDEV,
		"%s.%u is not in its cgroup before exec: /proc says '%s', expected "
		"'%s'; it was never released",
		now->g->name, index, line, wanted);
}

static void on_child(struct line *l, struct job_reply *r)
{
	struct start *now = start_of(l);

	port_event(&(struct event){.type = EV_PLACED,
				   .seq = now->g->seq,
				   .name = now->g->name,
				   .index = r->num,
				   .pid = (int64_t)r->id,
				   .cgroup = now->g->cgroup,
				   .text = r->text,
				   .flag = true});
	now->placed++;
	check_line(l, (uint32_t)r->num, r->text);
	ledger_enter(now->g, (int)r->id);
	if (!group_task_add(now->g, (int)r->id, (uint32_t)r->num) && !now->err.code)
		err_set(&now->err, ENOSPC, "more tasks than the agent can keep (%d)", TASKS_MAX);
}

static void on_answer(void *arg, struct job_reply *r)
{
	struct line *l = arg;
	struct start *now = start_of(l);

	if (now->phase != PHASE_CREATE)
		return;
	if (!r->last) {
		on_child(l, r);
		return;
	}
	if (r->code && !now->err.code)
		err_set(&now->err, r->code, "%s", r->text);
	if (!now->err.code && now->placed != now->g->count)
		err_set(&now->err, EIO, "only %u of %u tasks were created", now->placed,
			now->g->count);
	if (!now->err.code && now->g->live != now->g->count && !died_of(l))
		err_set(&now->err, ESRCH, "a task of '%s' died before it was released", now->g->name);
	if (now->err.code)
		roll_back(l);
	else
		release(l);
}

/* Of the op that is beginning. */
static struct crew crew;

static int make_pipes(struct line *l, struct group *g, int fds[4], int *nfds, struct err *err)
{
	struct start *now = start_of(l);
	int go[2], status[2], out[2], errs[2];

	if (pipe2(go, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	fds[(*nfds)++] = go[0];
	now->go = go[1];
	if (pipe2(status, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	fds[(*nfds)++] = status[1];
	now->status = status[0];
	fcntl(now->status, F_SETFL, O_NONBLOCK);
	if (!g->payload) {
		fds[*nfds] = report_open(g, crew.count, crew.group, err);
		return fds[*nfds] < 0 ? fds[*nfds] : ((*nfds)++, 0);
	}
	if (pipe2(out, O_CLOEXEC) < 0)
		return err_sys(err, errno, "make a pipe");
	fds[(*nfds)++] = out[1];
	if (pipe2(errs, O_CLOEXEC) < 0) {
		close(out[0]);
		return err_sys(err, errno, "make a pipe");
	}
	fds[(*nfds)++] = errs[1];
	return output_open(g, out[0], errs[0], err);
}

static void put_number(struct wire_writer *w, const struct wire_op *op, enum wire_arg tag)
{
	uint64_t v = wire_op_u64(op, tag, UINT64_MAX);
	/* all ones is -1, which only a nice value may be */
	bool has = v != UINT64_MAX || (tag == WARG_NICE && wire_op_u64(op, tag, 0) == v);

	wire_put_u8(w, has);
	wire_put_u64(w, has ? v : 0);
}

static void put_text(struct wire_writer *w, const struct wire_op *op, enum wire_arg tag)
{
	const char *s = wire_op_str(op, tag);

	wire_put_str(w, s ? s : "");
}

/* In the order of hand_attr.h. */
void start_put_attributes(struct wire_writer *w, const struct wire_op *op)
{
	put_text(w, op, WARG_CPUS);
	wire_put_u64(w, cgroup_next_seed());
	put_text(w, op, WARG_POLICY);
	put_number(w, op, WARG_NICE);
	put_text(w, op, WARG_MEMPOLICY);
	put_number(w, op, WARG_UID);
	put_number(w, op, WARG_GID);
	put_text(w, op, WARG_COMM);
}

static int send_start(struct line *l, const struct wire_op *op, struct group *g, const char *work,
		      const char **argv, uint32_t argc, struct err *err)
{
	struct wire_writer *w = pool_job(JOB_START);
	int fds[4], nfds = 0, r;
	uint32_t i;

	r = make_pipes(l, g, fds, &nfds, err);
	if (r) {
		while (nfds)
			close(fds[--nfds]);
		return r;
	}
	wire_put_str(w, g->name);
	wire_put_u32(w, g->count);
	wire_put_u32(w, group_index(g));
	wire_put_str(w, g->cgroup);
	wire_put_u8(w, !fault_misplaces());
	wire_put_str(w, work);
	wire_put_str(w, "");
	wire_put_u32(w, argc);
	for (i = 0; i < argc; i++)
		wire_put_str(w, argv[i]);
	start_put_attributes(w, op);
	group_forget_early();
	return pool_send(w, fds, nfds, POOL_DEADLINE_NS, g->name, on_answer, l, err);
}

/* hand_attr_become() */
static bool changes_itself(const struct wire_op *op)
{
	const char *mem = wire_op_str(op, WARG_MEMPOLICY), *comm = wire_op_str(op, WARG_COMM);

	return (mem && *mem) || (comm && *comm) ||
	       wire_op_u64(op, WARG_UID, UINT64_MAX) != UINT64_MAX ||
	       wire_op_u64(op, WARG_GID, UINT64_MAX) != UINT64_MAX;
}

static int begin(struct line *l, const struct wire_op *op, bool payload, uint32_t count, const char *work,
		 const char **argv, uint32_t argc, struct err *err)
{
	struct start *now = start_of(l);
	const char *name = wire_op_str(op, WARG_NAME);
	char full[CGROUP_FULL_MAX];
	struct group *g;
	int r;

	if (!name || !*name || strlen(name) >= GROUP_NAME_MAX)
		return err_set(err, EINVAL, "a name of 1 to %d bytes is needed",
			       GROUP_NAME_MAX - 1);
	g = group_find(name);
	if (g && (g->live || g->starting))
		return err_set(err, EEXIST, "the name '%s' is taken", name);
	r = cgroup_resolve(wire_op_str(op, WARG_CGROUP), full, err);
	if (r)
		return r;
	if (group_tasks_free() < count)
		return err_set(err, ENOSPC, "too many tasks: the agent keeps %d", TASKS_MAX);
	if (g)
		g->rolled_back = true;
	g = group_add(name);
	if (!g)
		return err_set(err, ENOSPC, "too many groups: the agent keeps %d", GROUPS_MAX);
	text_copy(g->cgroup, sizeof(g->cgroup), full);
	g->payload = payload;
	g->custom = custom_is(work);
	g->count = count;
	g->seq = line_seq(l);
	g->step = step_current();
	g->starting = l;
	*start_of(l) = (struct start){
		.phase = PHASE_CREATE, .g = g, .go = -1, .status = -1, .source = -1};
	now->settles = !payload && !g->custom && changes_itself(op);
	r = send_start(l, op, g, work, argv, argc, err);
	if (r) {
		close_go(l);
		close_status(l);
		output_close(g);
		group_drop(g);
		now->phase = PHASE_NONE;
	}
	return r;
}

/* `instead` of the program's own name: where the host has put what was typed as ./x. */
static void run_program(struct line *l, const char *instead)
{
	static const char *argv[WIRE_LIST_MAX + 1];
	uint32_t argc = wire_op_list(line_op(l), WARG_ARGV, argv, WIRE_LIST_MAX + 1);
	struct err err = ERR_INIT;

	if (*instead && *argv[0] != '/' && strchr(argv[0], '/'))
		argv[0] = instead;
	if (begin(l, line_op(l), true, 1, "", argv, argc, &err))
		line_failed_err(l, &err);
}

static void spawn_workers(struct line *l)
{
	static const char *params[WIRE_LIST_MAX + 1];
	const struct wire_op *op = line_op(l);
	uint32_t nparams = wire_op_list(op, WARG_PARAMS, params, ARRAY_SIZE(params));
	const char *work = wire_op_str(op, WARG_WORK);
	uint64_t count = wire_op_u64(op, WARG_COUNT, 1);
	struct err err = ERR_INIT;

	if (count < 1 || count > START_COUNT_MAX)
		err_set(&err, ERANGE, "n=%llu: 1 to %d tasks", (unsigned long long)count,
			START_COUNT_MAX);
	if (err.code || crew_init(&crew, work ? work : "", params, nparams, count, &err) ||
	    begin(l, op, false, (uint32_t)count, work, params, nparams, &err))
		fail(l, &err);
}

static void on_fetched(struct line *l, const struct files_result *r)
{
	struct err err = ERR_INIT;

	if (r->code) {
		err_set(&err, r->code, "%s", r->text);
		fail(l, &err);
	} else if (line_op(l)->id == OP_RUN) {
		run_program(l, r->program);
	} else {
		spawn_workers(l);
	}
}

static void on_looked(void *arg, struct job_reply *r)
{
	struct line *l = arg;

	if (r->code)
		line_failed(l, r->code, "%s", r->text);
	else if (r->flag)
		run_program(l, "");
	else
		files_fetch(l, line_seq(l), on_fetched);
}

/* What the guest has not got is the host's to send. */
void start_op_run(struct line *l, const struct wire_op *op)
{
	const char *argv[2];
	struct wire_writer *w = pool_job(JOB_FILE_LOOK);
	struct err err = ERR_INIT;

	if (!wire_op_list(op, WARG_ARGV, argv, 2)) {
		line_failed(l, EINVAL, "there is nothing to run");
		return;
	}
	wire_put_str(w, argv[0]);
	wire_put_str(w, PROGRAM_DIRS);
	if (pool_send(w, NULL, 0, POOL_DEADLINE_NS, argv[0], on_looked, l, &err))
		line_failed_err(l, &err);
}

/* A function of a person's program: as the host has that program now. */
void start_op_spawn(struct line *l, const struct wire_op *op)
{
	const char *work = wire_op_str(op, WARG_WORK);

	if (work && custom_is(work))
		files_fetch(l, line_seq(l), on_fetched);
	else
		spawn_workers(l);
}

int start_program(struct line *l, const char *name, const char **argv, uint32_t argc,
		  start_then then, struct err *err)
{
	const struct wire_op op = {
		.id = OP_RUN,
		.n = 1,
		.args = {{.tag = WARG_NAME, .type = WTYPE_STR, .str = name}},
	};
	int r = begin(l, &op, true, 1, "", argv, argc, err);

	/* the answer comes in a later turn of the loop */
	if (!r)
		start_of(l)->then = then;
	return r;
}
