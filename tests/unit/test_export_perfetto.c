/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_export_perfetto - a made session, exported and read again with protoc by Perfetto's schema:
 * nothing unknown is in it, and each switch, wake-up, op and counter is.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "base/cleanup.h"
#include "ops/export.h"
#include "ops/proto.h"
#include "ops/trace.h"

#include <unistd.h>

#define MS UINT64_C(1000000)

static const char session[] =
	"{\"scxplore\":1,\"guest\":{\"topology\":\"1n1l2c1t\"}}\n"
	"{\"t_ns\":1000000,\"event\":\"ready\",\"count\":2,\"cgroup\":\"/scxplore\"}\n"
	"{\"seq\":1,\"t_ns\":2000000,\"op\":\"cgroup add low\"}\n"
	"{\"seq\":1,\"t_ns\":10000000,\"event\":\"begin\"}\n"
	"{\"seq\":1,\"t_ns\":11000000,\"event\":\"done\",\"text\":\"\"}\n"
	"{\"seq\":2,\"t_ns\":11000000,\"op\":\"step rush\"}\n"
	"{\"seq\":2,\"t_ns\":12000000,\"event\":\"begin\"}\n"
	"{\"seq\":2,\"t_ns\":13000000,\"event\":\"failed\",\"text\":\"\",\"code\":5}\n"
	"{\"t_ns\":14000000,\"sample\":{\"n\":1,\"drops\":0,\"cost_ns\":5,\"cut\":0,"
	"\"cpus\":[[0,91,\"w.1\",3,2,9,1,5],[1,0,\"\",3,4,9,1,5]],\"dsqs\":[[77,5]]}}\n";

static void add(struct trace *t, enum trace_type type, uint64_t t_ns, unsigned cpu, int32_t from,
		char state, int32_t to)
{
	assert_true(trace_add(t, &(struct trace_record){.t_ns = t_ns,
							.type = type,
							.state = state,
							.cpu = (uint16_t)cpu,
							.to = 1,
							.tid = to,
							.other = from,
							.count = 3}));
}

static void record(struct trace *t)
{
	struct trace_task n = {.tid = 91, .pid = 91, .t_ns = 1, .comm = "hog"};

	trace_name(t, &n);
	n = (struct trace_task){.tid = 92, .pid = 91, .t_ns = 1, .comm = "second"};
	trace_name(t, &n);
	add(t, TRACE_SWITCH, 10 * MS, 0, 0, 'R', 91);
	add(t, TRACE_WAKE, 11 * MS, 0, 91, 0, 92);
	add(t, TRACE_SWITCH, 12 * MS, 0, 91, 'r', 92);
	add(t, TRACE_SWITCH, 13 * MS, 0, 92, 'D', 0);
	add(t, TRACE_SWITCH, 12 * MS, 1, 0, 'R', 91);
	add(t, TRACE_LOST, 15 * MS, 1, 0, 0, 0);
	add(t, TRACE_SWITCH, 16 * MS, 1, 91, 'S', 0);
	trace_seen(t, 20 * MS);
}

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	while ((text = strstr(text, what))) {
		n++;
		text += strlen(what);
	}
	return n;
}

static void decode(const struct buf *trace, struct buf *out)
{
	char path[] = "/tmp/scxplore-perfetto-XXXXXX", command[400], chunk[4096];
	int fd = mkstemp(path);
	size_t n;
	FILE *f;

	assert_true(fd >= 0 && write(fd, trace->data, trace->len) == (ssize_t)trace->len);
	close(fd);
	snprintf(command, sizeof(command),
		 PROTOC_PATH " -I" GOLDEN_DIR "/.. --decode=Trace perfetto.proto <%s", path);
	f = popen(command, "r");
	assert_non_null(f);
	while ((n = fread(chunk, 1, sizeof(chunk), f)))
		buf_add(out, chunk, n);
	assert_int_equal(pclose(f), 0);
	unlink(path);
}

/* A field that the schema does not have is shown by its number: "  17: 5". */
static bool unknown_field(const char *text)
{
	for (; text; text = strchr(text, '\n')) {
		text += strspn(text, "\n ");
		if (*text >= '0' && *text <= '9')
			return true;
	}
	return false;
}

static void exported(struct buf *text)
{
	struct model *m = model_create();
	struct session_info info = {0};
	struct export_input in = {.model = m, .info = &info};
	cleanup_buf struct buf out = BUF_INIT;
	char path[] = "/tmp/scxplore-session-XXXXXX";
	struct err err = ERR_INIT;
	int fd = mkstemp(path);

	if (!*PROTOC_PATH) {
		print_message("protoc is not there (setup/packages.check)\n");
		skip();
	}
	assert_true(write(fd, session, sizeof(session) - 1) == sizeof(session) - 1);
	close(fd);
	assert_int_equal(journal_read(path, false, &info, m, NULL, NULL, &err), 0);
	record(m->trace);
	in.session_path = path;
	assert_int_equal(exporter_by_name("perfetto")->write(&in, &out, &err), 0);
	decode(&out, text);
	unlink(path);
	session_info_finish(&info);
	model_destroy(m);
}

static void perfetto_finds_every_switch_and_wake_up(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	exported(&text);
	assert_false(unknown_field(text.data));
	/* 3 + 1 switches, one more where what CPU 1 did is lost, one to idle from there */
	assert_int_equal(count(text.data, "sched_switch {"), 6);
	assert_int_equal(count(text.data, "sched_waking {"), 1);
	assert_non_null(
		strstr(text.data,
		       "      timestamp: 12000000\n      pid: 91\n      sched_switch {\n"
		       "        prev_comm: \"hog\"\n        prev_pid: 91\n        prev_state: 0\n"
		       "        next_comm: \"second\"\n        next_pid: 92\n"));
	assert_non_null(strstr(text.data,
			       "prev_pid: 92\n        prev_state: 2\n"
			       "        next_comm: \"swapper/0\"\n        next_pid: 0\n"));
	assert_non_null(strstr(text.data, "      timestamp: 11000000\n      pid: 91\n"
					  "      sched_waking {\n        comm: \"second\"\n"
					  "        pid: 92\n        target_cpu: 1\n"));
	assert_int_equal(count(text.data, "lost_events: true"), 1);
	assert_non_null(strstr(text.data, "name: \"CPU 1 not recorded\""));
	assert_non_null(strstr(text.data, "tid: 92\n      name: \"second\"\n      tgid: 91\n"));
}

static void steps_ops_and_lengths_of_queues_have_tracks(void **state)
{
	cleanup_buf struct buf text = BUF_INIT;

	exported(&text);
	assert_non_null(strstr(text.data, "name: \"step 1 rush\""));
	assert_non_null(strstr(text.data, "name: \"cgroup add low\""));
	assert_non_null(strstr(text.data, "name: \"FAILED step rush\""));
	assert_non_null(strstr(text.data, "name: \"runqueue CPU 1\""));
	assert_non_null(strstr(text.data, "counter_value: 4"));
	assert_non_null(strstr(text.data, "name: \"DSQ 0x4d\""));
	assert_non_null(strstr(text.data, "counter_value: 5"));
	assert_int_equal(count(text.data, "type: TYPE_SLICE_BEGIN"),
			 count(text.data, "type: TYPE_SLICE_END"));
}

static void numbers_are_as_long_as_they_need(void **state)
{
	cleanup_buf struct buf b = BUF_INIT;

	proto_u64(&b, 1, 150);
	assert_int_equal(b.len, 3);
	assert_memory_equal(b.data, "\x08\x96\x01", 3);
	buf_reset(&b);
	proto_i64(&b, 2, -1);
	assert_int_equal(b.len, 11);
	buf_reset(&b);
	proto_text(&b, 60, "x");
	assert_memory_equal(b.data, "\xe2\x03\x01x", 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_as_long_as_they_need),
		cmocka_unit_test(perfetto_finds_every_switch_and_wake_up),
		cmocka_unit_test(steps_ops_and_lengths_of_queues_have_tracks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
