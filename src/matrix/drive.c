/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * drive - see drive.h. Invariant: a guest that was begun is told as a run or was ended by a signal;
 * none outlives mx_drive().
 */
#include "matrix/drive.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "base/text.h"
#include "matrix/cell.h"
#include "matrix/collect.h"
#include "matrix/host.h"
#include "session/session.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <string.h>

#define SAMPLE_NS UINT64_C(500000000)

struct driver;

struct slot {
	struct driver *driver;
	unsigned number; /* which of the jobs */
	size_t turn;
	struct session *session; /* NULL = free */
	struct scenario *scenario;
	bool finished;
	char *gone; /* why the guest went */
	uint64_t begin_ns;
	double load, steal_ms;
};

struct driver {
	const struct mx_drive *d;
	struct loop loop;
	struct slot *slot;
	size_t next;   /* turn to look at */
	unsigned busy; /* slots with a guest */
	unsigned turn; /* runs that have ended */
	int signal;
	char *host_cpu;
};

static const struct mx_plan_cell *cell_of(const struct driver *v, size_t turn)
{
	return &v->d->plan->cell[v->d->plan->turn[turn].cell];
}

/* ---- what the session tells ---- */

static void on_event(void *arg, const struct event *ev)
{
	struct slot *s = arg;
	char line[400];

	if (ev->type != EV_HOST_LOG || ev->level > 4)
		return;
	text_sanitise(line, sizeof(line), ev->text, strlen(ev->text));
	s->driver->d->say(s->driver->d->arg, cell_of(s->driver, s->turn), line);
}

static void on_finished(void *arg, bool clean, const char *text)
{
	struct slot *s = arg;

	s->finished = true;
	free(s->gone);
	s->gone = xstrdup(text);
}

static const struct session_observer observer = {.event = on_event, .finished = on_finished};

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	struct driver *v = arg;

	v->signal = (int)info->ssi_signo;
}

/* ---- a run begins and ends ---- */

static int tell(struct driver *v, struct slot *s, const char *failed, struct err *err)
{
	const struct mx_turn *t = &v->d->plan->turn[s->turn];
	const struct mx_plan_cell *cell = cell_of(v, s->turn);
	struct mx_run run = {
		.turn = v->d->first_turn + v->turn++, .repeat = t->repeat, .warmup = t->warmup};
	int r;

	mx_conditions_init(&run.conditions);
	run.cell = (struct mx_cell){xstrdup(cell->words.scenario), xstrdup(cell->words.topology),
				    xstrdup(cell->words.sched), xstrdup(cell->words.kernel)};
	if (s->session) {
		struct guest *guest = session_guest(s->session);

		mx_collect(&run, session_model(s->session), cell->words.scenario, failed,
			   guest ? guest_command(guest) : NULL);
		run.conditions.pinned = guest && guest_pinned(guest);
	} else {
		run.verdict = VERDICT_INCONCLUSIVE;
		run.exit = verdict_exit_code(run.verdict);
		run.why = xstrdup(failed);
	}
	run.conditions.host_cpu = xstrdup(v->host_cpu);
	run.conditions.load_before = s->load;
	run.conditions.load_after = mx_host_load();
	run.conditions.steal_ms = mx_host_steal_ms() - s->steal_ms;
	r = v->d->run(v->d->arg, &run, loop_now_ns() - s->begin_ns, err);
	mx_run_finish(&run);
	return r;
}

static void release(struct driver *v, struct slot *s)
{
	if (s->session)
		v->busy--;
	session_destroy(s->session);
	scenario_destroy(s->scenario);
	free(s->gone);
	*s = (struct slot){.driver = v, .number = s->number};
}

static int boot(struct driver *v, struct slot *s, struct err *err)
{
	const struct mx_drive *d = v->d;
	const struct mx_plan_cell *cell = cell_of(v, s->turn);
	struct session_config config = {.guest = d->options->config,
					.sample_ns = SAMPLE_NS,
					.replay = d->loaded->is_session,
					.recorded = d->loaded->model};
	int r;

	config.guest.topology = cell->topology;
	config.guest.kernel = cell->words.kernel;
	if (d->pin)
		config.guest.pin_from = s->number * topology_cpus(&cell->topology) + 1;
	r = mx_cell_scenario(d->loaded->scenario, &cell->topology, cell->words.sched, &s->scenario,
			     err);
	if (r < 0)
		return r;
	s->session = session_create(&v->loop, &config, &observer, s, err);
	if (!s->session)
		return -err->code;
	v->busy++;
	return session_script(s->session, s->scenario, err);
}

/* The next turn into a free slot. What cannot even begin is a run all the same. */
static int begin(struct driver *v, struct slot *s, struct err *err)
{
	struct err why = ERR_INIT;
	int r = 0;

	s->turn = v->next++;
	s->begin_ns = loop_now_ns();
	s->load = mx_host_load();
	s->steal_ms = mx_host_steal_ms();
	if (boot(v, s, &why) < 0) {
		r = tell(v, s, why.msg, err);
		release(v, s);
	}
	return r;
}

static int end(struct driver *v, struct slot *s, struct err *err)
{
	bool ended = session_model(s->session)->ended;
	int r = tell(v, s, ended ? NULL : s->gone, err);

	release(v, s);
	return r;
}

static size_t next_todo(const struct driver *v)
{
	size_t i = v->next;

	while (i < v->d->plan->nturns && (!v->d->todo[i] || cell_of(v, i)->skip))
		i++;
	return i;
}

/* Free slots get work; 0 or the error of telling. */
static int fill(struct driver *v, struct err *err)
{
	unsigned i;
	int r = 0;

	for (i = 0; i < v->d->jobs && r == 0; i++) {
		while (!v->slot[i].session && r == 0) {
			v->next = next_todo(v);
			if (v->next == v->d->plan->nturns)
				return 0;
			r = begin(v, &v->slot[i], err);
		}
	}
	return r;
}

static int reap(struct driver *v, struct err *err)
{
	unsigned i;
	int r = 0;

	for (i = 0; i < v->d->jobs && r == 0; i++)
		if (v->slot[i].session && v->slot[i].finished)
			r = end(v, &v->slot[i], err);
	return r;
}

static int drive(struct driver *v, struct err *err)
{
	int r;

	for (;;) {
		r = fill(v, err);
		if (r < 0 || !v->busy)
			return r;
		r = loop_turn(&v->loop, -1);
		if (r < 0)
			return err_sys(err, -r, "wait for the guests");
		if (v->signal)
			return err_set(err, EINTR, "ended by signal %d (%s)", v->signal,
				       strsignal(v->signal));
		r = reap(v, err);
		if (r < 0)
			return r;
	}
}

int mx_drive(const struct mx_drive *d, struct err *err)
{
	struct driver *v = xcalloc(1, sizeof(*v));
	sigset_t set;
	unsigned i;
	int r = loop_init(&v->loop, err);

	if (r < 0) {
		free(v);
		return r;
	}
	v->d = d;
	v->host_cpu = mx_host_cpu();
	v->slot = xcalloc(d->jobs, sizeof(*v->slot));
	for (i = 0; i < d->jobs; i++)
		v->slot[i] = (struct slot){.driver = v, .number = i};
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	loop_add_signals(&v->loop, &set, on_signal, v);
	r = drive(v, err);
	for (i = 0; i < d->jobs; i++)
		release(v, &v->slot[i]);
	loop_finish(&v->loop);
	free(v->slot);
	free(v->host_cpu);
	free(v);
	return r;
}
