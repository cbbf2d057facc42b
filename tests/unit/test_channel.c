/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_channel - a byte stream in the loop: what comes, what waits, what ends.
 */
#include "tests/unit/test.h"

#include "vmm/channel.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#define DEADLINE_MS 30000

static struct loop loop;
static struct channel channel;
static int peer, closed;
static struct buf got;
static size_t take_max; /* how much the handler drops a time */

static void on_data(void *arg, struct channel *c)
{
	size_t n = c->in.len < take_max ? c->in.len : take_max;

	buf_add(&got, c->in.data, n);
	buf_drop(&c->in, n);
}

static void on_closed(void *arg, struct channel *c)
{
	closed++;
}

static int set_up(void **state)
{
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(loop_init(&loop, NULL), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), 0);
	peer = fds[1];
	closed = 0;
	take_max = SIZE_MAX;
	assert_int_equal(channel_open(&channel, &loop, fds[0], 1u << 20, on_data, on_closed, NULL), 0);
	return 0;
}

static int tear_down(void **state)
{
	channel_close(&channel);
	channel_close(&channel);
	if (peer >= 0)
		close(peer);
	loop_finish(&loop);
	buf_finish(&got);
	return 0;
}

static void what_comes_is_handed_over(void **state)
{
	assert_int_equal(write(peer, "hel", 3), 3);
	loop_turn(&loop, DEADLINE_MS);
	assert_int_equal(write(peer, "lo", 2), 2);
	loop_turn(&loop, DEADLINE_MS);
	assert_string_equal(buf_text(&got), "hello");
	assert_int_equal(closed, 0);
}

static void what_is_left_stays_for_the_next_call(void **state)
{
	take_max = 2;
	assert_int_equal(write(peer, "abc", 3), 3);
	loop_turn(&loop, DEADLINE_MS);
	assert_string_equal(buf_text(&channel.in), "c");
	assert_int_equal(write(peer, "d", 1), 1);
	loop_turn(&loop, DEADLINE_MS);
	assert_string_equal(buf_text(&got), "abcd");
}

static void the_end_is_told_once_after_the_last_bytes(void **state)
{
	assert_int_equal(write(peer, "last", 4), 4);
	close(peer);
	peer = -1;
	while (!closed && loop_turn(&loop, DEADLINE_MS) > 0)
		;
	assert_string_equal(buf_text(&got), "last");
	assert_int_equal(closed, 1);
	assert_int_equal(channel_write(&channel, "x", 1), -EPIPE);
}

static void what_the_peer_does_not_read_waits_within_the_limit(void **state)
{
	static char chunk[65536], in[65536];
	size_t sent = 0, read_back = 0;
	int r;

	while ((r = channel_write(&channel, chunk, sizeof(chunk))) == 0)
		sent += sizeof(chunk);
	assert_int_equal(r, -ENOBUFS);
	assert_true(channel.out.len <= 1u << 20);
	assert_true(channel.out.len > 0);
	while (read_back < sent) {
		ssize_t n = recv(peer, in, sizeof(in), MSG_DONTWAIT);

		if (n < 0)
			assert_true(errno == EAGAIN && loop_turn(&loop, DEADLINE_MS) > 0);
		else
			read_back += (size_t)n;
	}
	assert_int_equal(channel.out.len, 0);
	assert_int_equal(read_back, sent);
}

static void a_drain_takes_what_the_loop_has_not_seen(void **state)
{
	assert_int_equal(write(peer, "tail", 4), 4);
	channel_drain(&channel);
	assert_string_equal(buf_text(&got), "tail");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(what_comes_is_handed_over),
		T(what_is_left_stays_for_the_next_call),
		T(the_end_is_told_once_after_the_last_bytes),
		T(what_the_peer_does_not_read_waits_within_the_limit),
		T(a_drain_takes_what_the_loop_has_not_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
