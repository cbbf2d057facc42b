/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * test_compile - a scheduler's source to an object by a real clang, on a real loop; what is made
 * is gone afterwards.
 */
#include "tests/unit/test.h"

#include "base/cleanup.h"
#include "base/die.h"
#include "session/compile.h"
#include "vmm/kernel_modules.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[PATH_MAX];
static struct loop loop;
static loop_id deadline;
static bool done, late;
static char *object, *said;

static void on_done(void *arg, const char *made, const char *text)
{
	done = true;
	object = made ? xstrdup(made) : NULL;
	said = xstrdup(text);
}

static void on_late(void *arg)
{
	late = true;
}

static int set_up(void **state)
{
	char template[] = "/tmp/test_compile.XXXXXX";
	struct err err = ERR_INIT;

	if (!mkdtemp(template) || !realpath(template, folder) || loop_init(&loop, &err))
		return -1;
	setenv("XDG_CACHE_HOME", folder, 1);
	deadline = loop_add_timer(&loop, on_late, NULL);
	done = late = false;
	object = said = NULL;
	return 0;
}

static int tear_down(void **state)
{
	free(object);
	free(said);
	loop_finish(&loop);
	kernel_remove_tree(folder);
	return 0;
}

static char *save(const char *name, const char *text)
{
	char *path = xasprintf("%s/%s", folder, name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	return path;
}

static struct compile *compiled(const char *source)
{
	struct err err = ERR_INIT;
	struct compile *c = compile_start(&loop, source, on_done, NULL, &err);

	if (!c)
		fail_msg("%s", err.msg);
	assert_false(done);
	loop_arm(&loop, deadline, UINT64_C(45000000000), 0);
	while (!done && !late)
		loop_turn(&loop, -1);
	assert_true(done);
	return c;
}

/* In the cache, where each has a folder of its own. */
static unsigned left(void)
{
	cleanup_free char *path = xasprintf("%s/scxplore/sched", folder);
	DIR *dir = opendir(path);
	struct dirent *d;
	unsigned n = 0;

	assert_non_null(dir);
	while ((d = readdir(dir)))
		n += d->d_name[0] != '.';
	closedir(dir);
	return n;
}

static void a_source_becomes_an_object_that_is_gone_at_the_end(void **state)
{
	cleanup_free char *header = save("own.h", "#define OWN 1\n");
	cleanup_free char *source = save("mine.bpf.c", "#include \"own.h\"\nint x = OWN;\n");
	struct compile *c = compiled(source);
	char **paths;
	size_t n;

	assert_non_null(object);
	assert_string_equal(strrchr(object, '/'), "/mine.bpf.o");
	assert_int_equal(access(object, R_OK), 0);
	assert_int_equal(compile_depends(c, &paths, &n), 0);
	assert_int_equal(n, 2);
	assert_string_equal(paths[0], source);
	assert_non_null(strstr(paths[1], "own.h"));
	while (n)
		free(paths[--n]);
	free(paths);
	assert_int_equal(left(), 1);
	compile_cancel(c);
	assert_int_equal(left(), 0);
}

static void an_error_is_told_by_its_line(void **state)
{
	cleanup_free char *source = save("bad.bpf.c", "int x;\nint y = nonsense;\n");
	struct compile *c = compiled(source);

	assert_null(object);
	assert_non_null(
		strstr(said, "bad.bpf.c:2:9: error: use of undeclared identifier 'nonsense'"));
	compile_cancel(c);
	assert_int_equal(left(), 0);
}

static void without_clang_it_says_what_to_install(void **state)
{
	cleanup_free char *source = save("mine.bpf.c", "int x;\n"), *old = xstrdup(getenv("PATH"));
	struct compile *c;

	setenv("PATH", folder, 1);
	c = compiled(source);
	setenv("PATH", old, 1);
	assert_null(object);
	assert_non_null(strstr(said, "install clang"));
	compile_cancel(c);
}

static void one_that_is_cancelled_leaves_nothing_and_says_nothing(void **state)
{
	cleanup_free char *source = save("mine.bpf.c", "int x;\n");
	struct err err = ERR_INIT;
	struct compile *c = compile_start(&loop, source, on_done, NULL, &err);

	assert_non_null(c);
	compile_cancel(c);
	loop_turn(&loop, 0);
	assert_false(done);
	assert_int_equal(left(), 0);
	compile_cancel(NULL);
}

static void a_rule_of_make_is_read_with_its_escapes(void **state)
{
	static const char *const expected[] = {"a.c", "with space.h", "b#c", "d$e", "last.h"};
	char **paths;
	size_t n, i;

	compile_read_rule("out/x.o: a.c with\\ space.h \\\n  b\\#c\td$$e \\\n last.h\n", &paths,
			  &n);
	assert_int_equal(n, 5);
	for (i = 0; i < n; i++) {
		assert_string_equal(paths[i], expected[i]);
		free(paths[i]);
	}
	free(paths);
	compile_read_rule("no rule", &paths, &n);
	assert_int_equal(n, 0);
	free(paths);
	compile_read_rule("x.o:", &paths, &n);
	assert_int_equal(n, 0);
	free(paths);
	compile_read_rule("x.o: only", &paths, &n);
	assert_int_equal(n, 1);
	assert_string_equal(paths[0], "only");
	free(paths[0]);
	free(paths);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		T(a_source_becomes_an_object_that_is_gone_at_the_end),
		T(an_error_is_told_by_its_line),
		T(without_clang_it_says_what_to_install),
		T(one_that_is_cancelled_leaves_nothing_and_says_nothing),
		T(a_rule_of_make_is_read_with_its_escapes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
