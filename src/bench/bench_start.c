/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_start - from the command to the first live frame, cold and warm, and from a typed op to its
 * answer in the model; beside them what bare QEMU takes (bare.h).
 *
 * The program itself is started, in a terminal of its own, with a cache of its own: what is
 * measured is what a person waits. A frame is live when a row of it tells of a CPU what only a
 * running guest can. Ways take turns, so that all see the same machine.
 */
#include "bench/bench.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/folder.h"
#include "bench/bare.h"
#include "bench/figures.h"
#include "bench/subject.h"
#include "bench/terminal.h"

#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FRAME_MS  180000.0
#define SAVE_MS   60000.0
#define COLD_GOAL 1.25
#define WARM_GOAL 0.2
#define OP_GOAL   2.0

enum { ROWS = 24, COLS = 80, ROUNDS = 5, WARM_PER_ROUND = 2, OPS = 500, OPS_BRIEF = 30 };

/* ---- the program in a terminal ---- */

/* A row of the CPUs says what its CPU does. */
static bool live(struct terminal *t)
{
	const char *row;

	if (!terminal_sees(t, "CURR"))
		return false;
	row = strstr(buf_text(&t->picture), "\n  0 ");
	return row && isalnum((unsigned char)row[5 + strspn(row + 5, " ")]);
}

static int wait_live(struct terminal *t, double end, struct err *err)
{
	int r = 0;

	while (r == 0 && !live(t)) {
		if (wall_ms() >= end)
			return err_set(err, ETIMEDOUT,
				       "no live frame came; the last picture:\n%.300s",
				       buf_text(&t->picture));
		r = terminal_turn(t, end - wall_ms(), err);
	}
	return r;
}

/* ---- a cache of its own ---- */

struct place {
	char folder[64], *warm;
};

static int make_place(struct place *p, struct err *err)
{
	cleanup_free char *kernels = folder_path(FOLDER_CACHE, "kernels"), *own = NULL,
			  *link = NULL;

	strcpy(p->folder, "/tmp/scxplore-bench-XXXXXX");
	if (!mkdtemp(p->folder))
		return err_sys(err, errno, "make a folder in /tmp");
	own = xasprintf("%s/scxplore", p->folder);
	link = xasprintf("%s/kernels", own);
	p->warm = xasprintf("%s/warm", own);
	if (mkdir(own, 0700) < 0 || symlink(kernels, link) < 0)
		return err_sys(err, errno, "make a cache in '%s'", p->folder);
	return 0;
}

static void remove_place(struct place *p)
{
	cleanup_free char *command = xasprintf("rm -rf '%s'", p->folder);

	if (system(command) != 0)
		fprintf(stderr, "scxplore bench: '%s' stays behind\n", p->folder);
	free(p->warm);
}

static bool has_copy(const struct place *p)
{
	cleanup_free char *command = xasprintf("ls '%s'/*.guest >/dev/null 2>&1", p->warm);

	return system(command) == 0;
}

/* ---- the measurements ---- */

struct ways {
	struct readings bare, cold, warm;
};

/* to = NULL: until it has left its copy. */
static int once(const struct place *p, const char *topology, const char *memory, const char *kernel,
		bool warm, struct readings *to, struct err *err)
{
	cleanup_free char *cache = xasprintf("XDG_CACHE_HOME=%s", p->folder);
	const char *argv[] = {"scxplore",
			      "--topology",
			      topology,
			      "--memory",
			      memory,
			      "--accel",
			      "tcg",
			      warm ? "--warm" : "--no-warm",
			      kernel ? "--kernel" : NULL,
			      kernel,
			      NULL};
	char *const settings[] = {cache, NULL};
	double began = wall_ms();
	struct terminal t;
	int r = terminal_start(&t, (char *const *)argv, settings, ROWS, COLS, err);

	if (r == 0)
		r = wait_live(&t, began + FRAME_MS, err);
	if (r == 0 && to)
		readings_add(to, wall_ms() - began);
	for (began = wall_ms(); r == 0 && !to && !has_copy(p);) {
		r = terminal_turn(&t, 100, err);
		if (r == 0 && wall_ms() > began + SAVE_MS)
			r = err_set(err, EIO, "the first start left no copy for warm ones");
	}
	terminal_finish(&t);
	return r;
}

static int round_of(const struct place *p, const char *topology, const struct guest_config *config,
		    struct ways *w, struct err *err)
{
	char memory[16];
	struct bare b;
	double ms;
	int r, i;

	snprintf(memory, sizeof(memory), "%u", config->memory_mib);
	r = bare_boot(&b, config, &ms, err);
	bare_end(&b);
	if (r == 0)
		readings_add(&w->bare, ms);
	if (r == 0)
		r = once(p, topology, memory, config->kernel, false, &w->cold, err);
	for (i = 0; r == 0 && i < WARM_PER_ROUND; i++)
		r = once(p, topology, memory, config->kernel, true, &w->warm, err);
	return r;
}

static int starts(const char *topology, const struct bench_options *o, struct json_object *to,
		  struct err *err)
{
	struct guest_config config = o->guest.config;
	unsigned rounds = o->rounds ? o->rounds : o->brief ? 1 : ROUNDS;
	struct ways w = {0};
	struct place p;
	char memory[16];
	int r = topology_parse(topology, &config.topology, err);

	if (r < 0 || (r = make_place(&p, err)) < 0)
		return r;
	config.memory_mib =
		config.memory_mib ? config.memory_mib : topology_memory_default(&config.topology);
	snprintf(memory, sizeof(memory), "%u", config.memory_mib);
	figure_text(to, "topology", topology);
	figure(to, "memory_mib", config.memory_mib);
	r = once(&p, topology, memory, config.kernel, true, NULL, err);
	while (r == 0 && rounds--)
		r = round_of(&p, topology, &config, &w, err);
	figure_readings(to, "bare_ms", &w.bare);
	figure_readings(to, "cold_ms", &w.cold);
	figure_readings(to, "warm_ms", &w.warm);
	figure(to, "cold_to_bare",
	       readings_percentile(&w.cold, 50) / readings_percentile(&w.bare, 50));
	figure(to, "cold_to_bare_goal", COLD_GOAL);
	figure(to, "warm_to_cold",
	       readings_percentile(&w.warm, 50) / readings_percentile(&w.cold, 50));
	figure(to, "warm_to_cold_goal", WARM_GOAL);
	readings_finish(&w.bare);
	readings_finish(&w.cold);
	readings_finish(&w.warm);
	remove_place(&p);
	return r;
}

/* A batch each, in turns, with both guests up. */
static int op_batch(struct subject *s, struct bare *b, unsigned n, struct readings *echo,
		    struct readings *op, struct readings *set, struct err *err)
{
	unsigned i;
	double ms, began;
	int r = 0;

	for (i = 0; r == 0 && i < n; i++) {
		r = bare_echo(b, &ms, err);
		if (r == 0)
			readings_add(echo, ms);
	}
	for (i = 0; r == 0 && i < n; i++) {
		began = wall_ms();
		r = subject_do(s, err, "wait gone");
		readings_add(op, wall_ms() - began);
	}
	for (i = 0; r == 0 && i < n; i++) {
		began = wall_ms();
		r = subject_do(s, err, "cgroup set low cpu.weight=%u", 1 + i % 100);
		readings_add(set, wall_ms() - began);
	}
	return r;
}

static int round_trips(const struct bench_options *o, struct json_object *to, struct err *err)
{
	struct readings echo = {0}, op = {0}, set = {0};
	unsigned batches = o->brief ? 1 : 10, n = (o->brief ? OPS_BRIEF : OPS) / batches;
	struct subject s = {.loop.epoll_fd = -1};
	struct bare b;
	double ms;
	int r = bare_boot(&b, &o->guest.config, &ms, err);

	if (r == 0)
		r = subject_boot(&s, o, NULL, false, err);
	if (r == 0)
		r = subject_do(&s, err, "cgroup add low");
	if (r == 0)
		r = subject_do(&s, err, "spawn gone spin n=1");
	if (r == 0)
		r = subject_do(&s, err, "kill gone");
	while (r == 0 && batches--)
		r = op_batch(&s, &b, n, &echo, &op, &set, err);
	figure_readings(to, "echo_ms", &echo);
	figure_readings(to, "op_ms", &op);
	figure_readings(to, "cgroup_set_ms", &set);
	figure(to, "op_to_echo_p50", readings_percentile(&op, 50) / readings_percentile(&echo, 50));
	figure(to, "op_to_echo_p99", readings_percentile(&op, 99) / readings_percentile(&echo, 99));
	figure(to, "op_to_echo_goal", OP_GOAL);
	readings_finish(&echo);
	readings_finish(&op);
	readings_finish(&set);
	if (s.loop.epoll_fd >= 0)
		subject_end(&s);
	bare_end(&b);
	return r;
}

int bench_start(const struct bench_options *o, struct json_object *to, struct err *err)
{
	int r = starts("1n1l2c1t", o, figure_object(to, "small"), err);

	if (r == 0)
		r = round_trips(o, figure_object(to, "round_trip"), err);
	if (r == 0)
		r = starts("2n2l4c1t", o, figure_object(to, "numa"), err);
	return r;
}
