/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_elfdeps - what one file needs: made ones, broken ones, this machine's own shell.
 */
#include "tests/unit/test.h"

#include "tests/elf_made.h"
#include "vmm/elfdeps.h"

#include <errno.h>
#include <unistd.h>

static struct elf_needs needs_of(struct made *m)
{
	struct elf_needs needs;
	struct err err = ERR_INIT;

	if (elf_needs_read(m->data, m->len, &needs, &err) < 0)
		fail_msg("%s", err.msg);
	return needs;
}

static void assert_broken(struct made *m, const char *words)
{
	struct elf_needs needs;
	struct err err = ERR_INIT;

	assert_int_equal(elf_needs_read(m->data, m->len, &needs, &err), -ENOEXEC);
	if (!strstr(err.msg, words))
		fail_msg("expected '%s' in '%s'", words, err.msg);
	elf_needs_finish(&needs);
}

static void a_program_names_interpreter_libraries_and_search_path(void **state)
{
	struct elf_needs needs;
	struct made m;

	elf_made_program(&m);
	needs = needs_of(&m);
	assert_int_equal(needs.kind, FILE_ELF);
	assert_string_equal(needs.interpreter, "/lib64/ld-linux-x86-64.so.2");
	assert_int_equal(needs.n, 2);
	assert_string_equal(needs.needed[0], "libone.so");
	assert_string_equal(needs.needed[1], "libtwo.so");
	assert_string_equal(needs.runpath, "$ORIGIN/lib");
	assert_null(needs.rpath);
	elf_needs_finish(&needs);
}

static void a_static_program_needs_nothing(void **state)
{
	struct elf_needs needs;
	struct made m;

	elf_made_kernel(&m);
	needs = needs_of(&m);
	assert_int_equal(needs.kind, FILE_ELF);
	assert_null(needs.interpreter);
	assert_int_equal(needs.n, 0);
	elf_needs_finish(&needs);
}

static struct made text(const char *s)
{
	struct made m = {.len = strlen(s)};

	memcpy(m.data, s, m.len);
	return m;
}

static void a_script_names_its_interpreter_and_argument(void **state)
{
	struct made m = text("#!/usr/bin/env bash\necho\n");
	struct elf_needs needs = needs_of(&m);

	assert_int_equal(needs.kind, FILE_SCRIPT);
	assert_string_equal(needs.interpreter, "/usr/bin/env");
	assert_string_equal(needs.interpreter_arg, "bash");
	elf_needs_finish(&needs);
	m = text("#! \t/bin/sh");
	needs = needs_of(&m);
	assert_string_equal(needs.interpreter, "/bin/sh");
	assert_null(needs.interpreter_arg);
	elf_needs_finish(&needs);
	m = text("#!sh\n");
	assert_broken(&m, "names no absolute interpreter");
	m = text("#!");
	assert_broken(&m, "names no absolute interpreter");
}

static void other_files_are_just_files(void **state)
{
	static const char *const texts[] = {"", "#", "hello", "\177EL"};
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct made m = text(texts[i]);
		struct elf_needs needs = needs_of(&m);

		assert_int_equal(needs.kind, FILE_OTHER);
		elf_needs_finish(&needs);
	}
}

static void a_broken_elf_says_what_is_broken(void **state)
{
	struct made m;
	Elf64_Ehdr *eh = (Elf64_Ehdr *)m.data;
	Elf64_Phdr *ph = (Elf64_Phdr *)(m.data + sizeof(*eh));

	elf_made_program(&m);
	m.len = 20;
	assert_broken(&m, "not a whole ELF file");
	elf_made_program(&m);
	eh->e_machine = EM_AARCH64;
	assert_broken(&m, "another machine than 64-bit x86");
	elf_made_program(&m);
	ph[1].p_offset = UINT64_MAX - 2;
	assert_broken(&m, "its interpreter");
	elf_made_program(&m);
	m.data[ph[1].p_offset] = 'x';
	assert_broken(&m, "its interpreter is not an absolute path");
	elf_made_program(&m);
	ph[2].p_filesz = UINT64_MAX;
	assert_broken(&m, "dynamic section lies outside");
	elf_made_program(&m);
	ph[0].p_filesz = 8;
	assert_broken(&m, "string table lies outside");
}

static void a_name_outside_the_string_table_is_refused(void **state)
{
	struct made m;
	Elf64_Phdr *ph = (Elf64_Phdr *)(m.data + sizeof(Elf64_Ehdr));
	Elf64_Dyn *dyn;

	elf_made_program(&m);
	dyn = (Elf64_Dyn *)(m.data + ph[2].p_offset);
	dyn[0].d_un.d_val = 5000;
	assert_broken(&m, "name of a needed library lies outside");
	dyn[0].d_un.d_val = 0;
	assert_broken(&m, "name of a needed library");
	dyn[0].d_un.d_val = UINT64_MAX;
	assert_broken(&m, "name of a needed library");
}

static void this_machines_shell_is_understood(void **state)
{
	struct elf_needs needs;
	const struct elf_object by = {&needs, "/bin"};
	struct err err = ERR_INIT;
	bool standard;
	char *libc;

	assert_int_equal(elf_needs_file("/bin/sh", &needs, &err), 0);
	assert_int_equal(needs.kind, FILE_ELF);
	assert_non_null(needs.interpreter);
	assert_true(needs.n > 0);
	libc = library_find("libc.so.6", &by, NULL, &standard);
	assert_non_null(libc);
	assert_int_equal(access(libc, R_OK), 0);
	assert_true(standard);
	free(libc);
	assert_null(library_find("libnonesuch.so.9", &by, NULL, &standard));
	elf_needs_finish(&needs);
}

static void a_file_that_cannot_be_read_is_named(void **state)
{
	struct elf_needs needs;
	struct err err = ERR_INIT;

	assert_int_equal(elf_needs_file("/nonesuch", &needs, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonesuch"));
	assert_int_equal(elf_needs_file("/tmp", &needs, &err), -EINVAL);
	assert_non_null(strstr(err.msg, "'/tmp' is not a regular file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_names_interpreter_libraries_and_search_path),
		cmocka_unit_test(a_static_program_needs_nothing),
		cmocka_unit_test(a_script_names_its_interpreter_and_argument),
		cmocka_unit_test(other_files_are_just_files),
		cmocka_unit_test(a_broken_elf_says_what_is_broken),
		cmocka_unit_test(a_name_outside_the_string_table_is_refused),
		cmocka_unit_test(this_machines_shell_is_understood),
		cmocka_unit_test(a_file_that_cannot_be_read_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
