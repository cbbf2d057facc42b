/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_exact - exact replays of each of ten short scenarios, every second one beside as many busy
 * loops as this machine has CPUs: how many different traces they gave.
 *
 * Each replay and each scenario is told on standard error when it is done, so that a long
 * measurement that is cut short is not lost.
 */
#include "bench/bench.h"
#include "bench/figures.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "session/headless.h"

#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { REPLAYS = 50, REPLAYS_BRIEF = 2, SCENARIOS_BRIEF = 2, HASHES_MAX = 64, BUSY_MAX = 256 };

static const struct exact_scenario {
	const char *name, *topology, *text;
} scenarios[] = {
	{"mix", "1n1l2c1t",
	 "cgroup add low cpu.weight=50 cpu.max=60000/100000\n"
	 "cgroup add high\n"
	 "spawn hogs@low spin n=3\n"
	 "spawn naps@high bursty n=3 burst=2ms sleep=3ms\n"
	 "hold 150ms\n"
	 "kill hogs\n"
	 "hold 50ms\n"
	 "expect stayed naps in=high\n"},
	{"vtime", "1n1l1c1t",
	 "cgroup add low\n"
	 "sched load vtime\n"
	 "spawn hogs@low spin n=3\n"
	 "spawn naps@low bursty n=3 burst=2ms sleep=3ms\n"
	 "hold 150ms\n"
	 "expect sched == vtime\n"
	 "sched unload\n"},
	{"fifo", "1n1l2c1t",
	 "sched load fifo slice_us=5000\n"
	 "spawn hogs spin n=4\n"
	 "spawn talk pipe-io n=2\n"
	 "hold 150ms\n"
	 "sched unload\n"},
	{"crowd", "1n1l1c1t",
	 "cgroup add low\n"
	 "spawn crowd@low bursty n=64 burst=1ms sleep=9ms\n"
	 "hold 150ms\n"},
	{"stall", "1n1l1c1t",
	 "spawn lost bursty n=4\n"
	 "sched watchdog 2s\n"
	 "sched load stall\n"
	 "expect sched exit == stall within=20s\n"},
	{"pipes", "1n1l2c1t",
	 "spawn talk pipe-io n=4\n"
	 "spawn chain wake-chain n=4\n"
	 "hold 100ms\n"
	 "expect report talk work-units > 0\n"},
	{"cpusets", "1n1l2c1t",
	 "cgroup add a cpuset=0\n"
	 "cgroup add b cpuset=1\n"
	 "spawn wa@a spin n=2\n"
	 "spawn wb@b bursty n=2 burst=2ms sleep=1ms\n"
	 "every 10ms as swapper\n"
	 "cpuset swap a b\n"
	 "end\n"
	 "hold 150ms\n"
	 "kill swapper\n"},
	{"locks", "1n1l1c1t",
	 "spawn herd thundering-herd n=8\n"
	 "spawn locks mutex-contention n=4\n"
	 "hold 100ms\n"
	 "expect report herd work-units > 0\n"},
	{"realtime", "1n1l2c1t",
	 "spawn rt bursty n=2 policy=fifo:10 burst=1ms sleep=2ms\n"
	 "spawn storm preempt-storm n=3\n"
	 "spawn hogs spin n=2 nice=5\n"
	 "hold 100ms\n"},
	{"steps", "1n1l1c1t",
	 "cgroup add a\n"
	 "cgroup add b cpu.weight=300\n"
	 "step \"move\"\n"
	 "spawn hogs@a spin n=2\n"
	 "spawn forks@b fork-exit n=2\n"
	 "hold 50ms\n"
	 "move hogs to=b\n"
	 "cgroup freeze b\n"
	 "hold 20ms\n"
	 "cgroup thaw b\n"
	 "step \"signals\"\n"
	 "spawn storm@a signal-storm n=2\n"
	 "hold 50ms\n"},
};

static int unknown(const char *name, struct err *err)
{
	cleanup_buf struct buf names = BUF_INIT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios); i++)
		buf_addf(&names, "%s%s", i ? ", " : "", scenarios[i].name);
	return err_set(err, EINVAL, "--scenario: '%s' is none of %s", name, buf_text(&names));
}

/* ---- other work of this machine ---- */

struct burden {
	pid_t pids[BUSY_MAX];
	unsigned n;
};

static void burden_end(struct burden *b)
{
	while (b->n) {
		kill(b->pids[--b->n], SIGKILL);
		waitpid(b->pids[b->n], NULL, 0);
	}
}

static int burden_begin(struct burden *b, struct err *err)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	pid_t parent = getpid();

	for (b->n = 0; b->n < BUSY_MAX && b->n < (cpus > 0 ? cpus : 1); b->n++) {
		pid_t pid = fork();

		if (pid == 0) {
			volatile unsigned long turns = 0;

			prctl(PR_SET_PDEATHSIG, SIGKILL);
			while (getppid() == parent)
				for (turns = 0; turns < 1000000; turns++)
					;
			_exit(0);
		}
		if (pid < 0) {
			err_sys(err, errno, "start a busy loop");
			burden_end(b);
			return -err->code;
		}
		b->pids[b->n] = pid;
	}
	return 0;
}

/* ---- replays ---- */

struct seen {
	const struct exact_scenario *scenario;
	struct {
		char hash[24];
		unsigned n;
	} hashes[HASHES_MAX];
	unsigned nhashes, runs, loaded, lost;
	struct readings wall_ms;
	uint64_t records;
	char machine[256], why[512]; /* why the last one that was lost has no hash */
};

static void seen_add(struct seen *s, const struct model *m)
{
	unsigned i;

	for (i = 0; i < s->nhashes && strcmp(s->hashes[i].hash, m->trace_hash); i++)
		;
	if (i == HASHES_MAX)
		return;
	snprintf(s->hashes[i].hash, sizeof(s->hashes[i].hash), "%s", m->trace_hash);
	s->hashes[i].n++;
	s->nhashes += i == s->nhashes;
	s->records = m->trace_records;
	snprintf(s->machine, sizeof(s->machine), "%s", m->machine ? m->machine : "");
}

/* why: it did not run to its end; else NULL. */
static void note(struct seen *s, const struct model *m, bool loaded, const char *why, double ms)
{
	bool hash = !why && m && m->trace_hash;

	s->runs++;
	s->loaded += loaded;
	if (hash) {
		seen_add(s, m);
		readings_add(&s->wall_ms, ms);
	} else {
		s->lost++;
		snprintf(s->why, sizeof(s->why), "%s",
			 why                 ? why
			 : m && m->trace_why ? m->trace_why
					     : "the guest did not say why");
	}
	fprintf(stderr, "scxplore bench: exact: %s, replay %u%s: %s, %.1f s\n", s->scenario->name,
		s->runs, loaded ? " beside busy loops" : "", hash ? m->trace_hash : s->why,
		ms / 1000);
}

/* 0, also when it gave no hash, which is counted; -errno when the measurement is over. */
static int replay(struct seen *s, const struct guest_config *guest, const struct scenario *scenario,
		  bool loaded, struct err *err)
{
	const struct session_config config = {
		.guest = *guest, .sample_ns = HEADLESS_SAMPLE_NS, .replay = true};
	struct headless *run = xcalloc(1, sizeof(*run));
	const struct model *m = NULL;
	struct burden burden = {.n = 0};
	struct err why = ERR_INIT;
	double began = wall_ms();
	int r, got;

	if (loaded && burden_begin(&burden, err) < 0) {
		free(run);
		return -err->code;
	}
	got = headless_run(run, &config, scenario, true, NULL, NULL, &why);
	burden_end(&burden);
	r = run->signal ? err_set(err, EINTR, "%s", why.msg) : 0;
	m = run->session ? session_model(run->session) : NULL;
	if (r == 0)
		note(s, m, loaded, got < 0 ? why.msg : NULL, wall_ms() - began);
	headless_finish(run);
	free(run);
	return r;
}

static void put(struct json_object *list, struct seen *s)
{
	struct json_object *to = figure_item(list), *traces;
	unsigned i;

	figure_text(to, "scenario", s->scenario->name);
	figure_text(to, "topology", s->scenario->topology);
	json_object_object_add(to, "hashes", json_object_new_int64(s->nhashes));
	json_object_object_add(to, "runs", json_object_new_int64(s->runs));
	json_object_object_add(to, "runs_under_load", json_object_new_int64(s->loaded));
	json_object_object_add(to, "runs_without_hash", json_object_new_int64(s->lost));
	if (s->lost)
		figure_text(to, "why", s->why);
	traces = figure_object(to, "traces");
	for (i = 0; i < s->nhashes; i++)
		json_object_object_add(traces, s->hashes[i].hash,
				       json_object_new_int64(s->hashes[i].n));
	json_object_object_add(to, "records", json_object_new_int64((int64_t)s->records));
	figure_text(to, "on", s->machine);
	figure_readings(to, "wall_ms", &s->wall_ms);
	fprintf(stderr, "%s\n", json_object_to_json_string_ext(to, JSON_C_TO_STRING_PLAIN));
}

static int measure(const struct exact_scenario *what, const struct bench_options *o,
		   struct json_object *list, struct err *err)
{
	unsigned n = o->rounds ? o->rounds : o->brief ? REPLAYS_BRIEF : REPLAYS, i;
	struct guest_config guest = o->guest.config;
	struct seen *s = xcalloc(1, sizeof(*s));
	struct scenario *scenario;
	int r;

	s->scenario = what;
	guest.exact = true;
	r = topology_parse(what->topology, &guest.topology, err);
	scenario = scenario_create(topology_cpus(&guest.topology));
	if (r == 0)
		r = scenario_add_text(scenario, what->name, what->text, strlen(what->text), err);
	for (i = 0; i < n && r == 0; i++)
		r = replay(s, &guest, scenario, i % 2, err);
	put(list, s);
	readings_finish(&s->wall_ms);
	scenario_destroy(scenario);
	free(s);
	return r;
}

int bench_exact(const struct bench_options *o, struct json_object *to, struct err *err)
{
	struct json_object *list = figure_list(to, "scenarios");
	bool found = false;
	int r = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(scenarios) && r == 0; i++) {
		if (o->scenario ? strcmp(o->scenario, scenarios[i].name) != 0
				: o->brief && i >= SCENARIOS_BRIEF)
			continue;
		found = true;
		r = measure(&scenarios[i], o, list, err);
	}
	return found ? r : unknown(o->scenario, err);
}
