/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_job - messages between the agent and its hands.
 */
#include "test.h"

#include "base/cleanup.h"
#include "guest/job.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

static void a_reply_reads_back_as_it_was_written(void **state)
{
	uint8_t bytes[512];
	struct wire_writer w = {.data = bytes, .size = sizeof(bytes)};
	struct job_reply in = {.last = true,
			       .flag = true,
			       .code = ENOENT,
			       .cpu_ns = 7,
			       .num = 8,
			       .id = 9,
			       .path = "/a",
			       .text = "why",
			       .data = "x\0y",
			       .data_len = 3};
	struct job_reply out = {0};
	struct wire_reader r;

	job_put_reply(&w, &in);
	assert_false(w.bad);
	r = (struct wire_reader){.data = bytes, .len = w.len};
	assert_true(job_get_reply(&r, &out));
	assert_true(out.last);
	assert_true(out.flag);
	assert_false(out.leaving);
	assert_int_equal(out.code, ENOENT);
	assert_int_equal(out.cpu_ns, 7);
	assert_int_equal(out.num, 8);
	assert_int_equal(out.id, 9);
	assert_string_equal(out.path, "/a");
	assert_string_equal(out.text, "why");
	assert_int_equal(out.data_len, 3);
	assert_memory_equal(out.data, "x\0y", 3);
}

static void a_cut_reply_is_refused(void **state)
{
	uint8_t bytes[512];
	struct wire_writer w = {.data = bytes, .size = sizeof(bytes)};
	struct job_reply in = {.path = "/a", .text = "why", .data = ""}, out;
	struct wire_reader r;
	size_t len;

	job_put_reply(&w, &in);
	for (len = 0; len < w.len; len++) {
		r = (struct wire_reader){.data = bytes, .len = len};
		assert_false(job_get_reply(&r, &out));
	}
}

static void descriptors_arrive_usable_and_close_on_exec(void **state)
{
	int pair[2], tube[2], fds[JOB_FDS_MAX], nfds, i;
	char text[8] = "";

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(pipe(tube), 0);
	assert_int_equal(job_send(pair[0], "hi", 2, tube, 2, 0), 0);
	assert_int_equal(job_recv(pair[1], text, sizeof(text), fds, &nfds, 0), 2);
	assert_int_equal(nfds, 2);
	assert_int_equal(write(fds[1], "ok", 2), 2);
	assert_int_equal(read(tube[0], text, sizeof(text)), 2);
	assert_memory_equal(text, "ok", 2);
	assert_true(fcntl(fds[0], F_GETFD) & FD_CLOEXEC);
	for (i = 0; i < 2; i++) {
		close(fds[i]);
		close(tube[i]);
		close(pair[i]);
	}
}

static void a_message_that_does_not_fit_is_an_error_and_its_descriptors_are_closed(void **state)
{
	int pair[2], fds[JOB_FDS_MAX], nfds;
	char text[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	assert_int_equal(job_send(pair[0], "too long", 8, pair, 1, 0), 0);
	assert_int_equal(job_recv(pair[1], text, sizeof(text), fds, &nfds, 0), -EMSGSIZE);
	assert_int_equal(nfds, 0);
	close(pair[0]);
	assert_int_equal(job_recv(pair[1], text, sizeof(text), fds, &nfds, 0), 0);
	close(pair[1]);
}

static void every_job_has_words_for_a_report(void **state)
{
	unsigned i;

	for (i = 0; i < JOB_MAX; i++)
		assert_true(strlen(job_words(i)) > 3);
	assert_string_equal(job_words(JOB_MAX), "?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_reads_back_as_it_was_written),
		cmocka_unit_test(a_cut_reply_is_refused),
		cmocka_unit_test(descriptors_arrive_usable_and_close_on_exec),
		cmocka_unit_test(
			a_message_that_does_not_fit_is_an_error_and_its_descriptors_are_closed),
		cmocka_unit_test(every_job_has_words_for_a_report),
	};

	return cmocka_run_group_tests_name("job", tests, NULL, NULL);
}
