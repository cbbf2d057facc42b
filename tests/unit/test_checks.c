/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_checks - the table of standard checks: each is seen to hold, to fail and to be untold, on
 * models made up here; when wall times are trusted; what is judged without being asked for.
 */
#include "test.h"

#include "base/cleanup.h"
#include "ops/check.h"
#include "ops/checks.h"
#include "session/host_load.h"

#include <fcntl.h>
#include <unistd.h>

#define CPUS 2

static struct model *m;
static uint64_t seq;

static int build(void **state)
{
	m = model_create();
	seq = 0;
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "kvm", .text = ""});
	model_apply(m, &(struct event){.type = EV_GUEST, .name = "6.16", .text = "2n2l1c1t"});
	model_apply(m, &(struct event){.type = EV_READY, .count = CPUS, .cgroup = "/scxplore"});
	return 0;
}

static int drop(void **state)
{
	model_destroy(m);
	return 0;
}

static uint64_t did(const char *line)
{
	model_apply(m, &(struct event){.type = EV_OP, .seq = ++seq, .text = line});
	model_apply(m, &(struct event){.type = EV_BEGIN, .seq = seq});
	model_apply(m, &(struct event){.type = EV_DONE, .seq = seq, .text = ""});
	return seq;
}

static void reported(uint64_t of, uint64_t index, const char *text)
{
	model_apply(m, &(struct event){.type = EV_PLACED,
				       .seq = of,
				       .name = "w",
				       .index = index,
				       .pid = 80 + (int64_t)index,
				       .cgroup = "/",
				       .text = "0::/",
				       .flag = true});
	model_apply(m, &(struct event){.type = EV_REPORT,
				       .seq = of,
				       .name = "w",
				       .index = index,
				       .pid = 80 + (int64_t)index,
				       .t_ns = 3000000000,
				       .text = text});
}

static void two_workers(const char *one, const char *two)
{
	uint64_t of = did("spawn w spin n=2");

	reported(of, 1, one);
	reported(of, 2, two);
}

/* Samples half a second apart; the counters go up by `each` from one to the next. */
struct machine {
	uint64_t nr[CPUS], local, each;
	bool sched, still, absent;
};

static void sampled(const struct machine *is, unsigned n)
{
	static uint64_t t_ns, counter;
	static struct sample_cpu cpus[CPUS];
	unsigned i, c;

	for (i = 0; i < n; i++) {
		struct sample s = {.cpus = cpus,
				   .ncpus = CPUS,
				   .nscx = is->sched ? 2 : 0,
				   .steal_ns = SAMPLE_ABSENT};

		s.t_ns = t_ns += 500000000;
		counter += is->each;
		for (c = 0; c < CPUS; c++)
			cpus[c] = (struct sample_cpu){
				.cpu = c,
				.nr_running = is->nr[c],
				.switches = SAMPLE_ABSENT,
				.scx_running = SAMPLE_ABSENT,
				.local_dsq = is->absent ? SAMPLE_ABSENT : is->local,
				.clock = is->absent            ? SAMPLE_ABSENT
					 : is->still && c == 1 ? 7
							       : t_ns,
			};
		strcpy(s.scx[0].name, "SCX_EV_SELECT_CPU_FALLBACK");
		strcpy(s.scx[1].name, "SCX_EV_DISPATCH_KEEP_LAST");
		s.scx[0].value = s.scx[1].value = counter;
		s.scx_enables = 1;
		model_sample(m, &s);
	}
}

static void judged(const char *line, enum verdict want, const char *words)
{
	cleanup_buf struct buf why = BUF_INIT;
	cleanup_op struct op *op = NULL;
	struct err err = ERR_INIT;
	enum verdict got;

	if (op_parse(line, &op, &err) < 0)
		fail_msg("%s: %s", line, err.msg);
	got = check_op(m, op, did(line), &why);
	if (got != want || !strstr(buf_text(&why), words))
		fail_msg("%s: %s '%s', expected %s and '%s'", line, verdict_name(got),
			 buf_text(&why), verdict_name(want), words);
}

static void refused(const char *line, const char *words)
{
	cleanup_op struct op *op = NULL;
	struct err err = ERR_INIT;

	if (op_parse(line, &op, &err) == 0)
		fail_msg("'%s' was taken", line);
	if (!strstr(err.msg, words))
		fail_msg("'%s': '%s' without '%s'", line, err.msg, words);
}

#define GOOD                                                                                       \
	"units=1000 iterations=1000 wall=4000000000 cpu=2000000000 migrations=3 gap=50000000 "     \
	"gap-at=2000000000 gap-cpu=1 wakes=10 wake-max=900000 wake=70:9,76:1 cpus=0 "              \
	"numa=0:90,1:10"

static const struct {
	const char *check, *limit;
	const char *bad; /* report of the second worker */
	const char *words;
} of_workers[] = {
	{"starvation", "", "units=0 wall=4000000000", "work units of each is 0, at least 1"},
	{"gap", "", "gap=2100000000 gap-at=2500000000 gap-cpu=1", "w.2[82] up to 2.500s, on CPU 1"},
	{"spread", "", "wall=4000000000 cpu=1000000000", "w.2 was off the CPU 75.0% of its time"},
	{"parity", " limit=10%", "units=10 cpu=2000000000", "deviation of throughput is 98"},
	{"wake-p50", " limit=1ms", "wakes=2 wake-max=8000000 wake=92:2", "p50 of wake-up latency"},
	{"wake-p99", " limit=1ms", "wakes=2 wake-max=8000000 wake=92:2", "p99 of wake-up latency"},
	{"wake-max", " limit=1ms", "wakes=2 wake-max=8000000 wake=92:2", "is 8.0ms"},
	{"rate", " limit=200/s", "iterations=10 wall=4000000000", "iterations of each is 2.5/s"},
	{"migrations", " limit=0.1", "units=10 migrations=9", "migrations by units is 0.9"},
	{"numa", " limit=80%", "cpus=1 numa=0:90,1:10", "local pages of each is 10%"},
};

static void each_check_of_workers_holds_fails_and_is_untold(void **state)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(of_workers); i++) {
		char line[128];

		snprintf(line, sizeof(line), "expect check %s w%s", of_workers[i].check,
			 of_workers[i].limit);
		two_workers(GOOD, GOOD);
		judged(line, VERDICT_PASS, of_workers[i].check);
		two_workers(GOOD, of_workers[i].bad);
		judged(line, VERDICT_FAIL, of_workers[i].words);
		two_workers(GOOD, "run-count=1");
		judged(line, VERDICT_INCONCLUSIVE, "w.2[82] has not measured it");
	}
}

static void an_escape_is_named_with_thread_time_and_cpu(void **state)
{
	two_workers(GOOD, GOOD);
	model_apply(m, &(struct event){.type = EV_LEDGER,
				       .seq = seq + 1,
				       .name = "w",
				       .count = 9,
				       .id = 4,
				       .index = 2});
	judged("expect check escape w", VERDICT_PASS, "runs outside the cpuset is 0");
	judged("expect check escape w", VERDICT_INCONCLUSIVE, "nothing was noted");
	model_apply(m, &(struct event){.type = EV_LEDGER_ESCAPE,
				       .seq = seq + 1,
				       .name = "w",
				       .count = 4,
				       .id = 7000000,
				       .index = 3,
				       .pid = 79,
				       .cgroup = "/scxplore/low",
				       .text = "away"});
	judged("expect check escape w", VERDICT_FAIL,
	       "is 4, at most 0 is allowed; first thread 79 (away) on CPU 3 at 0.007000s");
}

static void each_check_of_the_machine_holds_fails_and_is_untold(void **state)
{
	static const struct machine good = {{2, 1}, 3, 10, true, false, false},
				    bad = {{9, 1}, 51, 150, true, true, false};
	static const struct {
		const char *check, *words;
	} rows[] = {
		{"imbalance", "longest runqueue by shortest is 9, at most 4 is allowed"},
		{"dsq-depth", "longest local DSQ is 51, at most 50 is allowed"},
		{"stuck-clock", "longest standstill of a CPU's clock is 500.0ms"},
		{"fallback", "select_cpu fallbacks is 300/s, at most 200/s"},
		{"keep-last", "is 300/s, at most 100/s is allowed; held over 5 samples"},
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		char line[64];

		snprintf(line, sizeof(line), "expect check %s", rows[i].check);
		drop(NULL);
		build(NULL);
		judged(line, i == 1 || i > 2 ? VERDICT_SKIP : VERDICT_INCONCLUSIVE,
		       i == 1 || i > 2 ? "no sched_ext scheduler" : "no sample was taken");
		sampled(&good, 4);
		judged(line, VERDICT_INCONCLUSIVE, "5 samples in a row are needed");
		sampled(&good, 2);
		judged(line, VERDICT_PASS, "held over 5 samples");
		/* not for long enough, then long enough */
		sampled(&bad, 4);
		sampled(&good, 1);
		judged(line, VERDICT_PASS, "held over 5 samples");
		sampled(&bad, 6);
		judged(line, VERDICT_FAIL, rows[i].words);
	}
}

static void what_a_kernel_does_not_tell_is_never_a_pass(void **state)
{
	static const struct machine absent = {{1, 1}, 0, 0, true, false, true},
				    none = {{1, 1}, 0, 0, false, false, false};

	sampled(&absent, 9);
	judged("expect check dsq-depth", VERDICT_INCONCLUSIVE, "absent from each of 9 samples");
	judged("expect check stuck-clock", VERDICT_INCONCLUSIVE, "absent from each of 9 samples");
	drop(NULL);
	build(NULL);
	sampled(&none, 9);
	judged("expect check fallback", VERDICT_SKIP, "no sched_ext scheduler was in force");
	judged("expect check keep-last", VERDICT_SKIP, "no sched_ext scheduler was in force");
	judged("expect check dsq-depth", VERDICT_SKIP, "no sched_ext scheduler was in force");
	judged("expect check imbalance", VERDICT_PASS, "imbalance");
}

static void no_check_of_the_table_is_left_out(void **state)
{
	static const char *const others[] = {"escape",      "imbalance", "dsq-depth",
					     "stuck-clock", "fallback",  "keep-last"};
	const struct check_def *def;
	size_t i, k;

	for (i = 0; (def = check_def_at(i)); i++) {
		bool found = false;

		for (k = 0; k < ARRAY_SIZE(of_workers); k++)
			found |= !strcmp(of_workers[k].check, def->name);
		for (k = 0; k < ARRAY_SIZE(others); k++)
			found |= !strcmp(others[k], def->name);
		if (!found)
			fail_msg("'%s' is not seen to fail", def->name);
		/* what is judged unasked needs a limit of its own */
		assert_true(def->opt_in || def->limit >= 0);
		assert_ptr_equal(check_def_find(def->name), def);
	}
}

static void a_time_is_not_trusted_under_emulation_or_on_a_loaded_host(void **state)
{
	two_workers(GOOD, "gap=2100000000 units=0");
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	model_apply(m, &(struct event){.type = EV_HOST, .count = 150});
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	model_apply(m, &(struct event){.type = EV_HOST, .count = 450});
	model_apply(m, &(struct event){.type = EV_HOST, .count = 10});
	judged("expect check gap w", VERDICT_INCONCLUSIVE, "45.0% of the time");
	judged("expect check starvation w", VERDICT_FAIL, "work units");
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "tcg", .text = ""});
	judged("expect check gap w", VERDICT_INCONCLUSIVE, "emulated");
	judged("expect check gap w limit=3s", VERDICT_PASS, "2.1");
}

static void a_time_that_is_missed_in_an_exact_run_is_a_fault(void **state)
{
	two_workers(GOOD, "gap=2100000000 units=0");
	model_apply(m, &(struct event){.type = EV_HOST, .count = 900, .id = 900, .index = 9000});
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "tcg", .text = ""});
	judged("expect check gap w", VERDICT_INCONCLUSIVE, "emulated");
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = MODEL_ACCEL_EXACT, .text = ""});
	model_apply(m, &(struct event){.type = EV_GUEST, .name = "7.3.4", .text = "1n1l1c1t"});
	judged("expect check gap w", VERDICT_FAIL, "virtual time");
	judged("expect check gap w limit=3s", VERDICT_PASS, "2.1");
	/* a scheduler of the guest's own is the guest's own */
	model_apply(m, &(struct event){.type = EV_SCHED, .name = "vtime", .text = "enabled", .id = 1});
	judged("expect check gap w", VERDICT_FAIL, "virtual time");
	/* with several CPUs, too, for they take turns by the same clock */
	model_apply(m, &(struct event){.type = EV_GUEST, .name = "7.3.4", .text = "1n1l2c1t"});
	judged("expect check gap w", VERDICT_FAIL, "virtual time");
}

/* A second in which both CPUs had work half of the time; the host took `ns` of that. */
static void stolen(uint64_t ns, bool busy_known)
{
	static uint64_t t_ns, busy, steal;
	struct sample_cpu cpus[CPUS] = {{.cpu = 0}, {.cpu = 1}};
	struct sample s = {.cpus = cpus, .ncpus = CPUS};

	s.t_ns = t_ns += 1000000000;
	s.steal_ns = ns == SAMPLE_ABSENT ? ns : (steal += ns);
	busy += 500000000;
	cpus[0].busy_ns = busy;
	cpus[1].busy_ns = busy_known ? busy : SAMPLE_ABSENT;
	model_sample(m, &s);
}

static void a_time_is_not_trusted_where_the_host_took_it(void **state)
{
	unsigned i;

	two_workers(GOOD, "gap=2100000000 units=0");
	stolen(0, true);
	for (i = 0; i < 3; i++)
		stolen(50000000, true);
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	/* what is not told is not held against it */
	stolen(900000000, false);
	stolen(SAMPLE_ABSENT, true);
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	drop(NULL);
	build(NULL);
	two_workers(GOOD, "gap=2100000000 units=0");
	stolen(0, true);
	stolen(250000000, true);
	/* the worst counts */
	stolen(0, true);
	judged("expect check gap w", VERDICT_INCONCLUSIVE,
	       "the host took 25.0% of the time in which the guest's CPUs had work, so times");
	judged("expect check starvation w", VERDICT_FAIL, "work units");
	judged("expect check gap w limit=3s", VERDICT_PASS, "2.1");
}

static void host_says(uint64_t wait, uint64_t steal, uint64_t tasks)
{
	model_apply(m,
		    &(struct event){.type = EV_HOST, .count = wait, .id = steal, .index = tasks});
}

static void a_time_is_not_trusted_where_the_host_has_none_itself(void **state)
{
	two_workers(GOOD, "gap=2100000000 units=0");
	host_says(100, 50, HOST_UNKNOWN);
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	host_says(100, 150, HOST_UNKNOWN);
	host_says(100, HOST_UNKNOWN, HOST_UNKNOWN);
	judged("expect check gap w", VERDICT_INCONCLUSIVE, "the host's own host took 15.0%");
	drop(NULL);
	build(NULL);
	two_workers(GOOD, "gap=2100000000 units=0");
	host_says(HOST_UNKNOWN, HOST_UNKNOWN, 1400);
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
	host_says(HOST_UNKNOWN, HOST_UNKNOWN, 2500);
	judged("expect check gap w", VERDICT_INCONCLUSIVE, "2.50 tasks for each of its CPUs");
	/* how long it waited is the better word */
	host_says(20, HOST_UNKNOWN, HOST_UNKNOWN);
	judged("expect check gap w", VERDICT_FAIL, "longest gap");
}

static void a_limit_says_how_it_was_learnt(void **state)
{
	two_workers(GOOD, GOOD);
	judged("expect check gap w limit=40ms replays=5", VERDICT_FAIL, "learnt from 5 replays");
	judged("expect check gap w limit=off", VERDICT_SKIP, "not to be judged");
}

static void words_that_fit_no_check_are_refused(void **state)
{
	refused("expect check gpa w", "did you mean 'gap'");
	refused("expect check gap", "of which group");
	refused("expect check imbalance w", "takes no group");
	refused("expect check gap w limit=15%", "does not fit 'gap'; write such as 250ms");
	refused("expect check parity w", "has no limit of its own");
	refused("expect check gap w samples=3", "samples= means nothing here");
	refused("expect check gap w limit=often", "is no number");
}

static void some_are_judged_unasked_unless_left_out(void **state)
{
	cleanup_buf struct buf why = BUF_INIT;

	two_workers(GOOD, GOOD);
	assert_int_equal(check_unasked(m, &why), VERDICT_PASS);
	two_workers(GOOD, "units=0 gap=50000000 wall=4000000000");
	assert_int_equal(check_unasked(m, &why), VERDICT_FAIL);
	assert_non_null(strstr(buf_text(&why), "'expect check starvation w limit=off'"));
	did("expect check starvation w limit=off");
	buf_reset(&why);
	assert_int_equal(check_unasked(m, &why), VERDICT_PASS);
	/* a gap is one, but not where tasks are stopped on purpose */
	two_workers(GOOD, "units=5 gap=3000000000 wall=4000000000");
	assert_int_equal(check_unasked(m, &why), VERDICT_FAIL);
	did("cgroup freeze low");
	buf_reset(&why);
	assert_int_equal(check_unasked(m, &why), VERDICT_PASS);
	drop(NULL);
	build(NULL);
	two_workers(GOOD, "units=0 gap=3000000000 wall=4000000000");
	model_apply(m, &(struct event){.type = EV_SCHED, .name = "starve", .text = "enabled"});
	assert_int_equal(check_unasked(m, &why), VERDICT_FAIL);
	/* what a scheduler did that broke down is told with its end */
	model_apply(m, &(struct event){.type = EV_SCHED_EXIT,
				       .name = "starve",
				       .text = "runnable task stall",
				       .data = "",
				       .code = 1026});
	buf_reset(&why);
	assert_int_equal(check_unasked(m, &why), VERDICT_PASS);
	/* nor in an emulated guest; an escape is one everywhere */
	model_apply(m, &(struct event){.type = EV_ACCEL, .name = "tcg", .text = ""});
	two_workers(GOOD, GOOD);
	model_apply(m, &(struct event){.type = EV_LEDGER_ESCAPE,
				       .seq = seq,
				       .name = "w",
				       .count = 1,
				       .id = 5,
				       .index = 1,
				       .pid = 82,
				       .cgroup = "/scxplore/low",
				       .text = "w.2"});
	assert_int_equal(check_unasked(m, &why), VERDICT_FAIL);
	assert_non_null(strstr(buf_text(&why), "escape of w"));
}

struct made_host {
	char dir[32], pressure[48], stat[48], load[48];
	struct host_load load_of;
};

static void make_host(struct made_host *h)
{
	*h = (struct made_host){.dir = "/tmp/test_checks.XXXXXX"};
	assert_non_null(mkdtemp(h->dir));
	snprintf(h->pressure, sizeof(h->pressure), "%s/pressure", h->dir);
	snprintf(h->stat, sizeof(h->stat), "%s/stat", h->dir);
	snprintf(h->load, sizeof(h->load), "%s/load", h->dir);
	h->load_of = (struct host_load){
		.pressure_path = h->pressure, .stat_path = h->stat, .load_path = h->load};
}

static void write_file(const char *path, const char *text)
{
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
}

static void end_host(struct made_host *h)
{
	unlink(h->pressure);
	unlink(h->stat);
	unlink(h->load);
	rmdir(h->dir);
}

#define SOME "some avg10=0.00 avg60=0.00 avg300=0.00 total="

static void a_host_that_waits_for_cpus_is_told_once_and_when_it_is_worse(void **state)
{
	struct host_told told;
	struct made_host h;

	make_host(&h);
	write_file(h.pressure, SOME "1000000\n");
	write_file(h.load, "90.00 1.00 1.00 1/100 5\n");
	host_load_begin(&h.load_of, 5);
	assert_false(host_load_look(&h.load_of, 6, &told));
	write_file(h.pressure, SOME "1100000\n");
	assert_true(host_load_look(&h.load_of, 1000000005, &told));
	assert_int_equal(told.wait, 100);
	assert_true(told.steal == HOST_UNKNOWN && told.load == HOST_UNKNOWN);
	assert_false(host_load_look(&h.load_of, 1000000005, &told));
	write_file(h.pressure, SOME "1900000\n");
	assert_true(host_load_look(&h.load_of, 1000000005, &told));
	assert_int_equal(told.wait, 900);
	end_host(&h);
}

static void what_the_hosts_own_host_took_is_told_of_its_work(void **state)
{
	struct host_told told;
	struct made_host h;

	make_host(&h);
	write_file(h.stat, "cpu  100 0 100 5000 0 0 0 40 0 0\n");
	host_load_begin(&h.load_of, 5);
	/* of so little work a tick is too much */
	write_file(h.stat, "cpu  110 0 100 6000 0 0 0 50 0 0\n");
	assert_false(host_load_look(&h.load_of, 1000000005, &told));
	write_file(h.stat, "cpu  200 10 140 6000 7 20 10 60 0 0\n");
	assert_true(host_load_look(&h.load_of, 1000000005, &told));
	assert_int_equal(told.steal, 100);
	assert_true(told.wait == HOST_UNKNOWN);
	end_host(&h);
}

static void a_host_without_pressure_tells_its_load_and_one_without_all_nothing(void **state)
{
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);
	struct host_told told;
	struct made_host h;
	char text[64];

	make_host(&h);
	host_load_begin(&h.load_of, 5);
	assert_false(host_load_look(&h.load_of, 2000000005, &told));
	snprintf(text, sizeof(text), "%ld.00 9.00 9.00 1/100 5\n", 3 * cpus);
	write_file(h.load, text);
	assert_true(host_load_look(&h.load_of, 2000000005, &told));
	assert_int_equal(told.load, 3000);
	assert_true(told.wait == HOST_UNKNOWN && told.steal == HOST_UNKNOWN);
	/* what makes no sense is no number */
	h.load_of.any = false;
	write_file(h.load, "nan\n");
	write_file(h.stat, "cpu  7 8\n");
	write_file(h.pressure, "full total=9\n");
	assert_false(host_load_look(&h.load_of, 3000000005, &told));
	end_host(&h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_check_of_workers_holds_fails_and_is_untold,
						build, drop),
		cmocka_unit_test_setup_teardown(an_escape_is_named_with_thread_time_and_cpu, build,
						drop),
		cmocka_unit_test_setup_teardown(each_check_of_the_machine_holds_fails_and_is_untold,
						build, drop),
		cmocka_unit_test_setup_teardown(what_a_kernel_does_not_tell_is_never_a_pass, build,
						drop),
		cmocka_unit_test(no_check_of_the_table_is_left_out),
		cmocka_unit_test_setup_teardown(
			a_time_is_not_trusted_under_emulation_or_on_a_loaded_host, build, drop),
		cmocka_unit_test_setup_teardown(a_time_that_is_missed_in_an_exact_run_is_a_fault, build,
						drop),
		cmocka_unit_test_setup_teardown(a_time_is_not_trusted_where_the_host_took_it, build,
						drop),
		cmocka_unit_test_setup_teardown(
			a_time_is_not_trusted_where_the_host_has_none_itself, build, drop),
		cmocka_unit_test_setup_teardown(a_limit_says_how_it_was_learnt, build, drop),
		cmocka_unit_test(words_that_fit_no_check_are_refused),
		cmocka_unit_test_setup_teardown(some_are_judged_unasked_unless_left_out, build,
						drop),
		cmocka_unit_test(a_host_that_waits_for_cpus_is_told_once_and_when_it_is_worse),
		cmocka_unit_test(what_the_hosts_own_host_took_is_told_of_its_work),
		cmocka_unit_test(
			a_host_without_pressure_tells_its_load_and_one_without_all_nothing),
	};

	return cmocka_run_group_tests_name("checks", tests, NULL, NULL);
}
