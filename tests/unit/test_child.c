/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_child - helper programs beside a loop.
 */
#include "tests/unit/test.h"

#include "base/buf.h"
#include "vmm/child.h"

#include <poll.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

struct seen {
	struct loop loop;
	struct child *child;
	struct buf text; /* "out:LINE;" and "err:LINE;" */
	size_t lines, longest;
	int status, ends;
	bool stop_at_line; /* whose text is the pid of a grandchild */
	int grandchild;    /* its pidfd */
};

static void on_line(void *arg, bool is_error, const char *text, size_t len)
{
	struct seen *s = arg;

	assert_int_equal(text[len], '\0');
	s->lines++;
	s->longest = len > s->longest ? len : s->longest;
	if (len < 200)
		buf_addf(&s->text, "%s:%s;", is_error ? "err" : "out", text);
	if (!s->stop_at_line)
		return;
	s->grandchild = (int)syscall(SYS_pidfd_open, atoi(text), 0);
	assert_true(s->grandchild >= 0);
	child_signal(s->child, 0);
}

static void on_ended(void *arg, int status)
{
	struct seen *s = arg;

	s->status = status;
	s->ends++;
	loop_stop(&s->loop, 0);
}

static struct seen *run(struct child_spec spec, bool stop_at_line)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;

	assert_int_equal(loop_init(&s->loop, &err), 0);
	spec.line = on_line;
	spec.ended = on_ended;
	spec.arg = s;
	if (!spec.stop_signal)
		spec.stop_signal = SIGTERM;
	s->stop_at_line = stop_at_line;
	s->child = child_start(&s->loop, &spec, &err);
	assert_non_null(s->child);
	loop_run(&s->loop);
	assert_int_equal(s->ends, 1);
	return s;
}

static void finish(struct seen *s)
{
	child_destroy(s->child);
	loop_finish(&s->loop);
	buf_finish(&s->text);
	free(s);
}

static void lines_and_the_end_are_told_in_their_order(void **state)
{
	struct seen *s =
		run((struct child_spec){.argv = ARGV("sh", "-c", "echo a; printf 'b\\nc'; exit 7")},
		    false);

	assert_string_equal(buf_text(&s->text), "out:a;out:b;out:c;");
	assert_true(WIFEXITED(s->status));
	assert_int_equal(WEXITSTATUS(s->status), 7);
	finish(s);
}

static void input_is_given_and_a_folder_is_entered(void **state)
{
	struct seen *s = run((struct child_spec){.argv = ARGV("sh", "-c", "cat; pwd; echo x >&2"),
						 .dir = "/usr",
						 .in_data = "one\n",
						 .in_len = 4},
			     false);

	assert_non_null(strstr(buf_text(&s->text), "out:one;out:/usr;"));
	assert_non_null(strstr(buf_text(&s->text), "err:x;"));
	finish(s);
}

static void a_line_without_end_comes_in_pieces(void **state)
{
	struct seen *s = run(
		(struct child_spec){
			.argv = ARGV("sh", "-c",
				     "head -c 300000 /dev/zero | tr '\\0' x; echo; echo end")},
		false);

	assert_true(s->longest < 2 * CHILD_LINE_MAX);
	assert_true(s->lines > 2);
	assert_non_null(strstr(buf_text(&s->text), "out:end;"));
	finish(s);
}

static void a_program_that_is_not_there_says_so(void **state)
{
	struct seen *s = run((struct child_spec){.argv = ARGV("/nowhere/program")}, false);

	assert_string_equal(buf_text(&s->text),
			    "err:run '/nowhere/program': No such file or directory;");
	assert_int_equal(WEXITSTATUS(s->status), 127);
	finish(s);
}

static void a_grandchild_that_keeps_the_pipe_does_not_put_the_end_off(void **state)
{
	struct seen *s =
		run((struct child_spec){.argv = ARGV("sh", "-c", "sleep 1000 & echo $!")}, false);
	int pid = atoi(buf_text(&s->text) + 4);

	assert_int_equal(WEXITSTATUS(s->status), 0);
	assert_true(pid > 1);
	assert_int_equal(kill(pid, SIGKILL), 0); /* it was there still */
	finish(s);
}

static void what_was_written_before_the_end_is_told_whole(void **state)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;
	struct child_spec spec = {
		.argv = ARGV("sh", "-c", "head -c 60000 /dev/zero | tr '\\0' '\\n'"),
		.stop_signal = SIGTERM,
		.line = on_line,
		.ended = on_ended,
		.arg = s};
	siginfo_t info;

	assert_int_equal(loop_init(&s->loop, &err), 0);
	s->child = child_start(&s->loop, &spec, &err);
	assert_non_null(s->child);
	/* all of it is in the pipe, and the end is known, before the first look */
	assert_int_equal(waitid(P_ALL, 0, &info, WEXITED | WNOWAIT), 0);
	loop_run(&s->loop);
	assert_int_equal(s->lines, 60000);
	finish(s);
}

static void the_stop_signal_reaches_the_whole_group(void **state)
{
	struct seen *s =
		run((struct child_spec){.argv = ARGV("sh", "-c", "sleep 1000 & echo $!; wait"),
					.stop_signal = SIGTERM},
		    true);
	struct pollfd gone = {.fd = s->grandchild, .events = POLLIN};

	assert_true(WIFSIGNALED(s->status));
	assert_int_equal(WTERMSIG(s->status), SIGTERM);
	assert_int_equal(poll(&gone, 1, 30000), 1);
	close(s->grandchild);
	finish(s);
}

static void one_that_is_destroyed_is_gone_and_tells_nothing(void **state)
{
	struct seen *s = calloc(1, sizeof(*s));
	struct err err = ERR_INIT;
	struct child_spec spec = {.argv = ARGV("cat", "/dev/zero"),
				  .stop_signal = SIGTERM,
				  .line = on_line,
				  .ended = on_ended,
				  .arg = s};

	assert_int_equal(loop_init(&s->loop, &err), 0);
	s->child = child_start(&s->loop, &spec, &err);
	assert_non_null(s->child);
	child_destroy(s->child);
	s->child = NULL;
	assert_int_equal(loop_turn(&s->loop, 0), 0);
	assert_int_equal(s->ends, 0);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	finish(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_and_the_end_are_told_in_their_order),
		cmocka_unit_test(input_is_given_and_a_folder_is_entered),
		cmocka_unit_test(a_line_without_end_comes_in_pieces),
		cmocka_unit_test(a_program_that_is_not_there_says_so),
		cmocka_unit_test(a_grandchild_that_keeps_the_pipe_does_not_put_the_end_off),
		cmocka_unit_test(what_was_written_before_the_end_is_told_whole),
		cmocka_unit_test(the_stop_signal_reaches_the_whole_group),
		cmocka_unit_test(one_that_is_destroyed_is_gone_and_tells_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
