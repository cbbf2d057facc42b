/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files into and out of a running guest: whole or not at all, over nothing of the agent's, and a
 * scheduler's source that is saved while its scheduler runs.
 */
#include "lab.h"

#include "../unit/test.h"
#include "base/cleanup.h"
#include "base/die.h"
#include "vmm/kernel_modules.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BIG = 8 << 20, MANY = 12 };

static struct lab *lab;
static char folder[PATH_MAX];

static int boot(void **state)
{
	static const char *const include[] = {"sh", "cat", "ls", "stat", "wc", "ln", NULL};
	static const struct lab_config config = {.include = include};
	char template[] = "/tmp/test_files.XXXXXX";

	if (!mkdtemp(template) || !realpath(template, folder))
		return -1;
	lab = lab_boot(&config);
	return 0;
}

static int off(void **state)
{
	lab_end(lab);
	kernel_remove_tree(folder);
	return 0;
}

static void save(const char *name, const void *data, size_t len, mode_t mode)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t at = 0;

	assert_true(fd >= 0);
	while (at < len) {
		ssize_t n = write(fd, (const char *)data + at, len - at);

		assert_true(n > 0);
		at += (size_t)n;
	}
	assert_int_equal(fchmod(fd, mode), 0);
}

/* No block is like another, so that one that is lost, doubled or changed shows. */
static char *noise(size_t len, unsigned seed)
{
	uint64_t x = 88172645463325252ull + seed, *p;
	char *data = xcalloc(1, len + 8);

	for (p = (uint64_t *)data; p < (uint64_t *)(data + len); p++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		*p = x;
	}
	return data;
}

static void assert_file(const char *name, const char *data, size_t len, mode_t mode)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name), *got = xcalloc(1, len + 1);
	cleanup_fd int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	size_t at = 0;
	ssize_t n;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_size, (off_t)len);
	assert_int_equal(st.st_mode & 0777, mode);
	while ((n = read(fd, got + at, len + 1 - at)) > 0)
		at += (size_t)n;
	assert_int_equal(at, len);
	assert_memory_equal(got, data, len);
}

/* What a command in the guest writes; its name is new each time. */
static const char *in_guest(const char *command)
{
	static unsigned n;
	char name[16];

	snprintf(name, sizeof(name), "look%u", ++n);
	lab_ok(lab, "run %s -- sh -c '%s'", name, command);
	lab_ok(lab, "wait %s timeout=30s", name);
	return lab_output(lab, name, 1, NULL);
}

static void assert_failed(const struct event *ev, const char *text)
{
	assert_int_equal(ev->type, EV_FAILED);
	if (!strstr(ev->text, text))
		fail_msg("'%s' is not in '%s'", text, ev->text);
}

/* ---- there and back ----------------------------------------------------------------------------
 */

static void what_is_pushed_and_pulled_is_the_same_byte_by_byte(void **state)
{
	static const struct {
		const char *name;
		size_t len;
		mode_t mode;
	} files[] = {{"empty", 0, 0644},
		     {"one", 1, 0600},
		     {"chunk", 128 << 10, 0755},
		     {"more", (3 << 20) + 7, 0640}};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(files); i++) {
		cleanup_free char *data = noise(files[i].len, (unsigned)i),
				  *back = xasprintf("%s.back", files[i].name);
		const struct event *ev;

		save(files[i].name, data, files[i].len, files[i].mode);
		lab_ok(lab, "push %s/%s to=/tmp/way/%s", folder, files[i].name, files[i].name);
		lab_ok(lab, "pull /tmp/way/%s to=%s/%s", files[i].name, folder, back);
		assert_file(back, data, files[i].len, files[i].mode);
		ev = lab_do(lab, "push %s/%s to=/tmp/way/%s", folder, files[i].name, files[i].name);
		assert_int_equal(ev->type, EV_DONE);
		assert_non_null(strstr(ev->text, "it is there already"));
	}
}

static void what_is_there_is_not_written_over_by_a_pull(void **state)
{
	save("mine", "mine", 4, 0644);
	save("theirs", "theirs", 6, 0644);
	lab_ok(lab, "push %s/theirs to=/tmp/theirs", folder);
	assert_failed(lab_do(lab, "pull /tmp/theirs to=%s/mine", folder),
		      "nothing is written over");
	assert_file("mine", "mine", 4, 0644);
}

static void what_the_agent_lives_of_is_not_written_over(void **state)
{
	save("bad", "bad", 3, 0755);
	assert_failed(lab_do(lab, "push %s/bad to=/init", folder), "the agent itself");
	assert_failed(lab_do(lab, "push %s/bad to=/proc/1/comm", folder), "belongs to the kernel");
	/* whichever way leads there */
	assert_failed(lab_do(lab, "push %s/bad to=/proc/1/root/init", folder), "the agent itself");
	assert_string_equal(in_guest("echo alive"), "alive\n");
}

static void a_pull_of_what_is_no_file_says_so(void **state)
{
	assert_failed(lab_do(lab, "pull /tmp"), "/tmp");
	assert_failed(lab_do(lab, "pull /tmp/nonesuch"), "No such file");
}

static void what_does_not_fit_is_refused_before_anything_is_sent(void **state)
{
	cleanup_free char *path = xasprintf("%s/huge", folder);
	cleanup_fd int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	size_t mark = lab_mark(lab);

	/* more than the guest has memory: it is not even read */
	assert_int_equal(ftruncate(fd, (off_t)1100 << 20), 0);
	assert_failed(lab_do(lab, "push %s to=/tmp/huge", path), "whose files are in its memory");
	/* as much, with nothing left for all else: the guest knows */
	assert_int_equal(ftruncate(fd, (off_t)500 << 20), 0);
	assert_failed(lab_do(lab, "push %s to=/tmp/huge", path), "the guest has room for");
	assert_null(lab_find(lab, mark, EV_PROGRESS, NULL, NULL));
	assert_string_equal(in_guest("ls /tmp/huge 2>/dev/null; echo none"), "none\n");
}

/* ---- cut ---------------------------------------------------------------------------------------
 */

static bool is_open(const char *begin)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *d;
	bool found = false;

	assert_non_null(dir);
	while ((d = readdir(dir)) && !found) {
		char to[PATH_MAX];
		ssize_t n = readlinkat(dirfd(dir), d->d_name, to, sizeof(to) - 1);

		to[n < 0 ? 0 : n] = '\0';
		found = !strncmp(to, begin, strlen(begin));
	}
	closedir(dir);
	return found;
}

/* Until the session has a file open whose path begins so: then it is in the midst of it, for no
 * more than a window of it goes in one turn. */
static void wait_open(const char *name)
{
	cleanup_free char *begin = xasprintf("%s/%s", folder, name);
	uint64_t end = loop_now_ns() + 30000000000ull;

	while (!is_open(begin)) {
		if (loop_now_ns() > end)
			fail_msg("'%s' is never opened", begin);
		lab_turn(lab);
	}
}

static void a_push_that_is_cancelled_leaves_what_was_there(void **state)
{
	cleanup_free char *data = noise(BIG, 7);
	const struct event *ev;
	size_t mark;

	save("big", "the old one", 11, 0644);
	lab_ok(lab, "push %s/big to=/tmp/big", folder);
	save("big", data, BIG, 0644);
	mark = lab_mark(lab);
	lab_send(lab, "push %s/big to=/tmp/big", folder);
	lab_wait(lab, mark, EV_BEGIN, NULL, NULL);
	lab_wait(lab, mark, EV_PUSHED, NULL, NULL);
	/* it was compared; now its content goes, and some of it is there */
	wait_open("big");
	lab_turn(lab);
	assert_null(lab_find(lab, mark, EV_DONE, NULL, NULL));
	session_cancel(lab_session(lab));
	ev = lab_wait(lab, mark, EV_FAILED, NULL, NULL);
	assert_failed(ev, "cut short");
	assert_string_equal(in_guest("cat /tmp/big; ls -A /tmp/.scxplore* 2>/dev/null"),
			    "the old one");
}

/* What is sent last is the file that its folder has told first. */
static void spoil_first(const char *set)
{
	cleanup_free char *path = NULL;
	DIR *dir = opendir(set);
	struct dirent *d;

	assert_non_null(dir);
	do
		d = readdir(dir);
	while (d && d->d_name[0] == '.');
	assert_non_null(d);
	path = xasprintf("set/%s", d->d_name);
	closedir(dir);
	save(path, "else", 4, 0644);
}

/* The first in the list comes last, and fails: by then all others had their place. */
static void a_push_that_fails_at_its_end_leaves_the_old_files_and_no_new_ones(void **state)
{
	cleanup_free char *old = NULL;
	size_t mark, i;
	char name[32];

	cleanup_free char *set = xasprintf("%s/set", folder);

	assert_int_equal(mkdir(set, 0755), 0);
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "set/f%zu", i);
		save(name, "old ", 4, 0644);
	}
	lab_ok(lab, "push %s to=/tmp/set", set);
	in_guest("ln -s nowhere /tmp/set/link");
	for (i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "set/f%zu", i);
		save(name, "new!", 4, 0644);
	}
	save("set/link", "a file", 6, 0644);
	save("set/more", "more", 4, 0644);
	mark = lab_mark(lab);
	lab_send(lab, "push %s to=/tmp/set", set);
	lab_wait(lab, mark, EV_PUSHED, NULL, NULL);
	spoil_first(set);
	assert_failed(lab_wait(lab, mark, EV_FAILED, NULL, NULL),
		      "was written to while it was sent");
	old = xstrdup(in_guest("cd /tmp/set && ls -A | wc -l && cat f* && ls -l link"));
	assert_non_null(strstr(old, "13\nold old old old old old old old old old old old "));
	assert_non_null(strstr(old, "link -> nowhere"));
	/* and once more, whole */
	lab_ok(lab, "push %s to=/tmp/set", set);
	old = (free(old), xstrdup(in_guest("cd /tmp/set && ls -A | wc -l && cat f* link more")));
	assert_non_null(strstr(old, "14\n"));
	assert_null(strstr(old, "old"));
	assert_non_null(strstr(old, "a filemore"));
}

static void a_pull_that_is_cancelled_leaves_nothing_here(void **state)
{
	cleanup_free char *data = noise(BIG, 8), *out = xasprintf("%s/out", folder),
			  *there = xasprintf("%s/out/big", folder);
	size_t mark;

	save("source", data, BIG, 0644);
	assert_int_equal(mkdir(out, 0755), 0);
	lab_ok(lab, "push %s/source to=/tmp/source", folder);
	mark = lab_mark(lab);
	lab_send(lab, "pull /tmp/source to=%s", there);
	wait_open("out/");
	lab_turn(lab);
	assert_null(lab_find(lab, mark, EV_DONE, NULL, NULL));
	session_cancel(lab_session(lab));
	lab_wait(lab, mark, EV_FAILED, NULL, NULL);
	/* not even a draft */
	assert_int_equal(rmdir(out), 0);
}

/* ---- schedulers --------------------------------------------------------------------------------
 */

static void save_scheduler(const char *name, const char *broken)
{
	cleanup_free char *text =
		xasprintf("#include \"" SCHED_SOURCES "/scx.h\"\n"
			  "#include \"mine.h\"\n"
			  "SCX_LICENSE;\n"
			  "SEC(\"struct_ops/mine_enqueue\")\n"
			  "void BPF_PROG(mine_enqueue, struct task_struct *p, __u64 flags)\n"
			  "{\n\tscx_insert(p, QUEUE, flags);\n%s}\n"
			  "SEC(\".struct_ops.link\")\n"
			  "struct sched_ext_ops mine = {\n"
			  "\t.enqueue = (void *)mine_enqueue,\n\t.name = \"%s\",\n};\n",
			  broken, name);

	save("mine.bpf.c", text, strlen(text), 0644);
}

static void assert_in_force(const char *name)
{
	lab_ok(lab, "expect sched == %s", name);
	assert_string_equal(model_sched_now(session_model(lab_session(lab)))->name, name);
}

static void a_source_that_is_saved_is_in_force_a_moment_later(void **state)
{
	static const char first[] = "#define QUEUE SCX_DSQ_GLOBAL\n",
			  other[] = "#define QUEUE (SCX_DSQ_GLOBAL)\n";
	size_t mark;

	save("mine.h", first, strlen(first), 0644);
	save_scheduler("first", "");
	lab_ok(lab, "spawn hogs spin n=3");
	lab_ok(lab, "sched load %s/mine.bpf.c watch=yes", folder);
	assert_in_force("first");

	mark = lab_mark(lab);
	save_scheduler("second", "");
	lab_wait(lab, mark, EV_DONE, NULL, "scheduler 'second' took over from 'first'");
	assert_non_null(lab_find(lab, mark, EV_HOST_LOG, NULL, "was saved"));
	assert_non_null(lab_find(lab, mark, EV_OP, NULL, "sched restart"));
	assert_non_null(lab_find(lab, mark, EV_PUSHED, NULL, NULL));
	assert_in_force("second");

	/* what does not compile is told by its line, and changes nothing */
	mark = lab_mark(lab);
	save_scheduler("third", "\tnonsense;\n");
	lab_wait(lab, mark, EV_FAILED, NULL, "mine.bpf.c:8:2: error:");
	assert_in_force("second");
	mark = lab_mark(lab);
	save_scheduler("third", "");
	lab_wait(lab, mark, EV_DONE, NULL, "scheduler 'third' took over from 'second'");

	/* a header of its own counts */
	mark = lab_mark(lab);
	save("mine.h", other, strlen(other), 0644);
	lab_wait(lab, mark, EV_DONE, NULL, "scheduler 'third' took over from 'third'");

	/* what the verifier refuses changes nothing either */
	mark = lab_mark(lab);
	save_scheduler("fourth", "\tfor (;;)\n\t\t;\n");
	lab_wait(lab, mark, EV_FAILED, NULL, "this kernel does not take scheduler");
	assert_in_force("third");
	lab_ok(lab, "sched unload");
}

static void a_source_that_nobody_watches_is_taken_anew_by_a_restart_alone(void **state)
{
	static const char first[] = "#define QUEUE SCX_DSQ_GLOBAL\n";
	const struct event *ev;
	size_t mark;

	save("mine.h", first, strlen(first), 0644);
	save_scheduler("quiet", "");
	lab_ok(lab, "sched load %s/mine.bpf.c", folder);
	assert_in_force("quiet");
	save_scheduler("edited", "");
	/* who is not asked for it does nothing */
	mark = lab_mark(lab);
	lab_samples(lab, 12);
	assert_null(lab_find(lab, mark, EV_OP, NULL, NULL));
	assert_in_force("quiet");
	mark = lab_mark(lab);
	ev = lab_do(lab, "sched restart");
	assert_int_equal(ev->type, EV_DONE);
	assert_non_null(strstr(ev->text, "scheduler 'edited' took over from 'quiet'"));
	assert_non_null(lab_find(lab, mark, EV_PUSHED, NULL, NULL));
	assert_in_force("edited");
	lab_ok(lab, "sched unload");
}

/* The program as it would come from a compiler, with this between the brackets of its mark. */
static void save_program(const char *mark)
{
	static const char before[] = "made as [";
	cleanup_fd int fd = open(LOAD_SCHED, O_RDONLY | O_CLOEXEC);
	cleanup_free char *image = NULL;
	struct stat st;
	size_t at = 0;
	ssize_t n;
	char *place;

	assert_true(fd >= 0);
	assert_int_equal(fstat(fd, &st), 0);
	image = xcalloc(1, (size_t)st.st_size);
	while ((n = read(fd, image + at, (size_t)st.st_size - at)) > 0)
		at += (size_t)n;
	assert_int_equal(at, st.st_size);
	place = memmem(image, at, before, strlen(before));
	assert_non_null(place);
	memcpy(place + strlen(before), mark, strlen("first "));
	/* as a linker does it: a new file, since the old one may be running */
	save("scx_mine.new", image, at, 0755);
	{
		cleanup_free char *from = xasprintf("%s/scx_mine.new", folder),
				  *to = xasprintf("%s/scx_mine", folder);

		assert_int_equal(rename(from, to), 0);
	}
}

static void assert_kept(const char *name, const char *text)
{
	const struct model *m = session_model(lab_session(lab));
	size_t i;

	for (i = 0; i < m->ngroups && strcmp(m->groups[i].name, name);)
		i++;
	assert_true(i < m->ngroups);
	assert_string_equal(buf_text(&m->groups[i].output[0]), text);
}

static void a_program_that_was_built_anew_is_what_a_restart_runs(void **state)
{
	const struct event *ev;
	size_t mark;

	save_program("first ");
	lab_ok(lab, "push " SCHED_OBJECTS "/vtime.bpf.o to=/tmp/vtime.bpf.o");
	lab_ok(lab, "sched load %s/scx_mine -- /tmp/vtime.bpf.o", folder);
	assert_in_force("vtime");
	lab_wait(lab, 0, EV_OUTPUT, "sched", NULL);
	assert_kept("sched", "made as [first ]\nobjects=1\n");
	/* what it prints can be expected as of any program */
	lab_ok(lab, "expect output sched contains \"made as [first\"");
	lab_ok(lab, "expect metric sched objects == 1");
	lab_ok(lab, "report sched");

	save_program("second");
	mark = lab_mark(lab);
	lab_ok(lab, "sched restart");
	ev = lab_find(lab, mark, EV_PUSHED, NULL, NULL);
	assert_non_null(ev);
	assert_non_null(strstr(ev->path, "/scx_mine"));
	assert_in_force("vtime");
	lab_wait(lab, mark, EV_OUTPUT, "sched.2", NULL);
	assert_kept("sched.2", "made as [second]\nobjects=1\n");
	lab_ok(lab, "expect metric sched.2 objects == 1");
	/* and what the one before it has said stays */
	assert_kept("sched", "made as [first ]\nobjects=1\n");
	lab_ok(lab, "sched unload");
	lab_ok(lab, "expect sched == none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_pushed_and_pulled_is_the_same_byte_by_byte),
		cmocka_unit_test(what_is_there_is_not_written_over_by_a_pull),
		cmocka_unit_test(what_the_agent_lives_of_is_not_written_over),
		cmocka_unit_test(a_pull_of_what_is_no_file_says_so),
		cmocka_unit_test(what_does_not_fit_is_refused_before_anything_is_sent),
		cmocka_unit_test(a_push_that_is_cancelled_leaves_what_was_there),
		cmocka_unit_test(a_push_that_fails_at_its_end_leaves_the_old_files_and_no_new_ones),
		cmocka_unit_test(a_pull_that_is_cancelled_leaves_nothing_here),
		cmocka_unit_test(a_source_that_is_saved_is_in_force_a_moment_later),
		cmocka_unit_test(a_source_that_nobody_watches_is_taken_anew_by_a_restart_alone),
		cmocka_unit_test(a_program_that_was_built_anew_is_what_a_restart_runs),
	};

	return cmocka_run_group_tests_name("files", tests, boot, off);
}
