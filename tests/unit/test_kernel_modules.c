/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernel_modules - loading order out of a modules.dep.
 */
#include "tests/unit/test.h"

#include "vmm/kernel_modules.h"

static const char dep[] =
	"kernel/drivers/char/virtio_console.ko.xz: kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz\n"
	"kernel/drivers/virtio/virtio_pci.ko.xz: kernel/drivers/virtio/virtio_pci_modern_dev.ko.xz "
	"kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz\n"
	"kernel/drivers/virtio/virtio.ko.xz:\n"
	"kernel/x/virtio_pci_modern_dev.ko.xz:\n"
	"kernel/drivers/alone.ko:";

static void assert_order(const char *const *modules, const char *want)
{
	cleanup_buf struct buf out = BUF_INIT;

	for (; *modules; modules++)
		kernel_modules_order(dep, *modules, &out);
	assert_string_equal(buf_text(&out), want);
}

#define MODULES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void dependencies_come_first_and_none_twice(void **state)
{
	assert_order(MODULES("virtio_pci", "virtio_console"),
		     "kernel/drivers/virtio/virtio_ring.ko.xz\nkernel/drivers/virtio/virtio.ko.xz\n"
		     "kernel/drivers/virtio/virtio_pci_modern_dev.ko.xz\nkernel/drivers/virtio/virtio_pci.ko.xz\n"
		     "kernel/drivers/char/virtio_console.ko.xz\n");
}

static void a_module_is_found_by_its_whole_name(void **state)
{
	assert_order(MODULES("virtio"), "kernel/drivers/virtio/virtio.ko.xz\n");
	assert_order(MODULES("alone"), "kernel/drivers/alone.ko\n");
	assert_order(MODULES("virti"), "");
	assert_order(MODULES("console"), "");
	assert_order(MODULES("nonesuch"), "");
}

static void a_broken_file_yields_nothing_and_no_crash(void **state)
{
	static const char *const texts[] = {"", "\n\n", ":", "virtio", "virtio.ko", "a/virtio.ko x y", ": virtio.ko"};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		cleanup_buf struct buf out = BUF_INIT;

		kernel_modules_order(texts[i], "virtio", &out);
		assert_string_equal(buf_text(&out), "");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dependencies_come_first_and_none_twice),
		cmocka_unit_test(a_module_is_found_by_its_whole_name),
		cmocka_unit_test(a_broken_file_yields_nothing_and_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
