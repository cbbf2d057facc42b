/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_watch - the guest stops where it writes to a watched place, says who wrote, and goes on;
 * what else stops it is not taken for a write; after the last watch nothing is left of any.
 */
#include "lab.h"

#include "../unit/test.h"

#include "ops/model.h"
#include "ops/model_watch.h"

#include <glob.h>
#include <inttypes.h>
#include <string.h>

#define STATE "scx_enable_state_var:int"

/* That this program has open. */
static unsigned descriptors(void)
{
	unsigned n = 0;
	glob_t found;

	if (!glob("/proc/self/fd/*", 0, NULL, &found)) {
		n = (unsigned)found.gl_pathc;
		globfree(&found);
	}
	return n;
}

static int64_t verdict_of(struct lab *lab, const char *line)
{
	size_t mark = lab_mark(lab);

	lab_ok(lab, "%s", line);
	return lab_wait(lab, mark, EV_VERDICT, NULL, NULL)->code;
}

static void a_write_stops_it_and_says_who_wrote(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	const struct event *set, *hit;
	unsigned hits, before;

	before = descriptors();
	lab_must_say(lab_do(lab, "watch " STATE), EV_DONE, "4 bytes at 0xffff");
	set = lab_wait(lab, 0, EV_WATCH, STATE, NULL);
	assert_true(set->flag);
	assert_int_equal(set->count, 4);
	assert_true(descriptors() > before);
	/* stops that are nobody's writes */
	lab_must_say(lab_do(lab, "snapshot"), EV_DONE, "the vCPUs stood still for");
	lab_must_say(lab_do(lab, "kernel read nr_threads:int how=cold"), EV_DONE, "stood still");
	assert_int_equal(verdict_of(lab, "expect watch " STATE " == 0"), VERDICT_PASS);
	lab_ok(lab, "sched load fifo");
	hit = lab_wait(lab, 0, EV_WATCH_HIT, STATE, NULL);
	assert_int_equal(hit->count, 1);
	assert_false(hit->flag);
	assert_true(hit->index < 2);
	assert_true(hit->pid > 0);
	assert_non_null(strstr(hit->path, "scx"));
	assert_string_not_equal(hit->data, hit->text);
	/* the state it was found in, and the one that it is left in */
	assert_non_null(strstr(model_watch_hit(m, STATE, 0)->words, ", was 3; scx"));
	hits = lab_count(lab, 0, EV_WATCH_HIT, STATE);
	assert_true(hits >= 2);
	assert_int_equal(strncmp(model_watch_hit(m, STATE, hits - 1)->words, "1, was ", 7), 0);
	assert_int_equal(verdict_of(lab, "expect watch " STATE " >= 2"), VERDICT_PASS);
	assert_int_equal(verdict_of(lab, "expect watch " STATE " == 0"), VERDICT_FAIL);
	lab_must_say(lab_do(lab, "kernel read " STATE " how=cold"), EV_DONE, "1; the vCPUs stood");
	lab_ok(lab, "unwatch " STATE);
	assert_int_equal(descriptors(), before);
	lab_ok(lab, "sched unload");
	assert_int_equal(lab_count(lab, 0, EV_WATCH_HIT, STATE), hits);
	/* and once more, from nothing; it is on when the guest ends */
	lab_ok(lab, "watch " STATE);
	assert_int_equal(verdict_of(lab, "expect watch " STATE " == 0"), VERDICT_PASS);
	lab_ok(lab, "sched load fifo");
	assert_int_equal(verdict_of(lab, "expect watch " STATE " >= 2"), VERDICT_PASS);
}

static void a_moment_is_recorded_with_each_write(void **state)
{
	struct lab *lab = *state;
	const struct model *m = session_model(lab_session(lab));
	const struct event *hit;
	size_t mark;

	lab_ok(lab, "spawn w bursty n=2");
	lab_ok(lab, "watch task(w).nr_cpus_allowed");
	mark = lab_mark(lab);
	lab_send(lab, "affinity w 0");
	hit = lab_wait(lab, mark, EV_WATCH_HIT, "task(w).nr_cpus_allowed", NULL);
	/* of the same time: it stood still; another may have come since it goes on */
	assert_true(m->sample_ns == hit->t_ns || m->sample_before_ns == hit->t_ns);
	assert_string_equal(hit->text, "1");
	assert_string_equal(hit->data, "2");
	lab_wait(lab, mark, EV_DONE, NULL, NULL);
	/* what this program writes is no write of the guest's */
	lab_ok(lab, "kernel write task(w).nr_cpus_allowed = 2");
	lab_ok(lab, "snapshot");
	assert_int_equal(verdict_of(lab, "expect watch task(w).nr_cpus_allowed == 1"),
			 VERDICT_PASS);
	lab_ok(lab, "kill w");
}

static void what_cannot_be_watched_is_refused_with_a_reason(void **state)
{
	struct lab *lab = *state;
	uint64_t at;

	lab_ok(lab, "spawn w bursty");
	lab_must_say(lab_do(lab, "watch nowhere_at_all:int"), EV_FAILED, "no symbol 'nowhere_at_all'");
	lab_must_say(lab_do(lab, "watch scx_enable_state_var"), EV_FAILED, "scx_enable_state_var:int");
	lab_must_say(lab_do(lab, "watch task(w).comm"), EV_FAILED, "a text of 16 bytes");
	lab_must_say(lab_do(lab, "watch task(w).se"), EV_FAILED, "name a field of it");
	lab_must_say(lab_do(lab, "watch task(w).in_execve"), EV_FAILED, "a bit field of 1 bits");
	lab_ok(lab, "watch " STATE);
	at = lab_wait(lab, 0, EV_WATCH, STATE, NULL)->id;
	lab_must_say(lab_do(lab, "watch 0x%" PRIx64 ":u32", at + 1), EV_FAILED, "is not aligned");
	lab_must_say(lab_do(lab, "watch 0x10:u64"), EV_FAILED, "no memory");
	lab_must_say(lab_do(lab, "watch " STATE), EV_FAILED, "watched already");
	lab_must_say(lab_do(lab, "unwatch scx_enable_seq:u64"), EV_FAILED, "is not watched");
	lab_ok(lab, "watch scx_enable_seq:u64");
	lab_ok(lab, "watch scx_nr_rejected:u64");
	lab_must_say(lab_do(lab, "watch panic_timeout:int"), EV_FAILED, "at most 3 places");
	lab_ok(lab, "unwatch scx_enable_seq:u64");
	lab_ok(lab, "watch panic_timeout:int");
	assert_int_equal(verdict_of(lab, "expect watch system_state:int == 0"),
			 VERDICT_INCONCLUSIVE);
	lab_ok(lab, "unwatch panic_timeout:int");
	lab_ok(lab, "unwatch scx_nr_rejected:u64");
	lab_ok(lab, "unwatch " STATE);
	lab_must_say(lab_do(lab, "unwatch " STATE), EV_FAILED, "not watched any more");
	lab_ok(lab, "hold until ran(w) > 10ms timeout=60s");
	lab_ok(lab, "kill w");
}

/* Writes to jiffies whose writer is known. */
static unsigned seen_writing(struct lab *lab, size_t mark)
{
	const struct event *hit;
	unsigned n = 0;

	while ((hit = lab_find(lab, mark, EV_WATCH_HIT, "jiffies_64:u64", NULL))) {
		n += !hit->flag;
		mark = lab_place(lab, hit) + 1;
	}
	return n;
}

static void what_is_written_all_the_time_is_let_go(void **state)
{
	struct lab *lab = *state;
	const struct event *off;
	size_t mark;

	lab_ok(lab, "watch jiffies_64:u64");
	mark = lab_mark(lab);
	/* stops of both kinds, each in the way of the other */
	while (!(off = lab_find(lab, mark, EV_WATCH, "jiffies_64:u64", NULL)))
		lab_must_say(lab_do(lab, "kernel read nr_threads:int how=cold"), EV_DONE,
			 "stood still");
	assert_false(off->flag);
	assert_non_null(strstr(off->text, "256 times"));
	assert_int_equal(lab_count(lab, 0, EV_WATCH_HIT, "jiffies_64:u64"), 256);
	/* what another stop has swallowed is seen by its value; most are seen as they are */
	assert_true(seen_writing(lab, mark) > 128);
	lab_must_say(lab_do(lab, "unwatch jiffies_64:u64"), EV_FAILED, "not watched any more");
	/* what was seen decides, what was not does not */
	assert_int_equal(verdict_of(lab, "expect watch jiffies_64:u64 >= 256"), VERDICT_PASS);
	assert_int_equal(verdict_of(lab, "expect watch jiffies_64:u64 < 100"), VERDICT_FAIL);
	assert_int_equal(verdict_of(lab, "expect watch jiffies_64:u64 == 256"),
			 VERDICT_INCONCLUSIVE);
	lab_ok(lab, "snapshot");
}

static void an_agent_that_tells_the_state_has_no_watches(void **state)
{
	struct lab *lab = *state;

	lab_must_say(lab_do(lab, "watch " STATE), EV_FAILED, "--observe guest");
	lab_ok(lab, "kernel read nr_threads:int how=cold");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_stops_it_and_says_who_wrote, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(a_moment_is_recorded_with_each_write, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(what_cannot_be_watched_is_refused_with_a_reason,
						lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(what_is_written_all_the_time_is_let_go, lab_setup, lab_teardown),
		cmocka_unit_test_setup_teardown(an_agent_that_tells_the_state_has_no_watches,
						lab_setup_told, lab_teardown),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
