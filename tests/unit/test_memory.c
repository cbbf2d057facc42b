/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_memory - the guest's RAM: what is shared, what cannot shrink, where the hole below 4 GiB is.
 */
#include "tests/unit/test.h"

#include "vmm/memory.h"

#include <errno.h>
#include <unistd.h>

#define MIB UINT64_C(1048576)
#define GIB (UINT64_C(1) << 30)

static void what_one_side_writes_the_other_reads(void **state)
{
	struct err err = ERR_INIT;
	struct memory m;

	assert_int_equal(memory_init(&m, 3, 8, &err), 0);
	assert_int_equal(m.sizes[0], 4 * MIB); /* the first node takes the rest */
	assert_int_equal(m.sizes[1], 2 * MIB);
	assert_int_equal(pwrite(m.fds[0], "first", 5, (off_t)(4 * MIB - 5)), 5);
	assert_int_equal(pwrite(m.fds[1], "second", 6, 0), 6);
	assert_int_equal(pwrite(m.fds[2], "third", 5, 7), 5);
	assert_memory_equal(guest_memory_at(&m.view, 4 * MIB - 5, 11), "firstsecond", 11);
	assert_memory_equal(guest_memory_at(&m.view, 6 * MIB + 7, 5), "third", 5);
	/* what is mapped stays, whatever whoever has the file does */
	assert_int_equal(ftruncate(m.fds[1], 0), -1);
	assert_int_equal(errno, EPERM);
	assert_memory_equal(guest_memory_at(&m.view, 4 * MIB, 6), "second", 6);
	memory_finish(&m);
	assert_null(m.view.base);
	memory_finish(&m);
}

static void addresses_outside_of_ram_are_none(void **state)
{
	const uint8_t *byte = (const uint8_t *)UINT64_C(0x100000000000); /* only counted with */
	struct guest_memory small = {byte, 2 * GIB, 2 * GIB}, big = {byte, 4 * GIB, 2 * GIB};
	static const uint64_t none[] = {2 * GIB, 3 * GIB, 4 * GIB - 1, 6 * GIB, UINT64_MAX, UINT64_MAX - 7};
	size_t i;

	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		assert_null(guest_memory_at(&big, none[i], 1));
	assert_ptr_equal(guest_memory_at(&big, 4 * GIB, 8), byte + 2 * GIB);
	assert_ptr_equal(guest_memory_at(&big, 6 * GIB - 8, 8), byte + 4 * GIB - 8);
	assert_null(guest_memory_at(&big, 6 * GIB - 8, 9));
	assert_null(guest_memory_at(&big, 2 * GIB - 8, 9)); /* into the hole */
	assert_null(guest_memory_at(&big, 0, UINT64_MAX));
	assert_null(guest_memory_at(&big, 4 * GIB, UINT64_MAX));
	assert_ptr_equal(guest_memory_at(&small, 2 * GIB - 1, 1), byte + 2 * GIB - 1);
	assert_null(guest_memory_at(&small, 2 * GIB, 1));
	assert_null(guest_memory_at(&small, 4 * GIB, 1));
}

static void a_large_guest_has_its_hole_where_qemu_has_it(void **state)
{
	struct err err = ERR_INIT;
	struct memory m;

	assert_int_equal(memory_init(&m, 1, 2815, &err), 0);
	assert_int_equal(m.view.below_4g, 2815 * MIB);
	memory_finish(&m);
	assert_int_equal(memory_init(&m, 2, 2816, &err), 0);
	assert_int_equal(m.view.below_4g, 2 * GIB);
	assert_non_null(guest_memory_at(&m.view, 4 * GIB + 767 * MIB, MIB));
	assert_null(guest_memory_at(&m.view, 4 * GIB + 768 * MIB, 1));
	memory_finish(&m);
}

static void more_nodes_than_qemu_takes_are_refused(void **state)
{
	struct err err = ERR_INIT;
	struct memory m;

	assert_int_equal(memory_init(&m, MEMORY_NODES_MAX + 1, 512, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "NUMA nodes"));
	memory_finish(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_one_side_writes_the_other_reads),
		cmocka_unit_test(addresses_outside_of_ram_are_none),
		cmocka_unit_test(a_large_guest_has_its_hole_where_qemu_has_it),
		cmocka_unit_test(more_nodes_than_qemu_takes_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
