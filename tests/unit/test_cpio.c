/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_cpio - an archive is read back here by the kernel's own rules.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "vmm/cpio.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

struct entry {
	char name[128];
	unsigned mode, major, minor;
	size_t len;
	const char *data;
};

static char archive[65536];
static size_t archive_len;

static void read_back(int fd)
{
	ssize_t n = pread(fd, archive, sizeof(archive), 0);

	assert_true(n > 0);
	archive_len = (size_t)n;
	assert_int_equal(archive_len % 512, 0);
}

static unsigned field(size_t at, unsigned i)
{
	char text[9] = "";

	memcpy(text, archive + at + 6 + 8 * i, 8);
	return (unsigned)strtoul(text, NULL, 16);
}

static size_t next_entry(size_t at, struct entry *e)
{
	size_t name_len;

	assert_true(at + 110 <= archive_len && at % 4 == 0);
	assert_memory_equal(archive + at, "070701", 6);
	e->mode = field(at, 1);
	e->len = field(at, 6);
	e->major = field(at, 9);
	e->minor = field(at, 10);
	name_len = field(at, 11);
	assert_true(name_len && name_len <= sizeof(e->name));
	memcpy(e->name, archive + at + 110, name_len);
	assert_int_equal(e->name[name_len - 1], '\0');
	at = (at + 110 + name_len + 3) & ~(size_t)3;
	e->data = archive + at;
	assert_true(at + e->len <= archive_len);
	return (at + e->len + 3) & ~(size_t)3;
}

static void every_kind_of_entry_is_read_back(void **state)
{
	cleanup_fd int fd = memfd_create("cpio", MFD_CLOEXEC), host = memfd_create("host", MFD_CLOEXEC);
	char host_path[64];
	struct err err = ERR_INIT;
	struct entry e;
	struct cpio c;
	size_t at;

	assert_int_equal(write(host, "#!/bin/sh\n", 10), 10);
	snprintf(host_path, sizeof(host_path), "/proc/self/fd/%d", host);
	cpio_begin(&c, fd);
	cpio_dir(&c, "/bin", 0755);
	cpio_data(&c, "/etc/x", 0644, "a\0bcd", 5);
	cpio_symlink(&c, "/bin/sh", "/usr/bin/dash");
	cpio_chardev(&c, "/dev/console", 0600, 5, 1);
	cpio_host_file(&c, "/init", 0755, host_path);
	cpio_data(&c, "/empty", 0600, "", 0);
	assert_int_equal(cpio_end(&c, &err), 0);
	read_back(fd);
	at = next_entry(0, &e);
	assert_string_equal(e.name, "bin");
	assert_int_equal(e.mode, S_IFDIR | 0755);
	at = next_entry(at, &e);
	assert_string_equal(e.name, "etc/x");
	assert_int_equal(e.len, 5);
	assert_memory_equal(e.data, "a\0bcd", 5);
	at = next_entry(at, &e);
	assert_int_equal(e.mode, S_IFLNK | 0777);
	assert_memory_equal(e.data, "/usr/bin/dash", 13);
	at = next_entry(at, &e);
	assert_int_equal(e.mode, S_IFCHR | 0600);
	assert_int_equal(e.major, 5);
	assert_int_equal(e.minor, 1);
	at = next_entry(at, &e);
	assert_string_equal(e.name, "init");
	assert_int_equal(e.mode, S_IFREG | 0755);
	assert_memory_equal(e.data, "#!/bin/sh\n", 10);
	at = next_entry(at, &e);
	assert_int_equal(e.len, 0);
	next_entry(at, &e);
	assert_string_equal(e.name, "TRAILER!!!");
}

static void the_first_failure_stays_and_is_told_at_the_end(void **state)
{
	cleanup_fd int fd = memfd_create("cpio", MFD_CLOEXEC);
	struct err err = ERR_INIT;
	struct stat st;
	struct cpio c;

	cpio_begin(&c, fd);
	cpio_host_file(&c, "/x", 0644, "/nonesuch/file");
	cpio_data(&c, "/y", 0644, "y", 1);
	assert_int_equal(cpio_end(&c, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "read '/nonesuch/file' to pack it"));
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void a_full_disk_is_an_error(void **state)
{
	cleanup_fd int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct err err = ERR_INIT;
	struct cpio c;

	cpio_begin(&c, fd);
	cpio_data(&c, "/x", 0644, "x", 1);
	assert_int_equal(cpio_end(&c, &err), -ENOSPC);
	assert_non_null(strstr(err.msg, "write the initramfs"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_entry_is_read_back),
		cmocka_unit_test(the_first_failure_stays_and_is_told_at_the_end),
		cmocka_unit_test(a_full_disk_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
