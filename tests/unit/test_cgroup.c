/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cgroup - the agent's book of cgroups: names, paths, ids; nothing here reaches a kernel.
 */
#include "test.h"

#include "guest/cgroup.h"
#include "guest/shared.h"
#include "guest/line.h"
#include "guest/pool.h"
#include "guest/port.h"
#include "guest/start.h"
#include "guest/step.h"

#include <errno.h>

static char said[512];
static int failed;

void port_event(const struct event *ev)
{
	snprintf(said, sizeof(said), "%s %s %d", event_def(ev->type)->json, ev->cgroup, ev->flag);
}

void line_done(struct line *l, const char *fmt, ...)
{
	failed = 0;
}

void line_failed(struct line *l, int code, const char *fmt, ...)
{
	va_list ap;

	failed = code;
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
}

void line_failed_err(struct line *l, const struct err *err)
{
	failed = err->code;
}

void *line_state(struct line *l)
{
	static char state[LINE_STATE_MAX];

	return state;
}

static const struct wire_op *now;

const struct wire_op *line_op(const struct line *l)
{
	return now;
}

void start_op_spawn(struct line *l, const struct wire_op *op)
{
}

uint64_t line_seq(const struct line *l)
{
	return 7;
}

unsigned step_current(void)
{
	return 0;
}

struct shared *shared_rows;

void step_remove_cgroup(struct line *l, struct cgroup *c)
{
}

struct wire_writer *pool_job(enum job_type type)
{
	static uint8_t data[4096];
	static struct wire_writer w;

	w = (struct wire_writer){.data = data, .size = sizeof(data)};
	return &w;
}

int pool_send(struct wire_writer *w, const int *fds, int nfds, uint64_t deadline_ns,
	      const char *about, pool_fn fn, void *arg, struct err *err)
{
	struct job_reply yes = {.last = true, .id = 99, .text = "", .path = "", .data = ""};

	fn(arg, &yes);
	return 0;
}

static int add(const char *path)
{
	uint8_t frame[1024];
	struct wire_writer w;
	struct wire_reader r;
	struct wire_op op;

	wire_op_begin(&w, frame, sizeof(frame), OP_CGROUP_ADD, 1);
	wire_op_put_str(&w, WARG_CGROUP, path);
	r = (struct wire_reader){.data = frame + WIRE_HEADER_SIZE, .len = w.len - WIRE_HEADER_SIZE};
	assert_int_equal(wire_op_read(&r, &op), 0);
	failed = -1;
	now = &op;
	cgroup_op_add(NULL, &op);
	return failed;
}

static void names_that_could_leave_the_root_are_refused(void **state)
{
	static const char *const bad[] = {"",   "/",    "/abs",   "a//b",    "a/",   ".",
					  "..", "a/..", "a/../b", ".hidden", "a/.b", "a\nb"};
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_false(cgroup_name_ok(bad[i]));
		assert_int_equal(add(bad[i]), EINVAL);
	}
	assert_true(cgroup_name_ok("a"));
	assert_true(cgroup_name_ok("a/b.c/d e"));
}

static void a_name_too_long_for_the_book_is_refused(void **state)
{
	char name[400];

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_false(cgroup_name_ok(name));
}

static void a_cgroup_is_added_once_and_below_its_parent(void **state)
{
	assert_int_equal(add("low"), 0);
	assert_string_equal(said, "cgroup-added /scxplore/low 1");
	assert_int_equal(add("low"), EEXIST);
	assert_int_equal(add("high/a"), ENOENT);
	assert_non_null(strstr(said, "parent 'high'"));
	assert_int_equal(add("low/a"), 0);
	assert_ptr_equal(cgroup_child("low"), cgroup_find("low/a"));
	assert_null(cgroup_child("low/a"));
	assert_null(cgroup_child("lo"));
}

static void paths_resolve_only_to_what_is_in_the_book(void **state)
{
	char path[CGROUP_FULL_MAX];
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_resolve(NULL, path, &err), 0);
	assert_string_equal(path, "/");
	assert_int_equal(cgroup_resolve("/", path, &err), 0);
	assert_string_equal(path, "/");
	assert_int_equal(cgroup_resolve("low/a", path, &err), 0);
	assert_string_equal(path, "/scxplore/low/a");
	assert_int_equal(cgroup_resolve("lost", path, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "'lost'"));
	assert_string_equal(cgroup_rel("/scxplore/low/a"), "low/a");
	assert_null(cgroup_rel("/scxplore"));
	assert_null(cgroup_rel("/scxplorer/low"));
}

static void ids_lead_to_paths_until_the_cgroup_is_gone(void **state)
{
	char path[CGROUP_FULL_MAX];

	cgroup_set_root_id(28);
	assert_true(cgroup_path_by_id(1, path));
	assert_string_equal(path, "/");
	assert_true(cgroup_path_by_id(28, path));
	assert_string_equal(path, "/scxplore");
	assert_true(cgroup_path_by_id(99, path));
	cgroup_gone(cgroup_find("low/a"), 0, false);
	assert_string_equal(said, "cgroup-removed /scxplore/low/a 0");
	assert_null(cgroup_find("low/a"));
	assert_false(cgroup_path_by_id(12345, path));
}

static void a_workload_root_must_be_a_plain_absolute_path(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(cgroup_set_root("none", &err), -EINVAL);
	assert_int_equal(cgroup_set_root("/", &err), -EINVAL);
	assert_int_equal(cgroup_set_root("/../x", &err), -EINVAL);
	assert_int_equal(cgroup_set_root("/placement", &err), 0);
	assert_string_equal(cgroup_root(), "/placement");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_that_could_leave_the_root_are_refused),
		cmocka_unit_test(a_name_too_long_for_the_book_is_refused),
		cmocka_unit_test(a_cgroup_is_added_once_and_below_its_parent),
		cmocka_unit_test(paths_resolve_only_to_what_is_in_the_book),
		cmocka_unit_test(ids_lead_to_paths_until_the_cgroup_is_gone),
		cmocka_unit_test(a_workload_root_must_be_a_plain_absolute_path),
	};

	return cmocka_run_group_tests_name("cgroup", tests, NULL, NULL);
}
