/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_warm_file - a guest as a file: what is written is read, and every kind of damage is noticed.
 */
#include "tests/unit/test.h"

#include "vmm/warm_file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { N = 1200 };

static char folder[64], path[128];
static uint8_t *memory;
static struct pages *pages;
static int moment;
static struct buf head;

static int there(void *arg, uint64_t at, uint64_t *from, uint64_t *to)
{
	*from = at;
	*to = N * PAGES_SIZE;
	return at < N * PAGES_SIZE;
}

static int set_up(void **state)
{
	struct warm_head h = {.release = "7.3.4", .topology = "1n1l2c1t", .created_s = 99, .memory = N * PAGES_SIZE,
			      .qemu_major = 10, .tsc_khz = 2000000, .state = "QEVMdevices", .state_len = 11,
			      .console = "Linux", .console_len = 5};
	struct err err = ERR_INIT;
	unsigned i;

	strcpy(folder, "/tmp/warm-file-XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.guest", folder);
	memory = calloc(N, PAGES_SIZE);
	for (i = 0; i < N; i += 1 + i % 7)
		memset(memory + i * PAGES_SIZE, (int)(i % 251), PAGES_SIZE);
	memset(h.key, 'a', WARM_KEY_MAX - 1);
	head = BUF_INIT;
	warm_head_put(&h, &head);
	pages = pages_create(N * PAGES_SIZE, N * PAGES_SIZE);
	assert_int_equal(pages_sync(pages, memory, there, NULL, NULL), 0);
	moment = pages_take(pages);
	assert_int_equal(warm_file_write(path, head.data, head.len, pages, moment, &err), 0);
	return 0;
}

static int tear_down(void **state)
{
	unlink(path);
	assert_int_equal(rmdir(folder), 0); /* and nothing else was left there */
	buf_finish(&head);
	pages_destroy(pages);
	free(memory);
	return 0;
}

static int load(struct err *err)
{
	uint8_t *again = calloc(N, PAGES_SIZE);
	struct warm_file f;
	int r = warm_file_open(&f, path, err);

	if (r == 0) {
		r = warm_file_load(&f, again, N * PAGES_SIZE, err);
		if (r == 0)
			assert_memory_equal(again, memory, N * PAGES_SIZE);
		warm_file_close(&f);
	}
	free(again);
	return r;
}

static void what_is_written_is_read(void **state)
{
	struct err err = ERR_INIT;
	struct warm_file f;
	struct stat st;

	assert_int_equal(load(&err), 0);
	assert_int_equal(warm_file_open(&f, path, &err), 0);
	assert_string_equal(f.head.release, "7.3.4");
	assert_string_equal(f.head.topology, "1n1l2c1t");
	assert_int_equal(f.head.created_s, 99);
	assert_int_equal(f.head.tsc_khz, 2000000);
	assert_int_equal(f.head.state_len, 11);
	assert_memory_equal(f.head.state, "QEVMdevices", 11);
	assert_memory_equal(f.head.console, "Linux", 5);
	warm_file_close(&f);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, warm_file_size(head.len, pages, moment));
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void a_byte_that_changed_is_noticed_wherever_it_is(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;
	off_t at;
	int fd = open(path, O_RDWR);

	assert_int_equal(stat(path, &st), 0);
	for (at = 0; at < st.st_size; at = at * 5 / 4 + 3) {
		uint8_t was, now;

		assert_int_equal(pread(fd, &was, 1, at), 1);
		now = was ^ 0x20;
		assert_int_equal(pwrite(fd, &now, 1, at), 1);
		assert_true(load(&err) < 0);
		assert_true(*err.msg);
		assert_int_equal(pwrite(fd, &was, 1, at), 1);
	}
	close(fd);
	assert_int_equal(load(&err), 0);
}

static void a_file_that_is_too_short_or_too_long_is_noticed(void **state)
{
	struct err err = ERR_INIT;
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(truncate(path, st.st_size + 1), 0);
	assert_int_equal(load(&err), -EPROTO);
	assert_int_equal(truncate(path, st.st_size - 1), 0);
	assert_int_equal(load(&err), -EPROTO);
	assert_int_equal(truncate(path, 10), 0);
	assert_true(load(&err) < 0);
}

static void a_memory_of_another_size_is_refused(void **state)
{
	uint8_t *less = calloc(N - 1, PAGES_SIZE);
	struct err err = ERR_INIT;
	struct warm_file f;

	assert_int_equal(warm_file_open(&f, path, &err), 0);
	assert_int_equal(warm_file_load(&f, less, (N - 1) * PAGES_SIZE, &err), -EPROTO);
	warm_file_close(&f);
	free(less);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_written_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_byte_that_changed_is_noticed_wherever_it_is, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_file_that_is_too_short_or_too_long_is_noticed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_memory_of_another_size_is_refused, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
