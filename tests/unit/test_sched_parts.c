/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_sched_parts - what was seen in a scheduler, as the agent's lines say it.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/model.h"
#include "ops/sched_parts.h"

static const char lines[] = "p\t12\tcgweight_enqueue\tcallback\t100\t20000\n"
			    "p\t13\tobserver\tother\t0\t0\n"
			    "m\t7\tcgweight.bss\tarray\t1\trw\t-\n"
			    "v\t7\tvtime_now\t5\n"
			    "m\t8\tcgs\thash\t4096\trw\tthere are more\n"
			    "e\t8\t90\t{vtime: 1, weight: 100}\n"
			    "m\t9\tcgweight.rodata\tarray\t1\tro\t-\n"
			    "v\t9\tslice_us\t20000\n";

static void each_line_is_a_program_a_map_or_a_value_of_the_map_before(void **state)
{
	struct sched_parts *p = sched_parts_read("cgweight", lines, sizeof(lines) - 1);

	assert_string_equal(p->name, "cgweight");
	assert_int_equal(p->n, 8);
	assert_int_equal(p->rows[0].kind, PART_PROGRAM);
	assert_true(p->rows[0].callback);
	assert_int_equal(p->rows[0].runs, 100);
	assert_int_equal(p->rows[0].run_ns, 20000);
	assert_false(p->rows[1].callback);
	assert_int_equal(p->rows[3].kind, PART_VARIABLE);
	assert_int_equal(p->rows[3].map, 2);
	assert_true(p->rows[3].writable);
	assert_string_equal(p->rows[4].value, "there are more");
	assert_string_equal(p->rows[5].name, "90");
	assert_string_equal(p->rows[5].value, "{vtime: 1, weight: 100}");
	assert_false(p->rows[7].writable);
	sched_parts_free(p);
}

static void lines_that_make_no_sense_are_left_out_and_texts_are_made_safe(void **state)
{
	static const char bad[] = "x\t1\ta\tb\n"
				  "p\t1\tname\tcallback\t1\n"
				  "p\t-1\tname\tcallback\t1\t1\n"
				  "p\t1\tname\tcallback\t1\tmany\n"
				  "v\t7\tof_no_map\t5\n"
				  "m\t7\t\033[2J\tarray\t1\trw\t-\n"
				  "v\t7\tname\twith\ttabs\n"
				  "e\t7\t1\t\033]0;evil\007\n"
				  "\n\t\t\t\n";
	struct sched_parts *p = sched_parts_read("a\033b", bad, sizeof(bad) - 1);

	assert_string_equal(p->name, "a?b");
	assert_int_equal(p->n, 2);
	assert_string_equal(p->rows[0].name, "?[2J");
	assert_null(strchr(p->rows[1].value, '\033'));
	sched_parts_free(p);
}

static void the_model_keeps_the_last_two_looks(void **state)
{
	struct event ev = {.type = EV_SCHED_PARTS, .name = "x", .cgroup = "", .path = "", .text = "",
			   .data = lines, .data_len = sizeof(lines) - 1, .t_ns = 1000, .count = 1};
	struct model *m = model_create();

	model_apply(m, &ev);
	assert_null(m->parts_before);
	ev.data = "p\t12\tcgweight_enqueue\tcallback\t150\t30000\n";
	ev.data_len = strlen(ev.data);
	ev.t_ns = 2000;
	ev.flag = true;
	model_apply(m, &ev);
	assert_int_equal(m->parts->n, 1);
	assert_true(m->parts->cut && m->parts->counted);
	assert_int_equal(sched_parts_same(m->parts_before, &m->parts->rows[0])->runs, 100);
	assert_null(sched_parts_same(NULL, &m->parts->rows[0]));
	model_destroy(m);
}

static void a_target_is_typed_as_it_is_and_not_twice(void **state)
{
	struct err err = ERR_INIT;
	struct op *op;
	const struct op_val *v;
	cleanup_free char *text = NULL;

	assert_int_equal(op_parse("sched set cgs[@low].weight=300 vtime_now=5", &op, &err), 0);
	v = op_arg(op, WARG_SCHED_SET);
	assert_int_equal(v->n, 4);
	assert_string_equal(v->list[0], "cgs[@low].weight");
	assert_string_equal(v->list[1], "300");
	text = op_format(op);
	op_destroy(op);
	assert_int_equal(op_parse(text, &op, &err), 0);
	assert_string_equal(op_arg(op, WARG_SCHED_SET)->list[0], "cgs[@low].weight");
	op_destroy(op);
	assert_true(op_parse("sched set", &op, &err) < 0);
	assert_true(op_parse("sched set a", &op, &err) < 0);
	assert_true(op_parse("sched set a=1 a=2", &op, &err) < 0);
	assert_non_null(strstr(err.msg, "a is given twice"));
}

static void names_that_the_guest_knows_are_kept_as_typed(void **state)
{
	static const char *const typed[] = {"sched pin cgs as weights", "sched pin vtime.bss as times",
					    "irq steer virtio0-virtqueues cpus=llc:0",
					    "irq steer 24 cpus=0-1", "irq steer \"a name\" cpus=single"};
	struct err err = ERR_INIT;
	struct op *op;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(typed); i++) {
		cleanup_free char *text = NULL;

		assert_int_equal(op_parse(typed[i], &op, &err), 0);
		text = op_format(op);
		op_destroy(op);
		assert_string_equal(text, typed[i]);
	}
	assert_true(op_parse("sched pin \"\" as weights", &op, &err) < 0);
	assert_true(op_parse("sched pin cgs", &op, &err) < 0);
	assert_true(op_parse("irq steer 24", &op, &err) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_line_is_a_program_a_map_or_a_value_of_the_map_before),
		cmocka_unit_test(lines_that_make_no_sense_are_left_out_and_texts_are_made_safe),
		cmocka_unit_test(the_model_keeps_the_last_two_looks),
		cmocka_unit_test(a_target_is_typed_as_it_is_and_not_twice),
		cmocka_unit_test(names_that_the_guest_knows_are_kept_as_typed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
