/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_tables - tables of tasks and CPUs and the oldest waiter, drawn of made-up samples in which
 * every figure is told. SXP_REGENERATE=1 writes the golden files anew.
 */
#include "tests/unit/test.h"
#include "drawn.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "ops/model_wait.h"
#include "ops/sample_rows.h"
#include "ops/sheet.h"
#include "tui/keys.h"
#include "tui/tui.h"

#include <locale.h>
#include <unistd.h>

#define S     UINT64_C(1000000000)
#define LOCAL UINT64_C(0xC000000000000000) /* SCX_DSQ_LOCAL_ON | cpu */

struct bench {
	struct tui *tui;
	struct model *model;
	struct scenario *scenario;
	struct sample s;
};

static struct tui *tui_of(void **state)
{
	return ((struct bench *)*state)->tui;
}

static const struct model *host_model(void *arg)
{
	return ((struct bench *)arg)->model;
}

static const struct scenario *host_scenario(void *arg)
{
	return ((struct bench *)arg)->scenario;
}

static bool host_live(void *arg)
{
	return true;
}

static const struct tui_host host = {.model = host_model,
				     .scenario = host_scenario,
				     .submit = no_guest_submit,
				     .submit_block = no_guest_block,
				     .cancel = no_guest_act,
				     .quit = no_guest_act,
				     .console = no_guest_console,
				     .live = host_live};

/* ---- a guest that never was --------------------------------------------------------------- */

static void tell(struct bench *b, struct event ev)
{
	if (!ev.name)
		ev.name = "";
	if (!ev.text)
		ev.text = "";
	if (!ev.cgroup)
		ev.cgroup = "";
	ev.path = "";
	ev.data = "";
	model_apply(b->model, &ev);
}

static void op(struct bench *b, uint64_t seq, uint64_t t_ns, const char *text)
{
	tell(b, (struct event){.type = EV_OP, .seq = seq, .t_ns = t_ns, .text = text});
	tell(b, (struct event){.type = EV_BEGIN, .seq = seq, .t_ns = t_ns});
	tell(b, (struct event){.type = EV_DONE, .seq = seq, .t_ns = t_ns, .text = "done"});
}

static struct sample_task *task(struct bench *b, int32_t pid, int32_t tid, const char *comm,
				uint64_t cgroup)
{
	struct sample_task *t = &b->s.tasks[b->s.ntasks++];

	*t = (struct sample_task){.pid = pid,
				  .tid = tid,
				  .state = 'S',
				  .cgroup_id = cgroup,
				  .run_ns = 2 * S,
				  .wait_ns = S / 2,
				  .switches = 100,
				  .migrations = 4};
	sample_clear(t, &sample_task_fields);
	snprintf(t->comm, sizeof(t->comm), "%s", comm);
	t->start_ns = 40 * S;
	t->sclass = SAMPLE_CLASS_EXT;
	t->prio = 121;
	t->weight = 100;
	t->allowed = 0;
	t->last_cpus = UINT64_C(0xffffffff00010000);
	t->waker = 0;
	t->wakes = 12;
	t->wake_p50_ns = 60000;
	t->wake_p99_ns = 200000;
	t->wake_max_ns = 400000;
	t->mig_llc = 3;
	t->mig_cross = 1;
	t->mig_node = 0;
	t->voluntary = 30;
	t->involuntary = 70;
	t->slice_ns = 3000000;
	return t;
}

static void runs(struct sample_task *t, int32_t cpu, uint64_t since)
{
	t->state = 'R';
	t->held = SAMPLE_HELD_RUNNING;
	t->cpu = cpu;
	t->since_ns = since;
}

static void waits(struct sample_task *t, enum sample_held held, uint64_t since)
{
	t->state = 'r';
	t->held = held;
	t->since_ns = since;
}

static void cgroup(struct bench *b, uint64_t id, const char *path, uint64_t weight, uint64_t usage)
{
	struct sample_cgroup *g = &b->s.cgroups[b->s.ncgroups++];

	*g = (struct sample_cgroup){.id = id, .usage_ns = usage};
	sample_clear(g, &sample_cgroup_fields);
	snprintf(g->path, sizeof(g->path), "%s", path);
	g->weight = weight;
	g->quota_ns = 0;
	g->period_ns = 100000000;
	g->cpuset = 0;
	g->psi_avg10 = 1250;
}

static void cpus(struct bench *b, unsigned n, uint64_t t_ns)
{
	unsigned i;

	for (i = 0; i < n; i++) {
		struct sample_cpu *c = &b->s.cpus[i];

		*c = (struct sample_cpu){.cpu = i,
					 .nr_running = 0,
					 .switches = t_ns / 10000000,
					 .migrations = t_ns / S,
					 .busy_ns = t_ns / 50,
					 .scx_running = 0,
					 .local_dsq = 0,
					 .clock = t_ns};
		sample_clear(c, &sample_cpu_fields);
		c->wakeups = t_ns / 20000000;
		c->mig_out = t_ns / S;
		c->turns = t_ns / 50000000;
		c->run_delay_ns = t_ns / 100;
		c->rt_running = c->dl_running = 0;
	}
	b->s.ncpus = n;
}

static void on_cpu(struct bench *b, unsigned cpu, const struct sample_task *t, uint64_t nr,
		   uint64_t local)
{
	struct sample_cpu *c = &b->s.cpus[cpu];

	c->pid = t->tid;
	memcpy(c->comm, t->comm, sizeof(c->comm));
	c->cgroup_id = t->cgroup_id;
	c->sclass = t->sclass;
	c->nr_running = nr;
	c->scx_running = nr;
	c->local_dsq = local;
	c->busy_ns = b->s.t_ns;
}

/* Four CPUs under a scheduler that has lost one hog, a real-time hog on CPU 2, as at 84.5s. */
static void moment(struct bench *b, uint64_t t_ns)
{
	struct sample_task *t;
	int i;

	b->s.t_ns = t_ns;
	b->s.ntasks = b->s.ncgroups = b->s.nmasks = b->s.ndsqs = 0;
	b->s.drops = 0;
	b->s.cost_ns = t_ns / 100;
	b->s.steal_ns = 0;
	b->s.sched.state = 1;
	b->s.sched.switch_all = 1;
	b->s.sched.watchdog_ns = 30 * S;
	sample_mask_index(&b->s, &(struct sample_mask){.bits = {0xf}});
	sample_mask_index(&b->s, &(struct sample_mask){.bits = {0x3}});
	cpus(b, 4, t_ns);
	cgroup(b, 1, "/", 100, t_ns * 3);
	cgroup(b, 10, "/scxplore", 100, t_ns * 3);
	cgroup(b, 20, "/scxplore/high", 300, t_ns);
	cgroup(b, 30, "/scxplore/low", 100, t_ns);
	cgroup(b, 40, "/scxplore/rt", 100, t_ns);
	b->s.cgroups[3].quota_ns = 50000000;
	b->s.cgroups[3].throttled = 12;
	for (i = 0; i < 4; i++) {
		t = task(b, 212 + i, 212 + i, "worker", 20);
		t->run_ns = t_ns / 4 * (uint64_t)(i + 1);
		t->dsq = SAMPLE_ABSENT;
		if (i < 2) {
			runs(t, i, t_ns - 4000000);
			on_cpu(b, (unsigned)i, t, 3, 2);
		} else if (i == 2) {
			waits(t, SAMPLE_HELD_BPF, 72 * S);
			t->cpu = 2;
			t->last_cpus = UINT64_C(0x0000000200020002);
		} else {
			waits(t, SAMPLE_HELD_USER, t_ns - 9000000);
			t->dsq = 1;
			t->dsq_place = 0;
			t->vtime = 5000000;
		}
	}
	t = task(b, 230, 230, "cyclictest", 40);
	t->policy = 1;
	t->sclass = SAMPLE_CLASS_RT;
	runs(t, 2, t_ns - 3 * S);
	on_cpu(b, 2, t, 4, 3);
	t = task(b, 240, 240, "pool", 30);
	t->waker = 230;
	t->since_ns = t_ns - S;
	t = task(b, 240, 241, "pool-1", 30);
	waits(t, SAMPLE_HELD_LOCAL, t_ns - 2 * S);
	t->cpu = 2;
	t = task(b, 240, 242, "pool-2", 30);
	t->allowed = 1;
	runs(t, 3, t_ns - 1000000);
	on_cpu(b, 3, t, 1, 0);
	t->sclass = SAMPLE_CLASS_FAIR;
	b->s.ndsqs = 1;
	sample_clear(&b->s.dsqs[0], &sample_dsq_fields);
	b->s.dsqs[0].id = 1;
	b->s.dsqs[0].nr = 1;
	b->s.dsqs[0].head_vtime = 9000000;
	model_sample(b->model, &b->s);
}

static int set_up(void **state)
{
	struct bench *b = xcalloc(1, sizeof(*b));
	int i;

	b->model = model_create();
	b->scenario = scenario_create(4);
	sample_alloc(&b->s);
	tell(b, (struct event){.type = EV_GUEST, .name = "7.3.4", .text = "1n1l4c1t"});
	tell(b, (struct event){.type = EV_ACCEL, .name = "tcg", .text = "asked for"});
	tell(b, (struct event){.type = EV_READY, .count = 4, .cgroup = "/scxplore", .t_ns = 2 * S});
	op(b, 1, 40 * S, "cgroup add high cpu.weight=300");
	op(b, 2, 41 * S, "spawn hogs@high spin n=4");
	for (i = 0; i < 4; i++)
		tell(b, (struct event){.type = EV_PLACED,
				       .seq = 2,
				       .name = "hogs",
				       .index = (uint64_t)i + 1,
				       .pid = 212 + i,
				       .cgroup = "/scxplore/high",
				       .text = "0::/scxplore/high",
				       .flag = true,
				       .t_ns = 41 * S});
	tell(b, (struct event){
			.type = EV_SCHED, .t_ns = 50 * S, .name = "lavd_1.1.3", .text = "enabled"});
	op(b, 3, 71 * S, "move hogs to=high");
	op(b, 4, 73 * S, "hold 20s");
	moment(b, 84 * S);
	moment(b, 84 * S + 400000000);
	b->tui = tui_create(&host, b, "stall.session", true);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	tui_destroy(b->tui);
	model_destroy(b->model);
	scenario_destroy(b->scenario);
	sample_free(&b->s);
	free(b);
	return 0;
}

/* ---- keys in, text out --------------------------------------------------------------------- */

static bool sees(struct bench *b, const char *text)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(b->tui, 30, 100, false, &seen);
	return strstr(buf_text(&seen), text);
}

static void assert_shows(struct bench *b, const char *text)
{
	cleanup_buf struct buf seen = BUF_INIT;

	picture(b->tui, 30, 100, false, &seen);
	if (!strstr(buf_text(&seen), text))
		print_error("expected '%s' in\n%s", text, buf_text(&seen));
	assert_non_null(strstr(buf_text(&seen), text));
}

static void the_first_question_is_answered_at_every_size(void **state)
{
	assert_shows(*state, "! LOST hogs.3[214] 12.4s of 30s [");
	assert_shows(*state, "held in BPF, cpus 0-3, /high");
	assert_shows(*state, "after: move hogs to=high");
	assert_golden(tui_of(state), "waiter-100x30", 30, 100);
	assert_golden(tui_of(state), "waiter-200x60", 60, 200);
	assert_golden(tui_of(state), "waiter-80x24", 24, 80);
	assert_golden(tui_of(state), "waiter-40x12", 12, 40);
}

static void tasks_have_a_screen_with_every_figure(void **state)
{
	struct bench *b = *state;

	press(b->tui, '2');
	assert_golden(b->tui, "tasks-100x30", 30, 100);
	assert_golden(b->tui, "tasks-200x60", 60, 200);
	assert_golden(b->tui, "tasks-80x24", 24, 80);
	assert_golden(b->tui, "tasks-40x12", 12, 40);
}

/* Every column is a press of an arrow away, however narrow it is, and the name stays. */
static void every_column_can_be_scrolled_to(void **state)
{
	struct bench *b = *state;
	size_t i, k;

	press(b->tui, '2');
	assert_shows(b, "CGROUP / TASK");
	for (k = 1; k < sheet_tasks.ncolumns; k++) {
		bool seen = false;

		press(b->tui, KEY_GO_LEFT);
		for (i = 0; i < sheet_tasks.ncolumns; i++)
			press(b->tui, KEY_GO_LEFT);
		for (i = 0; i < sheet_tasks.ncolumns && !seen; i++) {
			seen = sees(b, sheet_tasks.columns[k].head);
			press(b->tui, KEY_GO_RIGHT);
		}
		if (!seen)
			print_error("never seen: %s\n", sheet_tasks.columns[k].head);
		assert_true(seen);
	}
	assert_shows(b, "CGROUP / TASK");
	assert_shows(b, "hogs.1[212]");
	assert_golden(b->tui, "tasks-scrolled-80x24", 24, 80);
}

/* What every wake-up would have to be looked at for costs nobody anything who has not asked for it. */
static void wake_ups_are_looked_at_only_while_such_a_column_is_asked_for(void **state)
{
	struct bench *b = *state;
	size_t i;

	for (i = 1; i <= 8; i++) {
		press(b->tui, '0' + (int)i);
		assert_shows(b, "");
		assert_false(tui_watches(b->tui));
	}
	press(b->tui, '2');
	for (i = 0; i < sheet_tasks.ncolumns && !sees(b, "P99 WAKE"); i++)
		press(b->tui, KEY_GO_RIGHT);
	assert_true(sees(b, "P99 WAKE"));
	assert_true(tui_watches(b->tui));
	for (i = 0; i < sheet_tasks.ncolumns; i++)
		press(b->tui, KEY_GO_LEFT);
	assert_false(sees(b, "P99 WAKE"));
	assert_false(tui_watches(b->tui));
	/* by what is not in sight */
	type(b->tui, "fwake_max_ns>1ms\n");
	assert_shows(b, "");
	assert_true(tui_watches(b->tui));
}

static void what_is_wrong_with_a_task_is_said_by_sign_and_word(void **state)
{
	struct bench *b = *state;

	type(b->tui, "2z");
	assert_shows(b, "! LOST");
	assert_shows(b, "! OUTSIDE 3");
	assert_shows(b, "! HOG CPU 2");
	type(b->tui, "1");
	assert_shows(b, "RT !");
}

static void a_table_is_sorted_by_the_column_one_names(void **state)
{
	cleanup_buf struct buf seen = BUF_INIT;
	struct bench *b = *state;
	const char *a, *z;

	type(b->tui, "2z");
	assert_shows(b, "TASKS 8");
	type(b->tui, "ooo");
	assert_shows(b, "TASKS 8  flat");
	type(b->tui, "swaiting\n");
	assert_shows(b, "sort: WAITING v");
	picture(b->tui, 30, 100, false, &seen);
	a = strstr(buf_text(&seen), "hogs.3[214]");
	a = strstr(a + 1, "hogs.3[214]"); /* the first line names it, too */
	z = strstr(buf_text(&seen), "pool-1[240/241]");
	assert_true(a && z && a < z);
	type(b->tui, "swaiting\n");
	assert_shows(b, "sort: WAITING ^");
	type(b->tui, "swaiting\n");
	assert_false(sees(b, "sort:"));
	type(b->tui, "swake_");
	assert_shows(b, "wake_p99_ns wake_p50_ns wake_max_ns");
	press(b->tui, KEY_ESCAPE);
	type(b->tui, "snothing\n");
	assert_shows(b, "no column is called so");
	/* Enter alone takes the column under the cursor */
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT);
	type(b->tui, "s\n");
	assert_shows(b, "sort: WAITING v");
}

static void a_filter_takes_a_text_or_a_comparison(void **state)
{
	struct bench *b = *state;

	type(b->tui, "2z");
	assert_shows(b, "hogs.1[212]");
	type(b->tui, "fwaiting>1s\n");
	assert_shows(b, "hogs.3[214]");
	assert_shows(b, "filter: waiting>1s");
	assert_false(sees(b, "hogs.1[212]"));
	assert_false(sees(b, "hogs.4[215]"));
	type(b->tui, "f");
	press(b->tui, KEY_CTRL_U);
	type(b->tui, "class=RT\n");
	assert_shows(b, "cyclictest[230]");
	assert_false(sees(b, "hogs.1[212]"));
	type(b->tui, "f");
	press(b->tui, KEY_CTRL_U);
	type(b->tui, "/low\n"); /* a cgroup with what is in it */
	assert_shows(b, "pool-1[240/241]");
	assert_false(sees(b, "hogs.1[212]"));
	type(b->tui, "f");
	press(b->tui, KEY_CTRL_U);
	type(b->tui, "nonesuch\n");
	assert_shows(b, "nothing passes the filter");
}

static void a_figure_becomes_an_expectation(void **state)
{
	struct bench *b = *state;

	type(b->tui, "2z");
	assert_shows(b, "hogs.1[212]");
	type(b->tui, "g/hogs.1\ne");
	assert_shows(b, ":expect placed hogs in=high");
	press(b->tui, KEY_ESCAPE);
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT); /* CPUS */
	press(b->tui, 'e');
	assert_shows(b, ":expect confined hogs");
	press(b->tui, KEY_ESCAPE);
	/* a cgroup's row is named by how many are in it; CPUS is what its file says */
	type(b->tui, "g/high  4\ne");
	assert_shows(b, ":expect file /sys/fs/cgroup/scxplore/high/cpuset.cpus.effective == ");
	press(b->tui, KEY_ESCAPE);
	press(b->tui, KEY_GO_LEFT);
	press(b->tui, KEY_GO_LEFT);
	press(b->tui, KEY_GO_LEFT);
	press(b->tui, KEY_GO_LEFT);
	press(b->tui, 'e');
	assert_shows(b, ":expect tasks @high == 4");
}

static void threads_are_folded_into_their_process(void **state)
{
	struct bench *b = *state;

	type(b->tui, "2z");
	assert_shows(b, "pool-1[240/241]");
	type(b->tui, "o");
	assert_shows(b, "pool[240] x3");
	assert_false(sees(b, "pool-1[240/241]"));
	type(b->tui, "o");
	assert_shows(b, "only groups");
	assert_false(sees(b, "hogs.1[212]"));
}

static void a_figure_is_explained_and_so_is_its_absence(void **state)
{
	struct bench *b = *state;
	int i;

	press(b->tui, '2');
	assert_shows(b, "hogs.1[212]");
	type(b->tui, "g/cyclictest\n");
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, KEY_GO_RIGHT);
	press(b->tui, '?');
	assert_shows(b, "HELD BY: where it is");
	assert_shows(b, "here: running");
	press(b->tui, '?');
	assert_shows(b, "HELP");
	press(b->tui, KEY_ESCAPE);
	for (i = 0; i < 20; i++)
		press(b->tui, KEY_GO_LEFT);
	type(b->tui, "g/hogs.1\n");
	assert_shows(b, "hogs.1[212]");
	for (i = 0; i < 60 && !sees(b, "VTIME-HEAD: "); i++) {
		press(b->tui, KEY_ESCAPE);
		press(b->tui, KEY_GO_RIGHT);
		press(b->tui, '?');
	}
	assert_shows(b, "here: not known: it is on no DSQ that is ordered by vtime");
}

static void a_followed_row_keeps_the_cursor_wherever_it_goes(void **state)
{
	struct bench *b = *state;

	press(b->tui, '2');
	assert_shows(b, "hogs.1[212]");
	type(b->tui, "g/hogs.3\nF");
	assert_shows(b, "follow");
	type(b->tui, "ooosrun_ns\n\n"); /* flat, sorted, opened */
	assert_shows(b, "OPENED");
	assert_shows(b, "hogs.3[214] worker, thread 214");
	assert_shows(b, "waits for 12.4s, held in BPF: LOST, on no queue");
	assert_shows(b, "the op before it began to wait: move hogs to=high");
}

/* Figures stand while the guest goes on: they can be sorted, searched and opened. */
static void frozen_figures_stand_and_can_be_looked_at(void **state)
{
	struct bench *b = *state;
	int i;

	type(b->tui, "2 ");
	assert_shows(b, "FROZEN");
	for (i = 0; i < 5; i++)
		moment(b, 90 * S + (uint64_t)i * S);
	tell(b, (struct event){.type = EV_CGROUP_REMOVED,
			       .id = 30,
			       .cgroup = "/scxplore/low",
			       .t_ns = 95 * S});
	assert_shows(b, "84.4s FROZEN");
	assert_shows(b, "! LOST hogs.3[214] 12.4s of 30s");
	assert_shows(b, "/low  3");
	type(b->tui, "g/hogs.3\n\n");
	assert_shows(b, "waits for 12.4s, held in BPF");
	press(b->tui, KEY_ESCAPE);
	press(b->tui, KEY_ESCAPE); /* the search */
	type(b->tui, " ");
	assert_shows(b, "! LOST hogs.3[214] 22.0s of 30s");
	assert_false(sees(b, "FROZEN"));
}

static void a_cpu_is_held_by_a_hog_and_that_is_no_stall(void **state)
{
	struct bench *b = *state;
	struct model_wait w;

	b->s.cpus[0].switches++;
	b->s.tasks[2].state = 'S'; /* the lost one sleeps: the next oldest stands behind the hog */
	b->s.tasks[2].held = SAMPLE_ABSENT;
	b->s.t_ns += S / 10;
	model_sample(b->model, &b->s);
	assert_true(model_wait_oldest(b->model, &w));
	assert_int_equal(w.kind, WAIT_HOG);
	assert_shows(b, "! HOG pool-1[241] 2.1s of 30s");
	assert_shows(b, "held behind cyclictest[230], real-time for 3.1s on CPU 2");
}

static void columns_that_nothing_fills_take_no_room(void **state)
{
	struct bench *b = *state;
	unsigned i;

	type(b->tui, "2z");
	for (i = 0; i < b->s.ntasks; i++)
		sample_clear(&b->s.tasks[i], &sample_task_fields);
	b->s.t_ns += S;
	model_sample(b->model, &b->s);
	assert_shows(b, "RUN%");
	assert_false(sees(b, "P99 WAKE"));
	assert_false(sees(b, "CLASS  "));
}

static void nothing_is_lost_where_the_source_does_not_tell_queues(void **state)
{
	struct bench *b = *state;
	unsigned i;

	for (i = 0; i < b->s.ntasks; i++)
		b->s.tasks[i].held = SAMPLE_ABSENT;
	b->s.t_ns += S;
	model_sample(b->model, &b->s);
	assert_false(sees(b, "! LOST"));
	assert_shows(b, "! OLDEST WAITER hogs.3[214] 13.4s of 30s");
	assert_shows(b, "held somewhere: the source does not tell queues");
}

static void slurp(const char *path, struct buf *out)
{
	FILE *f = fopen(path, "r");
	int c;

	assert_non_null(f);
	buf_reset(out);
	while ((c = fgetc(f)) != EOF)
		buf_addc(out, (char)c);
	fclose(f);
}

static void a_table_goes_into_a_file_as_it_is_shown(void **state)
{
	struct bench *b = *state;
	char folder[] = "/tmp/scxplore-table-XXXXXX", line[200], path[100];
	cleanup_buf struct buf text = BUF_INIT;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/tasks.csv", folder);
	type(b->tui, "2ooof");
	type(b->tui, "hogs\nstid\n");
	snprintf(line, sizeof(line), ":table %s\n", path);
	type(b->tui, line);
	assert_shows(b, "wrote 4 rows of tasks to /tmp/scxplore-table-");
	slurp(path, &text);
	assert_memory_equal(buf_text(&text), "name,state,", 11);
	assert_true(strstr(buf_text(&text), "hogs.3[214]") < strstr(buf_text(&text), "hogs.1[212]"));
	type(b->tui, line);
	assert_shows(b, "exists already; --force replaces it");
	/* another table by its name takes nothing from the one under the cursor */
	snprintf(line, sizeof(line), ":table cpus %s --force\n", path);
	type(b->tui, line);
	slurp(path, &text);
	assert_memory_equal(buf_text(&text), "cpu,current,", 12);
	assert_shows(b, "rows of cpus to");
	type(b->tui, ":table tasks.odd\n");
	assert_shows(b, "end it in .csv, .json or .txt");
	unlink(path);
	rmdir(folder);
}

#define TABLE_TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

/* One of "high" and one of a cgroup below it: the tree says so, and so does the screen. */
static void sub_schedulers_stand_with_their_cgroups(void **state)
{
	struct bench *b = *state;
	struct sheet_value v;
	struct sheet s;
	size_t i;

	tell(b, (struct event){.type = EV_SCHED, .name = "top", .text = "enabled", .id = 1});
	moment(b, 85 * S);
	b->s.t_ns = 86 * S;
	b->s.nscx = 1;
	snprintf(b->s.scx[0].name, sizeof(b->s.scx[0].name), "SCX_EV_DISPATCH_KEEP_LAST");
	b->s.nsubs = 1;
	sample_clear(&b->s.subs[0], &sample_sub_fields);
	b->s.subs[0].cgroup_id = 20;
	snprintf(b->s.subs[0].name, sizeof(b->s.subs[0].name), "inner");
	b->s.subs[0].level = 1;
	b->s.subs[0].exit_kind = 0;
	b->s.subs[0].events[0] = 5;
	b->s.cgroups[2].sched = 20;
	b->s.tasks[0].sched = 20;
	model_sample(b->model, &b->s);
	b->s.t_ns = 88 * S;
	b->s.subs[0].events[0] = 25;
	model_sample(b->model, &b->s);
	press(b->tui, '3');
	assert_shows(b, "inner at /scxplore/high  level 1  tasks 1  bypass -");
	assert_shows(b, "SCX_EV_DISPATCH_KEEP_LAST                      25        10/s");
	press(b->tui, '2');
	assert_shows(b, "/high  4  by inner");
	sheet_build(&s, &sheet_subs, b->model, &(struct sheet_ask){0});
	assert_int_equal(s.n, 2);
	sheet_value(&s, &s.rows[0], 0, &v);
	assert_string_equal(v.text, "top");
	sheet_value(&s, &s.rows[1], 0, &v);
	assert_string_equal(v.text, "inner");
	sheet_finish(&s);
	sheet_build(&s, &sheet_counters, b->model, &(struct sheet_ask){0});
	assert_int_equal(s.n, 2);
	sheet_finish(&s);
	sheet_build(&s, &sheet_cgroups, b->model, &(struct sheet_ask){0});
	for (i = 0; i < s.n; i++) {
		sheet_value(&s, &s.rows[i], (size_t)sheet_column_by_name(s.def, "sched"), &v);
		assert_string_equal(v.text, s.rows[i].index == 2 ? "inner" : "top");
	}
	sheet_finish(&s);
	/* it has gone with its parent */
	b->s.t_ns = 89 * S;
	b->s.nsubs = 0;
	model_sample(b->model, &b->s);
	press(b->tui, '3');
	assert_shows(b, "SUB-SCHEDULERS  - (none is attached)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TABLE_TEST(the_first_question_is_answered_at_every_size),
		TABLE_TEST(tasks_have_a_screen_with_every_figure),
		TABLE_TEST(every_column_can_be_scrolled_to),
		TABLE_TEST(wake_ups_are_looked_at_only_while_such_a_column_is_asked_for),
		TABLE_TEST(what_is_wrong_with_a_task_is_said_by_sign_and_word),
		TABLE_TEST(a_table_is_sorted_by_the_column_one_names),
		TABLE_TEST(a_filter_takes_a_text_or_a_comparison),
		TABLE_TEST(a_figure_becomes_an_expectation),
		TABLE_TEST(threads_are_folded_into_their_process),
		TABLE_TEST(a_figure_is_explained_and_so_is_its_absence),
		TABLE_TEST(a_followed_row_keeps_the_cursor_wherever_it_goes),
		TABLE_TEST(frozen_figures_stand_and_can_be_looked_at),
		TABLE_TEST(a_cpu_is_held_by_a_hog_and_that_is_no_stall),
		TABLE_TEST(columns_that_nothing_fills_take_no_room),
		TABLE_TEST(nothing_is_lost_where_the_source_does_not_tell_queues),
		TABLE_TEST(sub_schedulers_stand_with_their_cgroups),
		TABLE_TEST(a_table_goes_into_a_file_as_it_is_shown),
	};

	setlocale(LC_CTYPE, "C.UTF-8");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
