/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_spawn - helper programs run to their end without a shell.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "vmm/spawn.h"

#include <signal.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#define ARGV(...) ((const char *const[]){__VA_ARGS__, NULL})

static void output_is_collected_whole(void **state)
{
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("sh", "-c", "echo \"$1\"; head -c 300000 /dev/zero", "x", "a b;c"),
						   .out_fd = -1, .out = &out}, &err), 0);
	assert_int_equal(out.len, 6 + 300000);
	assert_memory_equal(out.data, "a b;c\n", 6);
}

static void input_larger_than_a_pipe_comes_back(void **state)
{
	size_t len = 1u << 20;
	cleanup_free char *in = calloc(1, len);
	cleanup_buf struct buf out = BUF_INIT;
	struct err err = ERR_INIT;

	memset(in, 'x', len);
	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("cat"), .in_data = in, .in_len = len, .out_fd = -1, .out = &out},
				   &err), 0);
	assert_int_equal(out.len, len);
	assert_memory_equal(out.data, in, len);
}

static void a_descriptor_takes_the_output_instead(void **state)
{
	cleanup_fd int fd = memfd_create("out", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	char text[8] = "";

	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("pwd"), .dir = "/tmp", .out_fd = fd}, &err), 0);
	assert_int_equal(pread(fd, text, 7, 0), 5);
	assert_string_equal(text, "/tmp\n");
}

static void a_failure_brings_code_and_last_words_made_safe(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("sh", "-c", "printf 'no\\033 luck' >&2; exit 3"), .out_fd = -1},
				   &err), -EIO);
	assert_string_equal(err.msg, "'sh' failed (exit 3): no? luck");
	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("sh", "-c", "kill -9 $$"), .out_fd = -1}, &err), -EIO);
	assert_non_null(strstr(err.msg, "signal 9"));
	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("sh", "-c", "exit 3"), .out_fd = -1, .ok_exit = 3}, &err), 0);
}

static void a_program_that_is_not_there_is_said(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("nonesuch-program"), .out_fd = -1}, &err), -EIO);
	assert_non_null(strstr(err.msg, "'nonesuch-program' failed"));
	assert_non_null(strstr(err.msg, "No such file or directory"));
}

static void collect(void *arg, const char *line)
{
	buf_addf(arg, "[%s]", line);
}

static void status_lines_come_one_by_one(void **state)
{
	cleanup_buf struct buf lines = BUF_INIT;
	struct err err = ERR_INIT;

	assert_int_equal(spawn_run(&(struct spawn){.argv = ARGV("sh", "-c", "echo one >&3; echo two >&3; echo out"), .out_fd = -1,
						   .status = collect, .arg = &lines}, &err), 0);
	assert_string_equal(buf_text(&lines), "[one][two]");
}

static void nothing_stays_open(void **state)
{
	int before = open("/dev/null", O_RDONLY | O_CLOEXEC), after;
	struct err err = ERR_INIT;

	close(before);
	spawn_run(&(struct spawn){.argv = ARGV("true"), .in_data = "x", .in_len = 1, .out_fd = -1}, &err);
	after = open("/dev/null", O_RDONLY | O_CLOEXEC);
	close(after);
	assert_int_equal(before, after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(output_is_collected_whole),
		cmocka_unit_test(input_larger_than_a_pipe_comes_back),
		cmocka_unit_test(a_descriptor_takes_the_output_instead),
		cmocka_unit_test(a_failure_brings_code_and_last_words_made_safe),
		cmocka_unit_test(a_program_that_is_not_there_is_said),
		cmocka_unit_test(status_lines_come_one_by_one),
		cmocka_unit_test(nothing_stays_open),
	};

	signal(SIGPIPE, SIG_IGN); /* as the program does: a helper may end before it has read */
	return cmocka_run_group_tests(tests, NULL, NULL);
}
