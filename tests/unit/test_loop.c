/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_loop - descriptors, timers and signals in one turn, and sources that go while it lasts.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#define SECOND_MS 1000
#define DEADLINE  (30 * SECOND_MS)

static struct loop loop;
static int pipes[2][2];

static int set_up(void **state)
{
	size_t i;

	assert_int_equal(loop_init(&loop, NULL), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(pipe(pipes[i]), 0);
	return 0;
}

static int tear_down(void **state)
{
	size_t i;

	loop_finish(&loop);
	for (i = 0; i < 2; i++) {
		close(pipes[i][0]);
		close(pipes[i][1]);
	}
	return 0;
}

static void count_bytes(void *arg, int fd, uint32_t events)
{
	char c;

	if (read(fd, &c, 1) == 1)
		++*(int *)arg;
}

static void a_readable_descriptor_is_told_once_a_turn(void **state)
{
	int n = 0;
	loop_id id = loop_add_fd(&loop, pipes[0][0], EPOLLIN, count_bytes, &n);

	assert_true(id >= 0);
	assert_int_equal(loop_turn(&loop, 0), 0);
	assert_int_equal(write(pipes[0][1], "ab", 2), 2);
	assert_int_equal(loop_turn(&loop, DEADLINE), 1);
	assert_int_equal(n, 1);
	loop_remove(&loop, id);
	assert_int_equal(loop_turn(&loop, 0), 0);
	loop_remove(&loop, id);
	loop_remove(&loop, -1);
}

static loop_id ids[2];
static int told;

static void remove_both(void *arg, int fd, uint32_t events)
{
	told++;
	loop_remove(&loop, ids[0]);
	loop_remove(&loop, ids[1]);
}

static void a_source_removed_by_another_hears_nothing_more(void **state)
{
	size_t i;

	told = 0;
	for (i = 0; i < 2; i++) {
		ids[i] = loop_add_fd(&loop, pipes[i][0], EPOLLIN, remove_both, NULL);
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
	}
	assert_int_equal(loop_turn(&loop, DEADLINE), 2);
	assert_int_equal(told, 1);
}

static int replaced;

static void never(void *arg, int fd, uint32_t events)
{
	replaced++;
}

static void replace_other(void *arg, int fd, uint32_t events)
{
	int other = fd == pipes[0][0];

	told++;
	loop_remove(&loop, ids[other]);
	ids[other] = loop_add_fd(&loop, pipes[other][0], EPOLLIN, never, NULL);
	loop_remove(&loop, ids[!other]);
}

static void a_source_in_the_place_of_an_old_one_gets_none_of_its_events(void **state)
{
	size_t i;

	told = replaced = 0;
	for (i = 0; i < 2; i++) {
		ids[i] = loop_add_fd(&loop, pipes[i][0], EPOLLIN, replace_other, NULL);
		assert_int_equal(write(pipes[i][1], "x", 1), 1);
	}
	assert_int_equal(loop_turn(&loop, DEADLINE), 2);
	assert_int_equal(told, 1);
	assert_int_equal(replaced, 0);
	/* its own come in the next turn */
	assert_int_equal(loop_turn(&loop, DEADLINE), 1);
	assert_int_equal(replaced, 1);
}

static void tick(void *arg)
{
	int *left = arg;

	if (--*left == 0)
		loop_stop(&loop, 7);
}

static void a_timer_repeats_until_it_is_disarmed(void **state)
{
	int left = 3;
	loop_id id = loop_add_timer(&loop, tick, &left);
	uint64_t before = loop_now_ns();

	loop_arm(&loop, id, 1000000, 1000000);
	assert_int_equal(loop_run(&loop), 7);
	assert_int_equal(left, 0);
	assert_true(loop_now_ns() - before >= 1000000);
	loop_arm(&loop, id, 0, 0);
	assert_int_equal(loop_turn(&loop, 5), 0);
}

static void on_signal(void *arg, const struct signalfd_siginfo *info)
{
	*(int *)arg = (int)info->ssi_signo;
}

static void a_signal_is_told_in_the_loop_and_kills_nobody(void **state)
{
	int got = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	assert_true(loop_add_signals(&loop, &set, on_signal, &got) >= 0);
	raise(SIGUSR1);
	assert_int_equal(loop_turn(&loop, DEADLINE), 1);
	assert_int_equal(got, SIGUSR1);
}

static void a_full_table_is_an_error_and_not_a_crash(void **state)
{
	static int n;
	int i, r = 0;

	for (i = 0; i <= LOOP_SOURCES_MAX && r >= 0; i++) {
		int fd = dup(pipes[0][0]);

		/* the limit on descriptors may come first; both are said */
		r = fd < 0 ? -1 : loop_add_fd(&loop, fd, EPOLLIN, count_bytes, &n);
		if (fd >= 0 && r < 0)
			close(fd);
	}
	assert_true(r < 0);
	for (i = 0; i < LOOP_SOURCES_MAX; i++)
		if (loop.sources[i].fd >= 0)
			close(loop.sources[i].fd);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_readable_descriptor_is_told_once_a_turn),
		T(a_source_removed_by_another_hears_nothing_more),
		T(a_source_in_the_place_of_an_old_one_gets_none_of_its_events),
		T(a_timer_repeats_until_it_is_disarmed),
		T(a_signal_is_told_in_the_loop_and_kills_nobody),
		T(a_full_table_is_an_error_and_not_a_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
