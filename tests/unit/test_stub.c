/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_stub - the conversation with QEMU's gdb stub, played by the test: attaching, watching,
 * writes, what is refused, what goes wrong, and that nothing is left behind.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "vmm/stub.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>

#define ADDRESS UINT64_C(0xffffffff82000010)

static struct loop loop;
static struct stub stub;
static int qemu; /* its end of the stream; -1 = it was given none */
static char asked[1024], lost[256], refused[ERR_MSG_MAX];
static unsigned watched, stops;

static int monitor(void *arg, const char *line, int fd)
{
	size_t n = strlen(asked);

	if (fd >= 0)
		qemu = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	snprintf(asked + n, sizeof(asked) - n, "%s", line);
	return 0;
}

static void on_watched(void *arg, const struct err *err)
{
	watched++;
	snprintf(refused, sizeof(refused), "%s", err ? err->msg : "");
}

static void on_stopped(void *arg)
{
	stops++;
}

static void on_lost(void *arg, const char *why)
{
	snprintf(lost, sizeof(lost), "%s", why);
}

static const struct stub_ops ops = {
	.monitor = monitor, .watched = on_watched, .stopped = on_stopped, .lost = on_lost};

static void answer(const char *id, const char *text)
{
	struct qmp_message m = {.kind = QMP_RETURN};

	snprintf(m.id, sizeof(m.id), "%s", id);
	snprintf(m.text, sizeof(m.text), "%s", text);
	assert_true(stub_answer(&stub, &m));
}

/* What the stub was told since, whole. */
static void must_hear(const char *packets)
{
	char got[256] = "";
	ssize_t n = recv(qemu, got, sizeof(got) - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	assert_string_equal(got, packets);
}

static void say(const char *bytes)
{
	assert_int_equal(send(qemu, bytes, strlen(bytes), MSG_NOSIGNAL), strlen(bytes));
	assert_true(loop_turn(&loop, 30000) >= 0);
}

static void attach(void)
{
	assert_int_equal(stub_watch(&stub, true, ADDRESS, 4, NULL), 0);
	assert_int_equal(stub_watch(&stub, true, ADDRESS, 4, NULL), -EBUSY);
	assert_non_null(strstr(asked, "\"getfd\""));
	answer("stub-fd", "");
	assert_non_null(strstr(asked, "\"chardev-add\""));
	answer("stub-chardev", "");
	assert_non_null(strstr(asked, "gdbserver chardev:"));
	answer("stub-server", "Waiting for gdb connection on device 'x'");
	must_hear("$Z2,ffffffff82000010,4#d3");
	assert_int_equal(watched, 0);
}

static int set_up(void **state)
{
	assert_int_equal(loop_init(&loop, NULL), 0);
	stub_init(&stub, &loop, &ops, NULL);
	qemu = -1;
	watched = stops = 0;
	*asked = *lost = *refused = '\0';
	return 0;
}

static int tear_down(void **state)
{
	stub_finish(&stub);
	stub_finish(&stub);
	if (qemu >= 0)
		close(qemu);
	loop_finish(&loop);
	return 0;
}

static void a_write_is_told_with_its_instruction(void **state)
{
	static char registers[17 * 16 + 8];
	char packet[sizeof(registers) + 8];
	struct guest_hit hit;

	attach();
	say("+$OK#9a");
	assert_int_equal(watched, 1);
	assert_string_equal(refused, "");
	assert_true(stub_continue(&stub));
	must_hear("+$c#63");
	assert_true(stub_lags(&stub));
	say("+$T05thread:02;watch:ffffffff82000010;#4f");
	must_hear("+$g#67");
	/* not before it is known where it was */
	assert_true(stub_lags(&stub));
	assert_int_equal(stops, 0);
	memset(registers, '0', 17 * 16);
	memcpy(registers + 16 * 16, "1122334455667788", 16);
	assert_true(gdb_put(packet, sizeof(packet), registers));
	say(packet);
	assert_int_equal(stops, 1);
	assert_false(stub_lags(&stub));
	assert_true(stub_take_hit(&stub, &hit));
	assert_int_equal(hit.cpu, 1);
	assert_true(hit.address == ADDRESS);
	assert_true(hit.rip == UINT64_C(0x8877665544332211));
	assert_false(stub_take_hit(&stub, &hit));
}

static void a_stop_for_something_else_is_no_write(void **state)
{
	struct guest_hit hit;

	attach();
	say("+$OK#9a");
	assert_true(stub_continue(&stub));
	say("+$T02thread:01;#04");
	assert_int_equal(stops, 1);
	assert_false(stub_take_hit(&stub, &hit));
}

static void after_the_last_watch_nothing_is_left(void **state)
{
	attach();
	say("+$OK#9a");
	*asked = '\0';
	assert_int_equal(stub_watch(&stub, false, ADDRESS, 4, NULL), 0);
	must_hear("+$z2,ffffffff82000010,4#f3");
	say("+$OK#9a");
	assert_non_null(strstr(asked, "gdbserver none"));
	assert_int_equal(watched, 1);
	answer("stub-detach", "Disabled gdbserver");
	assert_int_equal(watched, 2);
	assert_int_equal(stub.timer, -1);
	assert_int_equal(stub.channel.fd, -1);
	assert_false(stub_continue(&stub));
	assert_int_equal(stub_watch(&stub, false, ADDRESS, 4, NULL), -ENOENT);
	/* and from the beginning */
	close(qemu);
	watched = 0;
	attach();
}

/* Three places: the third is refused, the first two go off again, and so does the stub. */
static void all_places_are_watched_or_none_is(void **state)
{
	static const uint64_t places[] = {ADDRESS, ADDRESS + 64, ADDRESS + 128};

	assert_int_equal(stub_watch_all(&stub, true, places, 0, 8, NULL), -EINVAL);
	assert_int_equal(stub_watch_all(&stub, true, places, 3, 8, NULL), 0);
	answer("stub-fd", "");
	answer("stub-chardev", "");
	answer("stub-server", "Waiting for gdb connection on device 'x'");
	must_hear("$Z2,ffffffff82000010,8#d7");
	say("+$OK#9a");
	must_hear("+$Z2,ffffffff82000050,8#db");
	say("+$OK#9a");
	must_hear("+$Z2,ffffffff82000090,8#df");
	say("+$E22#a9");
	must_hear("+$z2,ffffffff82000010,8#f7");
	assert_int_equal(watched, 0);
	say("+$OK#9a");
	must_hear("+$z2,ffffffff82000050,8#fb");
	say("+$OK#9a");
	assert_int_equal(watched, 0);
	answer("stub-detach", "Disabled gdbserver");
	assert_int_equal(watched, 1);
	assert_non_null(strstr(refused, "E22"));
	assert_false(stub_continue(&stub));
	close(qemu);
	qemu = -1;
	/* and those that can be, all off at once */
	watched = 0;
	*refused = '\0';
	assert_int_equal(stub_watch_all(&stub, true, places, 2, 8, NULL), 0);
	answer("stub-fd", "");
	answer("stub-chardev", "");
	answer("stub-server", "Waiting for gdb connection on device 'x'");
	say("+$OK#9a");
	say("+$OK#9a");
	assert_int_equal(watched, 1);
	assert_string_equal(refused, "");
	assert_int_equal(stub_watch_all(&stub, false, places, 3, 8, NULL), -ENOENT);
	assert_int_equal(stub_watch_all(&stub, false, places, 2, 8, NULL), 0);
	say("+$OK#9a");
	say("+$OK#9a");
	answer("stub-detach", "Disabled gdbserver");
	assert_int_equal(watched, 2);
	assert_string_equal(refused, "");
	assert_int_equal(stub.timer, -1);
}

static void what_qemu_refuses_says_so(void **state)
{
	struct qmp_message m = {.kind = QMP_ERROR, .id = "stub-fd", .error = "no such command"};

	assert_int_equal(stub_watch(&stub, true, ADDRESS, 4, NULL), 0);
	assert_true(stub_answer(&stub, &m));
	assert_non_null(strstr(refused, "no such command"));
	close(qemu);
	watched = 0;
	attach();
	say("+$E22#a9");
	assert_non_null(strstr(refused, "E22"));
	assert_non_null(strstr(asked, "gdbserver none"));
	assert_string_equal(lost, "");
	close(qemu);
	assert_int_equal(stub_watch(&stub, true, ADDRESS, 4, NULL), 0);
	answer("stub-fd", "");
	answer("stub-chardev", "");
	answer("stub-server", "Could not open gdbserver on device 'x'");
	assert_non_null(strstr(refused, "Could not open"));
	snprintf(m.id, sizeof(m.id), "other");
	assert_false(stub_answer(&stub, &m));
}

static void what_is_no_packet_loses_all_watches(void **state)
{
	attach();
	say("+$OK#9a");
	assert_true(stub_continue(&stub));
	say("$T05#00");
	assert_non_null(strstr(lost, "no packet"));
	assert_int_equal(watched, 1);
	assert_false(stub_continue(&stub));
	assert_false(stub_lags(&stub));
	assert_non_null(strstr(asked, "gdbserver none"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_write_is_told_with_its_instruction, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_stop_for_something_else_is_no_write, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(after_the_last_watch_nothing_is_left, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(all_places_are_watched_or_none_is, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(what_qemu_refuses_says_so, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_no_packet_loses_all_watches, set_up,
						tear_down),
	};

	return cmocka_run_group_tests_name("stub", tests, NULL, NULL);
}
