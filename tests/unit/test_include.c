/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_include - host files with everything they need, in a folder made for each test.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "tests/elf_made.h"
#include "vmm/include.h"
#include "vmm/kernel_modules.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

static char folder[PATH_MAX];
static struct include_set set;

static int set_up(void **state)
{
	char template[] = "/tmp/test_include.XXXXXX";

	set = (struct include_set){0};
	return mkdtemp(template) && realpath(template, folder) ? 0 : -1;
}

static int tear_down(void **state)
{
	include_finish(&set);
	kernel_remove_tree(folder);
	return 0;
}

static char *in_folder(const char *name)
{
	return xasprintf("%s/%s", folder, name);
}

static void made(const char *name, const void *data, size_t len, mode_t mode)
{
	cleanup_free char *path = in_folder(name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	assert_int_equal(fchmod(fd, mode), 0);
}

static void made_folder(const char *name)
{
	cleanup_free char *path = in_folder(name);

	assert_int_equal(mkdir(path, 0755), 0);
}

static const struct include_entry *entry(const char *guest)
{
	size_t i;

	for (i = 0; i < set.n; i++)
		if (!strcmp(set.entries[i].guest, guest))
			return &set.entries[i];
	return NULL;
}

static void add(const char *name)
{
	struct err err = ERR_INIT;

	if (include_add(&set, name, &err) < 0)
		fail_msg("%s", err.msg);
}

static void assert_link(const char *guest, const char *target)
{
	const struct include_entry *e = entry(guest);

	if (!e)
		fail_msg("no '%s' in the set", guest);
	assert_int_equal(e->kind, INCLUDE_LINK);
	assert_string_equal(e->source, target);
}

static void a_bare_name_is_found_in_path_with_its_closure(void **state)
{
	char real[PATH_MAX];
	size_t i, libraries = 0;

	add("sh");
	assert_non_null(entry(INCLUDE_DIR "/sh"));
	assert_non_null(realpath("/bin/sh", real));
	assert_int_equal(entry(real)->kind, INCLUDE_FILE);
	assert_true(entry(real)->mode & 0100);
	assert_non_null(entry("/lib64/ld-linux-x86-64.so.2"));
	for (i = 0; i < set.n; i++)
		libraries += set.entries[i].kind == INCLUDE_FILE && strstr(set.entries[i].guest, "/libc.so.6");
	assert_int_equal(libraries, 1);
	/* the same again changes nothing */
	i = set.n;
	add("sh");
	assert_int_equal(set.n, i);
}

static void an_unknown_name_is_refused(void **state)
{
	struct err err = ERR_INIT;

	assert_int_equal(include_add(&set, "nonesuch-program", &err), -ENOENT);
	assert_non_null(strstr(err.msg, "--include 'nonesuch-program': no such program in PATH"));
	assert_int_equal(include_add(&set, "/nonesuch/file", &err), -ENOENT);
	assert_non_null(strstr(err.msg, "'/nonesuch/file'"));
	assert_int_equal(include_add(&set, "/dev/null", &err), -EINVAL);
	assert_non_null(strstr(err.msg, "neither a file nor a folder"));
}

static void two_files_for_one_place_are_both_named(void **state)
{
	cleanup_free char *one = in_folder("a/tool"), *two = in_folder("b/tool");
	struct err err = ERR_INIT;

	made_folder("a");
	made_folder("b");
	made("a/tool", "one", 3, 0755);
	made("b/tool", "two", 3, 0755);
	add(one);
	assert_link(INCLUDE_DIR "/tool", one);
	assert_int_equal(include_add(&set, two, &err), -EEXIST);
	assert_non_null(strstr(err.msg, "two files for '" INCLUDE_DIR "/tool'"));
	assert_non_null(strstr(err.msg, one));
	assert_non_null(strstr(err.msg, two));
}

static void a_missing_library_is_named_with_who_needs_it(void **state)
{
	cleanup_free char *path = in_folder("prog");
	struct err err = ERR_INIT;
	struct made m;

	elf_made_program(&m);
	made("prog", m.data, m.len, 0755);
	assert_int_equal(include_add(&set, path, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "library 'libone.so' needed by"));
	assert_non_null(strstr(err.msg, path));
	assert_non_null(strstr(err.msg, "install the package"));
}

static void libraries_beside_the_program_are_found_by_runpath(void **state)
{
	cleanup_free char *path = in_folder("prog"), *one = in_folder("lib/libone.so"), *two = in_folder("lib/libtwo.so");
	struct made m;

	made_folder("lib");
	elf_made_program(&m);
	made("prog", m.data, m.len, 0755);
	elf_made_kernel(&m);
	made("lib/libone.so", m.data, m.len, 0644);
	made("lib/libtwo.so", m.data, m.len, 0644);
	add(path);
	assert_int_equal(entry(path)->kind, INCLUDE_FILE);
	assert_int_equal(entry(one)->kind, INCLUDE_FILE);
	assert_int_equal(entry(two)->kind, INCLUDE_FILE);
	assert_non_null(strstr(entry(one)->why, path));
	assert_non_null(entry("/lib64/ld-linux-x86-64.so.2"));
}

/* prog, and libone.so and libtwo.so in lib/ (the search path in prog), in var/, here and there. */
static void made_choice(Elf64_Sxword tag, const char *const *places)
{
	struct made m;
	Elf64_Dyn *dyn;

	elf_made_program(&m);
	dyn = (Elf64_Dyn *)(m.data + ((Elf64_Phdr *)(m.data + sizeof(Elf64_Ehdr)))[2].p_offset);
	while (dyn->d_tag != DT_RUNPATH)
		dyn++;
	dyn->d_tag = tag;
	made("prog", m.data, m.len, 0755);
	elf_made_kernel(&m);
	made_folder("lib");
	made_folder("var");
	for (; *places; places++)
		made(*places, m.data, m.len, 0644);
}

static void add_with_variable(const char *variable)
{
	cleanup_free char *path = in_folder("prog"), *old = NULL;

	if (getenv("LD_LIBRARY_PATH"))
		old = xstrdup(getenv("LD_LIBRARY_PATH"));
	assert_int_equal(setenv("LD_LIBRARY_PATH", variable, 1), 0);
	add(path);
	if (old)
		setenv("LD_LIBRARY_PATH", old, 1);
	else
		unsetenv("LD_LIBRARY_PATH");
}

/* The loader of the guest has no such variable: its default folder leads there. */
static void assert_taken(const char *name, const char *place, bool linked)
{
	cleanup_free char *path = in_folder(place), *link = xasprintf("/usr/lib/%s", name);

	if (!entry(path))
		fail_msg("'%s' is not in the set", path);
	assert_int_equal(entry(path)->kind, INCLUDE_FILE);
	if (linked)
		assert_link(link, path);
	else
		assert_null(entry(link));
}

static void ld_library_path_comes_before_a_runpath(void **state)
{
	static const char *const places[] = {"lib/libone.so", "lib/libtwo.so", "var/libone.so", NULL};
	cleanup_free char *one = in_folder("lib/libone.so"),
			  *variable = xasprintf("/nonesuch;%s/var", folder);

	made_choice(DT_RUNPATH, places);
	add_with_variable(variable);
	assert_taken("libone.so", "var/libone.so", true);
	assert_null(entry(one));
	assert_taken("libtwo.so", "lib/libtwo.so", false);
}

static void ld_library_path_comes_after_an_rpath(void **state)
{
	static const char *const places[] = {"lib/libone.so", "var/libone.so", "var/libtwo.so", NULL};
	cleanup_free char *one = in_folder("var/libone.so"), *variable = in_folder("var");

	made_choice(DT_RPATH, places);
	add_with_variable(variable);
	assert_taken("libone.so", "lib/libone.so", false);
	assert_null(entry(one));
	assert_taken("libtwo.so", "var/libtwo.so", true);
}

static void ld_library_path_may_be_relative_empty_and_of_the_programs_folder(void **state)
{
	static const char *const places[] = {"var/libone.so", "libtwo.so", NULL};
	cleanup_free char *old = getcwd(NULL, 0);

	made_choice(DT_RUNPATH, places);
	assert_int_equal(chdir(folder), 0);
	add_with_variable("./var:");
	assert_taken("libone.so", "var/libone.so", true);
	assert_taken("libtwo.so", "libtwo.so", true);
	include_finish(&set);
	assert_int_equal(chdir(old), 0);
	add_with_variable("$ORIGIN:$ORIGIN/var");
	assert_taken("libone.so", "var/libone.so", true);
	assert_taken("libtwo.so", "libtwo.so", true);
}

static void a_runpath_that_turns_round_gives_paths_that_the_guest_can_walk(void **state)
{
	cleanup_free char *path = in_folder("bin/prog"), *one = in_folder("lib/libone.so"),
			  *side = in_folder("side"), *two = in_folder("lib/libtwo.so"),
			  *elsewhere = in_folder("elsewhere/libtwo.so");
	struct made m;
	size_t i;

	made_folder("bin");
	made_folder("lib");
	made_folder("side");
	made_folder("elsewhere");
	elf_made_program_of(&m, "$ORIGIN/../side/..//./lib");
	made("bin/prog", m.data, m.len, 0755);
	elf_made_kernel(&m);
	made("lib/libone.so", m.data, m.len, 0644);
	made("elsewhere/libtwo.so", m.data, m.len, 0644);
	assert_int_equal(symlink("../elsewhere/libtwo.so", two), 0);
	add(path);
	assert_int_equal(entry(one)->kind, INCLUDE_FILE);
	assert_int_equal(entry(elsewhere)->kind, INCLUDE_FILE);
	assert_link(two, elsewhere);
	/* the loader goes through it */
	assert_int_equal(entry(side)->kind, INCLUDE_FOLDER);
	for (i = 0; i < set.n; i++) {
		assert_null(strstr(set.entries[i].guest, "/."));
		assert_null(strstr(set.entries[i].guest, "//"));
	}
}

static void a_relative_name_of_a_link_keeps_its_name(void **state)
{
	cleanup_free char *path = in_folder("prog-1.2"), *link = in_folder("prog"), *dot = in_folder("sub/.");
	cleanup_free char *old = getcwd(NULL, 0), *name = include_link("./sub/../prog"), *of_dot = NULL;

	made("prog-1.2", "x", 1, 0755);
	made_folder("sub");
	assert_int_equal(symlink("prog-1.2", link), 0);
	assert_int_equal(chdir(folder), 0);
	add("./prog");
	assert_int_equal(chdir(old), 0);
	assert_link(INCLUDE_DIR "/prog", path);
	assert_string_equal(name, INCLUDE_DIR "/prog");
	of_dot = include_link(dot);
	assert_string_equal(of_dot, INCLUDE_DIR "/sub");
}

static void a_script_brings_env_and_what_env_starts(void **state)
{
	static const char text[] = "#!/usr/bin/env sh\nexit 0\n";
	cleanup_free char *path = in_folder("script");
	char real[PATH_MAX];

	made("script", text, sizeof(text) - 1, 0755);
	add(path);
	assert_link(INCLUDE_DIR "/script", path);
	assert_non_null(realpath("/usr/bin/env", real));
	assert_non_null(entry(real));
	assert_non_null(entry(INCLUDE_DIR "/sh"));
}

static void a_script_without_its_interpreter_is_refused(void **state)
{
	static const char env[] = "#!/usr/bin/env nonesuch-shell\n", direct[] = "#!/nonesuch/shell\n";
	cleanup_free char *one = in_folder("one"), *two = in_folder("two");
	struct err err = ERR_INIT;

	made("one", env, sizeof(env) - 1, 0755);
	made("two", direct, sizeof(direct) - 1, 0755);
	assert_int_equal(include_add(&set, one, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "interpreter 'nonesuch-shell' of script"));
	assert_int_equal(include_add(&set, two, &err), -ENOENT);
	assert_non_null(strstr(err.msg, "/nonesuch/shell"));
}

static void a_folder_is_packed_with_all_below_it(void **state)
{
	cleanup_free char *path = in_folder("data"), *file = in_folder("data/sub/file"), *sub = in_folder("data/sub"),
			  *link = in_folder("data/link"), *slashes = in_folder("data//");

	made_folder("data");
	made_folder("data/sub");
	made("data/sub/file", "x", 1, 0640);
	assert_int_equal(symlink("sub/file", link), 0);
	add(slashes);
	assert_int_equal(entry(path)->kind, INCLUDE_FOLDER);
	assert_int_equal(entry(sub)->kind, INCLUDE_FOLDER);
	assert_int_equal(entry(file)->mode, 0640);
	assert_link(link, "sub/file");
	assert_link(INCLUDE_DIR "/data", path);
}

static void a_file_that_is_no_program_is_packed_as_it_is(void **state)
{
	cleanup_free char *path = in_folder("notes.txt");

	made("notes.txt", "hello", 5, 0600);
	add(path);
	assert_int_equal(set.n, 2);
	assert_int_equal(entry(path)->mode, 0600);
}

static void a_foreign_program_is_refused(void **state)
{
	cleanup_free char *path = in_folder("prog");
	struct err err = ERR_INIT;
	struct made m;

	elf_made_program(&m);
	((Elf64_Ehdr *)m.data)->e_machine = EM_AARCH64;
	made("prog", m.data, m.len, 0755);
	assert_int_equal(include_add(&set, path, &err), -ENOEXEC);
	assert_non_null(strstr(err.msg, path));
	assert_non_null(strstr(err.msg, "another machine"));
}

static void tools_of_the_shell_are_where_no_op_finds_them(void **state)
{
	static const char *const links[] = {"one", "two", NULL};
	cleanup_free char *old = xstrdup(getenv("PATH"));
	struct err err = ERR_INIT;
	size_t i;

	made("tool", "no program", 10, 0755);
	setenv("PATH", folder, 1);
	assert_int_equal(include_add_tool(&set, "/aside", "nonesuch", links, &err), -ENOENT);
	assert_int_equal(err.code, 0);
	assert_int_equal(set.n, 0);
	assert_int_equal(include_add_tool(&set, "/aside", "tool", links, &err), 0);
	setenv("PATH", old, 1);
	assert_int_equal(entry("/aside/tool")->kind, INCLUDE_FILE);
	assert_link("/aside/one", "tool");
	assert_link("/aside/two", "tool");
	for (i = 0; i < set.n; i++)
		assert_memory_equal(set.entries[i].guest, "/aside/", 7);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_bare_name_is_found_in_path_with_its_closure),
		T(an_unknown_name_is_refused),
		T(two_files_for_one_place_are_both_named),
		T(a_missing_library_is_named_with_who_needs_it),
		T(libraries_beside_the_program_are_found_by_runpath),
		T(ld_library_path_comes_before_a_runpath),
		T(ld_library_path_comes_after_an_rpath),
		T(ld_library_path_may_be_relative_empty_and_of_the_programs_folder),
		T(a_runpath_that_turns_round_gives_paths_that_the_guest_can_walk),
		T(a_relative_name_of_a_link_keeps_its_name),
		T(a_script_brings_env_and_what_env_starts),
		T(a_script_without_its_interpreter_is_refused),
		T(a_folder_is_packed_with_all_below_it),
		T(a_file_that_is_no_program_is_packed_as_it_is),
		T(a_foreign_program_is_refused),
		T(tools_of_the_shell_are_where_no_op_finds_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
