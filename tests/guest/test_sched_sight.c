/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sched_sight - what is seen of a scheduler in a real guest, held against who knows it: map
 * values against what the scheduler wrote and what the kernel says it gave it, counters against
 * sysfs, its own statistics against what it printed, a changed value by what the scheduler does then, a death against who was lost.
 */
#include "lab.h"

#include "../unit/test.h"
#include "ops/dump.h"
#include "ops/model_metric.h"
#include "ops/model_stats.h"
#include "ops/sched_parts.h"

#include <inttypes.h>

#define LOOK_NS UINT64_C(200000000)

static struct lab *lab;

static int boot(void **state)
{
	static const char *const include[] = {SCHED_OBJECTS "/cgweight.bpf.o", BPFTOOL, "rm", NULL};
	static const struct lab_config config = {.include = include};

	lab = lab_boot(&config);
	return 0;
}

static int off(void **state)
{
	lab_end(lab);
	return 0;
}

/* A look that began after this; valid until the model changes. */
static const struct sched_parts *look(void)
{
	size_t mark;

	session_look(lab_session(lab), LOOK_NS);
	/* the one that was under way may be of before */
	lab_wait(lab, lab_mark(lab), EV_SCHED_PARTS, NULL, NULL);
	mark = lab_mark(lab);
	lab_wait(lab, mark, EV_SCHED_PARTS, NULL, NULL);
	return session_model(lab_session(lab))->parts;
}

static const struct sched_part *part(const struct sched_parts *p, enum sched_part_kind kind,
				     const char *map, const char *name)
{
	size_t i;

	for (i = 0; i < p->n; i++)
		if (p->rows[i].kind == kind && !strcmp(p->rows[i].name, name) &&
		    (!map || !strcmp(p->rows[p->rows[i].map].name, map)))
			return &p->rows[i];
	for (i = 0; i < p->n; i++)
		print_error("%d %s = %s\n", p->rows[i].kind, p->rows[i].name,
			    p->rows[i].value ? p->rows[i].value : "");
	fail_msg("'%s' is not there", name);
	return NULL;
}

static void refused(const char *why, const char *line)
{
	const struct event *e = lab_do(lab, "%s", line);

	assert_int_equal(e->type, EV_FAILED);
	if (!strstr(e->text, why))
		fail_msg("'%s': '%s' is not in '%s'", line, why, e->text);
}

static void maps_hold_what_the_scheduler_was_told_and_can_be_changed(void **state)
{
	const struct sched_parts *p;
	const struct sched_part *r;
	const struct event *e;
	char key[24];
	size_t mark;
	uint64_t runs;

	mark = lab_mark(lab);
	lab_ok(lab, "cgroup add heavy cpu.weight=300");
	snprintf(key, sizeof(key), "%" PRIu64,
		 lab_wait(lab, mark, EV_CGROUP_ADDED, NULL, NULL)->id);
	lab_ok(lab, "sched load cgweight slice_us=7000");
	lab_ok(lab, "spawn hogs@heavy spin n=4");
	p = look();
	assert_string_equal(p->name, "cgweight");
	r = part(p, PART_ENTRY, "cgs", key);
	if (!strstr(r->value, "weight: 300}"))
		fail_msg("the weight that the scheduler was given is not in '%s'", r->value);
	assert_true(r->writable);
	r = part(p, PART_VARIABLE, NULL, "slice_us");
	assert_string_equal(r->value, "7000");
	assert_false(r->writable);
	part(p, PART_VARIABLE, NULL, "vtime_now");
	assert_true(part(p, PART_PROGRAM, NULL, "cgweight_enqueue")->callback);
	/* counted since somebody looks */
	runs = part(p, PART_PROGRAM, NULL, "cgweight_dispatch")->runs;
	p = look();
	assert_true(p->counted);
	assert_true(part(p, PART_PROGRAM, NULL, "cgweight_dispatch")->runs > runs);
	assert_true(part(p, PART_PROGRAM, NULL, "cgweight_dispatch")->run_ns > 0);

	e = lab_do(lab, "sched set cgs[@heavy].weight=9000");
	assert_int_equal(e->type, EV_DONE);
	assert_string_equal(e->text, "cgs[@heavy].weight: 300 -> 9000");
	r = part(look(), PART_ENTRY, "cgs", key);
	if (!strstr(r->value, "weight: 9000}"))
		fail_msg("the weight that was set is not in '%s'", r->value);

	refused("'slice_us' is a constant of .rodata", "sched set slice_us=1");
	refused("there is no field 'nothing'", "sched set cgs[@heavy].nothing=1");
	refused("there is no such entry", "sched set cgs[4711].weight=1");
	refused("is a map: cgs[KEY].FIELD=VALUE", "sched set cgs.weight=1");
	refused("neither a variable nor a map 'nosuch'", "sched set nosuch=1");
	refused("is no unsigned number of 32 bits", "sched set cgs[@heavy].weight=99999999999");
	refused("has fields: name one", "sched set cgs[@heavy]=1");
	/* all or none */
	refused("neither a variable nor a map 'nosuch'",
		"sched set cgs[@heavy].weight=5 nosuch=1");
	r = part(look(), PART_ENTRY, "cgs", key);
	assert_non_null(strstr(r->value, "weight: 9000}"));

	session_look(lab_session(lab), 0);
	lab_ok(lab, "kill hogs");
	/* an op's whole way later none is under way any more */
	mark = lab_mark(lab);
	lab_samples(lab, 5);
	assert_null(lab_find(lab, mark, EV_SCHED_PARTS, NULL, NULL));
	lab_ok(lab, "sched unload");
	refused("no sched_ext scheduler is in force", "sched set vtime_now=1");
}

/* What another program sees through the pin. */
static const char *dumped(const char *name)
{
	lab_ok(lab, "run %s -- " BPFTOOL " map dump pinned /sys/fs/bpf/weights", name);
	lab_ok(lab, "wait %s timeout=60s", name);
	return lab_output(lab, name, 1, NULL);
}

static void a_pinned_map_is_opened_by_others_and_outlives_its_scheduler(void **state)
{
	refused("no sched_ext scheduler is in force", "sched pin cgs as weights");
	lab_ok(lab, "sched load cgweight");
	lab_ok(lab, "cgroup set heavy cpu.weight=321");
	lab_ok(lab, "spawn pinned@heavy spin");
	lab_ok(lab, "sched pin cgs as weights");
	/* once more is the same */
	lab_ok(lab, "sched pin cgs as weights");
	if (!strstr(dumped("first"), "\"weight\": 321"))
		fail_msg("the weight is not in '%s'", lab_output(lab, "first", 1, NULL));
	lab_ok(lab, "sched set cgs[@heavy].weight=123");
	assert_non_null(strstr(dumped("second"), "\"weight\": 123"));

	refused("scheduler 'cgweight' has no map 'cg'; it has: ", "sched pin cg as other");
	refused("cgs", "sched pin nosuch as other");
	refused("letters, digits", "sched pin cgs as ../other");
	refused("letters, digits", "sched pin cgs as a.b");
	lab_ok(lab, "kill pinned");
	lab_ok(lab, "sched unload");
	dumped("third");
	assert_int_equal(lab_wait(lab, 0, EV_EXIT, "third", NULL)->code, 0);

	/* another scheduler's map does not take the name over */
	lab_ok(lab, "sched load cgweight");
	refused("is there already and is not this map", "sched pin cgs as weights");
	lab_ok(lab, "run away -- rm /sys/fs/bpf/weights");
	lab_ok(lab, "wait away timeout=60s");
	lab_ok(lab, "sched pin cgs as weights");
	lab_ok(lab, "sched unload");
}

static void a_map_of_a_program_that_schedules_is_pinned(void **state)
{
	lab_ok(lab, "sched load " LOAD_SCHED " -- /include-files/cgweight.bpf.o");
	lab_ok(lab, "sched pin cgs as theirs");
	lab_ok(lab, "run theirs -- " BPFTOOL " map show pinned /sys/fs/bpf/theirs");
	lab_ok(lab, "wait theirs timeout=60s");
	assert_int_equal(lab_wait(lab, 0, EV_EXIT, "theirs", NULL)->code, 0);
	lab_ok(lab, "sched unload");
}

static void a_value_that_is_set_changes_what_the_scheduler_does(void **state)
{
	size_t mark;

	lab_ok(lab, "sched load error after=4000000000");
	lab_ok(lab, "spawn naps bursty n=2");
	mark = lab_mark(lab);
	lab_samples(lab, 3);
	assert_null(lab_find(lab, mark, EV_SCHED_EXIT, NULL, NULL));
	lab_ok(lab, "sched set enqueues=3999999990");
	assert_int_equal(lab_wait(lab, mark, EV_SCHED_EXIT, NULL, NULL)->code, 1025);
	lab_ok(lab, "kill naps");
}

static uint64_t counter(const struct model *m, const char *name)
{
	uint64_t v;

	if (!model_scx(m, name, &v))
		fail_msg("'%s' is in sysfs and not here", name);
	return v;
}

static void every_counter_is_the_one_that_sysfs_tells(void **state)
{
	const struct model *m = session_model(lab_session(lab));
	struct sample_scx before[SAMPLE_SCX_MAX];
	char *text, *line, *rest, *copy;
	uint32_t nbefore, n = 0, i;
	const struct event *file;
	size_t mark;

	lab_ok(lab, "sched load fifo slice_us=1000");
	lab_ok(lab, "spawn busy spin n=3");
	lab_samples(lab, 4);
	nbefore = m->nscx;
	memcpy(before, m->scx, sizeof(before));
	mark = lab_mark(lab);
	lab_ok(lab, "read /sys/kernel/sched_ext/root/events");
	file = lab_find(lab, mark, EV_FILE, NULL, NULL);
	assert_non_null(file);
	text = copy = strndup(file->data, file->data_len);
	lab_samples(lab, 2);
	for (rest = text; (line = strsep(&rest, "\n"));) {
		char *value = strchr(line, ' ');
		uint64_t is, was = 0;

		if (!value)
			continue;
		*value++ = '\0';
		is = strtoull(value, NULL, 10);
		for (i = 0; i < nbefore; i++)
			if (!strcmp(before[i].name, line))
				was = before[i].value;
		if (is < was || is > counter(m, line))
			fail_msg("%s: %" PRIu64 " before, %" PRIu64 " in sysfs, %" PRIu64 " after", line,
				 was, is, counter(m, line));
		n++;
	}
	free(copy);
	assert_int_equal(n, m->nscx);
	assert_true(n >= 9);
	lab_ok(lab, "kill busy");
	lab_ok(lab, "sched unload");
}

/* What is wrong with the statistics of the scheduler in force, until it is this. */
static void until_wrong(const char *words)
{
	const struct model *m = session_model(lab_session(lab));
	const struct model_stats *s;
	unsigned i;

	/* the server does all again and again: one that is told while nobody looks comes back */
	for (i = 0; i < 60; i++) {
		assert_non_null(model_sched_now(m));
		s = model_sched_now(m)->stats;
		if (s && (words ? s->wrong && strstr(s->wrong, words) : !s->wrong))
			return;
		lab_wait(lab, lab_mark(lab), EV_SCHED_STATS, NULL, NULL);
	}
	fail_msg("'%s' was never said", words ? words : "nothing is wrong");
}

/* "sched", or with a number behind: whose the socket is that answers. */
static const char *payload(void)
{
	return model_sched_now(session_model(lab_session(lab)))->stats->group;
}

static double number_of(const char *name)
{
	struct metric n;

	if (!model_metric(session_model(lab_session(lab)), payload(), name, &n))
		fail_msg("there is no '%s'", name);
	return n.value;
}

/* The server says on its output how often it was asked, and answers with the same. */
static void what_a_scheduler_answers_on_its_socket_are_its_numbers(void **state)
{
	const struct model *m = session_model(lab_session(lab));
	size_t mark = lab_mark(lab), begun = mark;
	const struct event *ev;
	struct metric n;
	uint64_t seq;
	double asked;
	int i;

	lab_ok(lab, "sched load " LOAD_SCHED " -- /include-files/cgweight.bpf.o good");
	for (i = 0; i < 2; i++) {
		ev = lab_wait(lab, mark, EV_SCHED_STATS, NULL, NULL);
		mark = lab_place(lab, ev) + 1;
		if (!ev->code && !strstr(ev->data, "\"asked\":"))
			fail_msg("'%s' is no answer of it", ev->data);
		i -= ev->code != 0;
	}
	/* what it has printed may come behind */
	asked = number_of("stats.asked");
	assert_true(asked >= 2);
	while (number_of("answered") < asked)
		lab_wait(lab, lab_mark(lab), EV_OUTPUT, payload(), NULL);
	assert_true(number_of("stats.doms.0.events") == 10 * number_of("stats.asked"));
	assert_true(number_of("stats.doms.0.pressure") == 1.25);
	assert_true(model_metric(m, payload(), "stats.lat_us", &n));
	assert_true(n.value == 5000 && n.unit == UNIT_NS);
	assert_true(model_metric(m, payload(), "stats.bitmap", &n));
	assert_true(n.min == 1 && n.max == 2);
	assert_false(model_metric(m, payload(), "asked", &n));
	/* the process of the payload has forked the one that answers */
	assert_string_equal(payload(), lab_find(lab, begun, EV_PLACED, NULL, NULL)->name);
	mark = lab_mark(lab);
	seq = lab_ok(lab, "expect metric %s stats.asked >= 2", payload());
	for (ev = lab_wait(lab, mark, EV_VERDICT, NULL, NULL); ev->seq != seq;)
		ev = lab_wait(lab, lab_place(lab, ev) + 1, EV_VERDICT, NULL, NULL);
	assert_int_equal(ev->code, VERDICT_PASS);
	lab_ok(lab, "sched unload");
	/* one that has none says none, though the file of before is still there */
	lab_ok(lab, "sched load fifo");
	lab_samples(lab, 20);
	assert_null(model_sched_now(m)->stats);
	lab_ok(lab, "sched unload");
}

static void a_socket_that_misbehaves_is_told_and_harms_nobody(void **state)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "sched load " LOAD_SCHED
		    " -- /include-files/cgweight.bpf.o garbage refuse huge unasked silent good");
	until_wrong("no JSON");
	until_wrong("errno 22: unknown stat target");
	until_wrong("longer than 48 KiB");
	until_wrong("more than it was asked for");
	until_wrong("not answered within");
	/* the agent is there for others all the time */
	lab_ok(lab, "hold 1ms");
	until_wrong(NULL);
	lab_ok(lab, "sched unload");
	assert_null(lab_find(lab, mark, EV_STUCK, NULL, NULL));
}

static void a_death_names_the_lost_and_who_held_them(void **state)
{
	const struct model *m = session_model(lab_session(lab));
	const struct model_sched *s;
	const struct dump_task *lost = NULL;
	uint64_t spawn;
	size_t n, i, mark = lab_mark(lab);

	lab_ok(lab, "sched watchdog 3s");
	lab_ok(lab, "sched load stall");
	spawn = lab_ok(lab, "spawn lost bursty");
	lab_wait(lab, mark, EV_SCHED_EXIT, NULL, NULL);
	s = model_sched_ended(m, &n);
	assert_int_equal(s->kind, 1026);
	assert_int_equal(s->before_seq, spawn);
	assert_true(s->died_ns > s->enabled_ns && s->died_ns <= s->ended_ns);
	assert_non_null(s->parsed);
	assert_int_equal(s->parsed->kind, 1026);
	assert_true(s->parsed->nchain > 2);
	assert_true(s->parsed->ncounters >= 9);
	assert_int_equal(s->parsed->cut, 0);
	for (i = 0; i < s->parsed->ntasks; i++)
		if (!strcmp(s->parsed->tasks[i].comm, "lost.1"))
			lost = &s->parsed->tasks[i];
	assert_non_null(lost);
	assert_int_equal(lost->held, SAMPLE_HELD_BPF);
	assert_true(lost->wait_ms >= 3000);
	/* the sample before it saw the same task wait */
	for (i = 0; i < s->nwaiters && s->waiters[i].tid != lost->pid; i++)
		;
	assert_true(i < s->nwaiters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_hold_what_the_scheduler_was_told_and_can_be_changed),
		cmocka_unit_test(a_pinned_map_is_opened_by_others_and_outlives_its_scheduler),
		cmocka_unit_test(a_map_of_a_program_that_schedules_is_pinned),
		cmocka_unit_test(a_value_that_is_set_changes_what_the_scheduler_does),
		cmocka_unit_test(every_counter_is_the_one_that_sysfs_tells),
		cmocka_unit_test(what_a_scheduler_answers_on_its_socket_are_its_numbers),
		cmocka_unit_test(a_socket_that_misbehaves_is_told_and_harms_nobody),
		cmocka_unit_test(a_death_names_the_lost_and_who_held_them),
	};

	return cmocka_run_group_tests(tests, boot, off);
}
