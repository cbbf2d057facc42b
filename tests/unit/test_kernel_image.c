/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_kernel_image - made-up kernels: what is said to be in them, what is missing, what is broken.
 */
#include "tests/unit/test.h"

#include "tests/elf_made.h"
#include "vmm/kernel_image.h"

#include <errno.h>
#include <zlib.h>

#define ALL                                                                                        \
	"CONFIG_SCHED_CLASS_EXT=y\nCONFIG_DEBUG_INFO_BTF=y\nCONFIG_PVH=y\nCONFIG_VIRTIO_CONSOLE=m\n"   \
	"CONFIG_VIRTIO_PCI=y\nCONFIG_CPUSETS=y\n# CONFIG_SCHEDSTATS is not set\n"

static void an_image_tells_release_entry_and_types(void **state)
{
	struct kernel_facts facts;
	struct err err = ERR_INIT;
	struct made m;

	elf_made_kernel(&m);
	assert_true(kernel_is_elf(m.data, m.len));
	kernel_facts_read(m.data, m.len, NULL, &facts);
	assert_string_equal(facts.release, "6.12.9-made");
	assert_int_equal(facts.pvh, FEATURE_BUILTIN);
	assert_int_equal(facts.btf, FEATURE_BUILTIN);
	assert_int_equal(facts.sched_ext, FEATURE_ABSENT);
	assert_int_equal(facts.virtio_console, FEATURE_UNKNOWN);
	assert_int_equal(kernel_facts_usable(&facts, &err), -ENOTSUP);
	assert_non_null(strstr(err.msg, "no sched_ext"));
}

static void a_configuration_tells_the_rest(void **state)
{
	struct kernel_facts facts;
	struct err err = ERR_INIT;
	struct made m;

	elf_made_kernel(&m);
	kernel_facts_read(m.data, m.len, ALL, &facts);
	assert_int_equal(facts.sched_ext, FEATURE_BUILTIN);
	assert_int_equal(facts.virtio_console, FEATURE_MODULE);
	assert_int_equal(facts.schedstats, FEATURE_ABSENT);
	assert_int_equal(kernel_facts_usable(&facts, &err), 0);
	assert_string_equal(feature_name(facts.virtio_console), "module");
}

static void the_image_knows_better_than_a_configuration(void **state)
{
	struct kernel_facts facts;
	struct made m;

	elf_made_program(&m);
	kernel_facts_read(m.data, m.len, ALL, &facts);
	assert_int_equal(facts.pvh, FEATURE_ABSENT);
	assert_int_equal(facts.btf, FEATURE_ABSENT);
	assert_string_equal(facts.release, "");
}

static void each_thing_a_guest_needs_is_missed_by_name(void **state)
{
	static const struct {
		const char *config, *words;
	} rows[] = {
		{"CONFIG_SCHED_CLASS_EXT=n\n", "CONFIG_SCHED_CLASS_EXT"},
		{"CONFIG_SCHED_CLASS_EXT=y\nCONFIG_PVH=y\n", "CONFIG_VIRTIO_CONSOLE"},
		{"CONFIG_SCHED_CLASS_EXT=y\nCONFIG_VIRTIO_CONSOLE=y\n", "CONFIG_VIRTIO_PCI"},
		{"CONFIG_SCHED_CLASS_EXT=y\nCONFIG_VIRTIO_CONSOLE=y\nCONFIG_VIRTIO_PCI=m\n", "CONFIG_CPUSETS"},
		{"XCONFIG_SCHED_CLASS_EXT=y\n", "CONFIG_SCHED_CLASS_EXT"},
		{"CONFIG_SCHED_CLASS_EXTRA=y\n", "CONFIG_SCHED_CLASS_EXT"},
	};
	struct made m;
	size_t i;

	elf_made_kernel(&m);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kernel_facts facts;
		struct err err = ERR_INIT;

		kernel_facts_read(m.data, m.len, rows[i].config, &facts);
		assert_int_equal(kernel_facts_usable(&facts, &err), -ENOTSUP);
		if (!strstr(err.msg, rows[i].words))
			fail_msg("expected '%s' in '%s'", rows[i].words, err.msg);
	}
}

static void a_configuration_inside_the_image_is_found(void **state)
{
	uint8_t packed[1024];
	z_stream z = {.next_in = (uint8_t *)ALL, .avail_in = sizeof(ALL) - 1, .next_out = packed, .avail_out = sizeof(packed)};
	struct kernel_facts facts;
	struct made m;

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	elf_made_kernel(&m);
	memcpy(m.data + m.len, "IKCFG_ST", 8);
	memcpy(m.data + m.len + 8, packed, z.total_out);
	memcpy(m.data + m.len + 8 + z.total_out, "IKCFG_ED", 8);
	m.len += 16 + z.total_out;
	kernel_facts_read(m.data, m.len, NULL, &facts);
	assert_int_equal(facts.sched_ext, FEATURE_BUILTIN);
	assert_int_equal(facts.cpusets, FEATURE_BUILTIN);
	/* one that does not unpack counts as none */
	m.data[m.len - 12 - z.total_out / 2] ^= 0xff;
	kernel_facts_read(m.data, m.len, NULL, &facts);
	assert_int_equal(facts.cpusets, FEATURE_UNKNOWN);
}

static void a_payload_is_found_and_its_packer_told(void **state)
{
	static const struct {
		const char *magic;
		size_t n;
		const char *program;
	} kinds[] = {{"\x28\xb5\x2f\xfd", 4, "zstd"}, {"\x1f\x8b\x08", 3, "gzip"}, {"\xfd" "7zXZ\0", 6, "xz"},
		     {"\x02!L\x18", 4, "lz4"}, {"BZh9", 4, "bzip2"}, {"\x5d\0\0\0", 4, "lzma"}};
	size_t i, at, size;
	const char *program;
	struct err err = ERR_INIT;
	struct made m;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		elf_made_bzimage(&m, kinds[i].magic, kinds[i].n);
		assert_int_equal(kernel_payload(m.data, m.len, &at, &size, &program, &err), 0);
		assert_string_equal(program, kinds[i].program);
		assert_int_equal(at, 4 * 512 + 0x40);
		assert_int_equal(size, 64);
	}
	elf_made_bzimage(&m, "????", 4);
	assert_int_equal(kernel_payload(m.data, m.len, &at, &size, &program, &err), -ENOEXEC);
	assert_non_null(strstr(err.msg, "packed in a way"));
}

static void a_header_that_points_outside_is_refused(void **state)
{
	size_t at, size;
	const char *program;
	struct err err = ERR_INIT;
	struct made m;

	elf_made_bzimage(&m, "\x28\xb5\x2f\xfd", 4);
	memset(m.data + 0x248, 0xff, 4);
	assert_int_equal(kernel_payload(m.data, m.len, &at, &size, &program, &err), -ENOEXEC);
	assert_non_null(strstr(err.msg, "outside the file"));
	elf_made_bzimage(&m, "\x28\xb5\x2f\xfd", 4);
	memset(m.data + 0x24c, 0xff, 4);
	assert_int_equal(kernel_payload(m.data, m.len, &at, &size, &program, &err), -ENOEXEC);
	elf_made_bzimage(&m, "\x28\xb5\x2f\xfd", 4);
	assert_int_equal(kernel_payload(m.data, 0x25f, &at, &size, &program, &err), -ENOEXEC);
	assert_non_null(strstr(err.msg, "neither an ELF nor a bzImage"));
	assert_int_equal(kernel_payload("", 0, &at, &size, &program, &err), -ENOEXEC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_image_tells_release_entry_and_types),
		cmocka_unit_test(a_configuration_tells_the_rest),
		cmocka_unit_test(the_image_knows_better_than_a_configuration),
		cmocka_unit_test(each_thing_a_guest_needs_is_missed_by_name),
		cmocka_unit_test(a_configuration_inside_the_image_is_found),
		cmocka_unit_test(a_payload_is_found_and_its_packer_told),
		cmocka_unit_test(a_header_that_points_outside_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
