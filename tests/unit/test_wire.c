/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_wire - frames and what is in them, whole, cut and forged.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "guest/wire_event.h"
#include "guest/wire_op.h"
#include "guest/wire_sample.h"
#include "ops/sample_rows.h"

#include <errno.h>

static uint8_t frame[WIRE_HEADER_SIZE + WIRE_PAYLOAD_MAX];

static struct wire_reader reread(const struct wire_writer *w, struct wire_header *h)
{
	struct wire_reader r;

	assert_int_equal(wire_frame(frame, w->len, h, &r), w->len);
	return r;
}

static void every_kind_of_value_comes_back(void **state)
{
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;
	const char *data;
	size_t len;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u8(&w, 0xfe);
	wire_put_u16(&w, 0xfedc);
	wire_put_u32(&w, 0xfedcba98);
	wire_put_u64(&w, UINT64_C(0xfedcba9876543210));
	wire_put_str(&w, "h\xc3\xa9");
	wire_put_str(&w, NULL);
	wire_put_bytes(&w, "a\0b", 3);
	assert_true(wire_end(&w, WIRE_EVENT, 5, 6));
	r = reread(&w, &h);
	assert_int_equal(h.type, WIRE_EVENT);
	assert_int_equal(h.seq, 5);
	assert_int_equal(h.t_ns, 6);
	assert_int_equal(wire_get_u8(&r), 0xfe);
	assert_int_equal(wire_get_u16(&r), 0xfedc);
	assert_int_equal(wire_get_u32(&r), 0xfedcba98);
	assert_true(wire_get_u64(&r) == UINT64_C(0xfedcba9876543210));
	assert_string_equal(wire_get_str(&r), "h\xc3\xa9");
	assert_string_equal(wire_get_str(&r), "");
	assert_false(wire_reader_done(&r));
	data = wire_get_bytes(&r, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(data, "a\0b", 4);
	assert_true(wire_reader_done(&r));
	wire_get_u8(&r);
	assert_true(r.bad);
	assert_string_equal(wire_get_str(&r), "");
}

static void numbers_are_little_endian_on_every_machine(void **state)
{
	static const uint8_t want[] = {4, 0, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 0, 4, 3, 2, 1};
	struct wire_writer w;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_u32(&w, 0x01020304);
	assert_true(wire_end(&w, WIRE_OP, 7, 9));
	assert_int_equal(w.len, sizeof(want));
	assert_memory_equal(frame, want, sizeof(want));
}

static void a_frame_is_taken_only_when_it_is_whole(void **state)
{
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;
	size_t n;

	wire_begin(&w, frame, sizeof(frame));
	wire_put_str(&w, "text");
	assert_true(wire_end(&w, WIRE_EVENT, 0, 0));
	for (n = 0; n < w.len; n++)
		assert_int_equal(wire_frame(frame, n, &h, &r), 0);
	assert_int_equal(wire_frame(frame, w.len + 9, &h, &r), w.len);
}

static void a_header_that_cannot_be_is_refused_at_once(void **state)
{
	uint8_t head[WIRE_HEADER_SIZE] = {1, 0, 16};
	struct wire_header h;
	struct wire_reader r;

	assert_int_equal(wire_frame(head, sizeof(head), &h, &r), -EPROTO);
	memset(head, 0, sizeof(head));
	head[6] = 1;
	assert_int_equal(wire_frame(head, sizeof(head), &h, &r), -EPROTO);
}

static void a_writer_without_room_fails_and_stays_failed(void **state)
{
	uint8_t small[WIRE_HEADER_SIZE + 8];
	struct wire_writer w;

	wire_begin(&w, small, sizeof(small));
	wire_put_str(&w, "too long");
	assert_true(w.bad);
	wire_put_u8(&w, 1);
	assert_false(wire_end(&w, WIRE_EVENT, 0, 0));
	assert_int_equal(w.len, WIRE_HEADER_SIZE);
	wire_begin(&w, small, 5);
	assert_false(wire_end(&w, WIRE_EVENT, 0, 0));
}

static void a_forged_string_yields_nothing(void **state)
{
	static const uint8_t past[] = {9, 0, 0, 0, 'a', 0}, huge[] = {255, 255, 255, 255, 'a', 0},
			     open[] = {1, 0, 0, 0, 'a', 'b'}, inner[] = {2, 0, 0, 0, 'a', 0, 0},
			     cut[] = {1, 0, 0, 0, 'a', 0};
	const struct wire_reader forged[] = {{.data = past, .len = sizeof(past)}, {.data = huge, .len = sizeof(huge)},
					     {.data = open, .len = sizeof(open)}, {.data = inner, .len = sizeof(inner)},
					     /* its NUL lies behind the frame */
					     {.data = cut, .len = sizeof(cut) - 1}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(forged); i++) {
		struct wire_reader r = forged[i];

		assert_string_equal(wire_get_str(&r), "");
		assert_true(r.bad);
	}
}

static void an_op_is_looked_up_by_tag_and_type(void **state)
{
	const char *list[] = {"a", "", "c"}, *got[3];
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;
	struct wire_op op;

	wire_op_begin(&w, frame, sizeof(frame), OP_RUN, 3);
	wire_op_put_str(&w, WARG_NAME, "probe");
	wire_op_put_u64(&w, WARG_TIMEOUT, 5);
	wire_op_put_list(&w, WARG_ARGV, list, 3);
	assert_true(wire_end(&w, WIRE_OP, 1, 0));
	r = reread(&w, &h);
	assert_int_equal(wire_op_read(&r, &op), 0);
	assert_string_equal(wire_op_str(&op, WARG_NAME), "probe");
	assert_null(wire_op_str(&op, WARG_TIMEOUT));
	assert_null(wire_op_str(&op, WARG_CGROUP));
	assert_int_equal(wire_op_u64(&op, WARG_TIMEOUT, 0), 5);
	assert_int_equal(wire_op_u64(&op, WARG_NAME, 77), 77);
	assert_int_equal(wire_op_list(&op, WARG_ARGV, got, 3), 2);
	assert_string_equal(got[1], "");
	assert_null(got[2]);
	assert_int_equal(wire_op_list(&op, WARG_NAME, got, 3), 0);
	/* bytes behind the last argument, or one argument less than said */
	r = reread(&w, &h);
	r.len--;
	assert_int_equal(wire_op_read(&r, &op), -EPROTO);
	frame[WIRE_HEADER_SIZE + 2] = 4;
	r = reread(&w, &h);
	assert_int_equal(wire_op_read(&r, &op), -EPROTO);
	frame[WIRE_HEADER_SIZE + 2] = WIRE_OP_ARGS_MAX + 1;
	r = reread(&w, &h);
	assert_int_equal(wire_op_read(&r, &op), -EPROTO);
}

static void every_event_of_the_guest_comes_back(void **state)
{
	const struct event_def *d;
	size_t i;

	for (i = 0; (d = event_def_at(i)); i++) {
		const struct event ev = {.type = d->type, .name = "probe", .cgroup = "/x/low", .path = "/tmp/a", .text = "t",
					 .data = "a\0b", .data_len = 3, .index = 1, .pid = -2, .code = INT64_MIN, .signal = 9,
					 .stream = 2, .count = UINT64_MAX, .id = 5, .level = 6, .flag = true};
		const struct event_field *const *f;
		struct wire_writer w;
		struct wire_header h;
		struct wire_reader r;
		struct event back;

		assert_ptr_equal(event_def(d->type), d);
		assert_ptr_equal(event_def_by_name(d->json), d);
		wire_begin(&w, frame, sizeof(frame));
		wire_event_put(&w, &ev);
		assert_true(wire_end(&w, WIRE_EVENT, 3, 4));
		r = reread(&w, &h);
		assert_int_equal(wire_event_read(&h, &r, &back), d->type < EV_HOST_FIRST ? 0 : -EPROTO);
		if (d->type >= EV_HOST_FIRST)
			continue;
		assert_true(wire_reader_done(&r));
		assert_int_equal(back.seq, 3);
		for (f = d->fields; *f; f++) {
			const char *a = (const char *)&ev + (*f)->offset, *b = (const char *)&back + (*f)->offset;

			if ((*f)->type == FIELD_STR)
				assert_string_equal(*(const char *const *)a, *(const char *const *)b);
			else if ((*f)->type == FIELD_DATA)
				assert_memory_equal(back.data, ev.data, ev.data_len + 1);
			else
				assert_memory_equal(a, b, (*f)->type == FIELD_BOOL ? sizeof(bool) : sizeof(uint64_t));
		}
		/* strings no field names are still there to be read */
		assert_non_null(back.name);
		assert_non_null(back.text);
	}
}

static void a_sample_comes_back_and_a_name_without_end_is_cut(void **state)
{
	struct sample_cpu cpu = {.cpu = 1, .pid = 77, .nr_running = SAMPLE_ABSENT, .comm = "0123456789abcdef"}, *cpus;
	struct sample_task task = {.pid = 77, .tid = -1, .state = 'R', .nice = -20, .wait_ns = 5, .comm = "spin"}, *tasks;
	struct sample_cgroup cgroup = {.id = 9, .usage_ns = 10, .path = "/scxplore/low"}, *cgroups;
	struct sample_dsq dsq = {.id = UINT64_C(1) << 63, .nr = 3, .head_vtime = SAMPLE_ABSENT, .cpu = 1};
	struct sample_mask mask = {{5, [3] = 1}};
	struct sample s = {.dsqs = &dsq, .ndsqs = 1, .masks = &mask, .nmasks = 1,
			   .sched = {.state = 1, .exit_kind = SAMPLE_ABSENT, .watchdog_ns = 30000000000},
			   .drops = 1, .cost_ns = 2, .cut = 3, .ncpus = 1, .ntasks = 1, .ncgroups = 1, .cpus = &cpu,
			   .tasks = &task, .cgroups = &cgroup, .nscx = 1, .scx_enables = 4, .steal_ns = 6,
			   .scx = {{.name = "SCX_EV_SELECT_CPU_FALLBACK", .value = 12}}}, back;
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;
	size_t more = 2 * 4 + 1 + 4 * 8;

	sample_clear(&task, &sample_task_fields);
	task.allowed = 0;
	task.vtime = UINT64_MAX - 1;
	sample_alloc(&back);
	cpus = back.cpus;
	tasks = back.tasks;
	cgroups = back.cgroups;
	wire_begin(&w, frame, sizeof(frame));
	wire_sample_put(&w, &s);
	assert_true(wire_end(&w, WIRE_SAMPLE, 0, 8));
	r = reread(&w, &h);
	assert_int_equal(wire_sample_read(&h, &r, &back), 0);
	assert_int_equal(back.t_ns, 8);
	assert_int_equal(back.cut, 3);
	assert_true(cpus[0].nr_running == SAMPLE_ABSENT);
	assert_string_equal(cpus[0].comm, "0123456789abcde");
	assert_int_equal(tasks[0].tid, -1);
	assert_int_equal(tasks[0].nice, -20);
	assert_string_equal(cgroups[0].path, "/scxplore/low");
	assert_int_equal(back.nscx, 1);
	assert_int_equal(back.scx_enables, 4);
	assert_string_equal(back.scx[0].name, "SCX_EV_SELECT_CPU_FALLBACK");
	assert_int_equal(back.scx[0].value, 12);
	assert_int_equal(back.steal_ns, 6);
	assert_int_equal(tasks[0].allowed, 0);
	assert_true(tasks[0].vtime == UINT64_MAX - 1 && tasks[0].held == SAMPLE_ABSENT);
	assert_int_equal(back.ndsqs, 1);
	assert_true(back.dsqs[0].id == UINT64_C(1) << 63 && back.dsqs[0].head_vtime == SAMPLE_ABSENT);
	assert_int_equal(back.nmasks, 1);
	assert_memory_equal(&back.masks[0], &mask, sizeof(mask));
	assert_true(back.sched.watchdog_ns == 30000000000 && back.sched.exit_kind == SAMPLE_ABSENT);
	assert_true(wire_reader_done(&r));
	/* older agents end before these columns, and before the steal */
	more += sample_fields_size(&cpu, &sample_cpu_fields) + sample_fields_size(&task, &sample_task_fields) +
		sample_fields_size(&cgroup, &sample_cgroup_fields) + sample_fields_size(&dsq, &sample_dsq_fields) +
		sample_fields_size(&s.sched, &sample_sched_fields);
	r.pos = 0;
	r.len -= more;
	assert_int_equal(wire_sample_read(&h, &r, &back), 0);
	assert_true(back.steal_ns == 6 && back.ndsqs == 0 && tasks[0].allowed == SAMPLE_ABSENT);
	r.pos = 0;
	r.len -= sizeof(back.steal_ns);
	assert_int_equal(wire_sample_read(&h, &r, &back), 0);
	assert_true(back.steal_ns == SAMPLE_ABSENT);
	sample_free(&back);
}

static void what_does_not_fit_into_a_sample_is_counted(void **state)
{
	struct sample_task *tasks = calloc(SAMPLE_TASKS_MAX, sizeof(*tasks)), *out = calloc(SAMPLE_TASKS_MAX, sizeof(*out));
	struct sample s = {.ntasks = SAMPLE_TASKS_MAX, .tasks = tasks}, back = {.tasks = out};
	struct wire_writer w;
	struct wire_header h;
	struct wire_reader r;

	wire_begin(&w, frame, 4096);
	wire_sample_put(&w, &s);
	assert_true(wire_end(&w, WIRE_SAMPLE, 0, 0));
	r = reread(&w, &h);
	assert_int_equal(wire_sample_read(&h, &r, &back), 0);
	assert_true(back.ntasks > 0 && back.cut == SAMPLE_TASKS_MAX - back.ntasks);
	/* counts above the caps are forged */
	frame[WIRE_HEADER_SIZE + 27] = 1;
	r = reread(&w, &h);
	assert_int_equal(wire_sample_read(&h, &r, &back), -EPROTO);
	assert_int_equal(back.ntasks, 0);
	free(tasks);
	free(out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_value_comes_back),
		cmocka_unit_test(numbers_are_little_endian_on_every_machine),
		cmocka_unit_test(a_frame_is_taken_only_when_it_is_whole),
		cmocka_unit_test(a_header_that_cannot_be_is_refused_at_once),
		cmocka_unit_test(a_writer_without_room_fails_and_stays_failed),
		cmocka_unit_test(a_forged_string_yields_nothing),
		cmocka_unit_test(an_op_is_looked_up_by_tag_and_type),
		cmocka_unit_test(every_event_of_the_guest_comes_back),
		cmocka_unit_test(a_sample_comes_back_and_a_name_without_end_is_cut),
		cmocka_unit_test(what_does_not_fit_into_a_sample_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
