/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_trace_pack - records packed and read back are the same, whatever they are; so are the lines
 * of a session file; and a usual run takes few bytes.
 */
#include "tests/unit/test.h"

#include "ops/trace_json.h"

#include <json-c/json.h>

static struct trace_record in[20000], out[20000];
static size_t nin, nout;
static uint32_t seed;

static void on_record(void *arg, const struct trace_record *r)
{
	assert_true(nout < sizeof(out) / sizeof(*out));
	out[nout++] = *r;
}

static uint32_t dice(uint32_t n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % n;
}

static void same(const struct trace_record *a, const struct trace_record *b)
{
	assert_int_equal(a->t_ns, b->t_ns);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->state, b->state);
	assert_int_equal(a->cpu, b->cpu);
	assert_int_equal(a->to, b->to);
	assert_int_equal(a->tid, b->tid);
	assert_int_equal(a->other, b->other);
	assert_int_equal(a->count, b->count);
}

static void add(struct trace_pack *p, const struct trace_record *r)
{
	assert_true(trace_pack_add(p, r));
	in[nin++] = *r;
}

static void read_back(const struct trace_pack *p)
{
	size_t i;

	nout = 0;
	assert_true(trace_pack_read(p->bytes.data, p->bytes.len, on_record, NULL));
	assert_int_equal(nin, nout);
	assert_int_equal(p->n, nin);
	for (i = 0; i < nin; i++)
		same(&in[i], &out[i]);
}

static void any_records_come_back_as_they_were(void **state)
{
	struct trace_pack *p = trace_pack_create();
	int round;

	for (round = 0; round < 4; round++) {
		uint64_t t = round == 3 ? UINT64_MAX / 2 : 0;

		trace_pack_reset(p);
		nin = 0;
		while (nin < 5000) {
			struct trace_record r = {
				.t_ns = t += dice(4) ? dice(40000) : dice(2) * (UINT64_C(1) << 40),
				.type = (enum trace_type)(1 + dice(4)),
				.cpu = (uint16_t)(dice(3) ? dice(2) : dice(SAMPLE_CPUS_MAX))};

			if (r.type == TRACE_LOST) {
				r.count = dice(2) ? dice(100) : UINT64_MAX;
			} else {
				r.tid = (int32_t)(dice(3) ? dice(12) : dice(1 << 22));
				r.other = (int32_t)(dice(3) ? dice(12) : dice(1 << 22));
			}
			if (r.type == TRACE_SWITCH)
				r.state = "rSDTtXZIP?"[dice(10)];
			else if (r.type != TRACE_LOST)
				r.to = (uint16_t)(dice(3) ? dice(2) : dice(65536));
			add(p, &r);
		}
		read_back(p);
	}
	trace_pack_destroy(p);
}

static void what_does_not_fit_is_refused_and_changes_nothing(void **state)
{
	struct trace_pack *p = trace_pack_create();
	struct trace_record r = {
		.t_ns = 100, .type = TRACE_SWITCH, .state = 'S', .cpu = 1, .tid = 5};

	nin = 0;
	add(p, &r);
	r.t_ns = 99;
	assert_false(trace_pack_add(p, &r));
	r.t_ns = 101;
	r.cpu = SAMPLE_CPUS_MAX;
	assert_false(trace_pack_add(p, &r));
	r.cpu = 1;
	r.tid = -1;
	assert_false(trace_pack_add(p, &r));
	r.tid = 1;
	r.type = 0;
	assert_false(trace_pack_add(p, &r));
	read_back(p);
	trace_pack_destroy(p);
}

/* Two tasks over a pipe, on one CPU or two, some 20 us apart. */
static void a_context_switch_and_its_wake_up_take_few_bytes(void **state)
{
	struct trace_pack *p = trace_pack_create();
	uint64_t t = UINT64_C(17000000000), switches = 0;
	int i;

	nin = 0;
	for (i = 0; i < 4000; i++) {
		struct trace_record r = {.t_ns = t += 8000 + dice(9000),
					 .type = TRACE_WAKE,
					 .cpu = i & 1,
					 .to = !(i & 1),
					 .tid = 300 + !(i & 1),
					 .other = 300 + (i & 1)};

		add(p, &r);
		r = (struct trace_record){.t_ns = t += 5000 + dice(6000),
					  .type = TRACE_SWITCH,
					  .state = 'I',
					  .cpu = !(i & 1),
					  .tid = 300 + !(i & 1)};
		add(p, &r);
		r = (struct trace_record){.t_ns = t += 3000 + dice(6000),
					  .type = TRACE_SWITCH,
					  .state = 'S',
					  .cpu = i & 1,
					  .other = 300 + (i & 1)};
		add(p, &r);
		switches += 2;
	}
	read_back(p);
	/* base64 makes four of three */
	assert_true(p->bytes.len * 4 / 3 < 10 * switches);
	trace_pack_destroy(p);
}

static void cut_bytes_give_what_was_whole_and_say_so(void **state)
{
	struct trace_pack *p = trace_pack_create();
	size_t len, whole = 0;
	int i;

	nin = 0;
	for (i = 0; i < 50; i++)
		add(p, &(struct trace_record){.t_ns = 1000u * (unsigned)i,
					      .type = TRACE_WAKE,
					      .cpu = 0,
					      .to = 5,
					      .tid = 1000 + i,
					      .other = 70000 + i});
	for (len = 0; len < p->bytes.len; len++) {
		nout = 0;
		whole += trace_pack_read(p->bytes.data, len, on_record, NULL);
		assert_true(nout < nin);
	}
	assert_int_equal(whole, nin); /* at the borders, nothing included */
	trace_pack_destroy(p);
}

static struct trace *from_lines(const char *text)
{
	struct trace *t = trace_create(1 << 20);
	cleanup_buf struct buf scratch = BUF_INIT;
	const char *at = text;

	while (*at) {
		const char *end = strchr(at, '\n');
		struct json_tokener *tok = json_tokener_new();
		struct json_object *o = json_tokener_parse_ex(tok, at, (int)(end - at));

		assert_int_equal(trace_json_read(o, t, &scratch), 1);
		json_object_put(o);
		json_tokener_free(tok);
		at = end + 1;
	}
	return t;
}

static void lines_of_a_session_file_give_the_same_trace(void **state)
{
	struct trace_pack *p = trace_pack_create();
	struct trace_task name = {.t_ns = 5,
				  .tid = 7,
				  .pid = 6,
				  .cgroup_id = UINT64_C(1) << 40,
				  .comm = "a\"b\\\xff"};
	struct trace_json lines = {.t_ns = 900,
				   .pack = p,
				   .names = &name,
				   .nnames = 1,
				   .account = {.produced = 5, .delivered = 3, .dropped = 2}};
	cleanup_buf struct buf text = BUF_INIT;
	struct trace_slice slices[8];
	struct trace_task back;
	struct trace *t;
	size_t len;

	nin = 0;
	add(p, &(struct trace_record){
		       .t_ns = 100, .type = TRACE_SWITCH, .state = 'S', .cpu = 1, .tid = 7});
	add(p, &(struct trace_record){
		       .t_ns = 300, .type = TRACE_SWITCH, .state = 'D', .cpu = 1, .other = 7});
	add(p, &(struct trace_record){.t_ns = 400, .type = TRACE_LOST, .cpu = 0, .count = 2});
	trace_json_lines(&text, &lines);
	t = from_lines(buf_text(&text));
	assert_int_equal(trace_slices(t, 1, 0, 1000, slices, 8), 2);
	assert_int_equal(slices[0].tid, 7);
	assert_int_equal(slices[0].end_ns, 300);
	assert_int_equal(slices[0].state, 'D');
	assert_int_equal(slices[1].end_ns, 900);
	assert_true(trace_name_at(t, 7, 200, &back));
	assert_int_equal(back.pid, 6);
	assert_int_equal(back.cgroup_id, name.cgroup_id);
	assert_string_equal(back.comm, "a\"b\\?");
	assert_int_equal(trace_account(t).dropped, 2);
	assert_int_equal(trace_account(t).produced, 5);
	trace_destroy(t);

	/* nothing came any more: until when that is so is told at the end alone */
	trace_pack_reset(p);
	lines.t_ns = 950;
	lines.nnames = 0;
	len = text.len;
	trace_json_lines(&text, &lines);
	assert_int_equal(text.len, len);
	lines.ends = true;
	trace_json_lines(&text, &lines);
	t = from_lines(buf_text(&text));
	assert_int_equal(trace_slices(t, 1, 0, 1000, slices, 8), 2);
	assert_int_equal(slices[1].end_ns, 950);
	trace_destroy(t);
	trace_pack_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_records_come_back_as_they_were),
		cmocka_unit_test(what_does_not_fit_is_refused_and_changes_nothing),
		cmocka_unit_test(a_context_switch_and_its_wake_up_take_few_bytes),
		cmocka_unit_test(cut_bytes_give_what_was_whole_and_say_so),
		cmocka_unit_test(lines_of_a_session_file_give_the_same_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
