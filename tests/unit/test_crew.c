/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_crew - what the workers of one spawn share: groups are whole, members know their places,
 * and the hand that made it all keeps nothing.
 */
#include "test.h"

#include "base/cleanup.h"
#include "guest/work_crew.h"

#include <dirent.h>
#include <sys/mman.h>
#include <unistd.h>

static int open_files(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(d);
	while (readdir(d))
		n++;
	closedir(d);
	return n;
}

static void what_makes_no_whole_groups_is_refused_in_the_guest_too(void **state)
{
	const char *const three[] = {"fan-out", "3"}, *const odd[] = {"fan-out"}, *const wrong[] = {"fan-in", "3"};
	struct err err = ERR_INIT;
	static struct crew c;

	assert_int_equal(crew_init(&c, "futex-fan-out", three, 2, 8, &err), 0);
	assert_int_equal(c.group, 4);
	assert_true(crew_init(&c, "futex-fan-out", three, 2, 5, &err) < 0);
	assert_non_null(strstr(err.msg, "groups of 4"));
	assert_true(crew_init(&c, "futex-fan-out", odd, 1, 5, &err) < 0);
	assert_true(crew_init(&c, "futex-fan-out", wrong, 2, 5, &err) < 0);
	assert_true(crew_init(&c, "no-such-work", NULL, 0, 1, &err) < 0);
	assert_true(crew_init(&c, "spin", NULL, 0, 0, &err) < 0);
}

static void every_type_finds_its_place_and_leaves_no_descriptor(void **state)
{
	const struct work_type *t;
	static struct crew c;
	static struct work w;
	int before = open_files();
	size_t i;

	for (i = 0; (t = work_type_at(i)); i++) {
		struct err err = ERR_INIT;
		struct work_values v;
		uint32_t n, index;
		int fd;

		/* the loopback device is not this machine's to change */
		if (work_links_of((enum work_id)i) == LINKS_LOOPBACK)
			continue;
		work_defaults(t, &v);
		n = 2 * work_group_size(t, &v);
		assert_int_equal(crew_init(&c, t->name, NULL, 0, n, &err), 0);
		fd = memfd_create("crew", 0);
		assert_int_equal(ftruncate(fd, (off_t)crew_size(c.count, c.group)), 0);
		assert_int_equal(crew_map(&c, fd, &err), 0);
		for (index = 1; index <= n; index++) {
			assert_int_equal(crew_next(&c, index, &err), 0);
			crew_worker(&c, index, &w);
			assert_int_equal(w.member, (index - 1) % c.group);
			assert_int_equal(w.meter.report->begun_ns, 0);
			assert_int_equal(w.meter.report->run_delay_ns, REPORT_ABSENT);
			assert_in_range((uintptr_t)w.shared, (uintptr_t)c.memory,
					(uintptr_t)c.memory + crew_size(c.count, c.group) - WORK_SHARED_SIZE);
		}
		assert_true(!c.nfds || c.fds[0] >= WORK_FD_FIRST);
		assert_non_null(work_function(c.id));
		crew_finish(&c);
		close(fd);
	}
	assert_int_equal(open_files(), before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_no_whole_groups_is_refused_in_the_guest_too),
		cmocka_unit_test(every_type_finds_its_place_and_leaves_no_descriptor),
	};

	return cmocka_run_group_tests_name("crew", tests, NULL, NULL);
}
