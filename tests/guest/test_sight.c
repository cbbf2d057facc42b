/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sight - what is read from the guest's memory is what the guest says of itself: its agent,
 * its files, its schedulers. One guest for all.
 */
#include "eyes.h"

#include "../unit/test.h"
#include "sight/sight_private.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must_be_between(const char *what, uint64_t low, uint64_t v, uint64_t high)
{
	if (low == SAMPLE_ABSENT || v == SAMPLE_ABSENT || high == SAMPLE_ABSENT || v < low ||
	    v > high)
		fail_msg("%s: the guest says %" PRIu64 ", memory %" PRIu64 " before and %" PRIu64
			 " after",
			 what, v, low, high);
}

/* A file of the guest's as it is now; terminated, kept as long as the lab. */
static const char *file_now(struct lab *lab, const char *path)
{
	size_t mark = lab_mark(lab);
	const struct event *ev;

	lab_ok(lab, "read %s", path);
	ev = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(ev);
	if (ev->code)
		fail_msg("%s: %s", path, strerror((int)ev->code));
	return ev->data;
}

/* "KEY 12" or "KEY: 12" at the beginning of a line; SAMPLE_ABSENT = there is none. */
static uint64_t number_in(const char *text, const char *key)
{
	size_t n = strlen(key);
	const char *line;
	uint64_t v;

	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (!strncmp(line, key, n) && strchr(": \t", line[n]))
			return sscanf(line + n + (line[n] == ':'), " %" SCNu64, &v) == 1
				       ? v
				       : SAMPLE_ABSENT;
	}
	return SAMPLE_ABSENT;
}

/* ---- the same story ---------------------------------------------------------------------- */

static void agent_and_memory_tell_the_same_story(void **state)
{
	struct lab *lab = *state;
	static const char *const names[] = {"fs", "bu", "pi"};
	int i;

	lab_ok(lab, "cgroup add first");
	lab_ok(lab, "spawn fs@first spin n=3");
	lab_ok(lab, "spawn bu bursty n=4");
	lab_ok(lab, "spawn pi pipe-io n=2");
	lab_samples(lab, 20);
	lab_ok(lab, "sched load vtime");
	lab_samples(lab, 20);
	lab_ok(lab, "sched replace fifo");
	lab_samples(lab, 20);
	lab_ok(lab, "sched unload");
	lab_samples(lab, 20);
	for (i = 0; i < 3; i++)
		lab_ok(lab, "kill %s", names[i]);
	eyes_agreed(lab, 1000);
}

/* /proc/PID/schedstat: run time, run delay, turns. */
static void times_are_those_of_proc(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	uint64_t run, wait, low_run, low_wait;
	int tid;

	lab_ok(lab, "spawn ti spin n=6");
	lab_samples(lab, 20);
	eyes_look(&e);
	tid = eyes_must(&e.now, "ti.3")->tid;
	low_run = eyes_must(&e.now, "ti.3")->run_ns;
	low_wait = eyes_must(&e.now, "ti.3")->wait_ns;
	lab_ok(lab, "run look -- cat /proc/%d/schedstat", tid);
	lab_ok(lab, "wait look timeout=60s");
	eyes_look(&e);
	assert_int_equal(
		sscanf(lab_output(lab, "look", 1, NULL), "%" SCNu64 " %" SCNu64, &run, &wait), 2);
	must_be_between("run time", low_run, run, eyes_must(&e.now, "ti.3")->run_ns);
	/* memory counts the wait that has not ended, too */
	assert_true(wait <= eyes_must(&e.now, "ti.3")->wait_ns);
	assert_true(low_wait > 0 && eyes_must(&e.now, "ti.3")->wait_ns >= low_wait);
	assert_int_equal(eyes_must(&e.now, "ti.3")->sclass, SAMPLE_CLASS_FAIR);
	lab_ok(lab, "kill ti");
	eyes_close(&e);
}

/* /proc/PID/status: why it gave its CPU up; /proc/PID/sched: how often it was moved. */
static void switches_and_migrations_are_those_of_proc(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	struct sample_task low;
	const char *status, *sched;
	char path[64];

	lab_ok(lab, "spawn pr pipe-io n=2");
	lab_ok(lab, "spawn hog spin n=5");
	lab_samples(lab, 20);
	eyes_look(&e);
	low = *eyes_must(&e.now, "pr.1");
	snprintf(path, sizeof(path), "/proc/%d/status", low.tid);
	status = file_now(lab, path);
	snprintf(path, sizeof(path), "/proc/%d/sched", low.tid);
	sched = file_now(lab, path);
	eyes_look(&e);
	assert_true(low.voluntary > 0);
	must_be_between("voluntary", low.voluntary, number_in(status, "voluntary_ctxt_switches"),
			eyes_must(&e.now, "pr.1")->voluntary);
	must_be_between("involuntary", low.involuntary,
			number_in(status, "nonvoluntary_ctxt_switches"),
			eyes_must(&e.now, "pr.1")->involuntary);
	if (strstr(sched, "se.nr_migrations"))
		must_be_between(
			"migrations", low.migrations,
			strtoull(strchr(strstr(sched, "se.nr_migrations"), ':') + 1, NULL, 10),
			eyes_must(&e.now, "pr.1")->migrations);
	lab_ok(lab, "kill pr");
	lab_ok(lab, "kill hog");
	eyes_close(&e);
}

/* Its last three numbers are ns in which somebody ran, ns in which somebody waited, turns. */
static void cpus_are_those_of_schedstat(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	uint64_t ran, delay, turns, low_all = 0, high_all = 0;
	struct sample_cpu low[4];
	const char *text, *stat;
	char key[16];
	unsigned i;

	lab_ok(lab, "spawn cp bursty n=9");
	lab_samples(lab, 20);
	eyes_look(&e);
	assert_int_equal(e.now.ncpus, 4);
	memcpy(low, e.now.cpus, sizeof(low));
	text = file_now(lab, "/proc/schedstat");
	stat = file_now(lab, "/proc/stat");
	eyes_look(&e);
	for (i = 0; i < 4; i++) {
		snprintf(key, sizeof(key), "\ncpu%u ", i);
		if (!strstr(text, key) ||
		    sscanf(strstr(text, key) + strlen(key),
			   "%*u %*u %*u %*u %*u %*u %" SCNu64 " %" SCNu64 " %" SCNu64, &ran, &delay,
			   &turns) != 3)
			fail_msg("CPU %u is not in '%s'", i, text);
		must_be_between("run delay", low[i].run_delay_ns, delay,
				e.now.cpus[i].run_delay_ns);
		must_be_between("turns", low[i].turns, turns, e.now.cpus[i].turns);
		/* memory counts who runs now, too */
		assert_true(ran <= e.now.cpus[i].busy_ns);
		assert_true(low[i].busy_ns > 0 && low[i].turns > 0);
		low_all += low[i].switches;
		high_all += e.now.cpus[i].switches;
	}
	must_be_between("switches of all CPUs", low_all, number_in(stat, "ctxt"), high_all);
	lab_ok(lab, "kill cp");
	eyes_close(&e);
}

/* The agent reads the files once a second: what was told before and what comes after. */
static void cgroups_use_what_cpu_stat_says(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	struct sample_cgroup low;
	const struct sample_cgroup *now;
	const char *stat;
	uint64_t id, usec;
	int i;

	lab_ok(lab, "cgroup add used cpu.max=20000/100000");
	lab_ok(lab, "spawn us@used spin n=2");
	id = 0;
	for (i = 0; i < (int)m->ncgroups; i++)
		if (!m->cgroups[i].gone && !strcmp(m->cgroups[i].path, "/scxplore/used"))
			id = m->cgroups[i].id;
	assert_int_not_equal(id, 0);
	for (i = 0; i < 600; i++) {
		low = model_cgroup_by_id(m, id)->now;
		if (low.usage_ns != SAMPLE_ABSENT && low.usage_ns && low.throttled)
			break;
		lab_samples(lab, 1);
	}
	stat = file_now(lab, "/sys/fs/cgroup/scxplore/used/cpu.stat");
	usec = number_in(stat, "usage_usec");
	now = &model_cgroup_by_id(m, id)->now;
	for (i = 0; i < 600 && now->usage_ns < usec * 1000; i++) {
		lab_samples(lab, 1);
		now = &model_cgroup_by_id(m, id)->now;
	}
	must_be_between("usage", low.usage_ns / 1000, usec, now->usage_ns / 1000);
	must_be_between("periods", low.periods, number_in(stat, "nr_periods"), now->periods);
	must_be_between("throttled", low.throttled, number_in(stat, "nr_throttled"),
			now->throttled);
	must_be_between("throttled for", low.throttled_ns / 1000, number_in(stat, "throttled_usec"),
			now->throttled_ns / 1000);
	lab_ok(lab, "kill us");
}

static void cgroups_and_tasks_are_as_they_were_made(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	static const char *const names[] = {"sp", "rt", "ni"};
	const struct sample_task *t;
	const struct sample_cgroup *g;
	int i;

	lab_ok(lab, "cgroup add low cpu.weight=50 cpuset.cpus=1,3 cpu.max=50000/100000");
	lab_ok(lab, "cgroup add low/deep");
	lab_ok(lab, "spawn sp@low/deep spin n=3");
	lab_ok(lab, "spawn rt bursty policy=fifo:7");
	lab_ok(lab, "spawn ni spin nice=5 cpus=2");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	g = eyes_cgroup(&e.now, "/scxplore/low");
	assert_int_equal(g->weight, 50);
	assert_int_equal(g->quota_ns, 50000000);
	assert_int_equal(g->period_ns, 100000000);
	assert_int_equal(g->procs, 0);
	assert_int_equal(e.now.masks[g->cpuset].bits[0], 0xa);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low/deep")->procs, 3);
	t = eyes_must(&e.now, "sp.2");
	assert_int_equal(t->cgroup_id, eyes_cgroup(&e.now, "/scxplore/low/deep")->id);
	assert_int_equal(e.now.masks[t->allowed].bits[0], 0xa);
	assert_true(t->cpu == 1 || t->cpu == 3);
	assert_true(g->periods > 0 && g->throttled > 0 && g->throttled_ns > 0);
	t = eyes_must(&e.now, "ni.1");
	assert_int_equal(t->nice, 5);
	assert_int_equal(t->prio, 126);
	assert_int_equal(e.now.masks[t->allowed].bits[0], 0x4);
	assert_int_equal(t->cpu, 2);
	assert_int_equal(t->sclass, SAMPLE_CLASS_FAIR);
	assert_true(t->state == 'R' || t->state == 'r');
	t = eyes_must(&e.now, "rt.1");
	assert_int_equal(t->policy, 1);
	assert_int_equal(t->sclass, SAMPLE_CLASS_RT);
	assert_int_equal(t->prio, 93); /* 99 - 7 + 1 */
	assert_true(t->since_ns <= e.now.t_ns && t->start_ns <= t->since_ns);
	lab_ok(lab, "cgroup freeze low");
	eyes_look(&e);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/low")->frozen, 1);
	assert_int_equal(eyes_must(&e.now, "sp.1")->held, SAMPLE_HELD_FROZEN);
	lab_ok(lab, "cgroup thaw low");
	for (i = 0; i < 3; i++)
		lab_ok(lab, "kill %s", names[i]);
	eyes_close(&e);
}

/* leakdsq makes a queue for every task, whose id is the task's, and forgets those named "leak". */
static void queues_are_as_long_as_their_scheduler_makes_them(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	const struct sample_task *t;
	const struct sample_dsq *q;
	char name[16];
	int i;

	lab_ok(lab, "sched load leakdsq");
	lab_ok(lab, "spawn leak spin n=4");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	assert_string_equal(sight_scheduler(e.sight), "leakdsq");
	assert_int_equal(e.now.sched.state, 1);
	assert_int_equal(e.now.sched.switch_all, 1);
	assert_int_equal(e.now.sched.exit_kind, 0);
	assert_int_equal(e.now.sched.watchdog_ns, 30 * SECOND_NS);
	for (i = 1; i <= 4; i++) {
		snprintf(name, sizeof(name), "leak.%d", i);
		t = eyes_must(&e.now, name);
		assert_int_equal(t->sclass, SAMPLE_CLASS_EXT);
		assert_int_equal(t->held, SAMPLE_HELD_USER);
		assert_int_equal(t->dsq, t->tid);
		assert_int_equal(t->dsq_place, 0);
		q = eyes_dsq(&e.now, (uint64_t)t->tid);
		assert_non_null(q);
		assert_int_equal(q->nr, 1);
		assert_int_equal(q->oldest_ns, t->since_ns);
		assert_true(t->since_ns < e.now.t_ns);
	}
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill leak");
	eyes_close(&e);
}

/* fifo has one queue for all: with one CPU that may be used, all tasks but one wait in it in a row.
 */
static void a_queue_is_told_in_its_order(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	unsigned places = 0, user = 0, tries;
	uint32_t i;

	lab_ok(lab, "sched load fifo");
	lab_ok(lab, "spawn w spin n=9");
	for (tries = 0; tries < 100; tries++) {
		lab_pass(lab, SECOND_NS / 50);
		eyes_look(&e);
		places = user = 0;
		for (i = 0; i < e.now.ntasks; i++) {
			if (e.now.tasks[i].held != SAMPLE_HELD_USER)
				continue;
			user++;
			if (e.now.tasks[i].dsq_place != SAMPLE_ABSENT)
				places |= 1u << e.now.tasks[i].dsq_place;
		}
		for (i = 0; i < e.now.ndsqs && (e.now.dsqs[i].id >> 63 || e.now.dsqs[i].nr != 5);
		     i++)
			;
		if (user == 5 && places == 0x1f && i < e.now.ndsqs)
			break;
	}
	if (tries == 100)
		fail_msg("of 9 tasks on 4 CPUs %u wait in the queue, in places %x", user, places);
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill w");
	eyes_close(&e);
}

static uint64_t counter(const struct sample *s, const char *name)
{
	uint32_t i;

	for (i = 0; i < s->nscx; i++)
		if (!strcmp(s->scx[i].name, name))
			return s->scx[i].value;
	return SAMPLE_ABSENT;
}

static void counters_are_those_of_sysfs(void **state)
{
	static const char file[] = "/sys/kernel/sched_ext/root/events";
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	struct sample_scx low[SAMPLE_SCX_MAX];
	uint32_t nlow, i, seen = 0;
	uint64_t v;

	lab_ok(lab, "sched load fifo");
	lab_ok(lab, "spawn cw bursty n=6");
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	memcpy(low, e.now.scx, sizeof(low));
	nlow = e.now.nscx;
	assert_true(nlow > 0);
	lab_ok(lab, "run counts -- cat %s", file);
	lab_ok(lab, "wait counts timeout=60s");
	lab_ok(lab, "run seq -- cat /sys/kernel/sched_ext/enable_seq");
	lab_ok(lab, "wait seq timeout=60s");
	eyes_look(&e);
	for (i = 0; i < nlow; i++) {
		const char *line = strstr(lab_output(lab, "counts", 1, NULL), low[i].name);

		if (!line || sscanf(line + strlen(low[i].name), " %" SCNu64, &v) != 1)
			fail_msg("%s is not in %s", low[i].name, file);
		must_be_between(low[i].name, low[i].value, v, counter(&e.now, low[i].name));
		seen += v > 0;
	}
	assert_true(seen > 0);
	assert_int_equal(strtoull(lab_output(lab, "seq", 1, NULL), NULL, 10), e.now.scx_enables);
	assert_int_equal(strtoull(file_now(lab, "/sys/kernel/sched_ext/nr_rejected"), NULL, 10),
			 e.now.sched.rejected);
	assert_int_equal(strtoull(file_now(lab, "/sys/kernel/sched_ext/switch_all"), NULL, 10),
			 e.now.sched.switch_all);
	lab_ok(lab, "sched unload");
	lab_ok(lab, "kill cw");
	eyes_close(&e);
}

/* ---- sub-schedulers ---------------------------------------------------------------------- */

static const char *sysfs(struct lab *lab, uint64_t cgroup, const char *file)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/kernel/sched_ext/root/sub/sub-%" PRIu64 "/%s", cgroup,
		 file);
	return file_now(lab, path);
}

/* Tasks of the sub-scheduler that stand in its queue, whose id is that of its parent's queue, too.
 */
static bool waiters_are_its_own(const struct sample *s, uint64_t cgroup)
{
	const struct sample_dsq *own = NULL, *parents = NULL;
	uint64_t places = 0, n = 0;
	uint32_t i;

	for (i = 0; i < s->ndsqs; i++) {
		if (s->dsqs[i].id != 0)
			continue;
		if (s->dsqs[i].sched == cgroup)
			own = &s->dsqs[i];
		else
			parents = &s->dsqs[i];
	}
	if (!own || !parents)
		fail_msg("one of the two queues of id 0 is not told");
	assert_int_equal(parents->sched, SAMPLE_ABSENT);
	for (i = 0; i < s->ntasks; i++) {
		const struct sample_task *t = &s->tasks[i];

		if (t->held != SAMPLE_HELD_USER || t->dsq_place == SAMPLE_ABSENT)
			continue;
		assert_int_equal(t->dsq, 0);
		assert_int_equal(t->sched, strncmp(t->comm, "in.", 3) ? SAMPLE_ABSENT : cgroup);
		n += t->sched == cgroup;
		places |= t->sched == cgroup && t->dsq_place < 64 ? UINT64_C(1) << t->dsq_place : 0;
	}
	return n > 1 && n == own->nr && places == (UINT64_C(1) << n) - 1;
}

static void counters_of_a_sub_scheduler(struct lab *lab, struct eyes *e, uint64_t cgroup)
{
	uint64_t low[SAMPLE_SCX_MAX], v;
	const char *text, *line;
	uint32_t i;

	memcpy(low, e->now.subs[0].events, sizeof(low));
	text = sysfs(lab, cgroup, "events");
	eyes_look(e);
	for (i = 0; i < e->now.nscx; i++) {
		line = strstr(text, e->now.scx[i].name);
		if (!line || sscanf(line + strlen(e->now.scx[i].name), " %" SCNu64, &v) != 1)
			fail_msg("%s is not in '%s'", e->now.scx[i].name, text);
		must_be_between(e->now.scx[i].name, low[i], v, e->now.subs[0].events[i]);
	}
}

static void sub_schedulers_are_those_that_the_kernel_has(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	const struct model *m = session_model(lab_session(lab));
	const struct event *placed;
	const char *name;
	uint64_t id;
	size_t mark;
	int tries;

	eyes_look(&e);
	assert_int_equal(e.now.nsubs, 0);
	if (!e.sight->layout.sch_children.size) {
		/* a kernel without: none is made up below the one in force */
		lab_ok(lab, "sched load fifo");
		eyes_look(&e);
		assert_int_equal(e.now.sched.state, 1);
		assert_int_equal(e.now.nsubs, 0);
		lab_ok(lab, "sched unload");
		eyes_close(&e);
		return;
	}
	lab_ok(lab, "push " SUB_OBJECTS "/sub_parent.bpf.o to=/tmp/parent.bpf.o");
	lab_ok(lab, "push " SUB_OBJECTS "/sub_child.bpf.o to=/tmp/child.bpf.o");
	lab_ok(lab, "cgroup add sub");
	lab_ok(lab, "cgroup add sub/deep");
	lab_ok(lab, "spawn in@sub/deep spin n=6");
	lab_ok(lab, "spawn out spin n=6");
	mark = lab_mark(lab);
	lab_ok(lab, "sched load " LOAD_SUBS " timeout=60s -- /tmp/parent.bpf.o /tmp/child.bpf.o "
		    "/sys/fs/cgroup/scxplore/sub");
	placed = lab_find(lab, mark, EV_PLACED, NULL, NULL);
	assert_non_null(placed);
	name = placed->name;
	/* its verifier takes a while in an emulated guest */
	for (tries = 0; tries < 3000 && !strstr(lab_output(lab, name, 1, NULL), "attached");
	     tries++)
		lab_samples(lab, 1);
	assert_int_not_equal(tries, 3000);
	eyes_look(&e);
	id = eyes_cgroup(&e.now, "/scxplore/sub")->id;
	assert_int_equal(e.now.nsubs, 1);
	assert_int_equal(e.now.subs[0].cgroup_id, id);
	assert_string_equal(e.now.subs[0].name, "sub_child");
	assert_string_equal(sight_scheduler(e.sight), "sub_parent");
	assert_int_equal(strncmp(sysfs(lab, id, "ops"), "sub_child", 9), 0);
	assert_int_equal(e.now.subs[0].level, 1);
	assert_int_equal(e.now.subs[0].parent, SAMPLE_ABSENT);
	assert_int_equal(e.now.subs[0].exit_kind, 0);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/sub")->sched, id);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/sub/deep")->sched, id);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore")->sched, SAMPLE_ABSENT);
	assert_int_equal(eyes_must(&e.now, "in.1")->sched, id);
	assert_int_equal(eyes_must(&e.now, "out.1")->sched, SAMPLE_ABSENT);
	assert_int_equal(eyes_must(&e.now, "in.1")->sclass, SAMPLE_CLASS_EXT);
	counters_of_a_sub_scheduler(lab, &e, id);
	for (tries = 0; tries < 300 && !waiters_are_its_own(&e.now, id); tries++) {
		lab_pass(lab, SECOND_NS / 50);
		eyes_look(&e);
	}
	assert_int_not_equal(tries, 300);
	/* the session has the same */
	lab_samples(lab, 2);
	assert_int_equal(m->nsubs, 1);
	assert_string_equal(model_sub(m, id)->name, "sub_child");
	assert_int_equal(model_sub_tasks(m, &m->subs[0]), 6);
	assert_string_equal(model_sched_of(m, model_cgroup_by_id(m, id)->now.sched), "sub_child");
	lab_ok(lab, "sched unload");
	eyes_look(&e);
	assert_int_equal(e.now.nsubs, 0);
	assert_int_equal(eyes_cgroup(&e.now, "/scxplore/sub")->sched, SAMPLE_ABSENT);
	lab_ok(lab, "kill in");
	lab_ok(lab, "kill out");
	eyes_close(&e);
}

static void a_guest_that_is_stopped_is_seen_as_it_stands(void **state)
{
	struct lab *lab = *state;
	struct eyes e = eyes_open(lab);
	struct guest *g = session_guest(lab_session(lab));
	uint64_t t_ns, run;

	lab_ok(lab, "spawn stp spin n=2");
	lab_ok(lab, "hold until ran(stp) > 50ms timeout=60s");
	guest_pause(g);
	lab_pass(lab, SECOND_NS / 2);
	eyes_look(&e);
	t_ns = e.now.t_ns;
	run = eyes_must(&e.now, "stp.1")->run_ns;
	lab_pass(lab, SECOND_NS / 2);
	eyes_look(&e);
	assert_int_equal(e.now.t_ns, t_ns);
	assert_int_equal(eyes_must(&e.now, "stp.1")->run_ns, run);
	guest_resume(g);
	lab_pass(lab, SECOND_NS);
	eyes_look(&e);
	assert_true(e.now.t_ns > t_ns);
	assert_true(eyes_must(&e.now, "stp.1")->run_ns > run);
	lab_ok(lab, "kill stp");
	eyes_close(&e);
}

/* ---- what only events tell --------------------------------------------------------------- */

static bool has_wakes(struct lab *lab, const char *comm)
{
	const struct model *m = session_model(lab_session(lab));
	size_t i;

	for (i = 0; i < m->ntasks; i++)
		if (!strcmp(m->tasks[i].comm, comm))
			return m->tasks[i].wakes != SAMPLE_ABSENT && m->tasks[i].wakes > 0;
	return false;
}

static void until_wakes(struct lab *lab, const char *comm, bool are)
{
	int i;

	for (i = 0; i < 300 && has_wakes(lab, comm) != are; i++)
		lab_samples(lab, 1);
	assert_int_equal(has_wakes(lab, comm), are);
}

static void wake_ups_are_counted_only_while_they_are_watched(void **state)
{
	struct lab *lab = *state;

	lab_ok(lab, "spawn wk pipe-io n=2");
	lab_samples(lab, 20);
	assert_false(has_wakes(lab, "wk.1"));
	session_watch(lab_session(lab), true);
	until_wakes(lab, "wk.1", true);
	session_watch(lab_session(lab), false);
	until_wakes(lab, "wk.1", false);
	session_watch(lab_session(lab), true);
	until_wakes(lab, "wk.1", true);
	session_watch(lab_session(lab), false);
	lab_ok(lab, "kill wk");
}

static int boot_both(void **state)
{
	*state = eyes_guest(OBSERVE_BOTH, NULL);
	return 0;
}

static int end(void **state)
{
	lab_end(*state);
	return 0;
}

int main(void)
{
	const struct CMUnitTest sound[] = {
		cmocka_unit_test(agent_and_memory_tell_the_same_story),
		cmocka_unit_test(times_are_those_of_proc),
		cmocka_unit_test(switches_and_migrations_are_those_of_proc),
		cmocka_unit_test(cpus_are_those_of_schedstat),
		cmocka_unit_test(cgroups_use_what_cpu_stat_says),
		cmocka_unit_test(cgroups_and_tasks_are_as_they_were_made),
		cmocka_unit_test(queues_are_as_long_as_their_scheduler_makes_them),
		cmocka_unit_test(a_queue_is_told_in_its_order),
		cmocka_unit_test(counters_are_those_of_sysfs),
		cmocka_unit_test(sub_schedulers_are_those_that_the_kernel_has),
		cmocka_unit_test(wake_ups_are_counted_only_while_they_are_watched),
		cmocka_unit_test(a_guest_that_is_stopped_is_seen_as_it_stands),
	};

	return cmocka_run_group_tests(sound, boot_both, end);
}
